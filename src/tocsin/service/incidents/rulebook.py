"""The reporting rules of a node: those that ship, those that are offered and it took on, and its own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.incidents.rules.rule import Rule
from tocsin.incidents.rules.rulebook import Rulebook, read_rulebook
from tocsin.service.exchange.node import Node
from tocsin.store.settings import read_setting, write_setting
from tocsin.transparency.entry import Act

__all__ = [
    "Offer",
    "add_rules",
    "leave_rules",
    "node_rulebook",
    "offers",
    "rulebook_of",
    "shipped_rulebook",
    "take_rules",
    "with_own",
]

_SETTING: Final = "incident-rules"
_OFFERED: Final = "rules/offered"


class _Taken(msgspec.Struct, frozen=True):
    """What a node has beside what ships: the names of offered files, and the texts of its own by their names."""

    offered: tuple[str, ...] = ()
    own: dict[str, str] = {}


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A file of rules that a node may take on or has: ``kind`` is ``offered`` or ``own``."""

    name: str
    kind: str
    taken: bool
    rules: tuple[Rule, ...]


@cache
def shipped_rulebook() -> Rulebook:
    """The rules of ``data/rules`` with the calendars of ``data/calendars``."""
    return read_rulebook(_shipped("rules"), _shipped("calendars"))


def with_own(own: Mapping[str, bytes], calendars: Mapping[str, bytes] | None = None) -> Rulebook:
    """The rules that ship and those of an owner's files, by their names; so too calendars.

    Raises:
        BadInput: a file cannot be read as rules, or says an id again without ``replaces``.
    """
    return read_rulebook(_shipped("rules") | dict(own), _shipped("calendars") | dict(calendars or {}))


def node_rulebook(node: Node, own: Mapping[str, bytes] | None = None) -> Rulebook:
    """The rules of this node; with ``own`` also those of files that are not kept.

    Raises:
        BadInput: as :func:`with_own`.
    """
    with node.reading() as connection:
        return rulebook_of(connection, own)


def rulebook_of(connection: Connection, own: Mapping[str, bytes] | None = None) -> Rulebook:
    """As :func:`node_rulebook`, of the node that ``connection`` reads."""
    held = _taken(connection)
    if own:
        return with_own(_texts(held) | dict(own))
    return _read(held.offered, tuple(held.own.items()))


def offers(node: Node) -> list[Offer]:
    """The files that are offered, and the node's own, with whether they are in force here."""
    with node.reading() as connection:
        held, book = _taken(connection), rulebook_of(connection)
    offered = [
        Offer(name=name, kind="offered", taken=name in held.offered, rules=_alone(name)) for name in _names()
    ]
    own = [Offer(name=name, kind="own", taken=True, rules=_of(book, text)) for name, text in held.own.items()]
    return offered + own


def take_rules(node: Node, name: str, *, by: str) -> tuple[Rule, ...]:
    """Take on the offered file ``name``: from now on its rules stand beside those that ship.

    Raises:
        BadInput: none of that name is offered, or it does not go together with the node's own.
    """
    if name not in _names():
        raise BadInput(
            f"no rules {name[:60]!r} are offered",
            hint=f"Offered are {', '.join(_names())}. Others: --add FILE.",
        )
    with node.reading() as connection:
        held = _taken(connection)
    _keep(node, msgspec.structs.replace(held, offered=tuple(sorted({*held.offered, name}))), by)
    return _alone(name)


def add_rules(node: Node, name: str, data: bytes, *, by: str) -> tuple[Rule, ...]:
    """Keep a file of rules of this organisation's own; one of that name is replaced.

    Raises:
        BadInput: it cannot be read as rules, or says an id again without ``replaces``.
    """
    with node.reading() as connection:
        held = _taken(connection)
    others = {key: text for key, text in held.own.items() if key != name}
    book = with_own(_texts(_Taken(held.offered, others)) | {name: data})
    text = data.decode("utf-8-sig")
    _keep(node, msgspec.structs.replace(held, own=others | {name: text}), by)
    return _of(book, text)


def leave_rules(node: Node, name: str, *, by: str) -> None:
    """Put a file that was taken on or added out of force. What was told by its rules stays noted.

    Raises:
        BadInput: no file of that name is in force here beside those that ship.
    """
    with node.reading() as connection:
        held = _taken(connection)
    if name not in {*held.offered, *held.own}:
        known = ", ".join((*held.offered, *held.own)) or "none"
        raise BadInput(f"no rules {name[:60]!r} were taken on", hint=f"Taken on are: {known}.")
    offered = tuple(each for each in held.offered if each != name)
    own = {key: text for key, text in held.own.items() if key != name}
    _keep(node, _Taken(offered, own), by)


def _keep(node: Node, held: _Taken, by: str) -> None:
    with_own(_texts(held))
    text = msgspec.json.encode(held).decode()

    def act(connection: Connection) -> None:
        write_setting(connection, _SETTING, text)
        node.record(connection, Act.INCIDENT, by, {"rules": True}, node.now_us)

    node.write(act)


def _taken(connection: Connection) -> _Taken:
    text = read_setting(connection, _SETTING)
    held = msgspec.json.decode(text, type=_Taken) if text else _Taken()
    # A file that is offered no more cannot be in force; that it was stays noted until the next change.
    return msgspec.structs.replace(held, offered=tuple(each for each in held.offered if each in _names()))


def _texts(held: _Taken) -> dict[str, bytes]:
    offered = {f"{name}.toml": _shipped(_OFFERED)[f"{name}.toml"] for name in held.offered}
    return offered | {name: text.encode() for name, text in held.own.items()}


@lru_cache(maxsize=8)
def _read(offered: tuple[str, ...], own: tuple[tuple[str, str], ...]) -> Rulebook:
    held = _Taken(offered, dict(own))
    return with_own(_texts(held)) if offered or own else shipped_rulebook()


@cache
def _alone(name: str) -> tuple[Rule, ...]:
    data = _shipped(_OFFERED)[f"{name}.toml"]
    return _of(with_own({f"{name}.toml": data}), data.decode())


def _of(book: Rulebook, text: str) -> tuple[Rule, ...]:
    """The rules of ``book`` that ``text``, which was read as rules, brought in."""
    ids = {each["id"] for each in tomllib.loads(text)["rule"]}
    return tuple(each for each in book.rules if ids & {each.id, each.supplements})


def _names() -> tuple[str, ...]:
    return tuple(name.removesuffix(".toml") for name in _shipped(_OFFERED))


@cache
def _shipped(folder: str) -> dict[str, bytes]:
    found = [each for each in (files("tocsin") / "data" / folder).iterdir() if each.name.endswith(".toml")]
    return {each.name: each.read_bytes() for each in sorted(found, key=lambda each: each.name)}
