"""The sorted sweep: observation operators and qualifiers over spans (STIX 2.1 section 9.4, 9.5).

``a FOLLOWEDBY b`` asks ``a.latest <= b.earliest``; ``WITHIN w`` asks ``latest - earliest <= w``; a join gives the
maximum of the one and the minimum of the other. Where nothing is contested a family is one span, and the whole is one
pass over sorted events. Bindings are never enumerated.
"""

from __future__ import annotations

import heapq
import itertools
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from tocsin.detect.pattern.event import Event, Matches
from tocsin.detect.pattern.family import Family, Span
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
from tocsin.model.timestamp import Instant

__all__ = ["Sweep", "slots_of"]

_Periods = tuple[tuple[Instant, Instant], ...]


class Sweep:
    """One pass over the events; families guard against at most ``guarded`` observations used elsewhere."""

    def __init__(self, expression: ObservationExpression, matches: Matches, guarded: int, limit: int) -> None:
        self.limit = limit
        self.matches = matches
        self.guarded = guarded
        self.complete = True
        self.steps = 0
        self.contested = self._contested(expression)
        self.slots = slots_of(expression)

    def _contested(self, expression: ObservationExpression) -> frozenset[int]:
        """Observations that two places of the expression could both use."""
        uses: Counter[int] = Counter()
        for bracket, copies in _places(expression):
            for observation in {event.observation for event in self.matches.get(id(bracket), ())}:
                uses[observation] += copies
        return frozenset(observation for observation, places in uses.items() if places > 1)

    def step(self, count: int = 1) -> None:
        """Count work done; raise LimitExceeded beyond the limit."""
        self.steps += count
        if self.steps > self.limit:
            raise LimitExceeded(
                f"its time logic takes more than {self.limit:,} steps on this evidence",
                hint="narrow the evidence with --since, or split the pattern",
            )

    # -- one method an operator -------------------------------------------------------------------

    def spans(self, expression: ObservationExpression, periods: _Periods) -> list[Span]:
        """Return the needed spans of ``expression`` within ``periods``, in the order of ``latest``."""
        match expression:
            case Bracket():
                return self.leaf(self.events(expression, periods))
            case ObservationOr():
                found = heapq.merge(
                    *(self.spans(operand, periods) for operand in expression.operands), key=_by_latest
                )
                return self.needed(found, self.slots - slots_of(expression))
            case ObservationAnd():
                return self.all_of(
                    [(self.spans(operand, periods), slots_of(operand)) for operand in expression.operands]
                )
            case FollowedBy():
                left, right = self.spans(expression.left, periods), self.spans(expression.right, periods)
                return self.both(
                    left, right, slots_of(expression.left), slots_of(expression.right), followed=True
                )
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

    def leaf(self, events: Iterable[Event], times: int = 1) -> list[Span]:
        """Return the spans of single events, each as often as one match of ``times`` of them could use it.

        An observation counted n times may be used n times: as n observations that differ in nothing.
        """
        spans: list[Span] = []
        for event in events:
            self.step()
            # Used by no one else, or counted often enough for all: then it is free whatever else is used.
            free = event.observation not in self.contested or event.number >= self.slots
            copies = min(event.number, times if free else self.slots)
            spans.extend(
                Span(
                    event.first,
                    event.last,
                    frozenset() if free else frozenset({(event.observation, copy)}),
                    events=(event,),
                )
                for copy in range(copies)
            )
        return spans

    def all_of(self, operands: Sequence[tuple[list[Span], int]]) -> list[Span]:
        """Join (spans, observations used at most) of all operands on distinct observations."""
        joined, slots = operands[0]
        for spans, more in operands[1:]:
            joined = self.both(joined, spans, slots, more, followed=False)
            slots += more
        return joined

    def repeats(self, expression: Repeats, periods: _Periods) -> list[Span]:
        """Return the spans of an expression that is to match several times."""
        bracket, within = _alone(expression.operand, periods)
        if bracket is not None:
            events = self.events(bracket, within)
            if not any(event.observation in self.contested and event.number < self.slots for event in events):
                return self.counted(events, expression.times)
            return self.chosen(self.leaf(events, expression.times), expression.times)
        self.step(expression.times)
        one = (self.spans(expression.operand, periods), slots_of(expression.operand))
        return self.all_of([one] * expression.times) if one[0] else []

    def counted(self, events: Sequence[Event], times: int) -> list[Span]:
        """Return the spans of ``times`` uncontested events.

        Sweeping by ``first``, the best choice so far is the ``times`` events that end last; the heap holds them.
        """
        spans: list[Span] = []
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
            spans.append(Span(event.first, earliest, frozenset(), events=tuple(chosen)))
        return spans

    def chosen(self, ones: list[Span], times: int) -> list[Span]:
        """Return the needed spans of ``times`` events of one bracket, some of them contested.

        With the last of them by ``first`` given, the rest are among those that end last, as many as are
        needed plus as many as may be used elsewhere.
        """
        others = self.guard(self.slots - times)
        found: list[Span] = []
        before: list[Span] = []
        for span in ones:
            for rest in itertools.combinations(before[: times - 1 + others], times - 1):
                self.step(times)
                parts = (span, *rest)
                used = frozenset().union(*(part.used for part in parts))
                found.append(Span(span.latest, min(part.earliest for part in parts), used, parts=parts))
            insort(before, span, key=lambda one: -one.earliest)
        return self.needed(found, self.slots - times)

    def guard(self, others: int) -> int:
        """Return how many of ``others`` observations used elsewhere are guarded against in this pass."""
        self.complete = self.complete and others <= self.guarded
        return min(others, self.guarded)

    def family(self, others: int) -> Family:
        """Return an empty family that guards against ``others`` observations used elsewhere."""
        return Family(self.guard(max(others, 0)), self.step)

    def both(
        self, left: list[Span], right: list[Span], leftslots_of: int, rightslots_of: int, *, followed: bool
    ) -> list[Span]:
        """Join two lists of spans on distinct observations, ``right`` not before ``left`` if ``followed``.

        The span with the greater ``latest`` is joined with the few of the other side that are best among
        those with a smaller one; equal ones meet on the left span's turn.
        """
        found: list[Span] = []
        best = self.family(self.slots - leftslots_of)
        position = 0
        # The left one is at most as late as the right one ends, and as the right one's latest.
        for span in sorted(right, key=lambda one: min(one.latest, one.earliest) if followed else one.latest):
            bound = min(span.latest, span.earliest) if followed else span.latest
            while position < len(left) and left[position].latest <= bound:
                best.insert(left[position])
                position += 1
            found.extend(self.joined(one, span) for one in best.spans if not one.used & span.used)
            self.step(1 + len(best.spans))
        best = self.family(self.slots - rightslots_of)
        position = 0
        for span in left:
            while position < len(right) and right[position].latest <= span.latest:
                best.insert(right[position])
                position += 1
            found.extend(
                self.joined(span, one)
                for one in best.spans
                if (not followed or span.latest <= one.earliest) and not one.used & span.used
            )
            self.step(1 + len(best.spans))
        found.sort(key=_by_latest)
        return self.needed(found, self.slots - leftslots_of - rightslots_of)

    @staticmethod
    def joined(left: Span, right: Span) -> Span:
        """Return the span of two that are matched together."""
        return Span(
            max(left.latest, right.latest),
            min(left.earliest, right.earliest),
            left.used | right.used,
            parts=(left, right),
        )

    def needed(self, spans: Iterable[Span], others: int) -> list[Span]:
        """Keep, of spans in the order of ``latest``, those that no earlier ones can always stand in for."""
        best = self.family(others)
        return [span for span in spans if best.insert(span)]


def _by_latest(span: Span) -> Instant:
    return span.latest


def slots_of(expression: ObservationExpression) -> int:
    """How many observations one binding of ``expression`` uses at most."""
    match expression:
        case Bracket():
            return 1
        case ObservationAnd():
            return sum(map(slots_of, expression.operands))
        case ObservationOr():
            return max(map(slots_of, expression.operands))
        case FollowedBy():
            return slots_of(expression.left) + slots_of(expression.right)
        case Repeats():
            return expression.times * slots_of(expression.operand)
        case Within() | StartStop():
            return slots_of(expression.operand)


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
