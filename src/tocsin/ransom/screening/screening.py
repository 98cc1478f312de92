"""Whether an address is a sanctioned party's, or is linked to one: by its key, the ledger, or who is behind it.

Or whether the ransom of another incident was to be paid to it: that is a link, too, and leads to no party by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from tocsin.errors import BadInput
from tocsin.limits import ADDRESS_CHARACTERS
from tocsin.ransom.address.address import Address, NotScreenable, Payee, parse_address
from tocsin.ransom.clusters.cluster import Step
from tocsin.ransom.labels.label import Label
from tocsin.ransom.ledger.script import Kind, script_paying
from tocsin.ransom.ledger.script_address import address_of
from tocsin.ransom.sanctions.party import OFAC_SDN, ListedAddress, Party, pairs_of
from tocsin.ransom.screening.alias_table import Named
from tocsin.ransom.screening.exposure import Exposure
from tocsin.ransom.screening.known_ransom import KnownRansom

__all__ = [
    "LedgerSeen",
    "ListedAddresses",
    "Match",
    "MatchClass",
    "Screened",
    "Verdict",
    "chains_of",
    "how_same",
    "spelled",
    "spendable_with",
    "understood",
]


_CHAINS: Final = {"EVM": "Ethereum and chains like it"}


def chains_of(address: Address) -> str:
    """The chains of an address, in words."""
    return "/".join(_CHAINS.get(one, one) for one in address.chains)


_HASH_BYTES: Final = 20
_REMEMBERED: Final = 1 << 15
"""Addresses of others that stay read: one of Ethereum takes 0.4 ms, and all are read time and again."""


class Verdict(StrEnum):
    """What a screening finds. There is no word for clear: that no list names an address says little."""

    HIT = "hit"
    LINKED = "linked"
    NOT_SCREENABLE = "not_screenable"
    NO_MATCH_FOUND = "no_match_found"


class MatchClass(StrEnum):
    """How an address fits a listed one."""

    EXACT = "exact_address"
    OTHER_SPELLING = "other_spelling"
    SAME_HOLDER = "same_holder"
    SAME_CLUSTER = "same_cluster"
    EXPOSURE_IN = "exposure_in"
    EXPOSURE_OUT = "exposure_out"
    ACTOR = "actor"
    LISTED_NAME = "listed_name"
    INCIDENT = "incident"

    @property
    def verdict(self) -> Verdict:
        """A listed address in another spelling is that address; all else is only linked to it."""
        is_same = self in (MatchClass.EXACT, MatchClass.OTHER_SPELLING)
        return Verdict.HIT if is_same else Verdict.LINKED


@dataclass(frozen=True, slots=True)
class Match:
    """The parties of a list that an address, or a name, leads to, how, and by what that is known.

    ``listed`` is the listed address (None: a name leads to the party), ``steps`` are the transactions that join the
    address to it, or to the one that ``labels`` speak of; ``named`` is the line of the table of actors.

    Of the class ``incident`` there is no party: ``ransom`` is the incident, ``paid_to`` the address as it writes it,
    ``how`` says how the two fit. A name that leads to a party by an incident's word has its ``ransom``, too.
    """

    kind: MatchClass
    parties: tuple[Party, ...]
    proof: str
    listed: ListedAddress | None = None
    list: str = OFAC_SDN
    steps: tuple[Step, ...] = ()
    exposure: Exposure | None = None
    labels: tuple[Label, ...] = ()
    named: Named | None = None
    ransom: KnownRansom | None = None
    paid_to: str = ""
    how: MatchClass | None = None


@dataclass(frozen=True, slots=True)
class LedgerSeen:
    """What the loaded ledger knows of an address: how many addresses its cluster has, and what could not be told.

    ``listed`` is how many listed addresses the ledger knows at all. In a cluster that is an alarm (``is_large``) only
    the address itself was looked at. ``doubts`` are sentences.
    """

    addresses: int
    listed: int
    is_large: bool
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Screened:
    """An address as it was given, as it was understood (None: only compared as text), and what was found.

    ``labels`` are what packs say of it and of its cluster; they alone are no match. ``ledger`` is None where the loaded
    ledger does not know the address.
    """

    given: str
    address: Address | None
    verdict: Verdict
    matches: tuple[Match, ...]
    why: str = ""
    labels: tuple[Label, ...] = ()
    ledger: LedgerSeen | None = None

    @property
    def leads_to_party(self) -> bool:
        """Whether a match is of a sanctioned party, and not of another incident alone."""
        return any(match.parties for match in self.matches)

    def with_matches(self, more: Iterable[Match]) -> Screened:
        """This and more matches, with the verdict of the gravest."""
        matches = (*self.matches, *more)
        order = list(Verdict)
        verdict = min((self.verdict, *(one.kind.verdict for one in matches)), key=order.index)
        return replace(self, matches=matches, verdict=verdict)


class ListedAddresses:
    """The addresses of one version of a list, by their text and by what they pay to."""

    def __init__(self, parties: Iterable[Party], name: str = OFAC_SDN) -> None:
        self.name = name
        self._pairs = pairs_of(tuple(parties))
        self._by_text: dict[str, list[ListedAddress]] = {}
        self._by_holder: dict[str, list[tuple[ListedAddress, Address]]] = {}
        for one in self._pairs:
            self._by_text.setdefault(one.text, []).append(one)
            read = understood(one.text)
            if read is not None:
                for holder in read.holders:
                    self._by_holder.setdefault(holder, []).append((one, read))

    @property
    def pairs(self) -> Mapping[ListedAddress, tuple[Party, ...]]:
        """The listed addresses, each with the parties that it is listed for."""
        return self._pairs

    def screen(self, given: str) -> Screened:
        """Compare an address with the list.

        Raises:
            BadInput: it holds a typing error; with its place where that can be told.
        """
        text = given.strip()
        matches = {
            one: self._match(MatchClass.EXACT, one, "the list has the same text")
            for one in self._by_text.get(text, ())
        }
        try:
            read = parse_address(text)
        except BadInput:
            if not matches:
                raise
            read = NotScreenable(text, "")
        if isinstance(read, NotScreenable):
            verdict = Verdict.HIT if matches else Verdict.NOT_SCREENABLE
            return Screened(given, None, verdict, tuple(matches.values()), "" if matches else read.why)
        for holder in read.holders:
            for one, listed in self._by_holder.get(holder, ()):
                if one not in matches:
                    kind, proof = how_same(read, listed)
                    matches[one] = self._match(kind, one, proof)
        found = sorted(matches.items(), key=lambda pair: (pair[1].kind is MatchClass.SAME_HOLDER, pair[0]))
        verdict = found[0][1].kind.verdict if found else Verdict.NO_MATCH_FOUND
        return Screened(given, read, verdict, tuple(match for _, match in found))

    def _match(self, kind: MatchClass, one: ListedAddress, proof: str) -> Match:
        return Match(kind, self._pairs[one], proof, one, self.name)


def understood(text: str) -> Address | None:
    """An address that somebody else wrote; None where it can only be compared as text, since it may be anything."""
    return _read(text) if len(text) <= ADDRESS_CHARACTERS else None


@lru_cache(_REMEMBERED)
def _read(text: str) -> Address | None:
    try:
        read = parse_address(text)
    except BadInput:
        return None
    return read if isinstance(read, Address) else None


def spelled(text: str) -> tuple[str, ...]:
    """An address as somebody else spells it, and in its one spelling where that is another."""
    read = understood(text)
    return tuple(dict.fromkeys((text, *((read.text,) if read else ()))))


def spendable_with(text: str) -> tuple[str, ...]:
    """The addresses on Bitcoin's main chain that whoever holds the key, or script, of one can spend from."""
    read = understood(text)
    if read is None:
        return ()
    found = []
    for holder in read.holders:
        kind, _, payload = holder.partition(":")
        if len(payload) != 2 * _HASH_BYTES:
            continue
        hashed = bytes.fromhex(payload)
        if kind == Payee.KEY.value:
            found += [script_paying(Kind.KEY_HASH, hashed), script_paying(Kind.WITNESS, hashed)]
        elif kind == Payee.SCRIPT.value:
            found.append(script_paying(Kind.SCRIPT_HASH, hashed))
    return tuple(map(address_of, found))


def how_same(read: Address, other: Address) -> tuple[MatchClass, str]:
    """How an address fits another one that shares a holder with it, and by what that is known."""
    if read.text == other.text:
        return MatchClass.EXACT, "the same address but for upper and lower case"
    if read.holder != other.holder:
        key, script = (read, other) if read.payee is Payee.KEY else (other, read)
        return (
            MatchClass.SAME_HOLDER,
            f"script {script.payload} is that of key {key.payload} (P2SH of P2WPKH)",
        )
    words = f"both pay to {read.payee.value} {read.payload}"
    if read.is_same(other):
        return MatchClass.OTHER_SPELLING, words
    return (
        MatchClass.SAME_HOLDER,
        f"{words}, as {read.form} on {chains_of(read)} and as {other.form} on {chains_of(other)}",
    )
