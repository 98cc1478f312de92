"""From releases, where they are, and advisories to exposures, sorted by what is to be done first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

import msgspec

from tocsin.inventory.advisory import Stakes
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component
from tocsin.inventory.covered import kind_words, kinds_of
from tocsin.inventory.decision_table import Decision, DecisionTable
from tocsin.inventory.epss import Chance
from tocsin.inventory.exposure import Case, Counts, Exposures, FeedAge, NoData
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.judge import Judgement, Match, judge
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Verdict
from tocsin.inventory.treatment import Treatment, as_of
from tocsin.inventory.urgency import Priorities, by_when, decide, merged
from tocsin.model.sectors import find_sector

__all__ = [
    "NEVER",
    "assess",
    "chance_of",
    "count",
    "most_frequent",
    "order_by",
    "own_sectors_among",
    "uncovered",
    "without_data",
]

_EXAMPLES: Final = 3
NEVER: Final = "9999"
"""What stands for no day where days are compared: it comes after all."""


def assess(
    releases: Iterable[HeldRelease],
    claims: ClaimIndex,
    feed_of: Callable[[Judgement], FeedAge],
    since_of: Callable[[Judgement], date],
    priorities: Priorities,
    today: date = date.min,
) -> Exposures:
    """Judge each release once, for all the places that have it.

    ``feed_of`` tells with which feed the deciding advisory came, ``since_of`` since when it is known here; a due date
    is counted from the day on which both it and the release were known. What is being done about one is told as of
    ``today``.

    Affected comes first, then what may be; of these what is open; then, by a table that gives days, what is known to be
    exploited and what is due first, by another the more urgent outcome and what is known to be exploited. What stands
    alike is ordered by whether an advisory names a sector of whoever asks, then by the higher chance of being exploited
    (none known: after those), then by the higher score, then by name.
    """
    assessor = _Assessor(claims, feed_of, since_of, priorities, today)
    made = (case for release in releases for case in assessor.cases(release))
    return Exposures(made, order_by(priorities.table))


def order_by(table: DecisionTable) -> Callable[[Case], tuple[object, ...]]:
    """What of a case puts it before another (:func:`assess`)."""
    return lambda one: _first(one, table)


class _Assessor:
    """What is the same for many releases is found out once."""

    def __init__(
        self,
        claims: ClaimIndex,
        feed_of: Callable[[Judgement], FeedAge],
        since_of: Callable[[Judgement], date],
        priorities: Priorities,
        today: date,
    ) -> None:
        self.claims = claims
        self.feed_of = feed_of
        self.since_of = since_of
        self.priorities = priorities
        self.today = today
        self.stakes = cache(lambda vulnerability: merged(claims.stakes(vulnerability)))
        self.chance = cache(self._chance)
        self.decide = cache(lambda stakes, exposed: decide(priorities, stakes, exposed=exposed))

    def cases(self, release: HeldRelease) -> Iterator[Case]:
        """What is to be said of one release."""
        matches = list(self.claims.matches(release.component, release.aliases))
        if not matches:
            return
        own = self.priorities.sectors
        named = bool(own) and any(match.advisory.sectors for match in matches)
        for judgements, bills in _judged(release, matches):
            situations = _situations(bills) if any(one.rule.verdict.is_to_do for one in judgements) else ()
            for judgement in judgements:
                vulnerability = judgement.vulnerability
                stakes = self.stakes(vulnerability)
                feed, chance = self.feed_of(judgement), self.chance(vulnerability)
                sectors = _own_sectors(vulnerability, matches, own) if named else ()
                for decision, due, some in self._dated(judgement, stakes, situations, bills):
                    for noted, at in _by_treatment(release, vulnerability, some, self.today):
                        yield Case(
                            release, at, judgement, feed, stakes, decision, due, noted, chance, sectors
                        )

    def _dated(
        self,
        judgement: Judgement,
        stakes: Stakes,
        situations: Iterable[tuple[tuple[bool, date], Sequence[HeldBill]]],
        bills: Sequence[HeldBill],
    ) -> Iterator[tuple[Decision | None, str, Sequence[HeldBill]]]:
        """What is to be done, by when, and of which of the bills that is so."""
        if not judgement.rule.verdict.is_to_do:
            yield None, "", bills
            return
        # Days before the advisory was known are all alike, and most bills are older than it.
        since, alike = self.since_of(judgement), dict[tuple[bool, date], Sequence[HeldBill]]()
        for (exposed, known_since), some in situations:
            when = exposed, max(known_since, since)
            alike[when] = [*alike[when], *some] if when in alike else some
        for (exposed, day), some in alike.items():
            decision = self.decide(stakes, exposed)
            yield decision, by_when(decision, day), some

    def _chance(self, vulnerability: str) -> Chance | None:
        return chance_of(self.priorities, vulnerability, self.stakes(vulnerability))


def chance_of(priorities: Priorities, vulnerability: str, stakes: Stakes) -> Chance | None:
    """How likely it is to be exploited: by the scores of a day, else by what an advisory says."""
    said = stakes.epss
    return priorities.chance(vulnerability) or (None if said is None else Chance(said))


def _judged(
    release: HeldRelease, matches: Sequence[Match]
) -> Iterable[tuple[Sequence[Judgement], Sequence[HeldBill]]]:
    """The judgements of a release, with the bills by which they are so: what it is a part of may count."""
    if not any(match.claim.subcomponents or match.claim.platform for match in matches):
        return ((judge(release.component, matches), tuple(release.held)),)
    by_subject: dict[int, list[HeldBill]] = {}
    for one in release.held:
        by_subject.setdefault(id(one.subject), []).append(one)
    alike: dict[tuple[object, ...], tuple[Sequence[Judgement], list[HeldBill]]] = {}
    for bills in by_subject.values():
        judgements = judge(release.component, matches, _names(bills[0]))
        said = tuple((one.vulnerability, one.rule, *map(id, (one.match, *one.others))) for one in judgements)
        alike.setdefault(said, (judgements, []))[1].extend(bills)
    return alike.values()


def _names(bill: HeldBill) -> tuple[Component, ...]:
    """What a part is within, by its own name and those that persons said it has too."""
    if bill.subject is None:
        return ()
    return (bill.subject, *(msgspec.structs.replace(bill.subject, identity=one) for one in bill.also))


def _situations(bills: Iterable[HeldBill]) -> Iterable[tuple[tuple[bool, date], Sequence[HeldBill]]]:
    """The bills by what decides what is to be done, and by when: whether they can be reached, and since when known."""
    found: dict[tuple[bool, date], list[HeldBill]] = {}
    for one in bills:
        found.setdefault((one.exposed, one.known_since), []).append(one)
    return found.items()


def _by_treatment(
    release: HeldRelease, vulnerability: str, bills: Sequence[HeldBill], today: date
) -> Iterable[tuple[Treatment | None, Sequence[HeldBill]]]:
    """The bills by what is being done ``today`` at their sites about the vulnerability."""
    if not release.treatments:
        return ((None, bills),)
    noted = {
        site: as_of(held[vulnerability], today)
        for site, held in release.treatments.items()
        if vulnerability in held
    }
    found: dict[Treatment | None, list[HeldBill]] = {}
    for one in bills:
        found.setdefault(noted.get(one.site), []).append(one)
    return found.items()


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
    return own_sectors_among(words, own)


def own_sectors_among(words: Iterable[str], own: frozenset[str]) -> tuple[str, ...]:
    """The names of those sectors of ``own`` that are among the ``words`` of advisories."""
    found = (find_sector(word) for word in words)
    return tuple(sorted({sector.name for sector in found if sector is not None and sector.id in own}))


def _first(one: Case, table: DecisionTable) -> tuple[object, ...]:
    return (
        one.judgement.rule.verdict.order,
        one.is_settled,
        0 if one.decision is None else table.rank(one.decision),
        0 if one.stakes.exploited else 1,
        one.due or NEVER,
        not one.sectors,
        0.0 if one.chance is None else -1.0 - one.chance.probability,
        -(one.stakes.score or 0.0),
        one.judgement.vulnerability,
        shown(one.component),
    )


def count(releases: Sequence[HeldRelease], exposures: Exposures, covered: set[str]) -> Counts:
    """Count the releases by the worst answer about each."""
    worst: dict[int, Verdict] = {}
    still_open: set[int] = set()
    for one in exposures.cases:
        # The worst come first.
        release = id(one.release.component)
        verdict = worst.setdefault(release, one.judgement.rule.verdict)
        if verdict is Verdict.AFFECTED and one.verdict is verdict and one.is_open:
            still_open.add(release)
    by_verdict = Counter(worst.values())
    silent = [one for one in releases if id(one.component) not in worst]
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
    releases: Iterable[HeldRelease], exposures: Exposures, covered: set[str]
) -> tuple[NoData, ...]:
    """The kinds of releases that no advisory speaks of, the most frequent first."""
    return most_frequent(uncovered(releases, exposures, covered))


def uncovered(
    releases: Iterable[HeldRelease], exposures: Exposures, covered: set[str]
) -> dict[str, list[str]]:
    """Releases, as they are shown, that no advisory speaks of and of whose kind no feed was read; by kind."""
    spoken_of = {id(one.component) for one in exposures.cases}
    kinds: dict[str, list[str]] = {}
    for one in releases:
        if id(one.component) not in spoken_of and not _is_covered(one, covered):
            kinds.setdefault(kind_words(one.component.identity), []).append(shown(one.component))
    return kinds


def most_frequent(kinds: Mapping[str, Sequence[str]]) -> tuple[NoData, ...]:
    """Products by kind, the most frequent kind first."""
    return tuple(
        NoData(kind, len(names), tuple(sorted(set(names))[:_EXAMPLES]))
        for kind, names in sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _is_covered(release: HeldRelease, covered: set[str]) -> bool:
    names = (release.component.identity, *(alias.named for alias in release.aliases if alias.same))
    return any(kind in covered for name in names for kind in kinds_of(name))
