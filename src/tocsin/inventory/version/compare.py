"""How two versions of one scheme stand to each other."""

from __future__ import annotations

from functools import lru_cache

from tocsin.errors import NoOrder, NotAVersion
from tocsin.inventory.version.generic import compare_generic
from tocsin.inventory.version.order import Order
from tocsin.inventory.version.scheme import extent, find_scheme, is_generic

__all__ = ["compare"]


def compare(scheme: str, a: str, b: str) -> Order:
    """Return how version ``a`` stands to version ``b`` by the rule of ``scheme``.

    UNKNOWN where the scheme is not known or has no order, and where a text is no version of it.

    A version without its release against the same version with one is told as the scheme's own tool does: RPM puts it
    first, pacman takes both for equal. Whether it is in a range is another question, and answered by
    :meth:`tocsin.inventory.version.vers.VersRange.contains`.
    """
    if is_generic(scheme):
        return compare_generic(a, b)
    one, other = _extent(scheme, a), _extent(scheme, b)
    if one is None or other is None:
        return Order.UNKNOWN
    (low_a, above_a), (low_b, above_b) = one, other
    if low_a == low_b:
        return Order.EQUAL
    if low_a < low_b:
        return Order.EQUAL if low_b < above_a and _is_pacman(scheme) else Order.LESS
    return Order.EQUAL if low_a < above_b and _is_pacman(scheme) else Order.GREATER


@lru_cache(maxsize=8_192)
def _extent(scheme: str, version: str) -> tuple[bytes, bytes] | None:
    # A version is held to each bound of each claim about its product, and a bound to each version that is here.
    try:
        return extent(scheme, version)
    except (NotAVersion, NoOrder):
        return None


def _is_pacman(scheme: str) -> bool:
    found = find_scheme(scheme)
    return found is not None and found.name == "alpm"
