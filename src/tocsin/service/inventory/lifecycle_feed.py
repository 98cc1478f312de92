"""``sync eol``: until when products are maintained."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.inventory.component import Unread as UnreadPart
from tocsin.inventory.exposure import NotRead
from tocsin.inventory.lifecycle import Lifecycle, Lifecycles, are_lifecycles, read_lifecycles
from tocsin.limits import ADVISORY_BYTES
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.feed_list import FeedState, Validators, written_state
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.whole import whole
from tocsin.store.advisories import Feed, feeds, keep_feed
from tocsin.store.lifecycles import keep_lifecycles, lifecycle_bodies

if TYPE_CHECKING:
    # It brings what fetches feeds, which a check never does.
    from tocsin.service.inventory.taking import Taken

__all__ = ["ENDS", "keep_ends", "kept_lifecycles"]

ENDS: Final = "eol"
"""The feed of ends of life."""
_decoder = msgspec.json.Decoder(Lifecycle)


def keep_ends(
    node: Node,
    done: Taken,
    found: Iterable[Stream | Unread],
    mirror: str,
    validators: Validators,
    address: str = "",
) -> None:
    """Keep the lifecycles in ``found`` in the place of those that were kept before, and tell ``done`` what came of it.

    Raises:
        BadInput: there are none in it.
        SourceUnavailable: it cannot be opened.
    """
    read, parts, name = _read(found)
    bodies = {one.id: msgspec.json.encode(one) for one in read.all}
    with node.reading() as connection:
        before = lifecycle_bodies(connection, done.name)
    state = FeedState(mirror=mirror, listed=len(bodies), validators={address: validators} if address else {})
    feed = Feed(
        done.name, done.location, read.dated, node.now_us, len(bodies), len(parts), written_state(state)
    )

    def act(connection: Connection) -> None:
        keep_feed(connection, feed)
        keep_lifecycles(connection, done.name, bodies)

    node.write(act)
    done.advisories, done.dated, done.unread = len(bodies), read.dated, len(parts)
    done.why_unread = [NotRead(name, one.place, one.why) for one in parts[:5]]
    done.new = len(bodies.keys() - before.keys())
    done.changed = sum(before[id] != bodies[id] for id in bodies.keys() & before.keys())
    done.gone = len(before.keys() - bodies.keys())


def _read(found: Iterable[Stream | Unread]) -> tuple[Lifecycles, tuple[UnreadPart, ...], str]:
    for one in found:
        data = whole(one, ADVISORY_BYTES, "ends of life")
        if are_lifecycles(data):
            read, parts = read_lifecycles(data, one.name)
            return read, parts, one.name
    raise BadInput("holds no ends of life", hint="Give endoflife.date's products, of its API v1 or its data.")


def kept_lifecycles(connection: Connection) -> Lifecycles | None:
    """The lifecycles that the node keeps; None where it never read any."""
    days = [one.dated for one in feeds(connection) if one.name == ENDS]
    if not days:
        return None
    return Lifecycles(map(_decoder.decode, lifecycle_bodies(connection).values()), days[0])
