"""Observation operators and qualifiers over the observations that brackets matched (STIX 2.1 section 9.4, 9.5).

What later operators need of one way to match an expression (a *span*) is only

- ``latest``: the latest ``first`` of its observations, better the smaller,
- ``earliest``: the earliest ``last`` of them, better the greater,
- the observations it uses, and of these only the *contested* ones, which another bracket matched too.

``a FOLLOWEDBY b`` asks ``a.latest <= b.earliest``; ``WITHIN w`` asks ``latest - earliest <= w``; both joins
give the maximum of the one and the minimum of the other. So a span is needed only if no better one could
take its place, whatever observations the rest of the pattern uses. Keeping just those (a representative
family: Monien 1985, Marx 2009) decides distinctness exactly, in time that grows with the observations
times a number that depends on the pattern alone. Where nothing is contested the family is one span, and
the whole is a sorted sweep. Bindings are never enumerated.
"""

from __future__ import annotations

import heapq
import itertools
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tocsin.detect.pattern.syntax import (
    Bracket,
    FollowedBy,
    ObservationAnd,
    ObservationExpression,
    ObservationOr,
    Repeats,
    StartStop,
    Within,
)
from tocsin.errors import LimitExceeded
from tocsin.limits import SEQUENCE_STEPS
from tocsin.model.timestamp import Instant

__all__ = ["Event", "brackets_of", "needs_time", "occurrences"]


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """An observation as the sweep sees it: when, its number among all observations, and number_observed."""

    first: Instant
    last: Instant
    observation: int
    number: int = 1


Matches = Mapping[int, Sequence[Event]]
"""For each bracket, by ``id()``, the events that it matched."""

_Periods = tuple[tuple[Instant, Instant], ...]


@dataclass(frozen=True, slots=True)
class _Span:
    latest: Instant
    earliest: Instant
    used: frozenset[tuple[int, int]]
    parts: tuple[_Span, ...] = ()
    events: tuple[Event, ...] = ()

    def observations(self) -> Iterator[Event]:
        stack = [self]
        while stack:
            span = stack.pop()
            yield from span.events
            stack.extend(reversed(span.parts))


def brackets_of(expression: ObservationExpression) -> Iterator[Bracket]:
    """Yield the brackets of ``expression``, left to right."""
    match expression:
        case Bracket():
            yield expression
        case ObservationAnd() | ObservationOr():
            for operand in expression.operands:
                yield from brackets_of(operand)
        case FollowedBy():
            yield from brackets_of(expression.left)
            yield from brackets_of(expression.right)
        case Within() | Repeats() | StartStop():
            yield from brackets_of(expression.operand)


def needs_time(expression: ObservationExpression) -> bool:
    """Whether the answer depends on when observations were made."""
    match expression:
        case Bracket():
            return False
        case ObservationAnd() | ObservationOr():
            return any(map(needs_time, expression.operands))
        case Repeats():
            return needs_time(expression.operand)
        case _:
            return True


def occurrences(expression: ObservationExpression, matches: Matches) -> list[tuple[Event, ...]]:
    """Return occurrences of ``expression``, earliest first; none if it does not match.

    Each is the events of one binding, in time order. For one bracket, or several joined by OR, every event
    that matches is one. Otherwise they are disjoint and chosen greedily, the earliest and tightest first:
    there is one exactly when the expression matches, and how many more there are is a lower bound.

    Raises:
        LimitExceeded: deciding it takes more than ``SEQUENCE_STEPS`` steps.
    """
    if isinstance(expression, ObservationOr):
        found = {events: None for operand in expression.operands for events in occurrences(operand, matches)}
        return sorted(found)
    capacity: Counter[int] = Counter()
    chosen: list[tuple[Event, ...]] = []
    for span in sorted(_spans(_simplified(expression, matches), matches), key=lambda one: (one.latest, -one.earliest)):
        events = tuple(sorted(span.observations()))
        need = Counter(event.observation for event in events)
        number = {event.observation: event.number for event in events}
        if all(capacity[key] + count <= number[key] for key, count in need.items()):
            capacity.update(need)
            chosen.append(events)
    return chosen


