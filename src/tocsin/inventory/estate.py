"""The answer about an inventory from answers that are kept: what day it is, and what is to be done first, is told anew.

It is what :func:`tocsin.inventory.assess.assess` would give. All is done by columns; a case is made when it is come to,
and what it stands on is judged again then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final, overload

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.inventory.advisory import Advisory, Stakes
from tocsin.inventory.answers import RULES, Answers, Ints
from tocsin.inventory.assess import NEVER, chance_of, own_sectors_among
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component
from tocsin.inventory.decision_table import Decision
from tocsin.inventory.epss import Chance
from tocsin.inventory.exposure import Case, FeedAge
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.judge import Judged, Match, judge
from tocsin.inventory.places import Places
from tocsin.inventory.rule import Rule, Verdict
from tocsin.inventory.urgency import Priorities, decide

__all__ = ["Estate", "Heard", "Silent"]

Numbers = NDArray[np.int64]
Column = NDArray[Any]
_ORDERS: Final = np.array([rule.verdict.order for rule in RULES], np.int32)
_TO_DO: Final = np.array([rule.verdict.is_to_do for rule in RULES])
_NEVER: Final = date(9999, 1, 1).toordinal()
_NO_DECISION: Final = -1


@dataclass(frozen=True, slots=True)
class Heard:
    """Advisories by number, which are sorted: the feed of each, and since when it is known; ``body`` reads one."""

    numbers: Ints
    feeds: Sequence[FeedAge]
    since: Sequence[date]
    body: Callable[[int], Advisory]


@dataclass(frozen=True, slots=True)
class Silent:
    """Releases that no advisory speaks of, as they are ``shown``.

    ``kind`` is theirs in words, ``kinds`` are its names where it is told of what feeds speak
    (:mod:`tocsin.inventory.covered`).
    """

    kind: str
    kinds: tuple[str, ...]
    shown: list[str]


class _Later(msgspec.Struct, frozen=True, gc=False):
    """A judgement that was kept; what it stands on is judged again when it is asked for."""

    vulnerability: str
    rule: Rule
    estate: Estate
    at: int

    @property
    def verdict(self) -> Verdict:
        """The answer."""
        return self.rule.verdict

    @property
    def match(self) -> Match:
        """The claim that decided it."""
        return self.estate.judged(self.at)[self.vulnerability].match

    @property
    def others(self) -> tuple[Match, ...]:
        """Those that were heard beside it."""
        return self.estate.judged(self.at)[self.vulnerability].others


@dataclass(frozen=True, slots=True, eq=False)
class _Columns:
    """Of each case: which of the answers it is, for whom, what is to be done, and what puts it before another."""

    answer: Numbers
    release: Numbers
    exposed: Ints
    day: Numbers
    size: Numbers
    decision: Numbers
    due: Numbers


class Estate:
    """Releases that are judged by what is kept, and where they are.

    ``answers`` and ``places`` are of the same releases, ``bills`` are those of ``places``. Nothing is told of the
    releases ``apart``, by number, nor of those of which what they are a part of may count. ``component`` reads a
    release by its number, ``held`` puts it where it is.
    """

    def __init__(
        self,
        answers: Answers,
        places: Places,
        bills: Sequence[HeldBill],
        apart: Ints,
        heard: Heard,
        component: Callable[[int], Component],
        held: Callable[[int, Component, Sequence[HeldBill]], HeldRelease],
        priorities: Priorities,
    ) -> None:
        self._answers = answers
        self._places = places
        self._bills = bills
        self._heard = heard
        self._component = component
        self._held = held
        self._priorities = priorities
        self._plain = (answers.within == 0) & ~np.isin(answers.releases, apart)
        self._releases: dict[int, HeldRelease] = {}
        self._listed: dict[int, Sequence[HeldBill]] = {}
        self._judged: dict[int, Mapping[str, Judged]] = {}
        self._starts = np.cumsum(places.many, dtype=np.int64) - places.many
        self._hearing = np.cumsum(answers.hearing, dtype=np.int64) - answers.hearing
        self._days: dict[int, str] = {}
        self._decisions: list[Decision | None] = []

    # -- releases -------------------------------------------------------------------------------

    @property
    def apart(self) -> list[int]:
        """The numbers of the releases of which nothing is told."""
        return [int(one) for one in self._answers.releases[~self._plain]]

    def releases(self) -> dict[int, HeldRelease]:
        """Those of which it is told, by number."""
        numbers = self._answers.releases.tolist()
        return {numbers[at]: self.release(at) for at in np.flatnonzero(self._plain).tolist()}

    def release(self, at: int) -> HeldRelease:
        """The release at a place of the columns; always the same object."""
        found = self._releases.get(at)
        if found is None:
            number = int(self._answers.releases[at])
            start = int(self._starts[at])
            listing = self._places.listing[start : start + int(self._places.many[at])]
            bills = self._listed[at] = [self._bills[bill] for bill in listing.tolist()]
            found = self._releases[at] = self._held(number, self._component(number), bills)
        return found

    def judged(self, at: int) -> Mapping[str, Judged]:
        """What is said of a release, with what it stands on, by vulnerability."""
        found = self._judged.get(at)
        if found is None:
            start = int(self._hearing[at])
            heard = self._answers.heard[start : start + int(self._answers.hearing[at])]
            claims = ClaimIndex(self._heard.body(number) for number in heard.tolist())
            component = self.release(at).component
            judged = judge(component, claims.matches(component))
            found = self._judged[at] = {one.vulnerability: one for one in judged}
        return found

    # -- counts ---------------------------------------------------------------------------------

    def worst(self) -> Counter[Verdict]:
        """How many releases there are by the worst answer about each."""
        many = self._answers.many
        spoken = np.flatnonzero(many)
        if not len(spoken):
            return Counter()
        starts = (np.cumsum(many, dtype=np.int64) - many)[spoken]
        worst = np.minimum.reduceat(_ORDERS[self._answers.rule], starts)[self._plain[spoken]]
        return Counter({one: int(np.count_nonzero(worst == one.order)) for one in Verdict})

    def silent(self) -> list[Silent]:
        """The releases that no advisory speaks of, by kind."""
        silent = np.flatnonzero(self._plain & (self._answers.many == 0))
        kind = self._answers.kind[silent]
        order = np.argsort(kind, kind="stable")
        cuts = np.flatnonzero(np.diff(kind[order])) + 1
        return [
            Silent(*self._answers.kinds[int(kind[some[0]])], [self._answers.shown[silent[at]] for at in some])
            for some in np.split(order, cuts)
            if len(some)
        ]

    # -- cases ----------------------------------------------------------------------------------

    @cached_property
    def _stakes(self) -> list[Stakes]:
        """What is at stake, by the place of a vulnerability's name."""
        return [self._answers.stakes[at] for at in self._answers.at_stake.tolist()]

    @cached_property
    def _chances(self) -> list[Chance | None]:
        """How likely each vulnerability is to be exploited."""
        return [
            chance_of(self._priorities, name, stakes)
            for name, stakes in zip(self._answers.names, self._stakes, strict=True)
        ]

    @cached_property
    def _sectors(self) -> list[tuple[str, ...]]:
        """Which of the sectors of whoever asks are named, by the place of the words."""
        own = self._priorities.sectors
        return [own_sectors_among(words, own) for words in self._answers.sector_words]

    @cached_property
    def _since(self) -> Numbers:
        """Since when the advisory that decides an answer is known, as the number of a day."""
        days = np.array([one.toordinal() for one in self._heard.since], np.int64)
        return days[self._by]

    @cached_property
    def _by(self) -> Numbers:
        """The place of the advisory that decides an answer among those that are heard."""
        return np.searchsorted(self._heard.numbers, self._answers.advisory)

    @cached_property
    def _situations(self) -> tuple[list[tuple[bool, date]], Numbers, Numbers, Numbers, Numbers]:
        """The ways in which bills hold (exposed, since when), sorted, and where they do.

        Of each release where its ways begin and how many they are; of each of these which it is, and of how many bills.
        """
        ways = sorted({(one.exposed, one.known_since) for one in self._bills})
        place = {way: at for at, way in enumerate(ways)}
        way_of = np.array([place[one.exposed, one.known_since] for one in self._bills], np.int64)
        count = len(self._places.releases)
        if len(ways) == 1:
            return ways, np.arange(count), np.ones(count, np.int64), np.zeros(count, np.int64), self._sizes
        release = np.repeat(np.arange(count), self._places.many)
        codes, sizes = np.unique(release * len(ways) + way_of[self._places.listing], return_counts=True)
        there, way = np.divmod(codes, len(ways)) if ways else (codes, codes)
        many = np.bincount(there, minlength=count)
        return ways, np.cumsum(many) - many, many, way, sizes

    @property
    def _sizes(self) -> Numbers:
        return self._places.many.astype(np.int64)

    @cached_property
    def _columns(self) -> _Columns:
        answers = self._answers
        release = np.repeat(np.arange(len(answers.releases)), answers.many)
        rows = np.flatnonzero(self._plain[release])
        to_do = _TO_DO[answers.rule[rows]]
        ways, first, many, way, sizes = self._situations
        long = np.where(to_do, many[release[rows]], 1)
        parent = np.repeat(np.arange(len(rows)), long)
        within = np.arange(len(parent)) - np.repeat(np.cumsum(long) - long, long)
        entry = first[release[rows]][parent] + within
        done = ~to_do[parent]
        exposed = np.array([one for one, _ in ways], np.int32)[way[entry]]
        day = np.array([one.toordinal() for _, one in ways], np.int64)[way[entry]]
        # Days before the advisory was known are all alike.
        day = np.maximum(day, self._since[rows][parent])
        exposed[done], day[done] = 0, 0
        size = np.where(done, self._sizes[release[rows]][parent], sizes[entry])
        new = np.ones(len(parent), bool)
        new[1:] = (parent[1:] != parent[:-1]) | (exposed[1:] != exposed[:-1]) | (day[1:] != day[:-1])
        starts = np.flatnonzero(new)
        size = np.add.reduceat(size, starts) if len(starts) else size
        answer, exposed, day = rows[parent[starts]], exposed[starts], day[starts]
        decision, due = self._decided(answer, exposed, day, to_do[parent[starts]])
        return _Columns(answer, release[answer], exposed, day, size, decision, due)

    def _decided(
        self, answer: Numbers, exposed: Ints, day: Numbers, to_do: NDArray[np.bool_]
    ) -> tuple[Numbers, Numbers]:
        """Which of the decisions each is, and by which day it is to be mended."""
        stakes = self._answers.at_stake[self._answers.vulnerability[answer]].astype(np.int64)
        codes = np.where(to_do, stakes * 2 + exposed, _NO_DECISION)
        asked, decision = np.unique(codes, return_inverse=True)
        self._decisions = [
            None
            if code == _NO_DECISION
            else decide(self._priorities, self._answers.stakes[code // 2], exposed=bool(code % 2))
            for code in asked.tolist()
        ]
        days = [None if one is None else one.outcome.days for one in self._decisions]
        wait = np.array([_NEVER if one is None else one for one in days], np.int64)[decision]
        return decision, np.where(wait == _NEVER, _NEVER, day + wait)

    def places(self) -> int:
        """At how many places something is told of a release."""
        return int(self._columns.size.sum())

    def __len__(self) -> int:
        return len(self._columns.answer)

    def in_order(
        self, others: Sequence[tuple[int, Case]], key: Callable[[Case], tuple[Any, ...]]
    ) -> Sequence[Case]:
        """The cases together with ``others``, by what ``key`` says of each (:func:`tocsin.inventory.assess.assess`).

        Others are given with the number of their release: what stands alike is in the order of these.
        """
        columns, answers = self._columns, self._answers
        name = answers.vulnerability[columns.answer]
        rank = self._priorities.table.rank
        own: list[Column] = [
            _ORDERS[answers.rule[columns.answer]],
            np.zeros(len(name), np.int8),
            _looked_up([0 if one is None else rank(one) for one in self._decisions], columns.decision),
            _looked_up([0 if one.exploited else 1 for one in self._stakes], name),
            columns.due,
            _looked_up([not one for one in self._sectors], answers.sectors[columns.answer]),
            _looked_up([0.0 if one is None else -1.0 - one.probability for one in self._chances], name),
            _looked_up([-(one.score or 0.0) for one in self._stakes], name),
            name,
            answers.rank[columns.release],
            answers.releases[columns.release],
        ]
        if others:
            keys = [(*key(case), number) for number, case in others]
            own = [np.concatenate(pair) for pair in zip(own, self._of_others(own, keys), strict=True)]
        telling = [one for one in own if len(one) and one.min() != one.max()]
        return _Cases(self, np.lexsort(telling[::-1]) if telling else np.arange(len(own[0])), others)

    def _of_others(self, own: list[Column], keys: Sequence[tuple[Any, ...]]) -> list[Column]:
        """Columns of ``keys``; the two of ``own`` that are ranks of texts are made anew, among the texts of both."""
        held = [list(column) for column in zip(*keys, strict=True)]
        held[4] = [_NEVER if one == NEVER else date.fromisoformat(one).toordinal() for one in held[4]]
        columns = self._columns
        for at, texts, places in (
            (8, self._answers.names, self._answers.vulnerability[columns.answer]),
            (9, self._answers.shown, columns.release),
        ):
            ranks = {text: rank for rank, text in enumerate(sorted({*texts, *held[at]}))}
            own[at] = _looked_up([ranks[text] for text in texts], places)
            held[at] = [ranks[text] for text in held[at]]
        return [np.array(one) for one in held]

    @cached_property
    def _rows(self) -> list[tuple[int, int, int, int, int, int, int, int, int]]:
        """Of each case what it is made of: numbers of Python, for whoever goes through very many."""
        columns, answers = self._columns, self._answers
        row = columns.answer
        several: list[Column] = [
            row, columns.release, answers.vulnerability[row], answers.rule[row], columns.size, self._by[row],
            columns.decision, columns.due, answers.sectors[row],
        ]  # fmt: skip
        return list(zip(*(one.tolist() for one in several), strict=True))

    def case(self, at: int) -> Case:
        """The case at a place of the columns."""
        row, spot, name, number, size, by, decision, due, sectors = self._rows[at]
        rule, release = RULES[number], self.release(spot)
        bills = self._listed[spot]
        if rule.verdict.is_to_do and size != len(bills):
            exposed, day, since = bool(self._columns.exposed[at]), self._columns.day[at], self._since[row]
            bills = [
                one
                for one in bills
                if one.exposed is exposed and max(one.known_since.toordinal(), since) == day
            ]
        return Case(
            release,
            bills,
            _Later(self._answers.names[name], rule, self, spot),
            self._heard.feeds[by],
            self._stakes[name],
            self._decisions[decision],
            self._day(due),
            None,
            self._chances[name],
            self._sectors[sectors],
        )

    def _day(self, number: int) -> str:
        if number not in self._days:
            self._days[number] = "" if number == _NEVER else date.fromordinal(number).isoformat()
        return self._days[number]


def _looked_up(values: Sequence[float], places: Column) -> Column:
    """Of each of ``places`` the value there."""
    return np.array(values)[places] if len(values) else np.zeros(len(places), np.int64)


class _Cases(Sequence[Case]):
    """Cases in order, each made when it is come to, and once."""

    def __init__(self, estate: Estate, order: Numbers, others: Sequence[tuple[int, Case]]) -> None:
        self._estate = estate
        self._order = order
        self._made: dict[int, Case] = {len(estate) + at: case for at, (_, case) in enumerate(others)}

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, index: int) -> Case: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Case]: ...

    def __getitem__(self, index: int | slice) -> Case | Sequence[Case]:
        if isinstance(index, slice):
            return [self._case(at) for at in self._order[index].tolist()]
        return self._case(int(self._order[index]))

    def __iter__(self) -> Iterator[Case]:
        return map(self._case, self._order.tolist())

    def _case(self, at: int) -> Case:
        found = self._made.get(at)
        if found is None:
            found = self._made[at] = self._estate.case(at)
        return found
