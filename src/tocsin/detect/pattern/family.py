"""Spans, and families of spans of which one is free whatever else a pattern uses.

What later operators need of one way to match an expression (a *span*) is only

- ``latest``: the latest ``first`` of its observations, better the smaller,
- ``earliest``: the earliest ``last`` of them, better the greater,
- the observations it uses, and of these only the *contested* ones, which another bracket matched too.

So a span is needed only if no better one could take its place, whatever observations the rest of the pattern
uses. Keeping just those (a representative family: Monien 1985, Marx 2009) decides distinctness exactly, in time
that grows with the observations times a number that depends on the pattern alone.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tocsin.detect.pattern.event import Event
from tocsin.model.timestamp import Instant

__all__ = ["Family", "Span"]


@dataclass(frozen=True, slots=True)
class Span:
    """One way to match an expression: its contested observations as (observation, copy), and all its events.

    Where very many spans are found and few are shown, ``draw`` says what events are of it once that is asked, by
    its ``latest`` and ``earliest``.
    """

    latest: Instant
    earliest: Instant
    used: frozenset[tuple[int, int]]
    parts: tuple[Span, ...] = ()
    events: tuple[Event, ...] = ()
    draw: Callable[[Instant, Instant], Iterable[Event]] | None = None

    def observations(self) -> Iterator[Event]:
        """Yield the events of all parts."""
        stack = [self]
        while stack:
            span = stack.pop()
            yield from span.events
            if span.draw is not None:
                yield from span.draw(span.latest, span.earliest)
            stack.extend(reversed(span.parts))


class Family:
    """Spans of which, for any ``others`` observations used elsewhere, one that is still free is as good as any seen."""

    def __init__(self, others: int, step: Callable[[], None]) -> None:
        self._step = step
        self.others = others
        self.spans: list[Span] = []

    def insert(self, span: Span) -> bool:
        """Take ``span`` in if it is needed; say whether it was."""
        better = [one.used for one in self.spans if one.earliest >= span.earliest]
        if not self._blockable(better, span.used, self.others):
            return False
        insort(self.spans, span, key=lambda one: -one.earliest)
        kept: list[Span] = []
        for one in self.spans:
            if (
                one is span
                or one.earliest > span.earliest
                or self._blockable([other.used for other in kept], one.used, self.others)
            ):
                kept.append(one)
        self.spans = kept
        return True

    def _blockable(
        self, used: list[frozenset[tuple[int, int]]], free: frozenset[tuple[int, int]], others: int
    ) -> bool:
        """Whether ``others`` observations outside ``free`` can hit every set of ``used``.

        Not if more of the sets than that have none in common; surely if there are no more sets than that.
        """
        self._step()
        if not used:
            return True
        apart: set[tuple[int, int]] = set()
        number = 0
        for one in used:
            rest = one - free
            if not rest:
                return False
            if apart.isdisjoint(rest):
                apart |= rest
                number += 1
                if number > others:
                    return False
        if len(used) <= others:
            return True
        return any(
            self._blockable([one for one in used if observation not in one], free, others - 1)
            for observation in used[0] - free
        )
