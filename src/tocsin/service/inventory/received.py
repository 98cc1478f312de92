"""Advisories that came from a hub or a source among its objects, kept as a feed of its name.

What lies here of the hub is the truth, and the feed is held to it: an advisory of which the last version is revoked,
or that the hub no longer gives, goes. So it does not matter where a sync was cut off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin import __version__
from tocsin.errors import BadInput
from tocsin.inventory.advisories.recognise import read_advisories
from tocsin.inventory.advisory import Advisory
from tocsin.inventory.exposure import NotRead
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.feed_list import known_feeds
from tocsin.service.inventory.kept import anew, day_of
from tocsin.service.inventory.news import news_for
from tocsin.service.inventory.reading import parts_not_read
from tocsin.service.inventory.taking import Taken, kept_advisory
from tocsin.sharing.published_advisory import carried_by
from tocsin.store.advisories import (
    Feed,
    Kept,
    feeds,
    keep_advisories,
    keep_feed,
    number_of_advisories,
    unlisted_advisories,
    withdraw,
)
from tocsin.store.carried import LastVersion, bodies, last_versions
from tocsin.store.hubs import Hub, Source

__all__ = ["Report", "is_of_exchange", "reports_of", "take_received"]

_NAMED: Final = 5
_TYPE: Final = "report"

Named = tuple[str, str]
"""An advisory: its form and its id."""


class Report(msgspec.Struct, frozen=True, omit_defaults=True):
    """One report of a hub: its last ``version``, and the advisory that it carries ("" for none).

    ``read`` is the version that the advisory was read from: an older one where the last cannot be read, so that what
    was known stays known. ``unread`` counts what could not be read of the last.
    """

    version: str
    revoked: bool = False
    form: str = ""
    advisory: str = ""
    read: str = ""
    unread: int = 0


class _State(msgspec.Struct, frozen=True):
    """What is kept between runs, by the id of the report."""

    reports: Mapping[str, Report] = {}
    tocsin: str = ""


@dataclass(slots=True)
class _Read:
    """What was read in this run: the reports as they are now, and the advisories of those that changed."""

    reports: dict[str, Report]
    advisories: dict[str, Advisory] = field(default_factory=dict)
    why_unread: list[NotRead] = field(default_factory=list)


def is_of_exchange(feed: str) -> bool:
    """Whether a feed is what a hub or a source gives; all others have names of their own."""
    return feed not in known_feeds()


def reports_of(feed: Feed) -> dict[Named, list[str]]:
    """The ids of the reports that carry each advisory of a hub's feed now."""
    found: dict[Named, list[str]] = {}
    for id, one in _state(feed).reports.items():
        if one.advisory and not one.revoked:
            found.setdefault((one.form, one.advisory), []).append(id)
    return found


def take_received(node: Node, given: Hub | Source, *, whole: bool) -> Taken | None:
    """Hold the feed of a hub or source to what lies here of it, and say what is new.

    ``whole`` says that it was asked for all that is new today and answered; else the feed stays of the day it was.
    None if it gave no advisory, now or before.
    """
    now = node.now_us
    name, collection = given.name, given.collection
    location = given.url if isinstance(given, Hub) else given.location
    with node.reading() as connection:
        before = next((one for one in feeds(connection) if one.name == name), None)
        state = _state(before) if before is not None else _State()
        rows = last_versions(connection, collection, _TYPE)
        if before is None and not rows:
            return None
        read = _Read({})
        for body, row in _changed(connection, rows, state.reports, read.reports):
            _read(name, row, body, state.reports.get(row.id), read)
        old, new = _chosen(state.reports), _chosen(read.reports)
        wanted = {named: id for named, (id, version) in new.items() if old.get(named) != (id, version)}
        _again(connection, name, rows, wanted, read)
    if before is None and not any(one.advisory or one.unread for one in read.reports.values()):
        return None
    day = day_of(now).isoformat() if whole else before.dated if before is not None else ""
    done = Taken(
        name,
        location=location,
        dated=day,
        unread=sum(one.unread for one in read.reports.values()),
        why_unread=read.why_unread[:_NAMED],
    )
    fresh = [kept_advisory(read.advisories[id]) for id in wanted.values() if id in read.advisories]
    cursor = msgspec.json.encode(_State(read.reports, __version__)).decode()

    def act(connection: Connection) -> list[Kept]:
        feed = Feed(name, location, day, now, 0, done.unread, cursor)
        keep_feed(connection, feed)
        kept = keep_advisories(connection, name, fresh, now_us=now, anew=anew)
        gone = unlisted_advisories(connection, name, new)
        withdraw(connection, gone)
        done.gone = len(gone)
        done.advisories = number_of_advisories(connection, name)
        keep_feed(connection, Feed(name, location, day, now, done.advisories, done.unread, cursor))
        return kept

    kept = node.write(act)
    done.new = sum(one.was is None for one in kept)
    done.reworded = sum(not one.anew for one in kept)
    done.changed = len(kept) - done.new - done.reworded
    done.numbers = [one.number for one in kept if one.anew]
    done.concerns = news_for(node, done.numbers)
    return done


