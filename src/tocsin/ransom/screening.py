"""Whether an address is one of a sanctioned party, or can be spent from by whoever can spend from one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tocsin.errors import BadInput
from tocsin.ransom.address import Address, NotScreenable, Payee, parse_address
from tocsin.ransom.sanctions.party import ListedAddress, Party, pairs_of

__all__ = ["ListedAddresses", "Match", "MatchClass", "Screened", "Verdict"]


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

    @property
    def verdict(self) -> Verdict:
        """A listed address in another spelling is that address; another one of its holder is only linked to it."""
        return Verdict.LINKED if self is MatchClass.SAME_HOLDER else Verdict.HIT


@dataclass(frozen=True, slots=True)
class Match:
    """A listed address, the parties that it is listed for, how it fits, and by what that is known."""

    kind: MatchClass
    listed: ListedAddress
    parties: tuple[Party, ...]
    proof: str


@dataclass(frozen=True, slots=True)
class Screened:
    """An address as it was given, as it was understood (None: only compared as text), and what was found."""

    given: str
    address: Address | None
    verdict: Verdict
    matches: tuple[Match, ...]
    why: str = ""


class ListedAddresses:
    """The addresses of one version of a list, by their text and by what they pay to."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._pairs = pairs_of(tuple(parties))
        self._by_text: dict[str, list[ListedAddress]] = {}
        self._by_holder: dict[str, list[tuple[ListedAddress, Address]]] = {}
        for one in self._pairs:
            self._by_text.setdefault(one.text, []).append(one)
            read = _understood(one.text)
            if read is not None:
                for holder in read.holders:
                    self._by_holder.setdefault(holder, []).append((one, read))

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
                    matches[one] = self._compared(read, one, listed)
        found = sorted(
            matches.values(), key=lambda match: (match.kind is MatchClass.SAME_HOLDER, match.listed)
        )
        verdict = found[0].kind.verdict if found else Verdict.NO_MATCH_FOUND
        return Screened(given, read, verdict, tuple(found))

    def _compared(self, read: Address, one: ListedAddress, listed: Address) -> Match:
        if read.text == listed.text:
            return self._match(MatchClass.EXACT, one, "the same address but for upper and lower case")
        if read.holder != listed.holder:
            key, script = (read, listed) if read.payee is Payee.KEY else (listed, read)
            return self._match(
                MatchClass.SAME_HOLDER,
                one,
                f"script {script.payload} is that of key {key.payload} (P2SH of P2WPKH)",
            )
        words = f"both pay to {read.payee.value} {read.payload}"
        if read.is_same(listed):
            return self._match(MatchClass.OTHER_SPELLING, one, words)
        return self._match(
            MatchClass.SAME_HOLDER,
            one,
            f"{words}, as {read.form} on {'/'.join(read.chains)} and as {listed.form} on {'/'.join(listed.chains)}",
        )

    def _match(self, kind: MatchClass, one: ListedAddress, proof: str) -> Match:
        return Match(kind, one, self._pairs[one], proof)


def _understood(text: str) -> Address | None:
    """A listed address; None where it can only be compared as text, since the list may hold anything."""
    try:
        read = parse_address(text)
    except BadInput:
        return None
    return read if isinstance(read, Address) else None
