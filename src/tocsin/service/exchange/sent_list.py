"""What this node itself sent to hubs: each step that it took there, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.model.timestamp import format_instant, parse_timestamp
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.following import DECIDED, Answer, answers_of
from tocsin.service.exchange.node import Node, moment
from tocsin.service.exchange.submitted_words import counted_types, headline, object_of, text_of, words_of
from tocsin.sharing.policy import visible
from tocsin.store import hubs
from tocsin.store.collections import find_collection
from tocsin.store.desk import LEADS, OTHERS
from tocsin.store.hubs import Hub, Outgoing
from tocsin.store.search import names_of, stored_versions

__all__ = ["CameOfTold", "Sent", "SentPage", "Steps", "list_sent", "one_sent"]


class Failed(msgspec.Struct, kw_only=True):
    """An object that the hub did not take, and why."""

    id: str
    message: str


class Steps(msgspec.Struct, kw_only=True):
    """How far what was sent is: when it left, when the hub took it, when it was vetted and decided, and how many of it.

    A time is that of the last object that took the step; it is empty where none did, or where that is not known.
    ``taken`` is ``released``, ``refused`` and ``undecided`` together; ``vetted_count`` is of all that were ever vetted.
    """

    sent: str
    received: str
    taken: int
    vetted: str
    vetted_count: int
    decided: str
    released: int
    refused: int
    undecided: int


class CameOfTold(msgspec.Struct, kw_only=True):
    """Of something that was released and one sector: how many members answered, and how many saw it or are affected.

    ``about`` is the id of what was asked of: of a sighting what it is a sighting of. ``name`` is its name, where it is
    known here.
    """

    about: str
    name: str
    sector: str
    answered: int
    yes: int
    as_of: str


class Sent(msgspec.Struct, kw_only=True):
    """What was queued for a hub, and what came of it.

    ``says`` is what it says, in plain words, and ``types`` how many objects of each type it has; ``steps`` is when it
    took which step, and ``came_of`` what members answered to what was released.

    ``state`` is waiting, sent, published (the hub gave some of it to its members), or what the hub says: vetted,
    released (some of it is) or refused (all of it is); ``answers`` is that of each object. Of what was sent
    anonymously a hub is not asked what became of it.
    """

    number: int
    hub: str
    anonymous: bool
    queued: str
    sent: str
    state: str
    objects: int
    says: str
    types: dict[str, int]
    taken: int
    steps: Steps
    came_of: list[CameOfTold]
    failed: list[Failed]
    answers: list[Answer]
    receipt: bool
    body: str


class SentPage(msgspec.Struct, kw_only=True):
    """What this node queued for hubs, the newest first; ``next`` goes on."""

    sent: list[Sent]
    next: str


def list_sent(node: Node, *, access: Access | None = None, after: str = "", limit: int) -> SentPage:
    """A page of what this node queued for hubs. What it is about is named where ``access`` may see that."""
    with node.reading() as connection:
        before = int(after[:18]) if after.isascii() and after.isdigit() else None
        held = hubs.outgoing_before(connection, before, limit + 1)
        by_name = {one.name: one for one in hubs.hubs(connection)}
        page = [_sent(connection, by_name[one.hub], one, access) for one in held[:limit]]
    return SentPage(sent=page, next=str(held[limit - 1].number) if len(held) > limit else "")


def one_sent(node: Node, number: str) -> Outgoing | None:
    """What was queued under this number."""
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    with node.reading() as connection:
        found = hubs.find_outgoing(connection, int(number))
    return found if found is not None and str(found.number) == number else None


def _sent(connection: Connection, hub: Hub, one: Outgoing, access: Access | None) -> Sent:
    status = object_of(one.status or b"{}")
    failures = status.get("failures")
    objects = _objects(one.body)
    named = _named(connection, objects, access)
    # A definition of a marking may have come from anybody, and another version than this one says nothing of it.
    versions = {
        (text_of(held, "id"), text_of(held, "modified"))
        for held in objects
        if held.get("type") != "marking-definition"
    }
    collection = find_collection(connection, hub.collection)
    published = (
        versions & stored_versions(connection, collection.number, [id for id, _ in versions])
        if collection is not None and one.sent_us is not None
        else set()
    )
    answers = answers_of(one)
    # A hub's number is a hub's word: more than was sent, or fewer than none, it cannot have taken.
    said = status.get("success_count")
    taken = min(max(said, 0), len(objects)) if type(said) is int else 0
    types = _types(objects)
    return Sent(
        number=one.number,
        hub=one.hub,
        anonymous=one.anonymous,
        queued=moment(one.made_us),
        sent=moment(one.sent_us) if one.sent_us is not None else "",
        state="waiting" if one.sent_us is None else "published" if published else _said(answers),
        objects=len(objects),
        says=_says(objects, types, named),
        types=types,
        taken=taken,
        steps=_steps(one, status, taken, answers),
        came_of=_came_of(objects, answers, named),
        failed=[
            Failed(id=text_of(held, "id"), message=text_of(held, "message"))
            for held in (failures if isinstance(failures, list) else ())
            if isinstance(held, dict)
        ],
        answers=answers,
        receipt=one.receipt is not None,
        body=one.body.decode(errors="replace"),
    )


def _objects(body: bytes) -> list[dict[str, Any]]:
    held = object_of(body).get("objects", ())
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _types(objects: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in objects:
        found[text_of(one, "type")] = found.get(text_of(one, "type"), 0) + 1
    return found


def _named(
    connection: Connection, objects: Sequence[Mapping[str, Any]], access: Access | None
) -> dict[str, dict[str, Any]]:
    """What this body is about, by id, where it may be seen here; what it holds itself is among them."""
    refs = [ref for one in objects if (ref := text_of(one, "sighting_of_ref"))]
    own = {text_of(one, "id"): dict(one) for one in objects}
    if access is None or not refs:
        return own
    held = names_of(connection, visible(access.viewer), refs)
    return {ref: object_of(body) for ref, body in held.items()} | own


def _says(
    objects: Sequence[Mapping[str, Any]], types: Mapping[str, int], named: Mapping[str, Mapping[str, Any]]
) -> str:
    told = [one for one in objects if text_of(one, "type") != "marking-definition"]
    lead = min(told, key=lambda one: LEADS.get(text_of(one, "type"), OTHERS), default=None)
    if lead is None:
        return counted_types(types)
    says = words_of(lead, named.get(text_of(lead, "sighting_of_ref")))
    return headline(says, text_of(lead, "type"), types)


def _steps(one: Outgoing, status: Mapping[str, Any], taken: int, answers: Sequence[Answer]) -> Steps:
    vetted = [answer.vetted for answer in answers if answer.vetted]
    decided = [answer for answer in answers if answer.state in DECIDED]
    released = sum(answer.state == "released" for answer in decided)
    sent = moment(one.sent_us) if one.sent_us is not None else ""
    return Steps(
        sent=sent,
        received=(_time(text_of(status, "request_timestamp")) or sent) if taken else "",
        taken=taken,
        vetted=max(vetted, default=""),
        vetted_count=len(vetted),
        decided=max((answer.changed for answer in decided), default=""),
        released=released,
        refused=len(decided) - released,
        undecided=max(0, taken - len(decided)),
    )


def _time(text: str) -> str:
    """A hub's time as STIX writes it; empty if it is none."""
    try:
        return format_instant(parse_timestamp(text))
    except BadInput:
        return ""


def _came_of(
    objects: Sequence[Mapping[str, Any]],
    answers: Sequence[Answer],
    named: Mapping[str, Mapping[str, Any]],
) -> list[CameOfTold]:
    """The figures of what was released, each of them once: many sightings may be of one warning."""
    about = {text_of(one, "id"): text_of(one, "sighting_of_ref") or text_of(one, "id") for one in objects}
    found: dict[tuple[str, str], CameOfTold] = {}
    for answer in answers:
        for told in answer.came_of:
            of = about.get(answer.id, answer.id)
            found[of, told.sector] = CameOfTold(
                about=of,
                name=text_of(named.get(of, {}), "name"),
                sector=told.sector,
                answered=told.answered,
                yes=told.yes,
                as_of=told.as_of,
            )
    return list(found.values())


def _said(answers: Sequence[Answer]) -> str:
    states = {one.state for one in answers}
    if states == {"refused"}:
        return "refused"
    return next((one for one in ("released", "vetted") if one in states), "sent")
