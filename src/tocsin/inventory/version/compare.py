"""How two versions of one scheme stand to each other."""

from __future__ import annotations

from tocsin.errors import NoOrder, NotAVersion
from tocsin.inventory.version.generic import compare_generic
from tocsin.inventory.version.order import Order
from tocsin.inventory.version.scheme import extent, is_generic

__all__ = ["compare"]


def compare(scheme: str, a: str, b: str) -> Order:
    """Return how version ``a`` stands to version ``b`` by the rule of ``scheme``.

    UNKNOWN where the scheme is not known or has no order, where a text is no version of it, and where an rpm or alpm
    version without its release stands for some that precede the other and some that do not. (pacman's own ``vercmp``
    then says that they are equal, and so does this for alpm.)
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
    if above_a <= low_b:
        return Order.LESS
    if above_b <= low_a:
        return Order.GREATER
    return Order.EQUAL if scheme.lower() in {"alpm", "arch"} else Order.UNKNOWN
