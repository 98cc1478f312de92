"""From releases, where they are, and advisories to exposures, sorted by what is to be done first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import msgspec

from tocsin.inventory.alias import Alias
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component
from tocsin.inventory.covered import kind_words, kinds_of
from tocsin.inventory.decision_table import DecisionTable
from tocsin.inventory.epss import Chance
from tocsin.inventory.exposure import Counts, Exposure, FeedAge, NoData
from tocsin.inventory.identity import Identity
from tocsin.inventory.judge import Judgement, Match, judge
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Verdict
from tocsin.inventory.treatment import Treatment, as_of
from tocsin.inventory.urgency import Priorities, by_when, decide, merged
from tocsin.model.sectors import find_sector

__all__ = ["Held", "HeldRelease", "assess", "count", "without_data"]

_EXAMPLES: Final = 3
_TO_DO: Final = frozenset({Verdict.AFFECTED, Verdict.UNKNOWN})
_ORDER: Final = {Verdict.AFFECTED: 0, Verdict.UNKNOWN: 1, Verdict.FIXED: 2, Verdict.NOT_AFFECTED: 3}
_NEVER: Final = "9999"


@dataclass(frozen=True, slots=True)
class Held:
    """That a release is at a site: by which bill, of what that is a bill, since when it is known here.

    ``also`` are the names that persons said the ``subject`` of the bill has too.
    """

    site: str
    exposed: bool
    owner: str
    bill: str
    place: str
    subject: Component | None
    known_since: date
    treatments: Mapping[str, Treatment] = field(default_factory=dict)
    also: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldRelease:
    """A release, where it is, and what persons said of its name."""

    component: Component
    held: tuple[Held, ...]
    aliases: Sequence[Alias] = ()


def assess(
    releases: Iterable[HeldRelease],
    claims: ClaimIndex,
    feed_of: Callable[[Judgement], FeedAge],
    since_of: Callable[[Judgement], date],
    priorities: Priorities,
    today: date = date.min,
) -> list[Exposure]:
    """Judge each release once and say it for each site that has it.

    ``feed_of`` tells with which feed the deciding advisory came, ``since_of`` since when it is known here; a due date
    is counted from the day on which both it and the release were known. What is being done about one is told as of
    ``today``.

    Affected comes first, then what may be; of these what is open; then, by a table that gives days, what is known to be
    exploited and what is due first, by another the more urgent outcome and what is known to be exploited. What stands
    alike is ordered by whether an advisory names a sector of whoever asks, then by the higher chance of being exploited
    (none known: after those), then by the higher score, then by name.
    """
    made = [
        exposure
        for release in releases
        for exposure in _of_release(release, claims, feed_of, since_of, priorities, today)
    ]
    return sorted(made, key=lambda one: _first(one, priorities.table))


def _names(subject: Component | None, also: Iterable[Identity]) -> tuple[Component, ...]:
    """What a part is within, by its own name and those that persons said it has too."""
    if subject is None:
        return ()
    return (subject, *(msgspec.structs.replace(subject, identity=one) for one in also))


def _of_release(
    release: HeldRelease,
    claims: ClaimIndex,
    feed_of: Callable[[Judgement], FeedAge],
    since_of: Callable[[Judgement], date],
    priorities: Priorities,
    today: date,
) -> Iterator[Exposure]:
    matches = list(claims.matches(release.component, release.aliases))
    if not matches:
        return
    within = any(match.claim.subcomponents or match.claim.platform for match in matches)
    alike: dict[Component | None, list[Judgement]] = {}
    for held in release.held:
        subject = held.subject if within else None
        if subject not in alike:
            alike[subject] = judge(release.component, matches, _names(subject, held.also))
        for judgement in alike[subject]:
            stakes = merged(claims.stakes(judgement.vulnerability))
            decision = None
            due = ""
            if judgement.verdict in _TO_DO:
                decision = decide(priorities, stakes, exposed=held.exposed)
                due = by_when(decision, max(held.known_since, since_of(judgement)))
            treatment = held.treatments.get(judgement.vulnerability, Treatment(owner=held.owner))
            yield Exposure(
                component=release.component,
                site=held.site,
                exposed=held.exposed,
                bill=held.bill,
                place=held.place,
                judgement=judgement,
                feed=feed_of(judgement),
                stakes=stakes,
                decision=decision,
                due=due,
                treatment=as_of(treatment, today),
                chance=priorities.chance(judgement.vulnerability)
                or (None if stakes.epss is None else Chance(stakes.epss)),
                sectors=_own_sectors(judgement.vulnerability, matches, priorities.sectors),
            )


def _own_sectors(vulnerability: str, matches: Iterable[Match], own: frozenset[str]) -> tuple[str, ...]:
    """The names of those sectors of ``own`` that an advisory about the vulnerability names."""
    if not own:
        return ()
    words = {
        word
        for match in matches
        if match.claim.vulnerability == vulnerability
        for word in match.advisory.sectors
    }
    found = (find_sector(word) for word in words)
    return tuple(sorted({sector.name for sector in found if sector is not None and sector.id in own}))


def _first(one: Exposure, table: DecisionTable) -> tuple[object, ...]:
    """What of an exposure puts it before another (:func:`assess`)."""
    return (
        _ORDER[one.verdict],
        one.treatment.is_settled,
        0 if one.decision is None else table.rank(one.decision),
        0 if one.stakes.exploited else 1,
        one.due or _NEVER,
        not one.sectors,
        0.0 if one.chance is None else -1.0 - one.chance.probability,
        -(one.stakes.score or 0.0),
        one.judgement.vulnerability,
        shown(one.component),
        one.site,
        one.place,
    )


def count(releases: Sequence[HeldRelease], exposures: Iterable[Exposure], covered: set[str]) -> Counts:
    """Count the releases by the worst answer about each."""
    worst: dict[Component, Verdict] = {}
    still_open: set[Component] = set()
    for one in exposures:
        if one.verdict is Verdict.AFFECTED and one.is_open:
            still_open.add(one.component)
        before = worst.get(one.component)
        if before is None or _ORDER[one.verdict] < _ORDER[before]:
            worst[one.component] = one.verdict
    by_verdict = Counter(worst.values())
    silent = [one for one in releases if one.component not in worst]
    no_data = sum(not _is_covered(one, covered) for one in silent)
    return Counts(
        releases=len(releases),
        affected=by_verdict[Verdict.AFFECTED],
        unknown=by_verdict[Verdict.UNKNOWN],
        fixed=by_verdict[Verdict.FIXED],
        not_affected=by_verdict[Verdict.NOT_AFFECTED],
        unnamed=len(silent) - no_data,
        no_data=no_data,
        treated=by_verdict[Verdict.AFFECTED] - len(still_open),
    )


def without_data(
    releases: Iterable[HeldRelease], exposures: Iterable[Exposure], covered: set[str]
) -> tuple[NoData, ...]:
    """The kinds of releases that no advisory speaks of, the most frequent first."""
    spoken_of = {one.component for one in exposures}
    kinds: dict[str, list[str]] = {}
    for one in releases:
        if one.component not in spoken_of and not _is_covered(one, covered):
            kinds.setdefault(kind_words(one.component.identity), []).append(shown(one.component))
    return tuple(
        NoData(kind, len(names), tuple(sorted(names)[:_EXAMPLES]))
        for kind, names in sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _is_covered(release: HeldRelease, covered: set[str]) -> bool:
    names = (release.component.identity, *(alias.named for alias in release.aliases if alias.same))
    return any(kind in covered for name in names for kind in kinds_of(name))
