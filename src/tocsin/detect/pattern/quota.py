"""So many observations of each of several sets, all distinct: AND and REPEATS of brackets.

Which of them are used in what time is found by one sweep that lets events in by ``first`` and out by ``last``, and
counts. No binding is made but those that are shown.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from tocsin.detect.pattern.event import Event
from tocsin.detect.pattern.family import Span
from tocsin.detect.pattern.filling import Count, Filling
from tocsin.model.timestamp import Instant

__all__ = ["Quota"]

_NO_USE: frozenset[tuple[int, int]] = frozenset()


class Quota:
    """``needs`` pairs sets of events, each sorted, with how many of each are needed (1 or more).

    Of events that would do as well, the least in order is used.
    """

    def __init__(self, needs: Sequence[tuple[tuple[Event, ...], int]]) -> None:
        self.needs = tuple(needs)
        self.slots = sum(times for _, times in needs)

    @cached_property
    def kinds(self) -> dict[Event, int]:
        """Events in the order of ``first``, each with the bits of the sets that it is of."""
        found: dict[Event, int] = {}
        for bit, (events, _) in enumerate(self.needs):
            for event in events:
                found[event] = found.get(event, 0) | 1 << bit
        return found if len(self.needs) == 1 else {event: found[event] for event in sorted(found)}

    @cached_property
    def _events(self) -> list[Event]:
        return list(self.kinds)

    @cached_property
    def _longest(self) -> Instant:
        return max((event.last - event.first for event in self._events), default=0)

    def spans(self, step: Callable[[int], None]) -> list[Span]:
        """Return the spans that no other is better than, in the order of ``latest``.

        Let in what begins by an instant: the best choice keeps what ends last, so what ends first is let out for
        as long as the rest will do. As more is let in, that never has to be taken back.
        """
        spans: list[Span] = []
        filling, heap = self._filling(step), list[tuple[Instant, int, Event]]()
        for position, (event, kind) in enumerate(self.kinds.items()):
            step(1)
            heapq.heappush(heap, (event.last, -position, event))
            filling.add(kind, min(event.number, self.slots))
            if filling.short:
                continue
            self._tighten(filling, heap)
            earliest = heap[0][0]
            if not spans or spans[-1].earliest < earliest:
                spans.append(Span(event.first, earliest, _NO_USE, draw=self.binding))
        return spans

    def occurrences(self, window: Instant | None, step: Callable[[int], None]) -> Iterator[tuple[Event, ...]]:
        """Yield disjoint bindings, the earliest and tightest first, each within ``window`` if there is one."""
        if self.slots == 1:
            yield from (
                (event,) for event in self.kinds if window is None or event.first - event.last <= window
            )
            return
        filling, heap = self._filling(step), list[tuple[Instant, int, Event]]()
        for position, (event, kind) in enumerate(self.kinds.items()):
            step(1)
            heapq.heappush(heap, (event.last, -position, event))
            filling.add(kind, min(event.number, self.slots))
            while window is not None and heap and event.first - heap[0][0] > window:
                self._let_out(filling, heap)
            if filling.short:
                continue
            self._tighten(filling, heap)
            found = self._drawn((one for _, _, one in sorted(heap, reverse=True)), filling)
            yield tuple(sorted(found))
            used = set(found)
            step(len(heap))
            heap = [one for one in heap if one[2] not in used]
            heapq.heapify(heap)
            filling = self._filling(step)
            for _, _, one in heap:
                filling.add(self.kinds[one], min(one.number, self.slots))

    def keeping(self, keep: Callable[[Event], bool]) -> Quota | None:
        """Return this quota over the events that ``keep`` says; None if these are too few."""
        return _enough([(tuple(filter(keep, events)), times) for events, times in self.needs])

    def between(self, start: Instant, stop: Instant) -> Quota | None:
        """Return this quota over the events that end from ``start`` on and begin by ``stop``; None if too few do."""
        longest = self._longest
        return _enough(
            [
                (
                    tuple(
                        events[n] for n in _begun(events, start - longest, stop) if events[n].last >= start
                    ),
                    times,
                )
                for events, times in self.needs
            ]
        )

    def binding(self, latest: Instant, earliest: Instant) -> Iterable[Event]:
        """Return the events of one binding that all begin by ``latest`` and end no sooner than ``earliest``.

        The earliest comes first, since it is the one that an earlier occurrence is likely to have used.
        """
        begun = _begun(self._events, earliest - self._longest, latest)
        if len(self.needs) == 1 and self._longest == 0 and len(begun) == self.slots:
            # All there are, as nearly always, so that one look is enough to see that it is in use.
            return (self._events[place] for place in begun)
        there = [event for event in map(self._events.__getitem__, begun) if event.last >= earliest]
        there.sort(key=lambda event: (-event.last, event))
        filling = self._filling(lambda _: None)
        for event in there:
            filling.add(self.kinds[event], min(event.number, self.slots))
            if not filling.short:
                break
        return self._drawn(there, filling)[::-1]

    def _filling(self, step: Callable[[int], None]) -> Filling | Count:
        return (
            Count(self.slots) if len(self.needs) == 1 else Filling([times for _, times in self.needs], step)
        )

    def _let_out(self, filling: Filling | Count, heap: list[tuple[Instant, int, Event]]) -> None:
        event = heapq.heappop(heap)[2]
        filling.remove(self.kinds[event], min(event.number, self.slots))

    def _tighten(self, filling: Filling | Count, heap: list[tuple[Instant, int, Event]]) -> None:
        """Let out what ends first for as long as all places stay filled."""
        while True:
            event = heap[0][2]
            kind, count = self.kinds[event], min(event.number, self.slots)
            filling.remove(kind, count)
            if filling.short:
                filling.add(kind, count)
                return
            heapq.heappop(heap)

    def _drawn(self, events: Iterable[Event], filling: Filling | Count) -> list[Event]:
        """Return events, the first of each kind, each as often as it is used."""
        used = filling.used()
        found: list[Event] = []
        for event in events:
            kind = self.kinds[event]
            count = min(event.number, used.get(kind, 0))
            if count:
                used[kind] -= count
                found.extend([event] * count)
        return found


def _begun(events: Sequence[Event], start: Instant, stop: Instant) -> range:
    """Return the places of those of sorted ``events`` that begin from ``start`` to ``stop``, both included."""
    return range(bisect_left(events, start, key=_first), bisect_right(events, stop, key=_first))


def _first(event: Event) -> Instant:
    return event.first


def _enough(needs: Sequence[tuple[tuple[Event, ...], int]]) -> Quota | None:
    enough = all(sum(event.number for event in events) >= times for events, times in needs)
    return Quota(needs) if enough else None
