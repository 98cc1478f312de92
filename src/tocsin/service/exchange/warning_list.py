"""The warnings that one who asks may see: searched, filtered, counted and shown one by one with their history."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tocsin.detect.exports.csv import write_csv
from tocsin.detect.exports.stix import write_stix
from tocsin.detect.pattern_values import values_of
from tocsin.detect.warning import WarningTally
from tocsin.model.sectors import sectors
from tocsin.model.stix import StixObject, read_objects
from tocsin.model.tlp import Tlp
from tocsin.ransom.links.told import LINKS_TYPE
from tocsin.service.exchange.access import Access, rights
from tocsin.service.exchange.node import Node, moment
from tocsin.sharing.label import ANONYMOUS, NOT_UNDERSTOOD, OWN, Label
from tocsin.sharing.policy import visible
from tocsin.sharing.published_benchmark import BENCHMARK_TYPE
from tocsin.store import labels, log
from tocsin.store.collections import Collection, collections
from tocsin.store.objects import StoredObject
from tocsin.store.organisations import organisations
from tocsin.store.schema import PLACE_BITS
from tocsin.store.search import (
    Found,
    Wanted,
    count_found,
    groups,
    search,
    sightings_of,
    versions_anywhere,
)

__all__ = [
    "COUNTED",
    "SUPPORTING",
    "Asked",
    "Choice",
    "Choices",
    "Opened",
    "Sighting",
    "WarningDetail",
    "WarningPage",
    "Warning_",
    "bundle_of",
    "choices",
    "list_warnings",
    "one_warning",
    "values_csv",
]

COUNTED: Final = 10_000
"""More than these are told as "more than": counting a million takes longer than a person waits."""

SUPPORTING: Final = (
    "extension-definition",
    "identity",
    "language-content",
    "marking-definition",
    BENCHMARK_TYPE,
    LINKS_TYPE,
    "relationship",
    "sighting",
)
"""Types that say something of a warning and are none themselves; listed where they are asked for by name."""

SIGHTINGS: Final = 50
VERSIONS: Final = 100


class Warning_(msgspec.Struct, kw_only=True):
    """One warning as a list shows it. ``tlp`` is empty where a marking is not understood. Times are UTC.

    ``from`` is who made it known, ``source`` the hub or source it was pulled from, or this node.
    """

    id: str
    type: str
    name: str
    description: str
    tlp: str
    pap: str
    audience: tuple[str, ...]
    from_: str = msgspec.field(name="from")
    source: str
    version: str
    added: str
    valid_from: str
    valid_until: str
    over: bool
    withdrawn: bool
    pattern: str


class WarningPage(msgspec.Struct, kw_only=True):
    """Some warnings, newest here first. ``count`` is how many there are, at most ``COUNTED`` + 1; ``next`` goes on."""

    warnings: list[Warning_]
    count: int
    next: str


class Version(msgspec.Struct, kw_only=True):
    """One version of a warning that is stored here."""

    version: str
    added: str
    source: str
    withdrawn: bool
    tlp: str
    name: str


class Sighting(msgspec.Struct, kw_only=True):
    """That somebody saw a warning, when and how often. ``from`` is who shared it."""

    id: str
    from_: str = msgspec.field(name="from")
    count: int
    first_seen: str
    last_seen: str
    added: str


class Opened(msgspec.Struct, kw_only=True):
    """The opening of a leaf of this node's log: its number, its secret salt (base64) and what was logged."""

    index: int
    salt: str
    entry: dict[str, Any]


class WarningDetail(msgspec.Struct, kw_only=True):
    """One warning with its history, what was seen of it, and what proves that it was logged here."""

    warning: Warning_
    values: list[dict[str, str]]
    versions: list[Version]
    sightings: list[Sighting]
    proof: Opened | None
    object: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the warnings is asked for; empty means all. ``state`` is current, withdrawn or all."""

    words: str = ""
    type: str = ""
    tlp: str = ""
    source: str = ""
    audience: str = ""
    days: int | None = None
    state: str = "current"
    after: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a filter, how a person calls it, and how many there are; None where they were not all counted."""

    value: str
    shown: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Choices:
    """What each filter offers to one who asks: only what is among what it may see."""

    types: list[Choice]
    tlps: list[Choice]
    sources: list[Choice]
    audiences: list[Choice]


