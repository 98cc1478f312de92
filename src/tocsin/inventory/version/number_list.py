"""Versions that are a list of numbers: CRAN, Hackage, nginx and ``intdot``. Of two alike the shorter is first.

CRAN: R's ``numeric_version`` (``.`` and ``-`` separate alike). Hackage: the Haskell Package Versioning Policy,
"Version numbers". ``intdot``: the scheme of that name of the vers specification.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import number

__all__ = ["cran_key", "dotted_key"]

_CRAN = re.compile(r"[0-9]++(?:[.-][0-9]++)*+")
_DOTTED = re.compile(r"[0-9]++(?:\.[0-9]++)*+")
_END = "\x01"


def dotted_key(version: str) -> bytes | None:
    """Return the key of numbers with dots between, None for any other text."""
    if not _DOTTED.fullmatch(version):
        return None
    return ("".join(map(number, version.split("."))) + _END).encode("latin-1")


def cran_key(version: str) -> bytes | None:
    """Return the key of numbers with dots or dashes between, None for any other text."""
    if not _CRAN.fullmatch(version):
        return None
    return ("".join(map(number, version.replace("-", ".").split("."))) + _END).encode("latin-1")
