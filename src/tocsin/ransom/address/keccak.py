"""Keccak-256 as Ethereum has it: the padding of the competition's submission, not that of SHA-3."""

from __future__ import annotations

from typing import Final

__all__ = ["keccak_256"]

_RATE_BYTES: Final = 136
_MASK: Final = (1 << 64) - 1
# Keccak reference 3.0, section 1.2: the rotation of lane (x, y), here at x + 5 * y.
_ROTATIONS: Final = (
    0,
    1,
    62,
    28,
    27,
    36,
    44,
    6,
    55,
    20,
    3,
    10,
    43,
    25,
    39,
    41,
    45,
    15,
    21,
    8,
    18,
    2,
    61,
    56,
    14,
)


def _round_constants() -> tuple[int, ...]:
    """The constants of the 24 rounds, by the linear feedback register of the reference (section 1.2)."""
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register = (register << 1) ^ (0x171 if register & 0x80 else 0)
        constants.append(constant)
    return tuple(constants)


_ROUNDS: Final = _round_constants()


def _turned(lane: int, by: int) -> int:
    return ((lane << by) | (lane >> (64 - by))) & _MASK


def _permuted(lanes: list[int]) -> list[int]:
    for constant in _ROUNDS:
        columns = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        mixed = [columns[(x - 1) % 5] ^ _turned(columns[(x + 1) % 5], 1) for x in range(5)]
        moved = [0] * 25
        for place in range(25):
            x, y = place % 5, place // 5
            moved[y + 5 * ((2 * x + 3 * y) % 5)] = _turned(lanes[place] ^ mixed[x], _ROTATIONS[place])
        lanes = [
            moved[place]
            ^ (
                (_MASK ^ moved[place - place % 5 + (place + 1) % 5])
                & moved[place - place % 5 + (place + 2) % 5]
            )
            for place in range(25)
        ]
        lanes[0] ^= constant
    return lanes


def keccak_256(data: bytes) -> bytes:
    """The 32 bytes of Keccak-256 (Bertoni et al., The Keccak reference, version 3.0)."""
    return _sponge(data, 0x01)


def _sponge(data: bytes, suffix: int) -> bytes:
    padded = bytearray(data)
    padded += bytes(_RATE_BYTES - len(data) % _RATE_BYTES)
    padded[len(data)] ^= suffix
    padded[-1] ^= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE_BYTES):
        for place in range(_RATE_BYTES // 8):
            at = start + 8 * place
            lanes[place] ^= int.from_bytes(padded[at : at + 8], "little")
        lanes = _permuted(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])
