"""Places filled by distinct observations, kept filled while observations come and go.

Observations that may fill the same places are of one *kind* and are only counted. Whether all places can be filled is
a question of flow (Hall 1935): a place that is short is filled along a path of exchanges (Ford and Fulkerson 1956),
over kinds and not over observations. So a step takes time in kinds times places, however many observations there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

__all__ = ["Count", "Filling"]


class Count:
    """The filling of a single place, which is a sum."""

    def __init__(self, need: int) -> None:
        self._need = need
        self._held = 0
        self.short = need

    def add(self, _kind: int, count: int) -> None:
        """Take ``count`` more in."""
        self._held += count
        self.short = max(self._need - self._held, 0)

    def remove(self, kind: int, count: int) -> None:
        """Take ``count`` out."""
        self.add(kind, -count)

    def used(self) -> dict[int, int]:
        """Return how many are used, of the one kind there is."""
        return {1: self._need - self.short}


@dataclass(slots=True)
class _Kind:
    places: tuple[int, ...]
    free: int = 0
    given: dict[int, int] = field(default_factory=dict)


class Filling:
    """``needs`` says how many observations each place takes; ``short`` how many are wanting in all.

    A kind is the bits of the places that an observation may fill.
    """

    def __init__(self, needs: Sequence[int], step: Callable[[int], None]) -> None:
        self._step = step
        self._wanting = list(needs)
        self._kinds: dict[int, _Kind] = {}
        self._of_place: list[list[_Kind]] = [[] for _ in needs]
        self.short = sum(needs)

    def add(self, kind: int, count: int) -> None:
        """Take ``count`` more of a kind in."""
        held = self._kinds.get(kind)
        if held is None:
            held = _Kind(tuple(place for place in range(len(self._wanting)) if kind >> place & 1))
            self._kinds[kind] = held
            for place in held.places:
                self._of_place[place].append(held)
        held.free += count
        if self.short:
            self._fill()

    def remove(self, kind: int, count: int) -> None:
        """Take ``count`` of a kind out; what they filled is filled by others where it can be."""
        held = self._kinds[kind]
        held.free -= count
        if held.free >= 0:
            return
        for place in held.places:
            taken = min(held.given.get(place, 0), -held.free)
            if taken:
                held.given[place] -= taken
                held.free += taken
                self._wanting[place] += taken
                self.short += taken
        self._fill()

    def used(self) -> dict[int, int]:
        """Return how many of each kind fill places."""
        return {kind: count for kind, held in self._kinds.items() if (count := sum(held.given.values()))}

    def _fill(self) -> None:
        for place in range(len(self._wanting)):
            while self._wanting[place] and self._exchange(place):
                pass

    def _exchange(self, start: int) -> bool:
        """Fill the place ``start`` by some more, from a kind with some free, along the shortest path of exchanges."""
        came: dict[int, tuple[int, _Kind]] = {}
        queue = deque((start,))
        seen = {start}
        while queue:
            place = queue.popleft()
            self._step(1 + len(self._of_place[place]))
            for held in self._of_place[place]:
                if held.free > 0:
                    self._shift(start, place, held, came)
                    return True
                for other in held.places:
                    if other not in seen and held.given.get(other):
                        seen.add(other)
                        came[other] = (place, held)
                        queue.append(other)
        return False

    def _shift(self, start: int, end: int, source: _Kind, came: dict[int, tuple[int, _Kind]]) -> None:
        path = []
        place = end
        while place != start:
            before, held = came[place]
            path.append((before, place, held))
            place = before
        count = min([source.free, self._wanting[start], *(held.given[after] for _, after, held in path)])
        source.free -= count
        source.given[end] = source.given.get(end, 0) + count
        for before, after, held in path:
            held.given[after] -= count
            held.given[before] = held.given.get(before, 0) + count
        self._wanting[start] -= count
        self.short -= count
