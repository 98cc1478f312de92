"""Who is behind a name of ransomware: family -> actor -> listed party, curated, each line with its source.

A name decides only if it is in the table. One that is not gives suggestions by likeness, which are no match: a score
in common use calls CONTI COTEI at 0.89.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeVar

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.ransom.labels.family import name_key, names_in

__all__ = [
    "Actor",
    "AliasSource",
    "AliasTable",
    "Family",
    "ListedAs",
    "Named",
    "Suggestion",
    "likeness",
    "read_alias_table",
]

_LIKE: Final = 0.6
_SUGGESTED: Final = 5
_LONG: Final = 6


class AliasSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a line stands; ``confirmed`` says whether that text was read, ``note`` what was."""

    id: str
    title: str
    url: str
    day: date
    confirmed: bool
    note: str = ""


class ListedAs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A party of OFAC's list by its number, and what it is to its actor; ``since`` is since when that is said."""

    id: str
    name: str
    relation: Literal["itself", "leader", "member", "affiliate", "launderer", "parent"]
    since: str
    source: tuple[str, ...]


class Actor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An actor, other names of it, and the listed parties."""

    name: str
    names: tuple[str, ...]
    party: tuple[ListedAs, ...]


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A family, other names of it, and what ``actor`` is to it, since when (a year, a month or a day)."""

    name: str
    names: tuple[str, ...]
    actor: str
    relation: Literal["developer", "operator", "affiliate"]
    since: str
    source: tuple[str, ...]
    note: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    table: str
    version: str
    as_of: date
    source: tuple[AliasSource, ...]
    actor: tuple[Actor, ...]
    family: tuple[Family, ...]


_Line = TypeVar("_Line", bound=Family | Actor)


@dataclass(frozen=True, slots=True)
class Named:
    """What a name leads to: ``name`` as it was found in what was said, the family (None: it is the actor's), the actor.

    ``sources`` are those of the family's line and of the parties'.
    """

    name: str
    family: Family | None
    actor: Actor
    sources: tuple[AliasSource, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A name that is like the one that was said, of what it is (``family``, ``actor``, ``party``), how like (0 to 1).

    ``id`` is the party's number on its list; "" of a name of the table.
    """

    name: str
    kind: str
    likeness: float
    id: str = ""


class AliasTable:
    """The lines of one file, found by any of their names.

    Attributes:
        as_of: the day on which it was looked up.
    """

    def __init__(self, file: _File) -> None:
        self.version = file.version
        self.as_of = file.as_of
        self.actors = file.actor
        self.families = file.family
        self._sources = {one.id: one for one in file.source}
        self._actors = {one.name: one for one in file.actor}
        self._by_family = _by_name(file.family)
        self._by_actor = _by_name(file.actor)
        # A person of the list is found by the name that it has there, too.
        for actor in file.actor:
            for party in actor.party:
                self._by_actor.setdefault(name_key(party.name), actor)

    def families_in(self, said: str) -> tuple[Named, ...]:
        """The families that ``said`` names: the whole of it, or names that it sets beside each other."""
        found = [(name, self._by_family.get(name_key(name))) for name in names_in(said)]
        return tuple(
            {one.name: self._named(name, one, self._actors[one.actor]) for name, one in found if one}.values()
        )

    def actors_in(self, said: str) -> tuple[Named, ...]:
        """The actors that ``said`` names."""
        found = [(name, self._by_actor.get(name_key(name))) for name in names_in(said)]
        return tuple({one.name: self._named(name, None, one) for name, one in found if one}.values())

    def suggestions(self, said: str, listed: Iterable[tuple[str, str]]) -> tuple[Suggestion, ...]:
        """Names of the table and of ``listed`` (name, number of the party) that are like ``said``, the likest first."""
        names = [(name, "family", "") for one in self.families for name in (one.name, *one.names)]
        names += [(name, "actor", "") for one in self.actors for name in (one.name, *one.names)]
        names += [(name, "party", id) for name, id in listed]
        like = likeness(said)
        found: dict[tuple[str, str], Suggestion] = {}
        for name, kind, id in names:
            degree = like(name)
            if degree >= _LIKE:
                one = Suggestion(name, kind, round(degree, 2), id)
                key = (id or name_key(name), kind)
                if key not in found or found[key].likeness < one.likeness:
                    found[key] = one
        return tuple(
            sorted(found.values(), key=lambda one: (-one.likeness, one.name, one.kind, one.id))[:_SUGGESTED]
        )

    def _named(self, name: str, family: Family | None, actor: Actor) -> Named:
        ids = [*(family.source if family else ()), *(id for party in actor.party for id in party.source)]
        return Named(name, family, actor, tuple(self._sources[id] for id in dict.fromkeys(ids)))


def likeness(said: str) -> Callable[[str], float]:
    """How like a name is to ``said``, from 0 to 1: by pairs of letters (Dice), or by words that both have.

    Words count, for a list writes a person's family name first; all words of what was said, in a longer name, are
    nearly that name. One word alone must be long enough to mean somebody.
    """
    own_pairs, own_words = _pairs(said), _words(said)

    def like(name: str) -> float:
        pairs = _pairs(name)
        both = len(own_pairs & pairs)
        if not both:
            return 0.0
        shared = len(own_words & _words(name)) / len(own_words) if own_words else 0.0
        return max(2 * both / (len(own_pairs) + len(pairs)), 0.9 * shared)

    return like


def read_alias_table(text: str, name: str = "") -> AliasTable:
    """Read a table.

    Raises:
        BadInput: it is no TOML or no such table, a line has no source or names one, or an actor, that is not there, or
            two lines have one name.
    """
    try:
        file = msgspec.convert(tomllib.loads(text), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput(f"is no table of actors: {error}", where=Place(name or None)) from None
    for fault in _faults(file):
        raise BadInput(fault, where=Place(name or None))
    return AliasTable(file)


def _faults(file: _File) -> Iterable[str]:
    sources = {one.id for one in file.source}
    actors = {one.name for one in file.actor}
    lines: list[tuple[str, tuple[str, ...]]] = [(one.name, one.source) for one in file.family]
    lines += [(party.name, party.source) for one in file.actor for party in one.party]
    for name, given in lines:
        if not given:
            yield f"the line of {name} has no source"
        for source in given:
            if source not in sources:
                yield f"the line of {name} names the source {source}, which is not there"
    for family in file.family:
        if family.actor not in actors:
            yield f"the family {family.name} names the actor {family.actor}, who is not there"
    for actor in file.actor:
        if not actor.party:
            yield f"the actor {actor.name} has no listed party"
    yield from _twice((one.name, *one.names) for one in file.family)
    yield from _twice((one.name, *one.names) for one in file.actor)


def _twice(lines: Iterable[tuple[str, ...]]) -> Iterable[str]:
    seen: set[str] = set()
    for names in lines:
        for key in {name_key(name) for name in names}:
            if key in seen:
                yield f"two lines have the name {key}"
            seen.add(key)


def _by_name(lines: Iterable[_Line]) -> dict[str, _Line]:
    return {name_key(name): one for one in lines for name in (one.name, *one.names)}


def _pairs(name: str) -> frozenset[str]:
    key = name_key(name)
    return frozenset(key[n : n + 2] for n in range(len(key) - 1)) or frozenset({key})


def _words(name: str) -> frozenset[str]:
    words = frozenset(filter(None, (name_key(word) for word in name.replace("-", " ").split())))
    return words if len(words) > 1 or any(len(word) >= _LONG for word in words) else frozenset()
