"""A sieve for rows: which of them could hold a value that a plan looks for, told from a few bytes of each text.

Casting ten million values to look them up costs many times what reading them costs, and hardly any row is a hit. So
values are first looked at as they lie in the Arrow buffer: eight bytes of their beginning and eight of their end,
letters folded, make a key that every spelling of a value shares, and a bitmap tells which keys are looked for.
Whatever could be spelled in another way (*odd*: beyond ASCII, defanged, an address with a port) passes unasked. The
sieve decides nothing: it may let too much through, never too little, and what passes is cast and looked up exactly.

The idea is that of a Bloom filter (B. H. Bloom, 1970) on a key that the casts of ``engine.casts`` leave alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.detect.mapping import Cast
from tocsin.engine.texts import NO_ROWS, WORD, WORD_MASK, Rows, Texts, Words, bytes_equal, folded

__all__ = ["Bitmap", "Keys", "Prefixes", "Shape", "can_key", "key_shape", "odd_rows"]

_ONE = np.uint64(1)

_HTTPS, _HTTP = b"https://", b"http://"
_SEPARATORS = b"\\/"
_FOLDED_SEPARATORS = b"|/"
_HOST_ENDS = b"/:?#"


class Shape(Enum):
    """Which bytes of a text make its key."""

    WHOLE = "whole"  # the first eight and the last eight
    URL = "url"  # the eight behind the scheme and the last eight
    HOST = "host"  # the first eight of a URL's host
    NAME = "name"  # the last eight of a path's last component
    FOLDER = "folder"  # the first eight of a path's folder
    PART = "part"  # none: the value is some part of the text


_SIMPLE = {Cast.TEXT, Cast.LOWER, Cast.PLUS, Cast.HASH, Cast.DOMAIN, Cast.EMAIL, Cast.IP}
_STRUCTURAL = {
    Cast.URL_HOST: Shape.HOST,
    Cast.BASENAME: Shape.NAME,
    Cast.DIRNAME: Shape.FOLDER,
    Cast.URL_PATH: Shape.PART,
    Cast.SYSMON_MD5: Shape.PART,
    Cast.SYSMON_SHA1: Shape.PART,
    Cast.SYSMON_SHA256: Shape.PART,
    Cast.SYSMON_IMPHASH: Shape.PART,
}


def key_shape(casts: Collection[Cast]) -> Shape | None:
    """Return the shape of the key of a text that goes through ``casts``, one after another; None if it has none."""
    shapes = [_STRUCTURAL[cast] for cast in casts if cast in _STRUCTURAL]
    if len(shapes) > 1 or not _SIMPLE.union(_STRUCTURAL, [Cast.URL]).issuperset(casts):
        return None
    if shapes:
        return shapes[0]
    return Shape.URL if Cast.URL in casts else Shape.WHOLE


# -- keys ---------------------------------------------------------------------------------------


def _mixed(*words: Words) -> Words:
    mixed = words[0] * _ODD[0]
    for word, factor in zip(words[1:], _ODD[1:], strict=False):
        mixed ^= word * factor
    return mixed


_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))


def _whole(texts: Texts) -> Words:
    return _mixed(texts.head, texts.tail)


def _behind_scheme(texts: Texts) -> Words:
    at = np.minimum(texts.start + len(_HTTPS), texts.end)
    return _mixed(folded(texts.words(at, texts.end - at)), texts.tail)


def _first(texts: Texts) -> Words:
    return _mixed(texts.head)


def _host(texts: Texts) -> Words:
    at = np.minimum(texts.start + np.where(_is_https(texts), len(_HTTPS), len(_HTTP)), texts.end).astype(
        np.int32
    )
    words = texts.words(at, texts.end - at)
    ends = bytes_equal(words, _HOST_ENDS)
    # Of the lowest byte that ends a host, and of all above it, nothing is kept; without one, all is.
    keep = ((ends & (~ends + _ONE)) >> np.uint64(7)) - _ONE
    return _mixed(folded(words & keep))


def _is_https(texts: Texts) -> npt.NDArray[np.bool_]:
    https: npt.NDArray[np.bool_] = texts.head == np.uint64(int.from_bytes(_HTTPS, "little"))
    return https


def _is_http(texts: Texts) -> npt.NDArray[np.bool_]:
    head = texts.head & WORD_MASK[len(_HTTP)]
    http: npt.NDArray[np.bool_] = head == np.uint64(int.from_bytes(_HTTP, "little"))
    return http


def _name(texts: Texts) -> Words:
    tails = texts.tail << (np.uint64(8) * (WORD - np.clip(texts.length, 1, WORD)).astype(np.uint64))
    above = bytes_equal(tails, _FOLDED_SEPARATORS)
    for shift in (8, 16, 32):
        above |= above >> np.uint64(shift)
    # All up to the last separator is dropped: 0x80 for a byte becomes 0xff.
    dropped = (above >> np.uint64(7)) * np.uint64(0xFF)
    return _mixed(folded(tails & ~dropped))


_OF_TEXT: dict[Shape, Callable[[Texts], Words]] = {
    Shape.WHOLE: _whole,
    Shape.URL: _behind_scheme,
    Shape.HOST: _host,
    Shape.NAME: _name,
    Shape.FOLDER: _first,
}
# What is looked for is a value itself: a host, not the URL that it is the host of.
_OF_VALUE = _OF_TEXT | {Shape.HOST: _first}


class Bitmap:
    """A set of mixed words that may hold a few more than it was given (one in some thousands)."""

    def __init__(self, words: Words) -> None:
        bits = min(max(12, int(len(words) * 16).bit_length()), _MOST_BITS)
        # The first is small enough to stay in the processor's cache; the second is asked of the few that pass.
        self._shift = (np.uint64(64 - bits), np.uint64(64 - bits - 2))
        self._first, self._second = np.zeros(1 << bits, np.bool_), np.zeros(1 << bits + 2, np.bool_)
        self._first[words >> self._shift[0]] = True
        self._second[_again(words) >> self._shift[1]] = True

    def rows(self, words: Words) -> Rows:
        """The rows whose word is in the set."""
        rows = np.flatnonzero(self._first[words >> self._shift[0]])
        sure: Rows = rows[self._second[_again(words[rows]) >> self._shift[1]]]
        return sure


_MOST_BITS = 22


def _again(mixed: Words) -> Words:
    return (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)


class Keys:
    """The keys of the values that are looked for, in one shape."""

    def __init__(self, shape: Shape, values: Sequence[pa.StringArray]) -> None:
        self._key = _OF_TEXT[shape]
        of_value = _OF_VALUE[shape]
        keys = [of_value(Texts(chunk)) for chunk in values]
        if marks := _BEHIND.get(shape):
            short = [one for chunk in values for one in chunk.filter(_short(chunk, WORD)).to_pylist()]
            longer = [
                one + mark * more for one in short for mark in marks for more in range(1, WORD + 1 - len(one))
            ]
            keys.append(of_value(Texts(pa.array(longer, pa.string()))))
        self._bitmap = Bitmap(np.concatenate(keys))

    def rows(self, texts: Texts) -> Rows:
        """The rows of ``texts`` whose key is one of these; those without a value never are."""
        rows = self._bitmap.rows(self._key(texts))
        there: Rows = rows[texts.length[rows] > 0]
        return there


# What may follow a value that is shorter than its key: what the cast drops.
_BEHIND = {Shape.HOST: ".", Shape.FOLDER: "\\/"}


def can_key(shape: Shape, values: Sequence[pa.StringArray]) -> bool:
    """Whether each of ``values`` has a key in this shape. A short folder has none: what follows it is not known."""
    if shape is Shape.PART:
        return not any(map(len, values))
    return shape is not Shape.FOLDER or not any(pc.any(_short(chunk, WORD - 1)).as_py() for chunk in values)


def _short(values: pa.StringArray, length: int) -> pa.BooleanArray:
    return pc.less(pc.binary_length(values), length)


class Prefixes:
    """The first octets of dotted addresses, as :func:`tocsin.engine.prefixes.octet_prefixes` gives them."""

    def __init__(self, prefixes: pa.Table) -> None:
        self._levels: list[tuple[np.uint64, Bitmap]] = []
        levels = prefixes["level"].to_numpy()
        for level in (1, 2, 3):
            # An octet and its dot are two characters at least.
            mask = WORD_MASK[2 * level]
            texts = prefixes["prefix"].filter(pa.array(levels == level)).to_pylist()
            if texts:
                words = Texts(pa.array([f"{text}." for text in texts], pa.string())).head
                self._levels.append((mask, Bitmap(_mixed(words & mask))))

    def rows(self, texts: Texts) -> Rows:
        """The rows of ``texts`` that begin like one of the networks."""
        head = texts.head
        found = [bitmap.rows(_mixed(head & mask)) for mask, bitmap in self._levels]
        return np.concatenate(found) if found else NO_ROWS


# -- odd spellings --------------------------------------------------------------------------------

_REFANGED = {Cast.DOMAIN, Cast.URL, Cast.URL_HOST, Cast.URL_PATH, Cast.EMAIL}
_HXX = int.from_bytes(b"hxx", "little")
_LONGEST_IPV4 = 15
_FOUR_BIT = np.uint64(0x1010101010101010)


def odd_rows(casts: Collection[Cast], texts: Texts) -> Rows:
    """Return the rows of ``texts`` that ``casts`` may bring to a value with another key than their own."""
    found: list[Rows] = []
    data = texts.data
    if len(data) and np.max(data) >= 0x80:
        found.append(texts.rows_of(np.flatnonzero(data >= 0x80)))
    if _REFANGED.intersection(casts):
        found.append(texts.holding(ord("[")))
        found.append(np.flatnonzero((texts.head & WORD_MASK[3]) == np.uint64(_HXX)))
    if Cast.URL_HOST in casts:
        found.append(texts.holding(ord("@")))
        found.append(np.flatnonzero(~(_is_https(texts) | _is_http(texts)) & (texts.length > 1)))
    elif Cast.DOMAIN in casts:
        found.append(texts.ending_with(b"."))
    if Cast.PLUS in casts:
        found.append(texts.holding(ord("+")))
    if Cast.BASENAME in casts:
        found.append(texts.ending_with(_SEPARATORS))
    if Cast.IP in casts:
        found.append(_no_plain_address(texts))
    return np.concatenate(found) if found else NO_ROWS


def _no_plain_address(texts: Texts) -> Rows:
    """The rows that are not four numbers with dots: longer, with another character than a digit or dot, or a number."""
    data = texts.data
    # From "." over "/" to "9" in one comparison, since lower characters come round from above; "/" is a network's.
    other = ((data - np.uint8(ord("."))) > ord("9") - ord(".")) | (data == ord("/"))
    odd = np.zeros(len(texts), np.bool_)
    if other.any():
        odd[texts.rows_of(np.flatnonzero(other))] = True
    odd |= texts.length > _LONGEST_IPV4
    # Digits have this bit, the dot has not: eight digits in a row are no part of a dotted address.
    odd |= (texts.head & _FOUR_BIT) == (WORD_MASK[np.clip(texts.length, 0, WORD)] & _FOUR_BIT)
    return np.flatnonzero(odd & (texts.length > 1))
