"""Compiles known-good lists into the file that :class:`tocsin.sharing.known_good.KnownGood` searches.

The layout: ``MAGIC``, the length of the header (4 bytes, big-endian), the header (JSON), then the sections
in the header's order. Equal lists give equal bytes, as long as zlib packs alike.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from tocsin.errors import BadInput
from tocsin.sharing.known_good import (
    HASH_DIGITS,
    MAGIC,
    ListHeader,
    Network,
    SectionHeader,
    plain_address,
    reversed_labels,
)

__all__ = ["KnownGoodList", "compile_lists"]

_HEX = re.compile(r"[0-9a-f]+")
_EXACT, _SUFFIX = 0, 1
_TYPES = ("string", "substring", "hostname", "cidr")
_MOST_SETS = 1 << 16

_Marks = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class KnownGoodList:
    """One list as MISP writes it; ``type`` is string, substring, hostname or cidr."""

    name: str
    description: str
    category: str
    version: int
    type: str
    entries: tuple[str, ...]


def compile_lists(lists: Iterable[KnownGoodList]) -> bytes:
    """Compile ``lists``; the notes on a value come in their order.

    Raises:
        BadInput: a list's type is not known (``regex`` is not: no list of values needs it), or an entry
            of a ``cidr`` list is no network.
    """
    return _Compiler(tuple(lists)).file()


class _Compiler:
    def __init__(self, lists: tuple[KnownGoodList, ...]) -> None:
        self.lists = lists
        self.networks: set[tuple[Network, int]] = set()
        self.text: dict[bytes, set[tuple[int, int]]] = {}
        self.hashes: dict[int, dict[bytes, set[tuple[int, int]]]] = {}
        self.substrings: set[tuple[int, str]] = set()
        for number, held in enumerate(lists):
            if held.type not in _TYPES:
                raise BadInput(f"list {held.name!r} is of type {held.type!r}")
            for entry in held.entries:
                self.add(number, held, entry.strip().lower())

    def add(self, number: int, held: KnownGoodList, entry: str) -> None:
        if held.type == "cidr":
            network = plain_address(entry)
            if network is None:
                raise BadInput(f"list {held.name!r} has an entry that is no network: {entry[:60]!r}")
            self.networks.add((network, number))
        elif held.type == "substring":
            self.substrings.add((number, entry))
        elif held.type == "string" and len(entry) in HASH_DIGITS and _HEX.fullmatch(entry):
            keys = self.hashes.setdefault(len(entry), {})
            keys.setdefault(bytes.fromhex(entry), set()).add((number, 0))
        else:
            name = entry.strip(".")
            if not name or "\n" in name:
                raise BadInput(f"list {held.name!r} has an entry that is no name: {entry[:60]!r}")
            mode = _SUFFIX if held.type == "hostname" or entry.startswith(".") else _EXACT
            self.text.setdefault(reversed_labels(name).encode(), set()).add((number, mode))

    def file(self) -> bytes:
        sections = [
            *(self.ranges(version) for version in (4, 6)),
            _section("text", 0, {key: frozenset(marks) for key, marks in self.text.items()}),
            *(
                _section(f"hash{digits}", digits // 2, {k: frozenset(m) for k, m in keys.items()})
                for digits, keys in sorted(self.hashes.items())
            ),
        ]
        header = msgspec.json.encode(
            {
                "lists": [
                    ListHeader(
                        held.name, held.description, held.category, held.version, held.type, len(held.entries)
                    )
                    for held in self.lists
                ],
                "sections": [section for section, _ in sections],
                "substrings": sorted(self.substrings),
            }
        )
        return b"".join([MAGIC, struct.pack(">I", len(header)), header, *(stored for _, stored in sections)])

    def ranges(self, version: int) -> tuple[SectionHeader, bytes]:
        """Networks, which may lie in one another, as ranges that do not: each one's begin and cover."""
        changes: dict[int, list[tuple[bool, tuple[int, int]]]] = {0: []}
        for network, number in self.networks:
            if network.version == version:
                first = int(network.network_address)
                mark = (number, network.prefixlen)
                changes.setdefault(first, []).append((True, mark))
                changes.setdefault(first + network.num_addresses, []).append((False, mark))
        width = 4 if version == 4 else 16
        changes.pop(1 << (8 * width), None)
        covering: set[tuple[int, int]] = set()
        keys: dict[bytes, _Marks] = {}
        before: _Marks | None = None
        for start in sorted(changes):
            # Ends come before beginnings, for one network may begin where another of its size ends.
            for begins, mark in sorted(changes[start]):
                if begins:
                    covering.add(mark)
                else:
                    covering.remove(mark)
            marks = frozenset(covering)
            if marks != before:
                keys[start.to_bytes(width)] = before = marks
        return _section(f"ipv{version}", width, keys)


def _section(name: str, width: int, keys: Mapping[bytes, _Marks]) -> tuple[SectionHeader, bytes]:
    ordered = sorted(keys)
    sets = sorted({tuple(sorted(marks)) for marks in keys.values()})
    if len(sets) > _MOST_SETS:
        raise BadInput(f"the lists overlap in more than {_MOST_SETS} ways")
    number = {marks: at for at, marks in enumerate(sets)}
    ids = b"".join(number[tuple(sorted(keys[key]))].to_bytes(2) for key in ordered)
    plain = (b"" if width else b"\n").join(ordered) + ids
    packed = zlib.compress(plain, 9)
    stored = packed if len(packed) < len(plain) * 9 // 10 else plain
    return SectionHeader(name, width, len(ordered), len(stored), len(plain), tuple(sets)), stored
