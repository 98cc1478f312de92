"""The nation on one screen: 16 sectors with their owners, and how far the attack in progress has come.

A pure reading of what happened; nothing of the truth is in it, so an owner that answered *not seen* looks like one that
was spared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from tocsin.exercise.score.truth import Attack, Nation, Owner
from tocsin.exercise.told.events import Event
from tocsin.exercise.told.words import moment_words, short_moment
from tocsin.model.sectors import find_sector, sectors
from tocsin.model.told.number import number

__all__ = ["STATES", "Board", "Line", "Mark", "Stage", "State", "Step", "Tab", "Tile", "board_of"]

State = Literal["hit", "paying", "exposed", "cannot_tell", "not_seen", "warned", "waiting"]

STATES: Final[dict[State, str]] = {
    "hit": "hit",
    "paying": "about to pay",
    "exposed": "exposed",
    "cannot_tell": "cannot tell",
    "not_seen": "not seen",
    "warned": "warned",
    "waiting": "not warned",
}
"""How an owner stands, the gravest first, and how it is said."""

Stage = Literal["empty", "running", "done"]

_GRAVITY: Final[tuple[tuple[str, State], ...]] = (
    ("hit", "hit"),
    ("linked", "paying"),
    ("affected", "exposed"),
    ("cannot_tell", "cannot_tell"),
    ("not_seen", "not_seen"),
)
_LAST: Final = 6
_UNTOLD: Final = frozenset({"link", "joined"})
"""What is told by other means: a link is for one person, and those who joined are a number."""

_TRAIL: Final = {
    "report": "Report of the first victim",
    "vetted": "Vetted by the hub",
    "released": "Released to all",
    "advisory": "Advisories published",
}


class Mark(msgspec.Struct, frozen=True):
    """One owner in a tile."""

    id: str
    name: str
    state: State


class Tile(msgspec.Struct, frozen=True):
    """One sector; an owner of two sectors has a mark in both."""

    sector: str
    name: str
    owners: list[Mark]
    said: str


class Step(msgspec.Struct, frozen=True):
    """A step on the way from a report to answers. ``when`` is by the nation's clock, empty until it is done."""

    name: str
    when: str
    text: str = ""


class Line(msgspec.Struct, frozen=True):
    """Something that happened, to be read."""

    when: str
    kind: str
    text: str


