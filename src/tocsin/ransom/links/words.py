"""What links are called, for a person."""

from __future__ import annotations

from typing import Final

from tocsin.ransom.links.link import Kind

__all__ = ["KIND_WORDS", "NO_ONE_ACTOR", "SAME"]

KIND_WORDS: Final = {
    Kind.ADDRESS: "the same address",
    Kind.CLUSTER: "one holder",
    Kind.CONSOLIDATION: "spent together",
    Kind.CASH_OUT: "the same cash-out address",
    Kind.SPLIT: "the same split",
}
"""What two cases have in common, as the head of its evidence."""

SAME: Final = {
    Kind.ADDRESS: "the same address",
    Kind.CLUSTER: "the same holder",
    Kind.CONSOLIDATION: "the same transaction that spends money of both",
    Kind.CASH_OUT: "the same cash-out address",
    Kind.SPLIT: "the same split",
}
"""What a case leads to, in a sentence that goes on with whose case leads there, too."""

NO_ONE_ACTOR: Final = (
    "That two lead to the same hands does not say that one actor was behind both. Only what is loaded counts."
)
