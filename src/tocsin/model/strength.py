"""How much a link between two incidents or cases says, in words that have an order and no number."""

from __future__ import annotations

from enum import Enum

__all__ = ["Strength"]


class Strength(Enum):
    """How much a link says. Weak by itself is a hint to look and nothing more."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"

    def lowered(self, steps: int) -> Strength:
        """So many words weaker; what is weak stays weak."""
        words = list(Strength)
        return words[min(words.index(self) + steps, len(words) - 1)]
