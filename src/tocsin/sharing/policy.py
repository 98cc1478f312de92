"""Who may see what: the rules, as one expression over an object's label.

The rules follow FIRST's TLP 2.0 ("Traffic Light Protocol (TLP), FIRST Standards Definitions and Usage
Guidance, version 2.0", August 2022): GREEN within the community, AMBER within an organisation and its clients,
AMBER+STRICT within an organisation, RED for the eyes of individuals. What another organisation wrote is
under that organisation's label, so passing it on is held to what a *recipient* may do; what this node
wrote is its own to give to whom it names. Whatever no rule allows is denied.

An expression is data: :func:`holds` evaluates it, ``store`` writes it as SQL, and both must agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tocsin.model.tlp import Tlp
from tocsin.sharing.label import NOT_UNDERSTOOD, OWN, Label
from tocsin.sharing.viewer import Relation, Viewer

__all__ = [
    "And",
    "AtMost",
    "AudienceEmpty",
    "AudienceMeets",
    "Column",
    "Const",
    "Equals",
    "Expr",
    "Not",
    "Or",
    "decide",
    "holds",
    "sendable",
    "visible",
]

Column = Literal["tlp", "origin", "channel", "pap"]
"""A property of :class:`~tocsin.sharing.label.Label`; ``tlp`` is a number, the others are text."""


@dataclass(frozen=True, slots=True)
class Const:
    """Always, or never."""

    value: bool


@dataclass(frozen=True, slots=True)
class AtMost:
    """The column is not above ``limit``."""

    column: Literal["tlp"]
    limit: int


@dataclass(frozen=True, slots=True)
class Equals:
    """The column is ``value``."""

    column: Column
    value: str | int


@dataclass(frozen=True, slots=True)
class AudienceEmpty:
    """The label names no audience."""


@dataclass(frozen=True, slots=True)
class AudienceMeets:
    """The label's audience and ``groups`` have a name in common."""

    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class And:
    """All of ``parts`` hold; without parts, always."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of ``parts`` holds; without parts, never."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``part`` does not hold."""

    part: Expr


Expr = Const | AtMost | Equals | AudienceEmpty | AudienceMeets | And | Or | Not
"""A question about a label. A tree without cycles, at most half a dozen levels deep."""

_JOINED: Final[frozenset[Relation]] = frozenset({"member", "client_member", "client"})
"""Those whom this node knows as its own recipients."""

_PASSED_ON: Final[dict[Relation, Tlp]] = {
    "reader": Tlp.CLEAR,
    "peer": Tlp.CLEAR,
    "member": Tlp.GREEN,
    "client_member": Tlp.AMBER,
    "client": Tlp.AMBER,
}
"""Up to which level a recipient, as this node is one, may show another's object to whom (TLP 2.0 section 4)."""


def visible(viewer: Viewer) -> Expr:
    """What of the labels here ``viewer`` may see.

    A hub that this node joined (``peer``) reads here as anybody does; what this node may send to it is
    :func:`sendable`.
    """
    return _within(viewer, _reading(viewer))


def sendable(viewer: Viewer) -> Expr:
    """From which labels a thing that this node sends to ``viewer`` may be derived: a sighting, a count, a list.

    The same as :func:`visible`, but for a ``peer``: to a hub that it joined this node sends from what it wrote
    itself as to a member of its own, and from others' only CLEAR and GREEN. What is the hub's own comes back to it.
    """
    return _within(viewer, _sending(viewer) if viewer.relation == "peer" else _reading(viewer))


def holds(expr: Expr, label: Label) -> bool:
    """Whether ``expr`` is true of ``label``."""
    match expr:
        case Const(value):
            return value
        case AtMost(_, limit):
            return label.tlp <= limit
        case Equals(column, value):
            return bool(getattr(label, column) == value)
        case AudienceEmpty():
            return not label.audience
        case AudienceMeets(groups):
            return not label.audience.isdisjoint(groups)
        case And(parts):
            return all(holds(part, label) for part in parts)
        case Or(parts):
            return any(holds(part, label) for part in parts)
        case Not(part):
            return not holds(part, label)


def decide(viewer: Viewer, label: Label) -> bool:
    """Whether ``viewer`` may see an object with ``label``."""
    return holds(visible(viewer), label)


def _within(viewer: Viewer, rules: Expr) -> Expr:
    """``rules``, held to the viewer's ceiling and to what holds of RED and of what is not understood."""
    levels: tuple[Expr, ...] = (AtMost("tlp", min(viewer.ceiling, Tlp.AMBER_STRICT)),)
    if viewer.person and viewer.ceiling >= Tlp.RED:
        # RED is for the eyes of individuals: the one who asks must be named, and an organisation is no one.
        named = AudienceMeets(frozenset({f"person:{viewer.person}"}))
        levels += (And((Equals("tlp", Tlp.RED.value), named)),)
        if viewer.relation == "own":
            # Somebody has to see what could not be read; it may have meant RED, so it takes that ceiling.
            levels += (Equals("tlp", NOT_UNDERSTOOD),)
    return And((Or(levels), rules))


def _reading(viewer: Viewer) -> Expr:
    if viewer.relation == "own":
        return Const(True)
    rules: tuple[Expr, ...] = (_passed_on(_PASSED_ON[viewer.relation], _audience(viewer)), *_returned(viewer))
    if viewer.relation in _JOINED:
        return Or((And((*_PUBLISHED_BY_US, _audience(viewer))), *rules))
    return Or((And((*_PUBLISHED_BY_US, AtMost("tlp", Tlp.CLEAR.value), AudienceEmpty())), *rules))


def _sending(viewer: Viewer) -> Expr:
    audience = Or((AudienceEmpty(), AudienceMeets(viewer.names)))
    return Or(
        (And((*_PUBLISHED_BY_US, audience)), _passed_on(Tlp.GREEN, audience), *_returned(viewer)),
    )


_PUBLISHED_BY_US: Final[tuple[Expr, ...]] = (Equals("channel", "published"), Equals("origin", OWN))


def _passed_on(most: Tlp, audience: Expr) -> Expr:
    """What others wrote: published or received, never what lies in the inbox."""
    channels = Or((Equals("channel", "published"), Equals("channel", "received")))
    return And((channels, Not(Equals("origin", OWN)), AtMost("tlp", most.value), audience))


def _returned(viewer: Viewer) -> tuple[Expr, ...]:
    """An organisation's own, which it may see wherever it lies."""
    return (Equals("origin", viewer.organisation),) if viewer.organisation else ()


def _audience(viewer: Viewer) -> Expr:
    """Nobody who is not known belongs to an audience."""
    if viewer.relation in _JOINED:
        return Or((AudienceEmpty(), AudienceMeets(viewer.names)))
    return AudienceEmpty()
