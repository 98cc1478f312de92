"""Known-good lists: what is known of a value that may make a hit on it mean nothing, or something else.

The lists are those of MISP, compiled (:mod:`tocsin.sharing.known_good_compiler`) into sorted keys that are
searched as they lie in the file: addresses as flat integer ranges, names with their labels reversed,
hashes as bytes. What a list's type means is MISP's definition (misp-warninglists, README, "type of
warning list"): ``string`` equal, ``substring`` contained, ``hostname`` the name or one under it, ``cidr``
the network or one in it. In one point this is wider: an entry of a ``string`` list that begins with a
dot is read as a ``hostname``, since it can equal no value.
"""

from __future__ import annotations

import ipaddress
import re
import struct
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, overload

import msgspec

from tocsin.errors import BadInput

__all__ = [
    "HASH_DIGITS",
    "MAGIC",
    "KnownGood",
    "KnownGoodNote",
    "ListHeader",
    "SectionHeader",
    "host_of",
    "plain_address",
    "reversed_labels",
]

MAGIC: Final = b"TOCSIN-KG1\n"
HASH_DIGITS: Final = frozenset({32, 40, 56, 64, 96, 128})
"""Lengths of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512 in hexadecimal."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_HEX = re.compile(r"[0-9a-f]+")
_SCHEME = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_SUFFIX = 1
_NAME_CHARACTERS = (
    253  # RFC 1035 section 2.3.4; a longer text is no name, and has too many parents to ask for.
)


class ListHeader(msgspec.Struct, frozen=True):
    """One compiled list. ``category`` is ours (see the data's PROVENANCE.md); the rest is the source's."""

    name: str
    description: str
    category: str
    version: int
    type: str
    entries: int


class SectionHeader(msgspec.Struct, frozen=True):
    """One sorted table: ``count`` keys of ``width`` bytes (0: lines of text), then a 16-bit number for each.

    The number points into ``sets``: which lists, each with a prefix length, or 1 where names under it count.
    ``stored`` and ``plain`` are bytes in the file and unpacked; they differ where zlib was used.
    """

    name: str
    width: int
    count: int
    stored: int
    plain: int
    sets: tuple[tuple[tuple[int, int], ...], ...]


class _FileHeader(msgspec.Struct, frozen=True):
    lists: tuple[ListHeader, ...]
    sections: tuple[SectionHeader, ...]
    substrings: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class KnownGoodNote:
    """A list that a value is on. ``entry`` is the list's entry that says so, in canonical spelling.

    ``category`` says what being on it means: ``sinkhole`` is no good sign, ``dynamic-dns`` and
    ``shared-service`` only say that others use the same name or address.
    """

    list_name: str
    description: str
    entry: str
    category: str = ""


class KnownGood:
    """Compiled known-good lists.

    Args:
        data: the compiled file's bytes (``tocsin/data/known-good/known-good.bin``).

    Raises:
        BadInput: ``data`` is no such file.
    """

    def __init__(self, data: bytes) -> None:
        try:
            if not data.startswith(MAGIC):
                raise ValueError("its first bytes are others")
            (size,) = struct.unpack_from(">I", data, len(MAGIC))
            start = len(MAGIC) + 4
            header = msgspec.json.decode(data[start : start + size], type=_FileHeader)
            self._tables: dict[str, _Table] = {}
            start += size
            for section in header.sections:
                self._tables[section.name] = _Table(section, data[start : start + section.stored])
                start += section.stored
        except (ValueError, struct.error, zlib.error) as error:
            raise BadInput(f"not a file of compiled known-good lists: {error}") from None
        self.lists = header.lists
        self._substrings = header.substrings

    def notes(self, kind: str, value: str) -> tuple[KnownGoodNote, ...]:
        """The lists that ``value`` is on, at most one note a list, in the lists' order.

        ``kind`` is ipv4, ipv6, cidr, domain, url or hash; any other has no list. Case does not matter. A
        network is on a list if one entry covers all of it. A URL is looked up whole, and by its host.
        """
        text = value.strip().lower()
        found: dict[int, str] = {}
        if kind in ("ipv4", "ipv6", "cidr"):
            self._add_address(found, text)
        elif kind == "domain":
            self._add_name(found, text.rstrip("."))
        elif kind == "url":
            self._add_text(found, text)
            host = host_of(text)
            self._add_suffixes(found, host)
            self._add_address(found, host)
        elif kind == "hash":
            self._add_hash(found, text)
        if kind in ("ipv4", "ipv6", "cidr", "domain", "url"):
            for number, part in self._substrings:
                if part in text:
                    found.setdefault(number, part)
        return tuple(self._note(number, found[number]) for number in sorted(found))

    def inside(self, network: str) -> tuple[KnownGoodNote, ...]:
        """The lists that have an entry in ``network`` (CIDR), smaller than it: one entry a list, in their order.

        A network that is blocked takes with it what lies in it: 8.0.0.0/8 holds 8.8.8.8.
        """
        wanted = plain_address(network.strip().lower())
        table = self._tables.get(f"ipv{wanted.version}") if wanted is not None else None
        if wanted is None or table is None:
            return ()
        found: dict[int, str] = {}
        first, last = wanted.network_address.packed, wanted.broadcast_address.packed
        for key, marks in table.between(first, last):
            for number, prefix in marks:
                if prefix > wanted.prefixlen and number not in found:
                    found[number] = str(ipaddress.ip_network((key, prefix), strict=False))
        return tuple(self._note(number, found[number]) for number in sorted(found))

    def _note(self, number: int, entry: str) -> KnownGoodNote:
        held = self.lists[number]
        return KnownGoodNote(held.name, held.description, entry, held.category)

    def _add_address(self, found: dict[int, str], text: str) -> None:
        network = plain_address(text)
        if network is None:
            return
        table = self._tables.get(f"ipv{network.version}")
        if table is None:
            return
        covering = table.covering(network.network_address.packed)
        # A set is sorted by list, then prefix length, so a list's narrowest network comes last and stays.
        narrowest = {number: prefix for number, prefix in covering if prefix <= network.prefixlen}
        for number, prefix in narrowest.items():
            found[number] = str(network.supernet(new_prefix=prefix))

    def _add_name(self, found: dict[int, str], text: str) -> None:
        self._add_text(found, text)
        self._add_suffixes(found, text)

    def _add_text(self, found: dict[int, str], text: str) -> None:
        for number, _ in self._text(text):
            found.setdefault(number, text)

    def _add_suffixes(self, found: dict[int, str], host: str) -> None:
        name = host if len(host) <= _NAME_CHARACTERS else ""
        while name:
            for number, mode in self._text(name):
                if mode == _SUFFIX:
                    found.setdefault(number, name)
            name = name.partition(".")[2]

    def _text(self, text: str) -> Sequence[tuple[int, int]]:
        table = self._tables.get("text")
        return table.equal(reversed_labels(text).encode(errors="replace")) if table else ()

    def _add_hash(self, found: dict[int, str], text: str) -> None:
        table = self._tables.get(f"hash{len(text)}")
        if table is not None and _HEX.fullmatch(text):
            for number, _ in table.equal(bytes.fromhex(text)):
                found[number] = text
        else:
            self._add_text(found, text)


class _Table:
    """A section, searched without being unpacked into objects (lines of text excepted)."""

    def __init__(self, header: SectionHeader, stored: bytes) -> None:
        if len(stored) != header.stored:
            raise ValueError("it ends too early")
        plain = zlib.decompress(stored) if header.stored != header.plain else stored
        if len(plain) != header.plain:
            raise ValueError("a section has another length than it says")
        ids = len(plain) - 2 * header.count
        self._ids = plain[ids:]
        self._sets = header.sets
        self._keys: Sequence[bytes] = (
            _Keys(plain[:ids], header.width) if header.width else plain[:ids].split(b"\n")
        )

    def equal(self, key: bytes) -> Sequence[tuple[int, int]]:
        """The lists of the entry ``key``."""
        at = bisect_left(self._keys, key)
        return self._set(at) if at < len(self._keys) and self._keys[at] == key else ()

    def covering(self, key: bytes) -> Sequence[tuple[int, int]]:
        """The lists of the range that ``key`` lies in; keys are where ranges begin."""
        at = bisect_right(self._keys, key) - 1
        return self._set(at) if at >= 0 else ()

    def between(self, first: bytes, last: bytes) -> Iterator[tuple[bytes, Sequence[tuple[int, int]]]]:
        """The ranges that have a key in common with ``first`` to ``last``, by their first such key."""
        yield first, self.covering(first)
        for at in range(bisect_right(self._keys, first), bisect_right(self._keys, last)):
            yield self._keys[at], self._set(at)

    def _set(self, at: int) -> Sequence[tuple[int, int]]:
        return self._sets[int.from_bytes(self._ids[2 * at : 2 * at + 2])]


class _Keys(Sequence[bytes]):
    """Keys of one width, end to end."""

    __slots__ = ("_data", "_width")

    def __init__(self, data: bytes, width: int) -> None:
        self._data = data
        self._width = width

    def __len__(self) -> int:
        return len(self._data) // self._width

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        return self._data[at * self._width : (at + 1) * self._width]

    def __iter__(self) -> Iterator[bytes]:
        return (self[at] for at in range(len(self)))


def reversed_labels(name: str) -> str:
    """``www.example.org`` as ``org.example.www``, so that names under one name sort together."""
    return ".".join(reversed(name.split(".")))


def host_of(url: str) -> str:
    """The host of a URL (RFC 3986 section 3.2.2), with or without scheme, without port and final dot."""
    authority = re.split(r"[/?#\\]", _SCHEME.sub("", url.strip(), count=1), maxsplit=1)[0]
    host = authority.rpartition("@")[2].lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def plain_address(text: str) -> Network | None:
    """``text`` as a network, one address being a network of one; None if it is neither.

    Host bits are cut off. An IPv4 address that is written as IPv6 (::ffff:a.b.c.d) is an IPv4 address.
    """
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    if network.version == 6 and network.prefixlen >= 96 and network.network_address.ipv4_mapped is not None:
        return ipaddress.IPv4Network((network.network_address.ipv4_mapped, network.prefixlen - 96))
    return network
