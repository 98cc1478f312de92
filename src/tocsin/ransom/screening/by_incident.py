"""Screening by what incidents tell: whether the ransom of another one was to be paid to this address, or was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from tocsin.ransom.address.address import Address, Payee
from tocsin.ransom.clusters.cluster import Step
from tocsin.ransom.screening.by_ledger import LedgerScreening
from tocsin.ransom.screening.known_ransom import KnownRansom
from tocsin.ransom.screening.screening import (
    Match,
    MatchClass,
    Screened,
    Verdict,
    how_same,
    spelled,
    spendable_with,
    understood,
)

__all__ = ["IncidentScreening", "ransom_words"]

_Named = tuple[KnownRansom, str]
"""An incident, and an address as it writes it."""
_SAME: Final = "the incident names this very address"
_ORDER: Final = (
    MatchClass.EXACT,
    MatchClass.OTHER_SPELLING,
    MatchClass.SAME_HOLDER,
    MatchClass.SAME_CLUSTER,
)


class IncidentScreening:
    """The ransoms of incidents, by the addresses that they name, and the ledger that may join two of these."""

    def __init__(self, ransoms: Iterable[KnownRansom], ledger: LedgerScreening) -> None:
        self._ransoms = tuple(ransoms)
        self._ledger = ledger
        self._by_text: dict[str, list[_Named]] = {}
        self._by_holder: dict[str, list[_Named]] = {}
        for one in self._ransoms:
            for text in one.addresses:
                self._by_text.setdefault(text.strip(), []).append((one, text))
                read = understood(text)
                if read is not None:
                    self._by_holder.setdefault(read.holder, []).append((one, text))

    @property
    def incidents(self) -> int:
        """How many incidents name an address."""
        return sum(1 for one in self._ransoms if one.addresses)

    def matches(self, one: Screened, of: str = "") -> tuple[Match, ...]:
        """The incidents, each once, that name the address, one of its holder, or one of its cluster; the nearest first.

        An incident of one's own that is asked to pay to this very address is what is asked about, and no match: the one
        ``of`` which it is, or where no incident is told, the only one that is open.
        """
        found: dict[str, Match] = {}
        for match in (*self._of_text(one), *self._of_holder(one), *self._of_cluster(one)):
            ransom, how = match.ransom, match.how
            if ransom is None or how is None or ransom.id == of:
                continue
            before = found.get(ransom.id)
            if before is None or before.how is None or _ORDER.index(how) < _ORDER.index(before.how):
                found[ransom.id] = match
        if not of:
            asked = [id for id, match in found.items() if _is_the_demand(match)]
            if len(asked) == 1:
                del found[asked[0]]
        return tuple(sorted(found.values(), key=_nearest))

    def _of_text(self, one: Screened) -> Iterator[Match]:
        for ransom, text in self._by_text.get(one.given.strip(), ()):
            yield _match(MatchClass.EXACT, ransom, text, _SAME)

    def _of_holder(self, one: Screened) -> Iterator[Match]:
        read = one.address
        if read is None:
            return
        for holder in read.holders:
            yield from _compared(read, self._by_holder.get(holder, ()))
        if read.payee is Payee.SCRIPT:
            yield from _compared(read, self._by_nested.get(read.holder, ()))

    def _of_cluster(self, one: Screened) -> Iterator[Match]:
        own = self._ledger.known(one)
        if not own:
            return
        for text in self._ledger.holders(own):
            for ransom, named in self._in_ledger.get(text, ()) if text != own else ():
                steps = self._ledger.steps(own, text)
                joined = "1 transaction joins" if len(steps) == 1 else f"{len(steps):,} transactions join"
                by = (
                    ""
                    if text in spelled(named.strip())
                    else f"; by {text}, which the key of the named one can spend from"
                )
                proof = f"both were spent from by one hand: {joined} them{by}"
                yield _match(MatchClass.SAME_CLUSTER, ransom, named, proof, steps)

    @cached_property
    def _by_nested(self) -> Mapping[str, Sequence[_Named]]:
        """By the script that hides a key: 0.2 ms a key, so only where a script is asked about."""
        found: dict[str, list[_Named]] = {}
        for held in self._by_holder.values():
            read = understood(held[0][1])
            if read is not None and read.payee is Payee.KEY:
                found.setdefault(read.holders[-1], []).extend(held)
        return found

    @cached_property
    def _in_ledger(self) -> Mapping[str, Sequence[_Named]]:
        """By the address as the ledger writes it."""
        told = [
            (text, (one, named))
            for one in self._ransoms
            for named in one.addresses
            for text in (*spelled(named.strip()), *spendable_with(named))
        ]
        known = self._ledger.spellings({text for text, _ in told})
        found: dict[str, list[_Named]] = {}
        for text, named in told:
            if text in known:
                found.setdefault(known[text], []).append(named)
        return found


def ransom_words(match: Match) -> str:
    """What an incident says of its ransom, in words; "" of a match of another class."""
    ransom = match.ransom
    if ransom is None or not match.paid_to:
        return ""
    verb = "was paid" if match.paid_to in ransom.paid else "was to be paid"
    return f"that of {ransom.told} {verb} to {match.paid_to}"


def _compared(read: Address, named: Iterable[_Named]) -> Iterator[Match]:
    for ransom, text in named:
        other = understood(text)
        if other is not None:
            how, proof = how_same(read, other)
            yield _match(how, ransom, text, _SAME if how is MatchClass.EXACT else proof)


def _match(how: MatchClass, ransom: KnownRansom, text: str, proof: str, steps: Sequence[Step] = ()) -> Match:
    return Match(
        MatchClass.INCIDENT, (), proof, list="", steps=tuple(steps), ransom=ransom, paid_to=text, how=how
    )


def _is_the_demand(match: Match) -> bool:
    is_it = match.how is not None and match.how.verdict is Verdict.HIT
    return is_it and match.ransom is not None and match.ransom.is_open and match.paid_to in match.ransom.asked


def _nearest(match: Match) -> tuple[int, bool, str, str]:
    ransom, how = match.ransom, match.how or MatchClass.SAME_CLUSTER
    assert ransom is not None
    return _ORDER.index(how), not ransom.paid, ransom.name, ransom.id