class Tab(msgspec.Struct, frozen=True):
    """An attack of the exercise: ``state`` is done, now or to come."""

    id: str
    name: str
    state: Literal["done", "now", "to come"]


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows. ``counts`` are owners by :data:`STATES`, each once; together they are all owners."""

    stage: Stage
    attack: str
    name: str
    happened: str
    now: str
    members: int
    joined: int
    warned: int
    answered: int
    counts: dict[str, int]
    tiles: list[Tile]
    steps: list[Step]
    last: list[Line]
    attacks: list[Tab]
    unread: int = 0


def board_of(nation: Nation, events: Sequence[Event], attack: str = "", unread: int = 0) -> Board:
    """The board of ``attack``; without one, or one that is unknown, of the last that began."""
    begun = list(dict.fromkeys(one.attack for one in events if one.kind == "begins" and one.attack))
    known = {one.id: one for one in nation.attacks}
    chosen = attack if attack in begun else (begun[-1] if begun else "")
    about = known.get(chosen, Attack(id=chosen, name=chosen))
    own = [one for one in events if one.attack == chosen] if chosen else []
    state = _states(nation.owners, own)
    done = any(one.kind == "done" for one in events)
    counts: dict[str, int] = dict.fromkeys(STATES, 0)
    for one in state.values():
        counts[one] += 1
    shown = [
        one for one in events if one.text and one.kind not in _UNTOLD and (not attack or one.attack == chosen)
    ]
    names = {one.id: one.name for one in nation.owners}
    return Board(
        stage="done" if done else "running" if begun else "empty",
        attack=chosen,
        name=about.name,
        happened=about.happened,
        now=moment_words(max((one.now for one in own), default="")),
        members=len(nation.owners),
        joined=len({one.node for one in events if one.kind == "joined"}),
        warned=len(nation.owners) - counts["waiting"],
        answered=len(nation.owners) - counts["waiting"] - counts["warned"],
        counts=counts,
        tiles=_tiles(nation.owners, state),
        steps=_steps(own, nation.owners, state),
        last=[_line(one, names) for one in reversed(shown[-_LAST:])],
        attacks=_tabs(nation.attacks, begun, events),
        unread=unread,
    )


def _line(event: Event, names: Mapping[str, str]) -> Line:
    """Something that happened, with whom it happened to."""
    name = names.get(event.node, "")
    text = event.text if not name or name in event.text else f"{name}: {event.text}"
    return Line(short_moment(event.now), event.kind, text)


def _states(owners: Iterable[Owner], events: Iterable[Event]) -> dict[str, State]:
    held: dict[str, State] = {one.id: "waiting" for one in owners}
    for event in events:
        if event.node not in held:
            continue
        if event.kind == "report":
            held[event.node] = "hit"
        elif event.kind == "warned" and held[event.node] == "waiting":
            held[event.node] = "warned"
        elif event.kind == "answer":
            held[event.node] = _gravest(event.answer) or held[event.node]
    return held


def _gravest(answer: dict[str, int]) -> State | None:
    return next((state for verdict, state in _GRAVITY if answer.get(verdict, 0) > 0), None)


def _tiles(owners: Sequence[Owner], state: dict[str, State]) -> list[Tile]:
    """The 16, and whatever other sector an owner names."""
    named = {one.id: one.name for one in sectors()}
    held: dict[str, list[Mark]] = {id: [] for id in named}
    for owner in owners:
        for text in owner.sectors or ("",):
            found = find_sector(text)
            id = found.id if found is not None else text
            named.setdefault(id, id or "No sector named")
            held.setdefault(id, []).append(Mark(owner.id, owner.name, state[owner.id]))
    return [Tile(id, named[id], marks, _said(marks)) for id, marks in held.items()]


def _said(marks: Sequence[Mark]) -> str:
    """What a tile says in words: the gravest first."""
    if not marks:
        return "no owner"
    counts = ((words, sum(mark.state == state for mark in marks)) for state, words in STATES.items())
    return ", ".join(f"{count} {words}" for words, count in counts if count)


def _steps(events: Sequence[Event], owners: Sequence[Owner], state: dict[str, State]) -> list[Step]:
    names = {one.id: one.name for one in owners}
    steps = []
    for kind, name in _TRAIL.items():
        found = [one for one in events if one.kind == kind]
        if not found and kind == "advisory":
            continue
        who = names.get(found[0].node, "") if found and kind == "report" else ""
        steps.append(Step(name, moment_words(found[0].now) if found else "", who))
    for kind, name, waits in (
        ("warned", "Warned", {"waiting"}),
        ("answer", "Answered", {"waiting", "warned"}),
    ):
        found = [one for one in events if one.kind == kind]
        if not found and kind == "warned":
            continue
        count = sum(one not in waits for one in state.values())
        when = "" if not found else moment_words(max(found, key=lambda one: one.now).now)
        steps.append(Step(name, when, f"{count:,} of {number(len(owners), 'owner')}"))
    return steps


def _tabs(attacks: Iterable[Attack], begun: Sequence[str], events: Iterable[Event]) -> list[Tab]:
    ended = {one.attack for one in events if one.kind == "ends"}
    over = any(one.kind == "done" for one in events)
    tabs = []
    for one in attacks:
        is_done = one.id in ended or (one.id in begun and (over or one.id != begun[-1]))
        tabs.append(Tab(one.id, one.name, "done" if is_done else "now" if one.id in begun else "to come"))
    return tabs
