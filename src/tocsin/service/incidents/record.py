"""``incident new`` and ``incident edit``: noting what happened. It stays on this node."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.incidents.form import read_form, with_settings
from tocsin.incidents.incident import Incident, Victim
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.kept import body_of, newest
from tocsin.store import log
from tocsin.store.incidents import KeptIncident, keep_incident
from tocsin.transparency.entry import Act

__all__ = ["edit", "keep", "new_incident", "record"]


def new_incident(node: Node, name: str) -> Incident:
    """An incident of this organisation of which only the name is known yet."""
    now_us = node.now_us
    return Incident(
        id=f"incident--{uuid.UUID(bytes=node.around.entropy(16), version=4)}",
        name=name,
        victim=Victim(name=node.own.name, sectors=tuple(node.own.sectors)),
        created_us=now_us,
        changed_us=now_us,
    )


def record(
    node: Node, name: str, *, form: str = "", settings: Iterable[tuple[str, str]] = (), by: str
) -> Incident:
    """Note a new incident: from the text of a form if there is one, then with single ``settings``.

    Raises:
        BadInput: the form or a setting cannot be read.
    """
    made = new_incident(node, name)
    if form:
        made = read_form(form, made)
    return keep(node, [with_settings(made, settings)], by=by)[0]


def edit(
    node: Node, which: str, *, form: str = "", settings: Iterable[tuple[str, str]] = (), by: str
) -> Incident:
    """Note the new state of an incident; what was noted before is kept as an older version.

    Raises:
        NothingToCheck: no incident is called so.
        BadInput: the form or a setting cannot be read, or several incidents are called so.
    """
    with node.reading() as connection:
        before = newest(connection, which)
    after = read_form(form, before) if form else before
    after = with_settings(after, settings)
    if after == before:
        return before
    return keep(node, [after], by=by)[0]


def keep(node: Node, made: Iterable[Incident], *, by: str) -> list[Incident]:
    """Keep new versions of incidents, each an act in the log, which nobody else is shown.

    Several of one incident are kept in their order.
    """
    now_us = node.now_us
    last_us: dict[str, int] = {}
    noted = []
    for one in made:
        last_us[one.id] = max(now_us, one.changed_us + 1, last_us.get(one.id, 0) + 1)
        noted.append(msgspec.structs.replace(one, changed_us=last_us[one.id]))
    bodies = [body_of(one) for one in noted]

    def act(connection: Connection) -> None:
        for one, body in zip(noted, bodies, strict=True):
            keep_incident(connection, KeptIncident(one.id, one.changed_us, by, body))
            log.append(connection, [node.salted_for_others(Act.INCIDENT, by, {"incident": one.id}, now_us)])

    if not noted:
        raise BadInput("there is no incident to keep")
    node.write(act)
    return noted
