"""Findings that a node keeps, so that they can be explained and shared by their ids."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tocsin.detect.result import Finding
from tocsin.errors import BadInput
from tocsin.service.exchange.node import Node
from tocsin.store import findings as store
from tocsin.store.findings import KeptFinding

__all__ = ["keep", "kept", "kept_by_id"]

_decoder = msgspec.json.Decoder(Finding)


def keep(node: Node, found: Sequence[Finding]) -> None:
    """Keep the findings of a check."""
    now = node.now_us
    rows = [
        KeptFinding(one.id, one.warning, one.severity, now, one.last_seen, None, msgspec.json.encode(one))
        for one in found
    ]
    node.write(lambda connection: store.keep_findings(connection, rows))


def kept(node: Node) -> list[tuple[Finding, KeptFinding]]:
    """Every finding that is kept, the last seen first."""
    with node.reading() as connection:
        return [(_decoder.decode(one.body), one) for one in store.findings(connection)]


def kept_by_id(node: Node, ids: Sequence[str]) -> list[Finding]:
    """The findings that are kept under these ids, or whose ids begin so.

    Raises:
        BadInput: there is none, or there are several.
    """
    held = [finding for finding, _ in kept(node)]
    found = []
    for id in ids:
        start = "finding--" + id.removeprefix("finding--")
        matching = [one for one in held if one.id.startswith(start)]
        if len(matching) != 1:
            begins = "begin" if matching else "begins"
            what = f"{len(matching)} findings" if matching else "no finding"
            raise BadInput(
                f"{what} kept here {begins} with {id[:80]!r}",
                hint="`tocsin explain` without a file lists them.",
            )
        found.append(matching[0])
    return found
