"""What measures are chosen against: something that was done to somebody, as the stages that it needed.

ATT&CK says which techniques a campaign used, not which of them it could have done without, nor what for. So a stage
is a tactic, and its techniques are taken for ways to the same end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from tocsin.measures.knowledge import Knowledge
from tocsin.measures.technique import Technique

__all__ = ["BEFOREHAND", "Attempt", "Stage", "attempts_of", "stages_of"]

BEFOREHAND: Final = frozenset({"reconnaissance", "resource-development"})
"""Tactics that happen outside of the victim, where no measure of its own stands."""


class Stage(msgspec.Struct, frozen=True):
    """One thing that the attacker had to get done, by any one of ``techniques`` (ATT&CK ids)."""

    name: str
    techniques: tuple[str, ...]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An incident, a campaign or what a group is known for. All of ``stages`` have to succeed.

    ``kind`` is ``incident``, ``campaign`` or ``group``; ``began`` the day of its first act (``YYYY-MM-DD``, "" if
    unknown); ``sectors`` ids of the 16 sectors that it hit, empty if nobody says.
    """

    id: str
    name: str
    kind: str
    stages: tuple[Stage, ...]
    began: str = ""
    sectors: tuple[str, ...] = ()


def attempts_of(
    knowledge: Knowledge,
    kinds: Collection[str] = ("campaign", "group"),
    matrices: Collection[str] = ("enterprise", "ics"),
) -> tuple[Attempt, ...]:
    """The campaigns and groups that used a technique of these matrices, by id.

    One whose techniques all happen beforehand has no stage: nothing can be said of it, and nothing stops it.
    """
    found = []
    for one in knowledge.adversaries:
        used = [
            name
            for name in one.techniques
            if (held := knowledge.technique(name)) is None or any(each in matrices for each in held.matrices)
        ]
        if one.kind in kinds and used:
            stages = stages_of(used, knowledge)
            found.append(Attempt(id=one.id, name=one.name, kind=one.kind, stages=stages, began=one.began))
    return tuple(found)


def stages_of(techniques: Iterable[str], knowledge: Knowledge) -> tuple[Stage, ...]:
    """The stages that ``techniques`` (ids; old ones are followed) make up, in the order of the tactics.

    A technique that serves several tactics adds no stage where there is one that it may have served: each stage more
    would make the attempt look harder than it was. It is counted among the ways of all those that it may have served,
    which leaves the attacker the choice. Techniques that are not known make a stage of their own, ``unknown``.
    """
    order = [one.id for one in knowledge.tactics if one.id not in BEFOREHAND]
    serves: dict[str, list[str]] = {}
    unknown: dict[str, None] = {}
    for name in techniques:
        held = knowledge.technique(name)
        if held is None or not held.tactics:
            unknown[name] = None
        elif ends := _ends(held, order):
            serves[held.id] = ends
    needed = {ends[0] for ends in serves.values() if len(ends) == 1}
    for _, ends in sorted(serves.items()):
        if needed.isdisjoint(ends):
            needed.add(ends[0])
    stages = [
        Stage(tactic, tuple(sorted(name for name, ends in serves.items() if tactic in ends)))
        for tactic in order
        if tactic in needed
    ]
    return (*stages, Stage("unknown", tuple(sorted(unknown)))) if unknown else tuple(stages)


def _ends(technique: Technique, order: list[str]) -> list[str]:
    return sorted((one for one in technique.tactics if one in order), key=order.index)
