"""Findings that this node keeps, page by page and one by one."""

from __future__ import annotations

import msgspec

from tocsin.detect.result import SEVERITIES, Finding
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.node import Node, moment
from tocsin.sharing.policy import visible
from tocsin.store.findings import KeptFinding
from tocsin.store.search import finding_counts, findings_before

__all__ = ["FindingPage", "ListedFinding", "find_finding", "list_findings"]

_decoder = msgspec.json.Decoder(Finding)


class ListedFinding(msgspec.Struct, kw_only=True):
    """A finding, when a check of this node found it, and when it was shared ("" if it was not)."""

    found: str
    shared: str
    finding: Finding


class FindingPage(msgspec.Struct, kw_only=True):
    """Some findings, the last seen first; ``counts`` are all that are kept, by severity; ``next`` goes on."""

    findings: list[ListedFinding]
    counts: dict[str, int]
    next: str


def list_findings(
    node: Node, access: Access, *, severity: str = "", shared: bool | None = None, after: str = "", limit: int
) -> FindingPage:
    """A page of the findings of ``severity`` (of any, if empty) that were shared or not (either, if None)."""
    with node.reading() as connection:
        held = findings_before(
            connection,
            visible(access.viewer),
            severities=(severity,) if severity else (),
            shared=shared,
            before=_point(after),
            limit=limit + 1,
        )
        counts = finding_counts(connection, visible(access.viewer))
    last = held[limit - 1] if len(held) > limit else None
    return FindingPage(
        findings=[_listed(one) for one in held[:limit]],
        counts={one: counts.get(one, 0) for one in reversed(SEVERITIES)},
        next=f"{last.last_seen}~{last.id}" if last else "",
    )


def find_finding(node: Node, access: Access, id: str) -> ListedFinding | None:
    """The finding with this id; None if there is none that ``access`` may see."""
    with node.reading() as connection:
        held = findings_before(connection, visible(access.viewer), ids=(id,), limit=1)
    return _listed(held[0]) if held else None


def _listed(one: KeptFinding) -> ListedFinding:
    shared = moment(one.shared_us) if one.shared_us is not None else ""
    return ListedFinding(found=moment(one.found_us), shared=shared, finding=_decoder.decode(one.body))


def _point(text: str) -> tuple[str, str] | None:
    seen, tilde, id = text.partition("~")
    return (seen, id) if tilde else None
