"""What is made from several objects: a sighting, a count, a list. It is for those alone who may see all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tocsin.errors import BadInput
from tocsin.model.tlp import Tlp
from tocsin.sharing.audience import NOBODY, narrowed
from tocsin.sharing.label import ANONYMOUS, NOT_UNDERSTOOD, OWN, PAP_LEVELS, Channel, Label
from tocsin.sharing.policy import holds, sendable
from tocsin.sharing.viewer import Viewer

__all__ = ["PapUse", "Refusal", "Refusals", "derived_label", "may_send", "pap_allows"]

PapUse = Literal["own_detection", "own_blocking", "third_party_list", "share"]
"""What is to be done with an object.

``own_detection``: look for it in one's own logs. ``own_blocking``: block it, or configure something with it that
its owner can notice. ``third_party_list``: put it on a list that others' devices or services load.
``share``: pass the object on, markings and all.
"""

_MOST_PAP: Final[Mapping[PapUse, str]] = {
    "own_detection": "red",
    "own_blocking": "green",
    "third_party_list": "green",
    "share": "red",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An object that forbids the sending, and why, as a sentence for a person."""

    object_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Refusals:
    """Every object that forbids it; none: it may be sent."""

    refusals: tuple[Refusal, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether nothing forbids it."""
        return not self.refusals


def derived_label(labels: Iterable[Label]) -> Label:
    """The label of what is made from objects with ``labels``: nobody sees it who may not see each of them.

    The strictest TLP and PAP and the audience in common (:func:`~tocsin.sharing.audience.narrowed`). What is made
    from several organisations' objects is no single one's own, so that none sees it for being its origin: its
    origin is ``ANONYMOUS``. A part that lies in an inbox, or that only this node's own people may see, makes all of
    it so. RED that names nobody is nobody's, and so is what one label cannot say: "named people, and our own people
    for what is not understood".

    Raises:
        BadInput: there is no label; what is made from nothing has none to take.
    """
    held = tuple(labels)
    if not held:
        raise BadInput("made from no object, it takes no label from one")
    tlp = max(label.tlp for label in held)
    audience = narrowed(label.audience for label in held)
    red = [label for label in held if label.tlp == Tlp.RED]
    if red and (tlp == NOT_UNDERSTOOD or not all(label.audience for label in red)):
        tlp, audience = Tlp.RED, NOBODY
    origins = {label.origin for label in held}
    return Label(
        tlp=tlp,
        pap=max((label.pap for label in held), key=PAP_LEVELS.index),
        audience=audience,
        origin=held[0].origin if len(origins) == 1 else ANONYMOUS,
        channel=_channel(held),
    )


def _channel(labels: tuple[Label, ...]) -> Channel:
    if len({(label.origin, label.channel) for label in labels}) == 1:
        return labels[0].channel
    channels = {label.channel for label in labels}
    came_back = any(label.channel == "received" and label.origin == OWN for label in labels)
    if "submitted" in channels or came_back:
        return "submitted"
    return "published" if channels == {"published"} else "received"


def may_send(viewer: Viewer, labels: Iterable[tuple[str, Label]]) -> Refusals:
    """Whether ``viewer`` may be sent what is made from the objects ``labels`` (id and label), and if not why."""
    rule = sendable(viewer)
    return Refusals(tuple(Refusal(id, _why(viewer, label)) for id, label in labels if not holds(rule, label)))


def pap_allows(pap: str | None, use: PapUse) -> bool:
    """Whether the Permissible Actions Protocol allows ``use`` of an object marked ``pap``.

    After MISP's taxonomy "PAP" (misp-taxonomies, PAP/machinetag.json): RED: "Only passive actions on logs, that are
    not detectable from the outside"; AMBER: passive checks; GREEN: active actions, among them to "block
    incoming/outgoing traffic"; CLEAR (once WHITE): no restriction. So logs may be searched in any case,
    and blocking, by oneself or by others' devices, takes GREEN. Whom to tell is not PAP's question but TLP's. An object
    that says none restricts nothing; a level that is not known counts as RED.
    """
    level = PAP_LEVELS.index(pap or "") if (pap or "") in PAP_LEVELS else len(PAP_LEVELS) - 1
    return level <= PAP_LEVELS.index(_MOST_PAP[use])


def _why(viewer: Viewer, label: Label) -> str:
    """The first reason, in the order in which a person would want to know it."""
    if label.tlp == NOT_UNDERSTOOD:
        return "It has a marking that is not understood, so it is for this organisation's own people alone."
    if label.channel == "submitted" and label.origin != viewer.organisation:
        return "It was submitted to this node and has not been released: only its author and this node may see it."
    level = Tlp(label.tlp)
    if level == Tlp.RED:
        return "It is TLP:RED, for the people whom it names and nobody else."
    if level > viewer.ceiling:
        return f"It is {level.label}, and nothing above {viewer.ceiling.label} is to be shown there."
    if label.origin == OWN and label.channel == "received":
        return "It came back to this node from elsewhere, and is for its own people alone."
    foreign = label.origin != OWN
    if foreign and level == Tlp.AMBER_STRICT:
        return "It is TLP:AMBER+STRICT and another organisation's: it is for this organisation alone."
    if foreign and level == Tlp.AMBER and viewer.relation not in {"client", "client_member"}:
        return "It is TLP:AMBER and another organisation's: besides this organisation it is for its clients alone."
    if viewer.relation == "reader" and level > Tlp.CLEAR:
        return f"It is {level.label}, and only what is TLP:CLEAR is for everybody."
    if label.audience == NOBODY:
        return "It is for several audiences that have no name in common."
    if label.audience:
        return f"It is meant for {', '.join(sorted(label.audience))}."
    return "No rule allows it."
