"""What no measure of the catalogue stops, all of them together not either."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tocsin.measures.attempt import Attempt
from tocsin.measures.chance import Effects, Model, chance

__all__ = ["NotStopped", "nothing_stops"]


class NotStopped(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt that goes on whatever is chosen: with what chance, with every measure in place.

    ``open`` are its techniques (ids) that no measure stands against. Where there is none, every technique is hindered
    and not enough.
    """

    id: str
    name: str
    chance: float
    open: tuple[str, ...]


def nothing_stops(attempts: Sequence[Attempt], effects: Effects, model: Model) -> tuple[NotStopped, ...]:
    """The attempts that all measures together do not stop, the most probable first."""
    covered = {name for held in effects.values() for name, factor in held.items() if factor < 1}
    found = []
    for one in attempts:
        left = chance(one, effects.keys(), effects, model)
        if left > model.limit:
            names = {name for stage in one.stages for name in stage.techniques} - covered
            found.append(NotStopped(id=one.id, name=one.name, chance=left, open=tuple(sorted(names))))
    return tuple(sorted(found, key=lambda one: (-one.chance, one.id)))