def _state(feed: Feed) -> _State:
    """What is kept of a feed; another version of this program may read more of the same bytes, so it reads anew."""
    state = msgspec.json.decode(feed.cursor, type=_State) if feed.cursor else _State()
    return state if state.tocsin == __version__ else _State()


def _chosen(reports: Mapping[str, Report]) -> dict[Named, tuple[str, str]]:
    """For each advisory the report that carries it, and the version that it is read from; of several the last."""
    found: dict[Named, tuple[str, str]] = {}
    for id, one in sorted(reports.items(), key=lambda item: (item[1].read, item[0])):
        if one.advisory and not one.revoked:
            found[one.form, one.advisory] = (id, one.read)
    return found


def _changed(
    connection: Connection,
    rows: Sequence[LastVersion],
    before: Mapping[str, Report],
    now: dict[str, Report],
) -> list[tuple[bytes, LastVersion]]:
    """The reports of which there is another version than ``before``; those that are as they were go into ``now``."""
    other = {}
    for row in rows:
        held = before.get(row.id)
        if held is not None and (held.version, held.revoked) == (row.version_key, row.revoked):
            now[row.id] = held
        else:
            other[row.place] = row
    return [(body, other[place]) for place, body in bodies(connection, other)]


def _read(name: str, row: LastVersion, body: bytes, before: Report | None, read: _Read) -> None:
    """Read what a report carries."""
    try:
        advisory = _advisory(body)
    except BadInput as error:
        why = f"{error.where}: {error.what}" if error.where else error.what
        read.why_unread.append(NotRead(name, row.id, why))
        earlier = before if before is not None else Report("")
        read.reports[row.id] = msgspec.structs.replace(
            earlier, version=row.version_key, revoked=row.revoked, unread=1
        )
        return
    if advisory is None:
        read.reports[row.id] = Report(row.version_key, row.revoked)
        return
    parts = parts_not_read(advisory, row.id) if not row.revoked else []
    read.why_unread += parts
    read.advisories[row.id] = advisory
    read.reports[row.id] = Report(
        row.version_key, row.revoked, advisory.form.value, advisory.id, row.version_key, len(parts)
    )


def _again(
    connection: Connection,
    name: str,
    rows: Sequence[LastVersion],
    wanted: Mapping[Named, str],
    read: _Read,
) -> None:
    """Read the reports that did not change and carry an advisory now that another one carried before."""
    places = {row.place: row for row in rows if row.id in wanted.values() and row.id not in read.advisories}
    for place, body in bodies(connection, places):
        row = places[place]
        _read(name, row, body, read.reports[row.id], read)


def _advisory(body: bytes) -> Advisory | None:
    """The advisory that an object carries, None if it carries none.

    Raises:
        BadInput: its hash is not that of its document, or it cannot be read.
    """
    carried = carried_by(msgspec.json.decode(body))
    if carried is None:
        return None
    read = list(read_advisories(carried.document, ""))
    one = read[0] if len(read) == 1 else None
    if not isinstance(one, Advisory):
        raise BadInput(
            one.why if one is not None else f"it carries {len(read):,} advisories, and one is to be read"
        )
    return one