def list_warnings(node: Node, access: Access, asked: Asked, limit: int) -> WarningPage:
    """A page of what is asked for and ``access`` may see."""
    with node.reading() as connection:
        here = _readable(connection, access)
        wanted = _wanted(here, asked, node.now_us)
        if not wanted.collections:
            return WarningPage(warnings=[], count=0, next="")
        allowed = visible(access.viewer)
        found = search(connection, allowed, wanted, limit + 1)
        known = _Names(node, connection, here)
        page = [_shown(known, one, node.now_text) for one in found[:limit]]
        everything = Wanted(**{**_fields(wanted), "before": None})
        count = count_found(connection, allowed, everything, COUNTED)
    last = found[limit - 1].held if len(found) > limit else None
    return WarningPage(warnings=page, count=count, next=_cursor(last) if last else "")


def choices(node: Node, access: Access) -> Choices:
    """What the filters of the list offer, counted over what ``access`` may see and is not withdrawn."""
    with node.reading() as connection:
        here = _readable(connection, access)
        wanted = Wanted(tuple(one.number for one in here), other_than=SUPPORTING, revoked=False)
        held = groups(connection, visible(access.viewer), wanted, COUNTED + 1) if here else []
        of = {number: labels.label_of(connection, number) for number in {one.label for one in held}}
        titles = {one.number: (one.alias, _title(node, one)) for one in here}
    whole = sum(one.count for one in held) <= COUNTED

    def choice(pairs: Iterable[tuple[tuple[str, str], int]]) -> list[Choice]:
        counts: dict[tuple[str, str], int] = {}
        for key, count in pairs:
            counts[key] = counts.get(key, 0) + count
        return [
            Choice(value, shown, count if whole else None) for (value, shown), count in sorted(counts.items())
        ]

    sector_names = {f"sector:{one.id}": one.name for one in sectors()}
    tlps = choice(((f"{of[one.label].tlp}", _tlp_text(of[one.label].tlp)), one.count) for one in held)
    return Choices(
        types=choice(((one.type, one.type), one.count) for one in held),
        tlps=[Choice(one.shown or "unknown", one.shown or "not understood", one.count) for one in tlps],
        sources=choice((titles[one.collection], one.count) for one in held),
        audiences=choice(
            ((name, sector_names.get(name, name)), one.count)
            for one in held
            for name in of[one.label].audience
        ),
    )


def one_warning(node: Node, access: Access, id: str) -> WarningDetail | None:
    """A warning that ``access`` may see; None if there is none."""
    with node.reading() as connection:
        here = _readable(connection, access)
        numbers = [one.number for one in here]
        allowed = visible(access.viewer)
        held = versions_anywhere(connection, allowed, numbers, id)[:VERSIONS] if numbers else []
        if not held:
            return None
        known = _Names(node, connection, here)
        now = node.now_text
        seen = sightings_of(connection, allowed, numbers, id, SIGHTINGS)
        versions = [_shown(known, one, now) for one in held]
        # Published by this node: there is a leaf of its own log.
        leaf = next((one.held.leaf for one in held if one.held.leaf is not None), None)
        opened = log.openings(connection, [leaf]) if leaf is not None else []
        sightings = [_sighting(known, one) for one in seen]
    newest = held[0].held
    pattern = versions[0].pattern
    values = values_of(pattern, newest.spec_version) if pattern else ()
    proof = None
    if opened:
        one = opened[0]
        salt = base64.b64encode(one.salt).decode()
        proof = Opened(index=one.index, salt=salt, entry=msgspec.to_builtins(one.entry))
    return WarningDetail(
        warning=versions[0],
        values=[{"type": one.kind, "value": one.value} for one in values],
        versions=[
            Version(
                version=one.version,
                added=one.added,
                source=one.source,
                withdrawn=one.withdrawn,
                tlp=one.tlp,
                name=one.name,
            )
            for one in versions
        ],
        sightings=sightings,
        proof=proof,
        object=msgspec.Raw(newest.body),
    )


def bundle_of(node: Node, access: Access, id: str) -> bytes | None:
    """The exact bytes of a warning's newest visible version, in a STIX bundle with the markings it names."""
    held = _with_markings(node, access, id)
    return write_stix(held, WarningTally()) if held else None


def values_csv(node: Node, access: Access, id: str) -> bytes | None:
    """The values of a warning's pattern as CSV."""
    held = _with_markings(node, access, id)
    return write_csv(held, WarningTally()) if held else None


def _with_markings(node: Node, access: Access, id: str) -> list[StixObject]:
    with node.reading() as connection:
        numbers = [one.number for one in _readable(connection, access)]
        allowed = visible(access.viewer)
        held = versions_anywhere(connection, allowed, numbers, id) if numbers else []
        if not held:
            return []
        newest = read_objects(held[0].held.body).objects[0]
        refs = newest.properties.get("object_marking_refs")
        bodies: list[bytes] = []
        for ref in dict.fromkeys(refs if isinstance(refs, list) else ()):
            if isinstance(ref, str):
                bodies += [one.held.body for one in versions_anywhere(connection, allowed, numbers, ref)[:1]]
    return [*(one for body in bodies for one in read_objects(body).objects), newest]


