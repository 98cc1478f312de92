"""How good a source is and how good what it says: two grades, never folded into one.

Source: the Admiralty code of NATO (AJP-2.1; STANAG 2511), and STIX 2.1 appendix A for its confidence.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CREDIBILITY", "NOT_JUDGED", "NOT_KNOWN", "RELIABILITY", "confidence_of"]

RELIABILITY: Final = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
"""What each letter says of the source."""

CREDIBILITY: Final = {
    1: "confirmed by other sources",
    2: "probably true",
    3: "possibly true",
    4: "doubtfully true",
    5: "improbable",
    6: "truth cannot be judged",
}
"""What each digit says of the information."""

NOT_KNOWN: Final = "F"
NOT_JUDGED: Final = 6

_CONFIDENCE: Final = {1: 90, 2: 70, 3: 50, 4: 30, 5: 10}


def confidence_of(credibility: int) -> int | None:
    """The confidence (0 to 100) that STIX gives a digit; None for 6. The letter has no part in it."""
    return _CONFIDENCE.get(credibility)
