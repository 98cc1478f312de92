"""Bech32 and bech32m (BIP 173, BIP 350), and Bitcoin Cash's cashaddr: words of 5 bits with a BCH code behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import xor
from typing import Final

from tocsin.errors import BadInput, Place

__all__ = ["cashaddr", "plain", "segwit", "segwit_text"]

_CHARACTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32: Final = 1
_BECH32M: Final = 0x2BC830A3
_LONGEST: Final = 90
_CASHADDR_SIZES: Final = (20, 24, 28, 32, 40, 48, 56, 64)

Holds = Callable[[Sequence[int]], bool]


def _tops(generators: Sequence[int]) -> tuple[int, ...]:
    """What each value of the five bits that leave a sum adds to it."""
    return tuple(
        reduce(xor, (one for bit, one in enumerate(generators) if top >> bit & 1), 0) for top in range(32)
    )


_BECH32_TOPS: Final = _tops((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3))
_CASHADDR_TOPS: Final = _tops((0x98F2BC8E61, 0x79B76D99E2, 0xF33E5FB3C4, 0xAE2EABE2A8, 0x1E4F43E470))


def _bech32_sum(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        check = (check & 0x1FFFFFF) << 5 ^ value ^ _BECH32_TOPS[check >> 25]
    return check


def _expanded(prefix: str) -> list[int]:
    """What the checksum takes of a prefix (BIP 173): the high bits of its characters, and then the low ones."""
    return [*(ord(one) >> 5 for one in prefix), 0, *(ord(one) & 31 for one in prefix)]


def _cashaddr_sum(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        check = (check & 0x07FFFFFFFF) << 5 ^ value ^ _CASHADDR_TOPS[check >> 35]
    return check ^ 1


def _words(text: str, start: int) -> list[int]:
    """The values of the characters from ``start`` on.

    Raises:
        BadInput: upper and lower case are mixed, or a character is foreign; with its column.
    """
    lower = text.lower()
    if text not in {lower, text.upper()}:
        first = next(one for one in text if one.isalpha())
        other = next(at for at, one in enumerate(text) if one.isalpha() and one.isupper() != first.isupper())
        raise BadInput("upper and lower case are mixed in the address", where=Place(column=other + 1))
    for place in range(start, len(text)):
        if lower[place] not in _CHARACTERS:
            raise BadInput(
                f"{text[place]!r} does not occur in an address of this form", where=Place(column=place + 1)
            )
    return [_CHARACTERS.index(one) for one in lower[start:]]


def _wrong_place(words: list[int], holds: Holds) -> int | None:
    """The place of the one word that, changed, makes the code hold; None where it is not exactly one."""
    found = [
        place
        for place, was in enumerate(words)
        for value in range(32)
        if value != was and holds([*words[:place], value, *words[place + 1 :]])
    ]
    return found[0] if len(found) == 1 else None


def _check(words: list[int], start: int, holds: Holds) -> None:
    if holds(words):
        return
    place = _wrong_place(words, holds)
    # BIP 173 warns of offering the corrected address: it may be another one's.
    raise BadInput(
        "the address holds a typing error: its checksum does not hold",
        where=None if place is None else Place(column=start + place + 1),
        hint="Copy it anew from where it was given; do not guess the character.",
    )


def _bytes_of(words: Sequence[int]) -> bytes | None:
    """Words of 5 bits as bytes; None where what is left over is a whole word or not zero."""
    number = bits = 0
    for word in words:
        number, bits = number << 5 | word, bits + 5
    over = bits % 8
    return None if over >= 5 or number & ((1 << over) - 1) else (number >> over).to_bytes(bits // 8, "big")


def segwit(text: str) -> tuple[str, int, bytes]:
    """Network prefix, witness version and program of an address, whose prefix holds no 1 itself.

    Raises:
        BadInput: it is none; with the column of the character that is wrong, where one alone can be.
    """
    start = text.index("1") + 1
    prefix = text[: start - 1].lower()
    words = _words(text, start)
    if len(text) > _LONGEST or len(words) < 7:
        raise BadInput("is too short or too long for an address", where=Place(column=len(text)))
    before = _expanded(prefix)
    version = words[0]
    # The version itself may be the wrong character, so that either code may be the one that was meant.
    wanted = _BECH32M if version else _BECH32

    def holds(some: Sequence[int]) -> bool:
        return _bech32_sum([*before, *some]) == (_BECH32M if some[0] else _BECH32)

    if _bech32_sum([*before, *words]) == (_BECH32 if wanted == _BECH32M else _BECH32M):
        raise BadInput(
            f"witness version {version} is written with the other checksum (BIP 350)",
            where=Place(column=start + 1),
        )
    _check(words, start, holds)
    program = _bytes_of(words[1:-6])
    if (
        program is None
        or version > 16
        or not 2 <= len(program) <= 40
        or (not version and len(program) not in {20, 32})
    ):
        raise BadInput("no witness program has this version and length", where=Place(column=start + 1))
    return prefix, version, program


def segwit_text(prefix: str, version: int, program: bytes) -> str:
    """The address of a witness program: bech32 for version 0, bech32m for those after it."""
    bits = len(program) * 8
    pad = -bits % 5
    number = int.from_bytes(program, "big") << pad
    words = [version, *(number >> at & 31 for at in range(bits + pad - 5, -1, -5))]
    before = _expanded(prefix)
    rest = _bech32_sum([*before, *words, *[0] * 6]) ^ (_BECH32M if version else _BECH32)
    words += [rest >> 5 * (5 - place) & 31 for place in range(6)]
    return f"{prefix}1{''.join(_CHARACTERS[word] for word in words)}"


def plain(text: str) -> tuple[str, bytes]:
    """Prefix (without a 1) and bytes of a bech32 text without a witness version, as chains of Cosmos have it.

    Raises:
        BadInput: it is none; with the column of the character that is wrong, where one alone can be.
    """
    start = text.index("1") + 1
    prefix = text[: start - 1].lower()
    words = _words(text, start)
    before = _expanded(prefix)
    _check(words, start, lambda some: _bech32_sum([*before, *some]) == _BECH32)
    data = _bytes_of(words[:-6])
    if not data:
        raise BadInput("no hash has this length", where=Place(column=start + 1))
    return prefix, data


def cashaddr(prefix: str, text: str, column: int = 0) -> tuple[int, bytes]:
    """Type (0 key hash, 1 script hash) and hash of an address without its prefix; ``column`` is what stood before.

    By the specification of cashaddr (bitcoincashorg/bitcoincash.org, spec/cashaddr.md).

    Raises:
        BadInput: it is none; with the column of the character that is wrong, where one alone can be.
    """
    try:
        words = _words(text, 0)
    except BadInput as error:
        where = error.where
        if where is not None and where.column is not None:
            error.where = Place(column=where.column + column)
        raise
    before = [*(ord(one) & 31 for one in prefix), 0]
    _check(words, column, lambda some: _cashaddr_sum([*before, *some]) == 0)
    data = _bytes_of(words[:-8])
    if not data or data[0] & 0x80 or len(data) - 1 != _CASHADDR_SIZES[data[0] & 7]:
        raise BadInput("no hash has this version and length", where=Place(column=column + 1))
    return data[0] >> 3, data[1:]
