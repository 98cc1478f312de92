"""Screening through the loaded ledger: who holds a listed address with this one, and whose money came or went.

Only what was loaded is known, so that nothing is found says little. A ledger without a listed address is not traced.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Final

from tocsin.limits import EXPOSURES_TRACED
from tocsin.ransom.clusters.cluster import Clusters, Step
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.sanctions.party import ListedAddress
from tocsin.ransom.screening.exposure import exposure
from tocsin.ransom.screening.screening import (
    LedgerSeen,
    ListedAddresses,
    Match,
    MatchClass,
    Screened,
    spelled,
    spendable_with,
)
from tocsin.ransom.taint.ends import Ends
from tocsin.ransom.taint.trace import METHODS, Trace, trace

__all__ = ["LedgerScreening"]

_COARSE: Final = ("poison",)
"""It goes on where an amount is unknown, as the range does, so it reaches whatever any convention reaches."""
_Listed = tuple[ListedAddresses, ListedAddress]
_Key = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""What is followed, by which methods, and where it is looked for."""


class LedgerScreening:
    """A ledger, and the listed addresses that it knows."""

    def __init__(
        self,
        ledger: Ledger,
        lists: Sequence[ListedAddresses],
        services: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._ledger = ledger
        self._services = services
        self._listed: dict[str, list[_Listed]] = {}
        self._doubts: dict[_Key, str] = {}
        self._traces: dict[_Key, Trace | None] = {}
        if not len(ledger):
            return
        told = [
            (text, (each, one))
            for each in lists
            for one in each.pairs
            for text in (*spelled(one.text), *spendable_with(one.text))
        ]
        known = self.spellings({text for text, _ in told})
        for text, listed in told:
            if text in known:
                held = self._listed.setdefault(known[text], [])
                if listed not in held:
                    held.append(listed)

    def known(self, one: Screened) -> str:
        """The address as the ledger writes it; "" if it does not know it."""
        texts = [one.given.strip(), one.given.strip().lower(), *((one.address.text,) if one.address else ())]
        return next(filter(None, map(self._ledger.spelling, texts)), "")

    def spellings(self, addresses: Collection[str]) -> Mapping[str, str]:
        """Those of ``addresses`` that the ledger knows, each as it writes it."""
        return self._ledger.spellings(addresses)

    def holders(self, address: str) -> Sequence[str]:
        """The addresses that are taken to be held with a known one: that alone where its cluster is an alarm."""
        return [address] if self.clusters.is_alarming(address) else self.clusters.cluster_of(address)

    def steps(self, one: str, other: str) -> tuple[Step, ...]:
        """The transactions that join two addresses of one cluster."""
        return tuple(self.clusters.proof(one, other))

    def look(self, one: Screened) -> Screened:
        """``one`` with what the ledger links it to, and what it knows of it."""
        address = self.known(one)
        if not address:
            return one
        members = self.clusters.cluster_of(address)
        held = self.holders(address)
        found = [*self._in_cluster(address, members)]
        doubts: list[str] = []
        strangers = [text for text in self._listed if text not in set(members)]
        if strangers:
            found += self._came(held, strangers, doubts)
            found += self._went(held, strangers, doubts)
        is_large = self.clusters.is_alarming(address)
        seen = LedgerSeen(len(members), len(self._listed), is_large, tuple(dict.fromkeys(doubts)))
        return replace(one.with_matches(found), ledger=seen)

    @cached_property
    def clusters(self) -> Clusters:
        """The clusters of the ledger."""
        return Clusters(self._ledger)

    def _in_cluster(self, address: str, members: Sequence[str]) -> Iterable[Match]:
        for text in members:
            if text == address:
                continue
            for each, one in self._listed.get(text, ()):
                steps = self.steps(address, text)
                words = "1 transaction joins" if len(steps) == 1 else f"{len(steps):,} transactions join"
                alarm = (
                    f"; the cluster has {len(members):,} addresses, so it may be a service's, or a CoinJoin's that was "
                    "not seen"
                    if self.clusters.is_alarming(address)
                    else ""
                )
                yield Match(
                    MatchClass.SAME_CLUSTER,
                    each.pairs[one],
                    f"both were spent from by one hand: {words} them{alarm}{_as_listed(text, one)}",
                    one,
                    each.name,
                    steps,
                )

    def _came(self, held: Sequence[str], strangers: Sequence[str], doubts: list[str]) -> Iterable[Match]:
        """Money of listed addresses that reached ``held``: all of them together first, for most reach nobody."""
        together = self._trace(strangers, _COARSE, held, doubts)
        if together is None or exposure(together, set(held)) is None:
            return
        for number, text in enumerate(strangers):
            if number == EXPOSURES_TRACED:
                doubts.append(
                    f"only {EXPOSURES_TRACED} of {len(strangers):,} listed addresses of the ledger were followed one "
                    "by one; money of the others may have come, too"
                )
                return
            yield from self._exposed(
                MatchClass.EXPOSURE_IN,
                self._trace([text], tuple(METHODS), held, doubts),
                held,
                text,
                "paid to it reached this one",
            )

    def _went(self, held: Sequence[str], strangers: Sequence[str], doubts: list[str]) -> Iterable[Match]:
        done = self._trace(held, tuple(METHODS), strangers, doubts)
        for text in strangers:
            yield from self._exposed(
                MatchClass.EXPOSURE_OUT, done, [text], text, "paid to this one reached it"
            )

    def _exposed(
        self, kind: MatchClass, done: Trace | None, at: Collection[str], text: str, words: str
    ) -> Iterable[Match]:
        found = None if done is None else exposure(done, set(at))
        if found is None:
            return
        proof = (
            f"of {found.seeded_sat:,} satoshi {words} between {found.min_sat:,} and {found.max_sat:,} by any "
            "convention"
        )
        for each, one in self._listed[text]:
            words_as = f"{proof}{_as_listed(text, one)}"
            yield Match(kind, each.pairs[one], words_as, one, each.name, exposure=found)

    @cached_property
    def _ends(self) -> Ends:
        """A service pays out of what all its customers brought: behind it money is nobody's in particular."""
        return Ends(self._ledger, self._services())

    def _trace(
        self, addresses: Sequence[str], methods: tuple[str, ...], at: Sequence[str], doubts: list[str]
    ) -> Trace | None:
        """What was paid to ``addresses`` and reached ``at``; None where no amount is known.

        What cannot be told is a doubt.
        """
        key = (tuple(sorted(addresses)), methods, tuple(sorted(at)))
        if key not in self._traces:
            points = [point for address in addresses for point in self._ledger.paid_to(address)]
            known = [point for point in points if self._ledger.amount_of(point) is not None]
            self._traces[key] = trace(self._ledger, known, methods, self._ends, at=at) if known else None
            self._doubts[key] = _doubt(len(points) - len(known), self._traces[key])
        if self._doubts[key]:
            doubts.append(self._doubts[key])
        return self._traces[key]


def _as_listed(text: str, one: ListedAddress) -> str:
    """That the ledger has another address than the listed one, of the same key or script."""
    return "" if text in spelled(one.text) else f"; by {text}, which the key of the listed one can spend from"


def _doubt(unknown: int, done: Trace | None) -> str:
    stops = {txid for method in done.methods.values() for txid in method.stops} if done else set()
    parts = [f"{unknown:,} outputs are of unknown amount, and were not followed"] if unknown else []
    if stops:
        parts.append(
            f"for inputs of unknown amount some conventions cannot tell what {len(stops):,} transactions pay, and the "
            "range goes on: load what they spend from"
        )
    return "; ".join(parts)
