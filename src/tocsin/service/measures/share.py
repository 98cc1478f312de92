"""``posture share``: what of a posture a hub is told, exactly as it was previewed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from tocsin.errors import NothingToCheck
from tocsin.measures.shared import POSTURE_TYPE, SharedState, posture_object, shared_states
from tocsin.model.stix import read_objects
from tocsin.model.stix_check import check_object
from tocsin.model.tlp import Tlp, marking_id
from tocsin.model.told.number import number
from tocsin.service.exchange.logs import hub_named
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.share import Offer, next_times, told_id
from tocsin.service.measures.known import catalogue_of
from tocsin.service.measures.posture import posture
from tocsin.store import hubs

__all__ = ["SharedPosture", "share"]

_WHICH: Final = "posture"


@dataclass(frozen=True, slots=True)
class SharedPosture:
    """What would leave: of each measure (id) its state. ``notes`` are what a person should know of it."""

    offer: Offer
    states: Mapping[str, SharedState]
    notes: tuple[str, ...]


def share(node: Node, hub_name: str, *, anonymous: bool = False, take_back: bool = False) -> SharedPosture:
    """What a hub would be told of the measures here: :mod:`tocsin.measures.shared` says what that is.

    Shared again it is a new version of the same, and takes its place. With ``take_back`` it says nothing any more. It
    is TLP:AMBER+STRICT: for the hub's own people, who count it.

    Raises:
        BadInput: there is no such hub.
        NothingToCheck: nothing is said of any measure; or with ``take_back``, nothing was sent that way.
    """
    hub = hub_named(node, hub_name).name
    # Of the catalogue that all have: the name of a measure of one's own would be one's own words.
    found = posture(node, catalogue_of())
    states = {} if take_back else shared_states(found)
    with node.reading() as connection:
        id, other = (
            told_id(node, POSTURE_TYPE, _WHICH, hub, anonymous=one) for one in (anonymous, not anonymous)
        )
        before = hubs.last_queued(connection, [id]).get(id)
        went = {one.hub for one in hubs.queued_with(connection, [id])}
        also = {one.hub for one in hubs.queued_with(connection, [other])}
    if take_back and hub not in went:
        raise NothingToCheck(
            f"nothing was sent to {hub} that way",
            hint=f"It went {_way(anonymous=not anonymous)}: take it back so." if hub in also else "",
        )
    if not take_back and not states:
        raise NothingToCheck(
            "nothing is said of any measure yet", hint="tocsin posture assess MEASURE --state in-place"
        )
    made = posture_object(
        id,
        states,
        next_times(node, before),
        marking_id(Tlp.AMBER_STRICT),
        author="" if anonymous else node.own.id,
    )
    body = b'{"objects":[\n' + msgspec.json.encode(made) + b"\n]}"
    for held in read_objects(body).objects:
        check_object(held)
    notes = [_summary(states, hub)]
    if found.elsewhere and not take_back:
        notes.append(f"left out: {', '.join(found.elsewhere)}: not in the catalogue that all have")
    if hub in also and not take_back:
        notes.append(
            f"It went to {hub} {_way(anonymous=not anonymous)} before. Who reads both sees that they say the same; "
            "this one counts from now on."
        )
    return SharedPosture(Offer(hub, body, (), (), anonymous), states, tuple(notes))


def _way(*, anonymous: bool) -> str:
    return "anonymously" if anonymous else "by name"


def _summary(states: Mapping[str, SharedState], hub: str) -> str:
    if not states:
        return (
            f"It says nothing any more: no release that {hub} makes from now on counts you; what it told "
            "before stays."
        )
    held = Counter(states.values())
    told = "; ".join(f"{held[state]} {state.words}" for state in SharedState if held[state])
    return f"{number(len(states), 'measure')}: {told}. Of all others nothing is said."
