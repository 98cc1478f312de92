"""Whom an output pays, in as few bytes as say all that is known of it; and many of these in one table.

The first byte says what follows: the hash of a key or of a script, or the program of a witness, where the script is one
of the forms that have an address on Bitcoin's main chain; else the script, or an address of another chain, or both. So
an output of which only such an address is known, and one whose script is known, are the same payee.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.ledger.script import Kind, paid_by, script_paying
from tocsin.ransom.ledger.script_address import address_of, script_for

__all__ = ["Payees", "address_in", "payee_of", "script_in", "told_address", "united"]

_KEY_HASH: Final = 0x00
_SCRIPT_HASH: Final = 0x01
_WITNESS: Final = 0x10
"""And the version of the witness, up to 16."""
_SCRIPT: Final = 0xF0
_TEXT: Final = 0xF1
_BOTH: Final = 0xF2
_LENGTH: Final = 4


@lru_cache(1 << 16)
def payee_of(script: bytes | None, address: str) -> bytes:
    """The payee of an output, "" where nothing is known; ``address`` is as :class:`Output` has it."""
    if script is None:
        script = script_for(address)
        if script is None:
            return bytes([_TEXT]) + address.encode() if address else b""
        address = ""
    if address and address != address_of(script):
        return bytes([_BOTH]) + len(script).to_bytes(_LENGTH, "big") + script + address.encode()
    kind, payload, version = paid_by(script)
    if kind is Kind.KEY_HASH:
        return bytes([_KEY_HASH]) + payload
    if kind is Kind.SCRIPT_HASH:
        return bytes([_SCRIPT_HASH]) + payload
    if kind is Kind.WITNESS:
        return bytes([_WITNESS + version]) + payload
    return bytes([_SCRIPT]) + script


def script_in(payee: bytes) -> bytes | None:
    """The script that pays it; None where only the address is known, or nothing."""
    if not payee or payee[0] == _TEXT:
        return None
    head, rest = payee[0], payee[1:]
    if head == _SCRIPT:
        return rest
    if head == _BOTH:
        return rest[_LENGTH : _LENGTH + int.from_bytes(rest[:_LENGTH], "big")]
    if head == _KEY_HASH:
        return script_paying(Kind.KEY_HASH, rest)
    if head == _SCRIPT_HASH:
        return script_paying(Kind.SCRIPT_HASH, rest)
    return script_paying(Kind.WITNESS, rest, head - _WITNESS)


def told_address(payee: bytes) -> str:
    """The address that the payee has and its script does not say; "" where there is none."""
    if not payee or payee[0] not in {_TEXT, _BOTH}:
        return ""
    skipped = 1
    if payee[0] == _BOTH:
        skipped += _LENGTH + int.from_bytes(payee[1 : 1 + _LENGTH], "big")
    return payee[skipped:].decode()


def address_in(payee: bytes) -> str:
    """The address of the payee; "" where it has none or is not known."""
    return told_address(payee) or address_of(script_in(payee) or b"")


@dataclass(frozen=True, eq=False)
class Payees:
    """Payees by number: ``data`` holds one after the other, number n from ``start[n]`` to ``start[n + 1]``."""

    data: bytes
    start: NDArray[np.int64]

    @classmethod
    def of(cls, some: Sequence[bytes]) -> Payees:
        """A table of ``some``, in their order."""
        return cls(b"".join(some), np.array([0, *accumulate(map(len, some))], np.int64))

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, number: int) -> bytes:
        return self.data[self.start[number] : self.start[number + 1]]

    def taken(self, numbers: NDArray[Any]) -> Payees:
        """A table of those of ``numbers``, in that order."""
        if np.array_equal(numbers, np.arange(len(self))):
            return self  # as after a load that brings nobody new: copying takes most of the time and memory
        first, sizes = self.start[numbers], np.diff(self.start)[numbers]
        start = np.concatenate([[0], np.cumsum(sizes)])
        at = np.arange(start[-1]) + np.repeat(first - start[:-1], sizes)
        return Payees(np.frombuffer(self.data, np.uint8)[at].tobytes(), start)

    def numbers_of(self, address: str) -> list[int]:
        """The payees that have ``address``: one, or more where some sources name it and others a script."""
        known = payee_of(None, address)
        found = [number for number, text in self._others if text == address]
        if not known or known[0] == _TEXT:
            return found
        at = self.data.find(known)
        while at >= 0:
            number = int(np.searchsorted(self.start, at))
            if self.start[number] == at and self.start[number + 1] == at + len(known):
                return [number, *found]
            at = self.data.find(known, at + 1)
        return found

    def numbers_by_address(self, addresses: Collection[str]) -> dict[str, list[int]]:
        """:meth:`numbers_of` of many together, without those that are not here."""
        asked: dict[bytes, list[str]] = {}
        for one in dict.fromkeys(addresses):
            if payee := payee_of(None, one):
                asked.setdefault(payee, []).append(one)
        found: dict[str, list[int]] = {}
        for number, names in zip(self.places(Payees.of(list(asked))).tolist(), asked.values(), strict=True):
            if number >= 0:
                found |= {name: [number] for name in names}
        some = set(addresses)
        for number, text in self._others:
            if text in some and number not in found.get(text, ()):
                found.setdefault(text, []).append(number)
        return found

    @cached_property
    def holders(self) -> NDArray[np.int32]:
        """For each payee the first that has the same address; -1 where it has none."""
        found = np.arange(len(self), dtype=np.int32)
        found[self._heads == _SCRIPT] = -1
        groups: dict[int, set[int]] = {}
        for _, text in self._others:
            same = set(self.numbers_of(text))
            joined = same.union(*(groups[number] for number in same if number in groups))
            groups |= dict.fromkeys(joined, joined)
        for number, same in groups.items():
            found[number] = min(same)
        return found

    def addresses(self) -> Iterator[tuple[int, str]]:
        """Each payee that has an address, by its number; of several with one address the first."""
        for number in np.flatnonzero(self.holders == np.arange(len(self))).tolist():
            yield number, address_in(self[number])

    @cached_property
    def _heads(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.data, np.uint8)[self.start[:-1]]

    @cached_property
    def _others(self) -> list[tuple[int, str]]:
        """Those of which an address is told: by that, and by the one that their script has on the main chain."""
        some = np.flatnonzero((self._heads == _TEXT) | (self._heads == _BOTH)).tolist()
        told = [(number, told_address(self[number])) for number in some]
        return told + [
            (number, plain) for number in some if (plain := address_of(script_in(self[number]) or b""))
        ]

    def places(self, other: Payees) -> NDArray[np.int32]:
        """The numbers that the payees of ``other``, all different, have here; -1 for those that are not here."""
        found = np.full(len(other), -1, np.int32)
        if not len(self) or not len(other):
            return found
        keys, ours = other._keys, self._keys
        order = np.argsort(keys, kind="stable")
        at = np.searchsorted(keys[order], ours)
        at[at == len(order)] = 0
        # A key is not the whole payee, and several may have one: those few are compared one by one.
        for number in np.flatnonzero(keys[order[at]] == ours).tolist():
            place, payee = int(at[number]), self[number]
            while place < len(order) and keys[order[place]] == ours[number]:
                if other[int(order[place])] == payee:
                    found[order[place]] = number
                    break
                place += 1
        return found

    @cached_property
    def _keys(self) -> NDArray[np.uint64]:
        """Of each payee a number, the same for equal ones: its head, its size and what follows the head."""
        raw = np.frombuffer(self.data, np.uint8)
        sizes = np.diff(self.start)
        keys = self._heads.astype(np.uint64) ^ (sizes.astype(np.uint64) << np.uint64(8))
        for place in range(1, 9):
            there = place < sizes
            at = np.where(there, self.start[:-1] + place, 0)
            keys = keys * np.uint64(0x100000001B3) ^ np.where(there, raw[at], 0).astype(np.uint64)
        return keys


def united(tables: Iterable[Payees]) -> tuple[Payees, list[NDArray[np.int32]]]:
    """One table of all, and for each table the numbers that its payees have there."""
    one, *others = tables
    numbers = [np.arange(len(one), dtype=np.int32)]
    for other in others:
        one, moved = _with(one, other)
        numbers.append(moved)
    return one, numbers


def _with(one: Payees, other: Payees) -> tuple[Payees, NDArray[np.int32]]:
    """``one`` and, after it, those of ``other`` that it has not; and the numbers of the other's payees."""
    moved = one.places(other)
    new = np.flatnonzero(moved < 0)
    moved[new] = np.arange(len(one), len(one) + len(new))
    added = other.taken(new)
    return Payees(one.data + added.data, np.concatenate([one.start, added.start[1:] + len(one.data)])), moved
