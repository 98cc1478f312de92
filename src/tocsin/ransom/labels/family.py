"""Names of families as they are compared: packs write WannaCry and Wannacry, REvil / Sodinokibi, Netwalker (Mailto)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["name_key", "names_in"]

_APART: Final = re.compile(r"\s*(?:[/|;,()]|\baka\b|\ba\.k\.a\.)\s*", re.IGNORECASE)


def name_key(name: str) -> str:
    """``name`` for comparing: without case, spaces and marks. Two spellings of one name give the same.

    A number stays, for it may be another family; so LockBit and LockBit 2.0 are two names here.
    """
    return "".join(one for one in unicodedata.normalize("NFKC", name).casefold() if one.isalnum())


def names_in(label: str) -> tuple[str, ...]:
    """The names that a label gives, as they are written: the whole of it, and what it sets beside another name."""
    parts = [one.strip() for one in _APART.split(label)]
    found = {name_key(one): one for one in reversed([label.strip(), *parts]) if name_key(one)}
    return tuple(reversed(found.values()))
