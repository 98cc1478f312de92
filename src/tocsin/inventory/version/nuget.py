"""NuGet versions (learn.microsoft.com, "NuGet package versioning"): SemVer with a fourth number, whatever the case.

Missing numbers are 0, and build metadata has no order. Of pre-release identifiers those that are a 32-bit number are
compared as one; a longer run of digits is text to NuGet.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import ZERO, number

__all__ = ["nuget_key"]

_VERSION = re.compile(
    r"\s*+v?+([0-9]++)(?:\.([0-9]++))?+(?:\.([0-9]++))?+(?:\.([0-9]++))?+"
    r"(?:-([0-9a-z.-]++))?+(?:\+[0-9a-z.-]++)?+\s*+",
    re.IGNORECASE | re.ASCII,
)

_END = "\x01"
_WORD = "\xff"
_WORD_END = "\x00"
_RELEASE = "\xff\xff"
_LARGEST = (1 << 31) - 1


def _is_number(text: str) -> bool:
    if not text.isdecimal():
        return False
    digits = text.lstrip("0")
    return len(digits) < 10 or (len(digits) == 10 and int(digits) <= _LARGEST)


def nuget_key(version: str) -> bytes | None:
    """Return the key of a NuGet version, None for a text of another form."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    *numbers, pre = found.groups()
    parts = [number(part) if part else ZERO for part in numbers]
    if pre is None:
        parts.append(_RELEASE)
    else:
        for identifier in pre.lower().split("."):
            if not identifier:
                return None
            parts.append(number(identifier) if _is_number(identifier) else f"{_WORD}{identifier}{_WORD_END}")
        parts.append(_END)
    return "".join(parts).encode("latin-1")
