"""Text without regard to case, as names are compared that Windows compares so.

The lower case of the upper case, character by character: all letters that have one capital are one (the two small
sigmas; the long s), and no letter becomes two. This is what the database's ``lower(upper(text))`` gives. It is
no ``str.lower`` or ``str.casefold``: these look at a letter's neighbours, or change how long the text is.
"""

from __future__ import annotations

__all__ = ["folded", "lowered"]


class _Letters(dict[int, int]):
    """What each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> int:
        letter = chr(code)
        upper = letter.upper()
        self[code] = _small(upper if len(upper) == 1 else letter)
        return self[code]


class _Small(dict[int, int]):
    def __missing__(self, code: int) -> int:
        self[code] = _small(chr(code))
        return self[code]


def _small(letter: str) -> int:
    # The one letter whose lower case is two characters is the dotted I.
    return ord(letter.lower()[0])


_LETTERS = _Letters()
_SMALL = _Small()


def folded(text: str) -> str:
    """Return ``text`` in the form in which texts that differ in case alone are equal."""
    return text.lower() if text.isascii() else text.translate(_LETTERS)


def lowered(text: str) -> str:
    """Return ``text`` in lower case, character by character, as the database's ``lower(text)`` gives it."""
    return text.lower() if text.isascii() else text.translate(_SMALL)
