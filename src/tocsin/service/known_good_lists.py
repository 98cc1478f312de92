"""The known-good lists that ship with the program, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources

from tocsin.sharing.known_good import KnownGood

__all__ = ["known_good_lists"]


@cache
def known_good_lists() -> KnownGood:
    """Return the lists (what they hold: ``tocsin/data/known-good/PROVENANCE.md``)."""
    return KnownGood((resources.files("tocsin") / "data" / "known-good" / "known-good.bin").read_bytes())
