"""Whether a newer state of an advisory is to be looked at anew, or says the same in other words.

CSAF 2.1 leaves a publisher two ways to number the states of a document (version type): whole numbers, which tell
nothing of what changed, and semantic versions, of which the first number tells that products have to be compared anew.
What a publisher calls a small change is held to what its document claims, so that one numbered wrongly is not missed.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.inventory.advisory import Advisory, Stakes
from tocsin.inventory.claim import Claim

__all__ = ["is_anew", "major_version"]

_NUMBER: Final = "(?:0|[1-9][0-9]*+)"
_WORDS: Final = r"[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+"
_SEMANTIC: Final = re.compile(rf"({_NUMBER})\.{_NUMBER}\.{_NUMBER}(?:-{_WORDS})?+(?:\+{_WORDS})?+")
_LONGEST: Final = 200


def major_version(revision: str) -> int | None:
    """The first number of a semantic version, None of any other text."""
    found = _SEMANTIC.fullmatch(revision) if len(revision) <= _LONGEST else None
    return int(found[1]) if found else None


def is_anew(before: Advisory, after: Advisory) -> bool:
    """Whether ``after`` counts as a new advisory beside ``before``.

    It does if its semantic version has another first number, and if it claims something else: other products, states,
    versions, conditions or remedies, or other answers to the questions by which it is decided what is to be done first.
    """
    if major_version(before.revision) != major_version(after.revision):
        return True
    return _matter(before) != _matter(after)


def _matter(one: Advisory) -> object:
    return (
        bool(one.withdrawn),
        one.draft,
        frozenset(map(_of_claim, one.claims)),
        frozenset((name, _of_stakes(stakes)) for name, stakes in one.stakes),
    )


def _of_claim(one: Claim) -> object:
    """A claim without its place, wording and date, which change where nothing else does."""
    return (
        one.vulnerability,
        one.status,
        one.product,
        one.versions,
        one.subcomponents,
        one.platform,
        one.condition,
        frozenset(one.remedies),
        one.by,
    )


def _of_stakes(one: Stakes) -> object:
    """What decides by when; an EPSS is another each day, and a score decides nothing here."""
    return one.exploitation, one.automatable, one.impact, one.exploited