def _spans(expression: ObservationExpression, matches: Matches) -> list[_Span]:
    """Return spans of ``expression``: none exactly when it does not match.

    Families that guard against few other observations are small, and every span is a true binding, so a
    match is mostly found by them. Only its absence needs families as large as the pattern asks for.
    """
    for guarded, limit in ((1, SEQUENCE_STEPS // 20), (3, SEQUENCE_STEPS // 20)):
        for form in (expression, _strengthened(expression)):
            sweep = _Sweep(expression, matches, guarded, limit)
            try:
                found = sweep.spans(form, ())
            except LimitExceeded:
                continue
            if found or (sweep.complete and form is expression):
                return found
    return _Sweep(expression, matches, _slots(expression), SEQUENCE_STEPS).spans(expression, ())


def _strengthened(expression: ObservationExpression) -> ObservationExpression:
    """Return an expression whose every binding is one of ``expression``, and easier to find.

    If n of ``a`` all precede n of ``b``, then n times an ``a`` precedes a ``b``.
    """
    match expression:
        case Repeats(FollowedBy() as pair, times):
            return FollowedBy(Repeats(_strengthened(pair.left), times), Repeats(_strengthened(pair.right), times))
        case Repeats():
            return Repeats(_strengthened(expression.operand), expression.times)
        case FollowedBy():
            return FollowedBy(_strengthened(expression.left), _strengthened(expression.right))
        case ObservationAnd():
            return ObservationAnd(tuple(map(_strengthened, expression.operands)))
        case ObservationOr():
            return ObservationOr(tuple(map(_strengthened, expression.operands)))
        case Within():
            return Within(_strengthened(expression.operand), expression.window_ns)
        case StartStop():
            return StartStop(_strengthened(expression.operand), expression.start, expression.stop)
        case Bracket():
            return expression


def _simplified(expression: ObservationExpression, matches: Matches) -> ObservationExpression:
    """Return ``expression`` with brackets that matched the same events, joined by AND, counted instead."""
    match expression:
        case ObservationAnd():
            counts: dict[tuple[Event, ...], tuple[Bracket, int]] = {}
            others: list[ObservationExpression] = []
            for operand in (_simplified(operand, matches) for operand in expression.operands):
                bracket, times = (operand.operand, operand.times) if isinstance(operand, Repeats) else (operand, 1)
                if isinstance(bracket, Bracket):
                    events = tuple(sorted(matches.get(id(bracket), ())))
                    counts[events] = (counts.get(events, (bracket, 0))[0], counts.get(events, (bracket, 0))[1] + times)
                else:
                    others.append(operand)
            counted = [Repeats(bracket, times) if times > 1 else bracket for bracket, times in counts.values()]
            operands = (*counted, *others)
            return operands[0] if len(operands) == 1 else ObservationAnd(operands)
        case Repeats():
            inner = _simplified(expression.operand, matches)
            if isinstance(inner, Repeats):
                return Repeats(inner.operand, inner.times * expression.times)
            return inner if expression.times == 1 else Repeats(inner, expression.times)
        case FollowedBy():
            return FollowedBy(_simplified(expression.left, matches), _simplified(expression.right, matches))
        case ObservationOr():
            return ObservationOr(tuple(_simplified(operand, matches) for operand in expression.operands))
        case Within():
            return Within(_simplified(expression.operand, matches), expression.window_ns)
        case StartStop():
            return StartStop(_simplified(expression.operand, matches), expression.start, expression.stop)
        case Bracket():
            return expression


class _Sweep:
    """One pass over the events; families guard against at most ``guarded`` observations used elsewhere."""

    def __init__(self, expression: ObservationExpression, matches: Matches, guarded: int, limit: int) -> None:
        self.limit = limit
        self.matches = matches
        self.guarded = guarded
        self.complete = True
        self.steps = 0
        self.contested = self._contested(expression)
        self.slots = _slots(expression)

    def _contested(self, expression: ObservationExpression) -> frozenset[int]:
        """Observations that two places of the expression could both use."""
        uses: Counter[int] = Counter()
        for bracket, copies in _places(expression):
            for observation in {event.observation for event in self.matches.get(id(bracket), ())}:
                uses[observation] += copies
        return frozenset(observation for observation, places in uses.items() if places > 1)

    def step(self, count: int = 1) -> None:
        self.steps += count
        if self.steps > self.limit:
            raise LimitExceeded(
                f"its time logic takes more than {self.limit:,} steps on this evidence",
                hint="narrow the evidence with --since, or split the pattern",
            )

    # -- one method an operator -------------------------------------------------------------------

    def spans(self, expression: ObservationExpression, periods: _Periods) -> list[_Span]:
        """Return the needed spans of ``expression`` within ``periods``, in the order of ``latest``."""
        match expression:
            case Bracket():
                return self.leaf(self.events(expression, periods))
            case ObservationOr():
                found = heapq.merge(*(self.spans(operand, periods) for operand in expression.operands), key=_by_latest)
                return self.needed(found, self.slots - _slots(expression))
            case ObservationAnd():
                return self.all_of([(self.spans(operand, periods), _slots(operand)) for operand in expression.operands])
            case FollowedBy():
                left, right = self.spans(expression.left, periods), self.spans(expression.right, periods)
                return self.both(left, right, _slots(expression.left), _slots(expression.right), followed=True)
            case Within():
                spans = self.spans(expression.operand, periods)
                return [span for span in spans if span.latest - span.earliest <= expression.window_ns]
            case StartStop():
                return self.spans(expression.operand, (*periods, (expression.start, expression.stop)))
            case Repeats():
                return self.repeats(expression, periods)

    def events(self, bracket: Bracket, periods: _Periods) -> list[Event]:
        """Return the events of ``bracket`` that overlap each [start, stop) of ``periods``, sorted."""
        return sorted(
            event
            for event in self.matches.get(id(bracket), ())
            if all(start < stop and event.first < stop and event.last >= start for start, stop in periods)
        )

    def leaf(self, events: Iterable[Event]) -> list[_Span]:
        spans = []
        for event in events:
            self.step()
            if event.observation not in self.contested or event.number >= self.slots:
                # Used by no one else, or counted often enough for all.
                spans.append(_Span(event.first, event.last, frozenset(), events=(event,)))
                continue
            # An observation counted n times may be used n times: as n observations that differ in nothing.
            spans.extend(
                _Span(event.first, event.last, frozenset({(event.observation, copy)}), events=(event,))
                for copy in range(min(event.number, self.slots))
            )
        return spans

    def all_of(self, operands: Sequence[tuple[list[_Span], int]]) -> list[_Span]:
        joined, slots = operands[0]
        for spans, more in operands[1:]:
            joined = self.both(joined, spans, slots, more, followed=False)
            slots += more
        return joined

    def repeats(self, expression: Repeats, periods: _Periods) -> list[_Span]:
        bracket, within = _alone(expression.operand, periods)
        if bracket is not None:
            events = self.events(bracket, within)
            if not any(event.observation in self.contested and event.number < self.slots for event in events):
                return self.counted(events, expression.times)
            return self.chosen(self.leaf(events), expression.times)
        self.step(expression.times)
        one = (self.spans(expression.operand, periods), _slots(expression.operand))
        return self.all_of([one] * expression.times) if one[0] else []

    def counted(self, events: Sequence[Event], times: int) -> list[_Span]:
        """Return the spans of ``times`` uncontested events.

        Sweeping by ``first``, the best choice so far is the ``times`` events that end last; the heap holds them.
        """
        spans: list[_Span] = []
        heap: list[tuple[Instant, int, Event]] = []
        held = 0
        for position, event in enumerate(events):
            self.step()
            heapq.heappush(heap, (event.last, position, event))
            held += event.number
            while heap and held - heap[0][2].number >= times:
                held -= heapq.heappop(heap)[2].number
            if held < times:
                continue
            earliest = heap[0][0]
            if spans and spans[-1].earliest >= earliest:
                continue
            chosen: list[Event] = []
            self.step(len(heap))
            for _, _, one in sorted(heap, reverse=True):
                chosen.extend([one] * min(one.number, times - len(chosen)))
            spans.append(_Span(event.first, earliest, frozenset(), events=tuple(chosen)))
        return spans

    def chosen(self, ones: list[_Span], times: int) -> list[_Span]:
        """Return the needed spans of ``times`` events of one bracket, some of them contested.

        With the last of them by ``first`` given, the rest are among those that end last, as many as are
        needed plus as many as may be used elsewhere.
        """
        others = self.guard(self.slots - times)
        found: list[_Span] = []
        before: list[_Span] = []
        for span in ones:
            for rest in itertools.combinations(before[: times - 1 + others], times - 1):
                self.step(times)
                parts = (span, *rest)
                used = frozenset().union(*(part.used for part in parts))
                found.append(_Span(span.latest, min(part.earliest for part in parts), used, parts=parts))
            insort(before, span, key=lambda one: -one.earliest)
        return self.needed(found, self.slots - times)

    def guard(self, others: int) -> int:
        """Return how many of ``others`` observations used elsewhere are guarded against in this pass."""
        self.complete = self.complete and others <= self.guarded
        return min(others, self.guarded)

    def both(
        self, left: list[_Span], right: list[_Span], left_slots: int, right_slots: int, *, followed: bool
    ) -> list[_Span]:
        """Join two lists of spans on distinct observations, ``right`` not before ``left`` if ``followed``.

        The span with the greater ``latest`` is joined with the few of the other side that are best among
        those with a smaller one; equal ones meet on the left span's turn.
        """
        found: list[_Span] = []
        best = _Family(self, self.slots - left_slots)
        position = 0
        # The left one is at most as late as the right one ends, and as the right one's latest.
        for span in sorted(right, key=lambda one: min(one.latest, one.earliest) if followed else one.latest):
            bound = min(span.latest, span.earliest) if followed else span.latest
            while position < len(left) and left[position].latest <= bound:
                best.insert(left[position])
                position += 1
            found.extend(self.joined(one, span) for one in best.spans if not one.used & span.used)
            self.step(1 + len(best.spans))
        best = _Family(self, self.slots - right_slots)
        position = 0
        for span in left:
            while position < len(right) and right[position].latest <= span.latest:
                best.insert(right[position])
                position += 1
            for one in best.spans:
                if (not followed or span.latest <= one.earliest) and not one.used & span.used:
                    found.append(self.joined(span, one))
            self.step(1 + len(best.spans))
        found.sort(key=_by_latest)
        return self.needed(found, self.slots - left_slots - right_slots)

    @staticmethod
    def joined(left: _Span, right: _Span) -> _Span:
        return _Span(
            max(left.latest, right.latest),
            min(left.earliest, right.earliest),
            left.used | right.used,
            parts=(left, right),
        )

    def needed(self, spans: Iterable[_Span], others: int) -> list[_Span]:
        """Keep, of spans in the order of ``latest``, those that no earlier ones can always stand in for."""
        best = _Family(self, others)
        return [span for span in spans if best.insert(span)]


class _Family:
    """Spans of which, for any ``others`` observations used elsewhere, one that is still free is as good as any seen."""

    def __init__(self, sweep: _Sweep, others: int) -> None:
        self.sweep = sweep
        self.others = sweep.guard(max(others, 0))
        self.spans: list[_Span] = []

    def insert(self, span: _Span) -> bool:
        """Take ``span`` in if it is needed; say whether it was."""
        better = [one.used for one in self.spans if one.earliest >= span.earliest]
        if not self._blockable(better, span.used, self.others):
            return False
        insort(self.spans, span, key=lambda one: -one.earliest)
        kept: list[_Span] = []
        for one in self.spans:
            if one is span or one.earliest > span.earliest or self._blockable(
                [other.used for other in kept], one.used, self.others
            ):
                kept.append(one)
        self.spans = kept
        return True

    def _blockable(self, used: list[frozenset[tuple[int, int]]], free: frozenset[tuple[int, int]], others: int) -> bool:
        """Whether ``others`` observations outside ``free`` can hit every set of ``used``."""
        self.sweep.step()
        if not used:
            return True
        if others == 0:
            return False
        return any(
            self._blockable([one for one in used if observation not in one], free, others - 1)
            for observation in used[0] - free
        )


def _by_latest(span: _Span) -> Instant:
    return span.latest


def _slots(expression: ObservationExpression) -> int:
    """How many observations one binding of ``expression`` uses at most."""
    match expression:
        case Bracket():
            return 1
        case ObservationAnd():
            return sum(map(_slots, expression.operands))
        case ObservationOr():
            return max(map(_slots, expression.operands))
        case FollowedBy():
            return _slots(expression.left) + _slots(expression.right)
        case Repeats():
            return expression.times * _slots(expression.operand)
        case Within() | StartStop():
            return _slots(expression.operand)


def _places(expression: ObservationExpression) -> Iterator[tuple[Bracket, int]]:
    """Yield each bracket and how many places of one binding it fills, repeats of the bracket alone being one place."""
    match expression:
        case Bracket():
            yield expression, 1
        case ObservationAnd() | ObservationOr():
            for operand in expression.operands:
                yield from _places(operand)
        case FollowedBy():
            yield from _places(expression.left)
            yield from _places(expression.right)
        case Within() | StartStop():
            yield from _places(expression.operand)
        case Repeats():
            bracket, _ = _alone(expression.operand, ())
            for place, copies in _places(expression.operand):
                yield place, copies if bracket is place else copies * expression.times


def _alone(expression: ObservationExpression, periods: _Periods) -> tuple[Bracket | None, _Periods]:
    """Return the bracket that ``expression`` is but for START and STOP, with these; repeating it is counting."""
    while isinstance(expression, StartStop):
        periods = (*periods, (expression.start, expression.stop))
        expression = expression.operand
    return (expression if isinstance(expression, Bracket) else None), periods
