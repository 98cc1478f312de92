"""Findings that this node keeps, page by page and one by one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from tocsin.detect.result import SEVERITIES, Finding
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.node import Node, moment
from tocsin.service.exchange.withdrawals import withdrawals
from tocsin.sharing.policy import Expr, visible
from tocsin.store.findings import KeptFinding
from tocsin.store.search import finding_counts, findings_before
from tocsin.store.withdrawn import withdrawn_with_findings

__all__ = ["FindingPage", "ListedFinding", "find_finding", "list_findings"]

_decoder = msgspec.json.Decoder(Finding)


class ListedFinding(msgspec.Struct, kw_only=True):
    """A finding, when a check of this node found it, and when it was shared ("" if it was not).

    ``withdrawn`` is since when its warning is withdrawn ("" if it is not), ``why_withdrawn`` the reason that was told.
    """

    found: str
    shared: str
    withdrawn: str
    why_withdrawn: str
    finding: Finding


class FindingPage(msgspec.Struct, kw_only=True):
    """Some findings, the last seen first; ``counts`` are all that are kept, by severity; ``next`` goes on.

    ``withdrawn`` is of how many of all that are kept the warning was withdrawn.
    """

    findings: list[ListedFinding]
    counts: dict[str, int]
    withdrawn: int
    next: str


def list_findings(
    node: Node,
    access: Access,
    *,
    severity: str = "",
    shared: bool | None = None,
    withdrawn: bool | None = None,
    after: str = "",
    limit: int,
) -> FindingPage:
    """A page of the findings of ``severity`` (of any, if empty) that were shared or not (either, if None).

    ``withdrawn`` asks for those of which the warning was withdrawn, or was not.
    """
    allowed = visible(access.viewer)
    with node.reading() as connection:
        ended = withdrawn_with_findings(connection, allowed)
        held = findings_before(
            connection,
            allowed,
            severities=(severity,) if severity else (),
            shared=shared,
            of=ended if withdrawn else None,
            but=ended if withdrawn is False else (),
            before=_point(after),
            limit=limit + 1,
        )
        counts = finding_counts(connection, allowed)
        of_ended = finding_counts(connection, allowed, of=ended)
        listed = _listed(connection, allowed, held[:limit])
    last = held[limit - 1] if len(held) > limit else None
    return FindingPage(
        findings=listed,
        counts={one: counts.get(one, 0) for one in reversed(SEVERITIES)},
        withdrawn=sum(of_ended.values()),
        next=f"{last.last_seen}~{last.id}" if last else "",
    )


def find_finding(node: Node, access: Access, id: str) -> ListedFinding | None:
    """The finding with this id; None if there is none that ``access`` may see."""
    with node.reading() as connection:
        held = findings_before(connection, visible(access.viewer), ids=(id,), limit=1)
        listed = _listed(connection, visible(access.viewer), held)
    return listed[0] if listed else None


def _listed(connection: Connection, allowed: Expr, held: Sequence[KeptFinding]) -> list[ListedFinding]:
    ended = withdrawals(connection, allowed, [one.warning for one in held])
    return [
        ListedFinding(
            found=moment(one.found_us),
            shared=moment(one.shared_us) if one.shared_us is not None else "",
            withdrawn=ended[one.warning].at if one.warning in ended else "",
            why_withdrawn=ended[one.warning].why if one.warning in ended else "",
            finding=_decoder.decode(one.body),
        )
        for one in held
    ]


def _point(text: str) -> tuple[str, str] | None:
    seen, tilde, id = text.partition("~")
    return (seen, id) if tilde else None
