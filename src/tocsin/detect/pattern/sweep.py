"""The sorted sweep: observation operators and qualifiers over spans (STIX 2.1 section 9.4, 9.5).

``a FOLLOWEDBY b`` asks ``a.latest <= b.earliest``; ``WITHIN w`` asks ``latest - earliest <= w``; a join gives the
maximum of the one and the minimum of the other. Where nothing is contested a family is one span, and the whole is one
pass over sorted events. Bindings are never enumerated.
"""

from __future__ import annotations

import heapq
import itertools
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import itemgetter

from tocsin.detect.pattern.event import Event
from tocsin.detect.pattern.family import Family, Span
from tocsin.detect.pattern.form import Either, Form, InOrder, InTime, Together, slots_of
from tocsin.detect.pattern.quota import Quota
from tocsin.errors import LimitExceeded
from tocsin.model.timestamp import Instant

__all__ = ["Sweep", "Work", "disjoint"]

_NO_USE: frozenset[tuple[int, int]] = frozenset()


class Sweep:
    """One pass over the events of a form that uses at most ``slots`` observations.

    Families guard the ``contested`` observations against at most ``guarded`` used elsewhere. ``strict`` asks of
    FOLLOWEDBY that its right side be later; what is repeated is looked for among disjoint matches if ``greedy``: there
    may be other matches than those found. If ``loose``, one match stands for all its repeats: there may be fewer.
    """

    def __init__(
        self,
        slots: int,
        contested: Collection[int] = (),
        *,
        guarded: int = 0,
        limit: int,
        strict: bool = False,
        greedy: bool = False,
        loose: bool = False,
    ) -> None:
        self.limit = limit
        self.guarded = guarded
        self.complete = True
        self.strict = strict
        self.greedy = greedy
        self.loose = loose
        self.steps = 0
        self.contested = contested
        self.slots = slots

    def step(self, count: int = 1) -> None:
        """Count work done; raise LimitExceeded beyond the limit."""
        self.steps += count
        if self.steps > self.limit:
            raise LimitExceeded(f"more than {self.limit:,} steps were taken")

    # -- one method a kind of form ----------------------------------------------------------------

    def spans(self, form: Form) -> list[Span]:
        """Return the needed spans of ``form``, in the order of ``latest``."""
        match form:
            case Quota():
                return self.quota(form)
            case Either():
                found = heapq.merge(*(self.spans(part) for part in form.parts), key=_by_latest)
                return self.needed(found, self.slots - slots_of(form))
            case Together():
                return self.all_of(form)
            case InOrder():
                return self.in_order(form)
            case InTime():
                return [
                    span for span in self.spans(form.part) if span.latest - span.earliest <= form.window_ns
                ]

    def quota(self, form: Quota) -> list[Span]:
        """Return the spans of so many events of each of several sets."""
        if not self.contested or not any(event.observation in self.contested for event in form.kinds):
            return form.spans(self.step)
        # Joined set by set, what several of them hold must be used once among these too.
        shared = (event.observation for event, sets in form.kinds.items() if sets & (sets - 1))
        kept_apart = frozenset(self.contested).union(shared)
        joined: list[Span] | None = None
        slots = 0
        for events, times in form.needs:
            spans = self.chosen(self.leaf(events, kept_apart, times), times)
            joined = spans if joined is None else self.both(joined, spans, slots, times, followed=False)
            slots += times
        return joined or []

    def leaf(self, events: Iterable[Event], kept_apart: Collection[int], times: int) -> list[Span]:
        """Return the spans of single events, each as often as one match of ``times`` of them could use it.

        Of ``kept_apart`` observations a span says that it uses them.

        An observation counted n times may be used n times: as n observations that differ in nothing.
        """
        spans: list[Span] = []
        for event in events:
            self.step()
            free = event.observation not in kept_apart
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

    def all_of(self, form: Together) -> list[Span]:
        """Return the spans of all parts on distinct observations."""
        joined: list[Span] | None = None
        slots = 0
        for part, copies in form.parts:
            spans = self.spans(part)
            more = slots_of(part)
            if copies > 1 and self.greedy:
                spans, more, repeats = self.repeated(spans, copies), more * copies, 1
            else:
                repeats = 1 if self.loose else copies
            self.step(repeats)
            for _ in range(repeats if spans else 0):
                joined = spans if joined is None else self.both(joined, spans, slots, more, followed=False)
                slots += more
            if not spans:
                return []
        return joined or []

    def in_order(self, form: InOrder) -> list[Span]:
        """Return the spans of the parts one after another."""
        joined, slots = self.spans(form.parts[0]), slots_of(form.parts[0])
        for part in form.parts[1:]:
            if not joined:
                break
            more = slots_of(part)
            joined = self.both(joined, self.spans(part), slots, more, followed=True)
            slots += more
        return joined

    def repeated(self, spans: Sequence[Span], times: int) -> list[Span]:
        """Return spans of ``times`` of some disjoint matches out of ``spans``."""
        chosen = disjoint(spans, self.limit)
        if len(chosen) < times:
            return []
        # Counted as if each were an observation that begins at its latest and ends at its earliest.
        quota = Quota(
            ((tuple(sorted(Event(span.latest, span.earliest, n) for n, span in enumerate(chosen))), times),)
        )

        def draw(latest: Instant, earliest: Instant) -> Iterator[Event]:
            for one in quota.binding(latest, earliest):
                yield from chosen[one.observation].observations()

        return [Span(span.latest, span.earliest, span.used, draw=draw) for span in quota.spans(self.step)]

    def chosen(self, ones: list[Span], times: int) -> list[Span]:
        """Return the needed spans of ``times`` events of one set, some of them contested.

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
        self, left: list[Span], right: list[Span], left_slots: int, right_slots: int, *, followed: bool
    ) -> list[Span]:
        """Join two lists of spans on distinct observations, ``right`` not before ``left`` if ``followed``.

        The span with the greater ``latest`` is joined with the few of the other side that are best among
        those with a smaller one; equal ones meet on the left span's turn.
        """
        if not self.contested:
            return self.merged(left, right, followed=followed)
        found: list[Span] = []
        best = self.family(self.slots - left_slots)
        position = 0
        by = self._bound if followed else _by_latest_and
        # The left one is at most as late as the right one ends, and as the right one's latest.
        for span in sorted(right, key=by):
            bound = by(span)
            while position < len(left) and (left[position].latest, 0) < bound:
                best.insert(left[position])
                position += 1
            found.extend(self.joined(one, span) for one in best.spans if not one.used & span.used)
            self.step(1 + len(best.spans))
        best = self.family(self.slots - right_slots)
        position = 0
        for span in left:
            while position < len(right) and right[position].latest <= span.latest:
                best.insert(right[position])
                position += 1
            found.extend(
                self.joined(span, one)
                for one in best.spans
                if (not followed or (span.latest, 0) < self._end(one)) and not one.used & span.used
            )
            self.step(1 + len(best.spans))
        found.sort(key=_by_latest)
        return self.needed(found, self.slots - left_slots - right_slots)

    def merged(self, left: list[Span], right: list[Span], *, followed: bool) -> list[Span]:
        """Join as :meth:`both` where nothing is contested: with the greater ``latest`` comes the greater ``earliest``.

        So the best of those with a smaller ``latest`` is the last of them.
        """
        self.step(len(left) + len(right))
        lefts, rights = [one.latest for one in left], [one.latest for one in right]
        before = bisect_left if self.strict else bisect_right
        pairs: list[tuple[Instant, Instant, Span, Span]] = []
        for span in right:
            place = bisect_right(lefts, span.latest)
            if followed:
                place = min(place, before(lefts, span.earliest))
            if place:
                one = left[place - 1]
                pairs.append((span.latest, -min(one.earliest, span.earliest), one, span))
        for span in left:
            place = bisect_right(rights, span.latest)
            if place and (not followed or (span.latest, 0) < self._end(right[place - 1])):
                one = right[place - 1]
                pairs.append((span.latest, -min(one.earliest, span.earliest), span, one))
        pairs.sort(key=itemgetter(0, 1))
        spans: list[Span] = []
        for latest, earliest, one, other in pairs:
            if not spans or spans[-1].earliest < -earliest:
                spans.append(Span(latest, -earliest, _NO_USE, parts=(one, other)))
        return spans

    def _end(self, span: Span) -> tuple[Instant, int]:
        """Return the instant that what comes before ``span`` must be below, were it (instant, 0)."""
        return span.earliest, 0 if self.strict else 1

    def _bound(self, span: Span) -> tuple[Instant, int]:
        return min(self._end(span), _by_latest_and(span))

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


class Work:
    """Steps that several sweeps share."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spans(
        self,
        form: Form,
        contested: Collection[int] = (),
        *,
        guarded: int = 0,
        most: int | None = None,
        strict: bool = False,
        greedy: bool = False,
        loose: bool = False,
    ) -> tuple[list[Span], bool]:
        """Return what a :class:`Sweep` of at most ``most`` steps finds, and whether its families were large enough.

        Raises:
            LimitExceeded: it takes more, or more than are left.
        """
        sweep = Sweep(
            slots_of(form),
            contested,
            guarded=guarded,
            limit=self.left if most is None else min(most, self.left),
            strict=strict,
            greedy=greedy,
            loose=loose,
        )
        try:
            return sweep.spans(form), sweep.complete
        finally:
            self.left -= sweep.steps


def _by_latest(span: Span) -> Instant:
    return span.latest


def _by_latest_and(span: Span) -> tuple[Instant, int]:
    return span.latest, 1


def disjoint(spans: Iterable[Span], most: int) -> list[Span]:
    """Return spans that together use no observation more often than it was made, the earliest and tightest first.

    At most about ``most`` observations are looked at, so that what is left out is the last, and the first is in.
    """
    capacity: Counter[int] = Counter()
    chosen: list[Span] = []
    looked = 0
    for span in sorted(spans, key=lambda one: (one.latest, -one.earliest)):
        need: Counter[int] = Counter()
        for event in span.observations():
            looked += 1
            need[event.observation] += 1
            if capacity[event.observation] + need[event.observation] > event.number:
                break
        else:
            capacity.update(need)
            chosen.append(span)
        if looked > most:
            break
    return chosen
