"""RIPEMD-160, which Python has only where the system's OpenSSL offers its old algorithms."""

from __future__ import annotations

from hashlib import sha256
from struct import pack, unpack
from typing import Final

__all__ = ["hash160", "ripemd160"]

# The tables of the paper's appendix: how the words are permuted from round to round, and by how much each is turned.
_RHO: Final = (7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8)
_TURNS: Final = (
    (11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8),
    (12, 13, 11, 15, 6, 9, 9, 7, 12, 15, 11, 13, 7, 8, 7, 7),
    (13, 15, 14, 11, 7, 7, 6, 8, 13, 14, 13, 12, 5, 5, 6, 9),
    (14, 11, 12, 14, 8, 6, 5, 5, 15, 12, 15, 14, 9, 9, 8, 6),
    (15, 12, 13, 13, 9, 5, 8, 6, 14, 11, 12, 11, 8, 6, 5, 5),
)
_LEFT_ADDS: Final = (0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E)
_RIGHT_ADDS: Final = (0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0)
_MASK: Final = 0xFFFFFFFF


def _orders() -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """The words of the five rounds: the left line begins with the identity, the right one with 9i + 5."""
    lines = []
    for first in (tuple(range(16)), tuple((9 * i + 5) % 16 for i in range(16))):
        rounds = [first]
        for _ in range(4):
            rounds.append(tuple(_RHO[word] for word in rounds[-1]))
        lines.append(tuple(rounds))
    return lines[0], lines[1]


_ORDERS: Final = _orders()


def _turned(word: int, by: int) -> int:
    word &= _MASK
    return (word << by | word >> (32 - by)) & _MASK


def _mixed(kind: int, x: int, y: int, z: int) -> int:
    return (
        x ^ y ^ z,
        (x & y) | (~x & z),
        (x | ~y) ^ z,
        (x & z) | (y & ~z),
        x ^ (y | ~z),
    )[kind] & _MASK


def _line(state: tuple[int, ...], words: tuple[int, ...], *, right: bool) -> list[int]:
    a, b, c, d, e = state
    for turn in range(5):
        kind, add = (4 - turn, _RIGHT_ADDS[turn]) if right else (turn, _LEFT_ADDS[turn])
        for word in _ORDERS[int(right)][turn]:
            # A word is turned by as much in both lines, wherever it stands in them.
            moved = _turned(a + _mixed(kind, b, c, d) + words[word] + add, _TURNS[turn][word])
            a, b, c, d, e = e, (moved + e) & _MASK, b, _turned(c, 10), d
    return [a, b, c, d, e]


def ripemd160(data: bytes) -> bytes:
    """The 20 bytes of RIPEMD-160 (Dobbertin, Bosselaers, Preneel: RIPEMD-160, a strengthened version, 1996)."""
    state: tuple[int, ...] = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
    padded = data + b"\x80" + bytes(-(len(data) + 9) % 64) + pack("<Q", 8 * len(data))
    for start in range(0, len(padded), 64):
        words = unpack("<16I", padded[start : start + 64])
        left, right = _line(state, words, right=False), _line(state, words, right=True)
        state = tuple(
            (state[(at + 1) % 5] + left[(at + 2) % 5] + right[(at + 3) % 5]) & _MASK for at in range(5)
        )
    return pack("<5I", *state)


def hash160(data: bytes) -> bytes:
    """What Bitcoin calls so: RIPEMD-160 of SHA-256."""
    return ripemd160(sha256(data).digest())
