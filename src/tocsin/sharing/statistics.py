"""Statistics of a sector that tell nothing of any one member.

A count over at least ``limits.STATISTIC_RESPONDERS`` members is given, unless all or none of them said yes: then it
tells what each said. Two answers to one question may be subtracted from one another, so an answer is also held
against every one that was given before (differencing; Dwork and Roth, "The Algorithmic Foundations of
Differential Privacy", 2014, section 1.1; set-size control: Denning, "Cryptography and Data Security", 1982,
section 6.3). What this does not prevent: members who tell each other their own answers learn that of the rest,
and more than two answers may be combined; for that reason one question has few answers, given to the whole sector.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tocsin.limits import STATISTIC_RESPONDERS

__all__ = ["WITHHELD", "Released", "Withheld", "statistic"]

WITHHELD: Final = (
    "Not enough members have answered differently to give a number that tells nothing of any one of them."
)
"""What a member is told instead, whatever the reason: which rule applied would itself be an answer."""


@dataclass(frozen=True, slots=True)
class Released:
    """An answer that is, or was, given: of ``responders`` (organisations), ``yes`` said yes to ``question``."""

    question: str
    responders: frozenset[str]
    yes: int

    @property
    def asked(self) -> int:
        """How many answered."""
        return len(self.responders)


@dataclass(frozen=True, slots=True)
class Withheld:
    """No answer. ``why`` is for this node's own people; others are told ``WITHHELD``."""

    question: str
    why: str


def statistic(
    question: str,
    responses: Mapping[str, bool],
    history: Iterable[Released],
    least: int = STATISTIC_RESPONDERS,
) -> Released | Withheld:
    """Of the organisations that answered, how many said yes; or why that is not to be told.

    Args:
        question: what was asked, spelled alike each time.
        responses: each organisation's answer; who did not answer is not in it.
        history: every answer that was given before, to whomever; those to other questions do not count.
        least: fewest organisations in an answer, and in the difference of two.
    """
    asked = frozenset(responses)
    yes = sum(map(bool, responses.values()))
    if len(asked) < least:
        return Withheld(question, f"{len(asked)} answered, and {least} are needed")
    if yes in {0, len(asked)}:
        return Withheld(question, "all of them said the same, so the number tells what each said")
    for earlier in history:
        if earlier.question == question:
            why = _told_by_difference(asked, yes, earlier, least)
            if why:
                return Withheld(question, why)
    return Released(question, asked, yes)


def _told_by_difference(asked: frozenset[str], yes: int, earlier: Released, least: int) -> str:
    """What the difference between this answer and an earlier one would tell; "" for nothing."""
    joined, left = len(asked - earlier.responders), len(earlier.responders - asked)
    if joined + left == 0:
        return ""
    if joined + left < least:
        return f"an earlier answer was over all but {joined + left} of the same members"
    difference = yes - earlier.yes
    if difference in {joined, -left}:
        return "held against an earlier answer it tells what each said of those by whom the two differ"
    return ""
