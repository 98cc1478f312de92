"""Addresses that an older version of a list had, and the one of the day has not: told, and no match."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from tocsin.errors import BadInput
from tocsin.ransom.sanctions.party import ListedAddress, Party, pairs_of
from tocsin.ransom.screening.screening import ListedAddresses, Verdict

__all__ = ["Formerly", "FormerlyListed"]


@dataclass(frozen=True, slots=True)
class Formerly:
    """An address that the version of ``issued`` of a list is the last to have; that of ``until`` has it no more.

    Both are days of issue (YYYY-MM-DD) of versions that are kept, so it may have been taken off between them.
    """

    list: str
    issued: str
    until: str
    listed: ListedAddress
    parties: tuple[Party, ...]


class FormerlyListed:
    """What the versions before one of a list had beside it."""

    def __init__(
        self, now: ListedAddresses, issued: str, older: Iterable[tuple[str, tuple[Party, ...]]]
    ) -> None:
        """``older`` are the days of issue and the parties of the versions before, the newest first."""
        self._list = now.name
        self._gone: dict[ListedAddress, Formerly] = {}
        until = issued
        for day, parties in older:
            for one, whose in pairs_of(parties).items():
                if one not in now.pairs and one not in self._gone:
                    self._gone[one] = Formerly(now.name, day, until, one, whose)
            until = day
        # An address is costly to read, so only those that went are.
        self._addresses = ListedAddresses(
            msgspec.structs.replace(party, addresses=(one,))
            for one, was in self._gone.items()
            for party in was.parties
        )

    def of(self, given: str) -> tuple[Formerly, ...]:
        """What ``given`` was listed as, in this or another spelling."""
        try:
            found = self._addresses.screen(given)
        except BadInput:
            return ()
        hits = [one.listed for one in found.matches if one.kind.verdict is Verdict.HIT]
        return tuple(self._gone[one] for one in hits if one is not None)