class _Names:
    """Who is called what, and which label is which, read when first asked for."""

    def __init__(self, node: Node, connection: Connection, here: Sequence[Collection]) -> None:
        self._connection = connection
        self._labels: dict[int, Label] = {}
        self._organisations = {one.id: one.name for one in organisations(connection)}
        self._own = node.own.name
        self.sources = {one.number: _title(node, one) for one in here}

    def label(self, number: int) -> Label:
        if number not in self._labels:
            self._labels[number] = labels.label_of(self._connection, number)
        return self._labels[number]

    def origin(self, label: Label) -> str:
        if label.origin == OWN:
            return self._own
        if label.origin == ANONYMOUS:
            return "a member who is not named"
        return self._organisations.get(label.origin, "somebody who is not known here")


def _readable(connection: Connection, access: Access) -> list[Collection]:
    """The collections whose warnings ``access`` may read: what is published here, and what was pulled."""
    return [one for one in collections(connection) if one.kind != "inbox" and rights(access, one).can_read]


def _wanted(here: Sequence[Collection], asked: Asked, now_us: int) -> Wanted:
    chosen = [one.number for one in here if not asked.source or asked.source == one.alias]
    return Wanted(
        collections=tuple(chosen),
        words=tuple(asked.words.split()[:8]),
        types=(asked.type,) if asked.type else (),
        other_than=() if asked.type else SUPPORTING,
        tlp=_tlp_number(asked.tlp) if asked.tlp else None,
        audience=asked.audience,
        added_from_us=None if asked.days is None else now_us - asked.days * 86_400_000_000,
        revoked={"current": False, "withdrawn": True}.get(asked.state),
        before=_point(asked.after),
    )


def _fields(wanted: Wanted) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in Wanted.__slots__}


def _tlp_number(text: str) -> int:
    return next((level.value for level in Tlp if level.text == text), NOT_UNDERSTOOD)


def _tlp_text(number: int) -> str:
    return "" if number == NOT_UNDERSTOOD else Tlp(number).text


def _title(node: Node, one: Collection) -> str:
    return f"{node.own.name} (this node)" if one.kind == "warnings" else one.title


def _cursor(last: StoredObject) -> str:
    """Stamp and collection of the last that was given. Its place would tell how many lie between, hidden ones too."""
    return f"{last.added_us}-{last.place >> PLACE_BITS}"


def _point(text: str) -> tuple[int, int] | None:
    added, dash, collection = text.partition("-")
    well_formed = (
        dash and added.isascii() and added.isdigit() and collection.isascii() and collection.isdigit()
    )
    if not well_formed or len(added) > 18 or len(collection) > 6:
        return None
    # Stamps are given once in a collection, so that none of the same stamp in it is left.
    return int(added), int(collection) << PLACE_BITS


def _shown(known: _Names, one: Found, now: str) -> Warning_:
    held = one.held
    label = known.label(held.label)
    said: Mapping[str, Any] = read_objects(held.body).objects[0].properties
    until = _text(said, "valid_until")
    return Warning_(
        id=held.id,
        type=held.type,
        name=_name(held, said),
        description=_text(said, "description"),
        tlp=_tlp_text(label.tlp),
        pap=label.pap,
        audience=tuple(sorted(label.audience)),
        from_=known.origin(label),
        source=known.sources.get(one.collection, ""),
        version=held.version,
        added=moment(held.added_us),
        valid_from=_text(said, "valid_from"),
        valid_until=until,
        over=bool(until) and until <= now,
        withdrawn=held.revoked,
        pattern=_text(said, "pattern") if held.type == "indicator" else "",
    )


def _name(held: StoredObject, said: Mapping[str, Any]) -> str:
    if held.type == "relationship":
        return " ".join(_text(said, key) for key in ("source_ref", "relationship_type", "target_ref"))
    if held.type == "sighting":
        return f"Sighting of {_text(said, 'sighting_of_ref')}"
    return _text(said, "name") or _text(said, "value") or _text(said, "pattern")


def _text(said: Mapping[str, Any], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""


def _sighting(known: _Names, one: Found) -> Sighting:
    said = read_objects(one.held.body).objects[0].properties
    count = said.get("count")
    return Sighting(
        id=one.held.id,
        from_=known.origin(known.label(one.held.label)),
        count=count if type(count) is int and count >= 0 else 1,
        first_seen=_text(said, "first_seen"),
        last_seen=_text(said, "last_seen"),
        added=moment(one.held.added_us),
    )
