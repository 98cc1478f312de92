"""``sync epss``: how likely vulnerabilities are to be exploited, whole, by the newest day that was read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.inventory.epss import Scores, are_scores, read_scores
from tocsin.inventory.exposure import NotRead
from tocsin.limits import ADVISORY_BYTES
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.feed_list import FeedState, Validators, written_state
from tocsin.service.inventory.kept import day_of
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.whole import whole
from tocsin.store.advisories import Feed, feeds, keep_feed
from tocsin.store.epss import epss_years, keep_epss

if TYPE_CHECKING:
    # It brings what fetches feeds, which a check never does.
    from tocsin.service.inventory.taking import Taken

__all__ = ["EPSS", "keep_scores", "kept_scores"]

EPSS = "epss"


def keep_scores(
    node: Node,
    done: Taken,
    found: Iterable[Stream | Unread],
    mirror: str,
    validators: Validators,
    address: str = "",
) -> None:
    """Keep the newest scores in ``found`` in the place of those that were kept before, if they are not older.

    Raises:
        BadInput: there are none in it, or they are of a day to come.
        SourceUnavailable: it cannot be opened.
    """
    read, lost, parts = _newest(found)
    done.unread, done.why_unread = lost, list(parts)
    if read.dated and date.fromisoformat(read.dated) > day_of(node.now_us) + timedelta(days=1):
        raise BadInput(f"the scores are of {read.dated}, a day to come", hint="Is the clock here right?")
    with node.reading() as connection:
        before = kept_scores(connection)
    if before is not None and read.dated < before.dated:
        done.advisories, done.dated = len(before), before.dated
        done.problems.append(
            BadInput(
                f"the scores are of {read.dated or 'an unknown day'}, older than those of {before.dated}, which stay",
                hint=f"To take the older ones: tocsin source remove {done.name}, and again.",
            )
        )
        return
    state = FeedState(mirror=mirror, listed=len(read), validators={address: validators} if address else {})
    feed = Feed(done.name, done.location, read.dated, node.now_us, len(read), lost, written_state(state))

    def act(connection: Connection) -> None:
        keep_feed(connection, feed)
        keep_epss(connection, done.name, read.years)

    node.write(act)
    done.advisories, done.dated = len(read), read.dated
    same = before is not None and before.years == read.years
    done.new = max(0, len(read) - len(before or ()))
    done.gone = max(0, len(before or ()) - len(read))
    done.changed = 0 if same or before is None else min(len(read), len(before))


def _newest(found: Iterable[Stream | Unread]) -> tuple[Scores, int, list[NotRead]]:
    newest: tuple[Scores, int, list[NotRead]] | None = None
    for one in found:
        if isinstance(one, Unread) and one.by_rule:
            continue
        data = whole(one, ADVISORY_BYTES, "EPSS scores")
        if not are_scores(data):
            continue
        read, lost, parts = read_scores(data, one.name)
        if newest is None or read.dated > newest[0].dated:
            newest = read, lost, [NotRead(one.name, part.place, part.why) for part in parts]
    if newest is None or not len(newest[0]):
        raise BadInput("holds no EPSS scores", hint="Give FIRST's epss_scores-current.csv.gz.")
    return newest


def kept_scores(connection: Connection) -> Scores | None:
    """The scores that the node keeps; None where it never read any."""
    day = next((one.dated for one in feeds(connection) if one.name == EPSS), None)
    return None if day is None else Scores(day, epss_years(connection, EPSS))
