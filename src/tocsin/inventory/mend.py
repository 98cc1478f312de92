"""Which version mends a product: of one vulnerability, and the lowest that mends several at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tocsin.inventory.claim import Status
from tocsin.inventory.judge import Judgement, Match
from tocsin.inventory.version import Order, compare
from tocsin.inventory.version_test import Where, fixes_of, where

__all__ = ["fixes", "lowest_for_all"]

_STEPS: Final = 64
"""So often a version is raised because a vulnerability affects it again; beyond that none is named."""


def fixes(judgement: Judgement) -> tuple[str, ...]:
    """The versions that mend a vulnerability, by the first advisory heard that names one.

    Several where the version here is not known, or cannot be compared: then it depends on the line.
    """
    return _named(judgement)[1]


def _named(judgement: Judgement) -> tuple[Match, tuple[str, ...]]:
    for match in (judgement.match, *judgement.others):
        found = fixes_of(match.claim.versions, match.version) if _affects(match) else ()
        if found:
            return match, found
    return judgement.match, ()


def lowest_for_all(judgements: Sequence[Judgement]) -> str:
    """The lowest version that mends all of several vulnerabilities of one product.

    "" where one has no fix, or several that depend on the line; where the fixes have no order; and where no version
    that an advisory names lies outside what all that were heard call affected.
    """
    named = [_named(one) for one in judgements]
    schemes = {match.claim.versions.scheme for match, _ in named}
    if len(schemes) != 1 or any(len(found) != 1 for _, found in named):
        return ""
    (scheme,) = schemes
    lowest = _highest(scheme, [found[0] for _, found in named])
    # Below the highest of the fixes a vulnerability still affects; at it another may, on a line of its own.
    for _ in range(_STEPS):
        if not lowest:
            return ""
        again = [
            fix
            for judgement, (match, _) in zip(judgements, named, strict=True)
            for fix in _again(judgement, match, lowest)
        ]
        if not again:
            return lowest
        lowest = _highest(scheme, again) if "" not in again else ""
    return ""


def _again(judgement: Judgement, deciding: Match, version: str) -> Iterator[str]:
    """What mends ``version`` where it is affected, too; "" where nothing is known to."""
    for match in (judgement.match, *judgement.others):
        versions = match.claim.versions
        place = where(versions, version) if _affects(match) else Where.OUTSIDE
        if place is Where.UNKNOWN and match is deciding:
            yield ""
        if place is Where.INSIDE:
            found = fixes_of(versions, version) if versions.scheme == deciding.claim.versions.scheme else ()
            yield found[0] if len(found) == 1 else ""


def _affects(match: Match) -> bool:
    return match.claim.status is Status.AFFECTED


def _highest(scheme: str, versions: Sequence[str]) -> str:
    """The highest of some versions; "" where two have no order."""
    highest = versions[0]
    for one in versions[1:]:
        order = compare(scheme, one, highest)
        if order is Order.UNKNOWN:
            return ""
        if order is Order.GREATER:
            highest = one
    return highest
