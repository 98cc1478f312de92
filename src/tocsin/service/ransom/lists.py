"""The versions of lists of sanctioned parties that are kept, and what changed between two of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from tocsin.errors import NothingToCheck
from tocsin.model.told.escape import visible
from tocsin.ransom.sanctions.difference import Difference, difference
from tocsin.ransom.sanctions.party import OFAC_SDN, ListedAddress, Party
from tocsin.service.exchange.node import Node
from tocsin.service.ransom.sanctions_feed import LISTS, parties_in
from tocsin.store.sanctions import KeptList, addressed_of, kept_lists, list_as_of

__all__ = ["Changes", "changes_between", "versions"]


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed from one version to another."""

    before: KeptList
    after: KeptList
    found: Difference

    def document(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "from": {"issued": self.before.issued, "sha256": self.before.sha256},
            "to": {"issued": self.after.issued, "sha256": self.after.sha256},
            "added": [_row(*one) for one in self.found.added],
            "removed": [_row(*one) for one in self.found.removed],
            "changed": [
                {
                    "party": after.id,
                    "name": after.name,
                    "programmes_before": list(before.programmes),
                    "programmes": list(after.programmes),
                }
                for before, after in self.found.changed
            ],
        }

    def lines(self) -> list[str]:
        """For a person."""
        counts = f"{len(self.found.added):,} addresses came, {len(self.found.removed):,} left"
        told = [f"From {self.before.issued} to {self.after.issued}: {counts}."]
        for sign, some in (("+", self.found.added), ("-", self.found.removed)):
            told += [visible(f"{sign} {one.ticker} {one.text}  {party.name}") for one, party in some]
        return told + [
            visible(f"~ {after.name}: {', '.join(before.programmes)} -> {', '.join(after.programmes)}")
            for before, after in self.found.changed
        ]


def versions(node: Node) -> list[KeptList]:
    """All versions of lists that are kept, list by list, the newest first."""
    with node.reading() as connection:
        return [one for name in LISTS.values() for one in kept_lists(connection, name)]


def changes_between(node: Node, first: date, last: date) -> Changes:
    """What changed between the lists of OFAC that were the newest on two days.

    Raises:
        NothingToCheck: none is kept of one of the days.
    """
    with node.reading() as connection:
        heads = []
        for day in (first, last):
            head = list_as_of(connection, OFAC_SDN, day.isoformat())
            if head is None:
                raise NothingToCheck(
                    f"no list is kept that had been issued by {day}",
                    hint="Bring one of that time: tocsin sync ofac --mirror FILE",
                )
            heads.append(head)
        before, after = (parties_in(addressed_of(connection, head)) for head in heads)
    return Changes(heads[0], heads[1], difference(before, after))


def _row(one: ListedAddress, party: Party) -> dict[str, str]:
    return {"ticker": one.ticker, "address": one.text, "party": party.id, "name": party.name}
