"""How two versions of one scheme stand to each other."""

from __future__ import annotations

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
    try:
        low_a, above_a = extent(scheme, a)
        low_b, above_b = extent(scheme, b)
    except (NotAVersion, NoOrder):
        return Order.UNKNOWN
    if low_a == low_b:
        return Order.EQUAL
    if low_a < low_b:
        return Order.EQUAL if low_b < above_a and _is_pacman(scheme) else Order.LESS
    return Order.EQUAL if low_a < above_b and _is_pacman(scheme) else Order.GREATER


def _is_pacman(scheme: str) -> bool:
    found = find_scheme(scheme)
    return found is not None and found.name == "alpm"
