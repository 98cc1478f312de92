"""Whole numbers of any size as text whose order, character by character, is theirs.

A number is its length in one character, then its digits without leading zeros: the longer number is the larger one,
and of equal lengths the digits decide. No number's text begins another's.

All keys of this package are put together as text of the characters U+0000 to U+00FF and become bytes once, at the
end, since text is what the versions come as. The first character of a number is U+0080 to U+00FE; so signs and ASCII
text, which stand below U+0080, sort before every number, and U+00FF sorts after it.
"""

from __future__ import annotations

__all__ = ["ZERO", "number"]

_FIRST = 0x80
_LONG = 0xFE


class _Numbers(dict[str, str]):
    """Digits -> text; those of most versions are made once, the others when asked for."""

    def __missing__(self, digits: str) -> str:
        digits = digits.lstrip("0")
        length = len(digits)
        if _FIRST + length < _LONG:
            return chr(_FIRST + length) + digits
        return f"{chr(_LONG)}{chr(length >> 8)}{chr(length & 0xFF)}{digits}"


_NUMBERS = _Numbers()
_NUMBERS.update({str(value): _NUMBERS[str(value)] for value in range(1_000)})

number = _NUMBERS.__getitem__
"""``number(digits)``: the text of a number of up to 65,535 digits, given as ASCII digits; no digits are zero."""

ZERO = number("0")
