"""A warning's statistics: of each sector, how many members answered it and how many saw it.

Of a vulnerability the question is another: how many are affected. It is answered and counted alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
from sqlalchemy import Connection

from tocsin.errors import NothingToCheck, NotPermitted
from tocsin.model.sectors import sectors
from tocsin.service.exchange.access import Access, rights
from tocsin.service.exchange.node import WARNINGS, Node
from tocsin.service.exchange.publish import collection_named
from tocsin.service.inventory.warned import vulnerabilities_named
from tocsin.sharing.policy import visible
from tocsin.sharing.statistics import Released, statistic
from tocsin.store import objects, statistics as store
from tocsin.store.search import ids_seen
from tocsin.store.statistics import Given, Sent

__all__ = [
    "SectorFigure",
    "is_of_vulnerability",
    "statistics_told",
    "warning_statistics",
    "warnings_called",
]


@dataclass(frozen=True, slots=True)
class SectorFigure:
    """Of one sector how many ``answered`` and how many of them said ``yes``, as of a time; None where nothing is told.

    Yes is that the warning was seen, or of a vulnerability that something is affected.
    """

    sector: str
    answered: int | None = None
    yes: int | None = None
    as_of_us: int | None = None


def is_of_vulnerability(warning: str) -> bool:
    """Whether what is asked of a warning (its id) is who is affected, and not who saw it."""
    return warning.startswith("vulnerability--")


def warnings_called(node: Node, name: str) -> list[str]:
    """The ids of the vulnerabilities called ``name`` that this node warns of; ``name`` itself where it is an id."""
    if "--" in name:
        return [name]
    with node.reading() as connection:
        number = collection_named(connection, WARNINGS).number
        named = vulnerabilities_named(connection, number, name)
    return [one.id for one, _ in named if not one.revoked] or [one.id for one, _ in named]


def warning_statistics(node: Node, access: Access, warning: str) -> tuple[SectorFigure, ...]:
    """The figures of every sector for ``warning``, alike for whoever may ask: members and this node's own people.

    A member answered if it sent a sighting of the warning; one with the count 0 says that it looked and saw nothing,
    or that nothing is affected.
    Each figure passes the guard of :mod:`tocsin.sharing.statistics` against every one that was given before of the
    same warning, in whatever sector, since a member may belong to several. Where no new one passes, the last that was
    given stands.

    Raises:
        NothingToCheck: there is no such warning that ``access`` may see.
        NotPermitted: it is neither a member nor this node's own.
    """
    with node.reading() as connection:
        collection = collection_named(connection, WARNINGS)
        readable = rights(access, collection).can_read
        if not readable or not objects.versions(
            connection, collection.number, visible(access.viewer), warning
        ):
            raise NothingToCheck("There is no such warning, or not for you.")
        if access.viewer.relation not in {"own", "member", "client_member"}:
            raise NotPermitted("statistics are for members")
    return _told(node, [warning])[warning]


def statistics_told(
    node: Node, access: Access, warnings: Sequence[str]
) -> dict[str, tuple[SectorFigure, ...]]:
    """The same figures for each of ``warnings``, as far as ``access`` may see it and may ask at all."""
    if access.viewer.relation not in {"own", "member", "client_member"}:
        return {}
    with node.reading() as connection:
        collection = collection_named(connection, WARNINGS)
        if not rights(access, collection).can_read:
            return {}
        seen = ids_seen(connection, visible(access.viewer), collection.number, warnings)
    return _told(node, [one for one in dict.fromkeys(warnings) if one in seen])


def _told(node: Node, warnings: Sequence[str]) -> dict[str, tuple[SectorFigure, ...]]:
    """The figures of each of ``warnings``; the new ones are kept before anybody is told them."""
    with node.reading() as connection:
        figures, new = _figures_of(connection, warnings, node.now_us)
    return node.write(partial(_given, node, warnings)) if new else figures


def _given(
    node: Node, warnings: Sequence[str], connection: Connection
) -> dict[str, tuple[SectorFigure, ...]]:
    figures, new = _figures_of(connection, warnings, node.now_us)
    for one in new:
        store.give(connection, one)
    return figures


def _figures_of(
    connection: Connection, warnings: Sequence[str], now_us: int
) -> tuple[dict[str, tuple[SectorFigure, ...]], list[Given]]:
    sent: dict[str, list[Sent]] = {one: [] for one in warnings}
    for held in store.sightings_of(connection, warnings):
        sent[held.warning].append(held)
    history: dict[str, list[Given]] = {one: [] for one in warnings}
    for given in store.given(connection, warnings):
        history[given.question].append(given)
    figures, new = {}, []
    for one in warnings:
        figures[one], more = _figures(one, sent[one], history[one], now_us)
        new += more
    return figures, new


def _responses(sent: Sequence[Sent]) -> dict[str, dict[str, bool]]:
    """By sector, what each member (by its number) answered: whether it saw the warning, or is affected."""
    last: dict[tuple[int, str], Sent] = {}
    for one in sent:
        before = last.get((one.organisation, one.id))
        if before is None or before.version <= one.version:
            last[one.organisation, one.id] = one
    found: dict[str, dict[str, bool]] = {}
    for one in last.values():
        if one.revoked or one.state == "refused":
            continue
        yes = msgspec.json.decode(one.body).get("count", 1) != 0
        for sector in one.sectors:
            answers = found.setdefault(sector, {})
            answers[str(one.organisation)] = answers.get(str(one.organisation), False) or yes
    return found


def _figures(
    warning: str, sent: Sequence[Sent], history: list[Given], now_us: int
) -> tuple[tuple[SectorFigure, ...], list[Given]]:
    """The figure of each sector, and those answers that were not given before; ``history`` gets them too."""
    responses = _responses(sent)
    before = len(history)
    figures = []
    for sector in sectors():
        last = next((one for one in reversed(history) if one.sector == sector.id), None)
        earlier = [Released(one.question, one.responders, one.yes) for one in history]
        answer = statistic(warning, responses.get(sector.id, {}), earlier)
        if isinstance(answer, Released) and (
            last is None or (last.responders, last.yes) != (answer.responders, answer.yes)
        ):
            last = Given(warning, sector.id, answer.responders, answer.yes, now_us)
            history.append(last)
        figures.append(
            SectorFigure(sector.id)
            if last is None
            else SectorFigure(sector.id, len(last.responders), last.yes, last.given_us)
        )
    return tuple(figures), history[before:]
