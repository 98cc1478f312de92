"""``incident send``: what of an incident a hub is told, exactly as it was previewed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from tocsin.errors import BadInput, NotPermitted, UsageError
from tocsin.incidents.shared import (
    ANONYMOUS_PARTS,
    PARTS,
    identifying_words,
    shared,
    shared_objects,
    telling_places,
)
from tocsin.limits import OBJECTS_A_POST
from tocsin.model.stix import read_objects
from tocsin.model.stix_check import check_object
from tocsin.model.timestamp import parse_timestamp
from tocsin.model.tlp import Tlp, marking_id, parse_tlp
from tocsin.model.told.number import number
from tocsin.service.exchange.logs import hub_named
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.share import Offer, next_times, told_id
from tocsin.service.incidents.indicator_objects import indicator_objects
from tocsin.service.incidents.kept import newest
from tocsin.store import hubs

__all__ = ["Sending", "send"]

_TYPE = "incident"


@dataclass(frozen=True, slots=True)
class Sending:
    """What would leave of one incident. ``left_out`` and ``notes`` are what a person should know of it."""

    offer: Offer
    incident: str
    tlp: Tlp
    left_out: tuple[str, ...]
    notes: tuple[str, ...]


def send(
    node: Node,
    which: str,
    hub_name: str,
    *,
    parts: Iterable[str] = (),
    anonymous: bool = False,
    tlp: str = "",
) -> Sending:
    """What a hub would be told of an incident: :mod:`tocsin.incidents.shared` says what that is.

    ``tlp`` takes the place of the form's own, and says who else may see it. Sent again, an incident is a new version of
    the same. Its id is not the one that it has here, and anonymously it is another at each hub.

    Raises:
        NothingToCheck, BadInput: see :func:`~tocsin.service.incidents.kept.newest`; or there is no such hub.
        UsageError: there is no such part, or not anonymously; or ``tlp`` is none.
        NotPermitted: it is TLP:RED; or, anonymously, a text names the organisation.
    """
    asked = _parts(parts, anonymous=anonymous)
    hub = hub_named(node, hub_name).name
    with node.reading() as connection:
        incident = newest(connection, which)
        if not incident.is_own:
            raise NotPermitted(
                f"{incident.name} is not yours, and others' incidents are not sent as one's own",
                hint="If it is yours, empty whose in its form: tocsin incident edit.",
            )
        id = told_id(node, _TYPE, incident.id, hub, anonymous=anonymous)
        before = hubs.last_queued(connection, [id]).get(id)
    level = _level(tlp, incident.tlp)
    words = (node.own.name, node.own.id)
    made = shared(incident, id, parts=asked, anonymous=anonymous, words=words)
    if anonymous:
        found = telling_places(made.incident, [*words, *identifying_words(incident)])
        if found:
            path, word = found[0]
            raise NotPermitted(
                f"sent anonymously it would name you: {path} holds {word!r}",
                hint="Write it without, or leave that part out.",
            )
    created, modified = next_times(node, before)
    told = msgspec.structs.replace(
        made.incident,
        tlp=level.text,
        created_us=int(parse_timestamp(created)) // 1000,
        changed_us=int(parse_timestamp(modified)) // 1000,
    )
    author = "" if anonymous else node.own.id
    objects, left_out = shared_objects(told, author=author), list(made.left_out)
    notes = _notes(level, hub)
    if "indicators" in asked:
        indicators, without = indicator_objects(told, author=author)
        objects += indicators
        left_out += without
        notes += _of_indicators(indicators)
    if len(objects) > OBJECTS_A_POST:
        raise BadInput(f"it has {len(objects):,} parts; {OBJECTS_A_POST:,} are taken at most")
    bodies = [msgspec.json.encode({**one, "object_marking_refs": [marking_id(level)]}) for one in objects]
    body = b'{"objects":[\n' + b",\n".join(bodies) + b"\n]}"
    for held in read_objects(body).objects:
        check_object(held)
    offer = Offer(hub, body, (), (), anonymous)
    return Sending(offer, incident.id, level, tuple(left_out), notes)


def _parts(parts: Iterable[str], *, anonymous: bool) -> frozenset[str]:
    asked = frozenset(parts)
    unknown = sorted(asked - PARTS.keys())
    if unknown:
        raise UsageError(f"there is no part {unknown[0][:40]!r}", hint=f"The parts are: {', '.join(PARTS)}.")
    telling = sorted(asked - ANONYMOUS_PARTS) if anonymous else []
    if telling:
        raise UsageError(
            f"{telling[0]} says who you are, and does not go anonymously",
            hint=f"Anonymously may go: {', '.join(sorted(ANONYMOUS_PARTS))}.",
        )
    return asked


def _level(asked: str, own: str) -> Tlp:
    level = parse_tlp(asked or own)
    if level is None:
        raise UsageError(f"{(asked or own)[:40]!r} is no TLP", hint="Say --tlp green, for one.")
    if level is Tlp.RED:
        raise NotPermitted(
            "it is TLP:RED, for named people alone, so it goes to no hub",
            hint="Say to whom it may go: --tlp amber (the hub and its clients), --tlp green (all its members).",
        )
    return level


def _of_indicators(objects: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    count = sum(one["type"] == "indicator" for one in objects)
    if not count:
        return ()
    goes, look = ("goes as an object", "it") if count == 1 else ("go as objects", "them")
    return (
        f"{number(count, 'indicator')} {goes} of {'its' if count == 1 else 'their'} own: checks look for {look}.",
    )


def _notes(level: Tlp, hub: str) -> tuple[str, ...]:
    if level is Tlp.AMBER_STRICT:
        return (f"{level.label}: {hub} alone sees it; its other members do not.",)
    if level is Tlp.AMBER:
        return (f"{level.label}: {hub} and its clients see it; its other members do not (--tlp green).",)
    return (f"{level.label}: once {hub} releases it, all its members see it.",)
