"""The four answers to how two versions stand to each other."""

from __future__ import annotations

from enum import Enum

__all__ = ["Order"]


class Order(Enum):
    """How a first version stands to a second; its value is the sign that is shown."""

    LESS = "<"
    EQUAL = "="
    GREATER = ">"
    UNKNOWN = "?"

    def turned(self) -> Order:
        """Return how the second stands to the first."""
        return _TURNED[self]


_TURNED = {
    Order.LESS: Order.GREATER,
    Order.EQUAL: Order.EQUAL,
    Order.GREATER: Order.LESS,
    Order.UNKNOWN: Order.UNKNOWN,
}
