"""Who may see what, worked out anew from all rows by the words of the rule: slow, and nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.sharing.label import Label
from tocsin.sharing.policy import Expr, holds

__all__ = ["Row", "asked_for", "seen"]


@dataclass(frozen=True)
class Row:
    """One stored version."""

    collection: int
    seq: int
    id: str
    version_key: str
    label: Label
    references: tuple[str, ...] = ()
    spec_version: str = "2.1"

    @property
    def type(self):
        return self.id.partition("--")[0]

    @property
    def place(self):
        return (self.collection << 40) + self.seq


def scope(row: Row) -> tuple[str, str]:
    """Those among whom an object lies: all that are published here, or all that one organisation sent or gave."""
    return ("", "") if row.label.channel == "published" else (row.label.channel, row.label.origin)


def seen(rows: Sequence[Row], allowed: Expr) -> list[Row]:
    """The rows that may be seen: nothing that they refer to is stored here, in their scope, and hidden in every version.

    At first all whose label is allowed count as seen; those that refer to what is not seen at all go,
    until none goes any more. So objects that refer to each other in a circle do not hide each other.
    """
    stored = {(scope(row), row.id) for row in rows}
    left = [row for row in rows if holds(allowed, row.label)]
    while True:
        shown = {(scope(row), row.id) for row in left}
        kept = [
            row
            for row in left
            if all((scope(row), id) in shown or (scope(row), id) not in stored for id in row.references)
        ]
        if len(kept) == len(left):
            return kept
        left = kept


def asked_for(rows, allowed, collection, *, ids=(), types=(), versions=("last",), spec_versions=(), after=0):
    """What a query gives, in order (TAXII 2.1 section 3.4)."""
    here = [row for row in seen(rows, allowed) if row.collection == collection]
    if spec_versions:
        here = [row for row in here if row.spec_version in spec_versions]
    found = []
    for row in here:
        same = [one for one in here if one.id == row.id]
        if not spec_versions:
            newest = max(one.spec_version for one in same)
            same = [one for one in same if one.spec_version == newest]
        if row not in same:
            continue
        keys = [one.version_key for one in same]
        if (
            "all" in versions
            or ("last" in versions and row.version_key == max(keys))
            or ("first" in versions and row.version_key == min(keys))
            or row.version_key in versions
        ):
            found.append(row)
    return [
        row
        for row in sorted(found, key=lambda one: one.seq)
        if row.seq > after and (not ids or row.id in ids) and (not types or row.type in types)
    ]
