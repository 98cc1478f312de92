"""What a source no longer lists counts no longer.

A list, a bundle or a folder says by being there what it warns of, and by leaving a thing out that it does so no more.
No revoked version is made of that: to revoke is its creator's alone (STIX 2.1 section 3.6). What came from the source
and is no longer in it is forgotten, and comes anew when it is listed again. Revoked versions and definitions of
markings stay: what they say goes on being true. The log says how many went, and holds a digest of which.

A MISP feed with a manifest says by it which events there are, and gives those alone that changed. What each event lists
is kept, so that an attribute that leaves its event, and an event that leaves the manifest, are known.

Nothing goes when a part of the source could not be read, when it lists nothing any more, or when it lists less than
half of what it did and more than ``limits.NO_LONGER_LISTED_AT_ONCE`` less: an outage looks like that, and a false "not
seen" is worse than a hit too many. It is told at each sync, until the source is added anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.limits import NO_LONGER_LISTED_AT_ONCE
from tocsin.model.stix import StixObject
from tocsin.model.stix_check import version_key, version_of
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.receiving import Giver
from tocsin.service.exchange.synced import Synced
from tocsin.sources.feed import Batch, End
from tocsin.store import hubs, objects
from tocsin.store.listed import forget_parts, listed_in, unlisted
from tocsin.transparency.entry import Act

__all__ = ["Listed", "settle", "still_counts", "why_doubted"]

_KEPT: Final = frozenset({"marking-definition"})


@dataclass(slots=True)
class Listed:
    """What a source listed in this run: each object's id, and the key of its last version."""

    last: dict[str, str] = field(default_factory=dict)

    def add(self, some: Iterable[StixObject]) -> None:
        """Note that these are listed."""
        for one in some:
            try:
                key = version_key(version_of(one))
            except BadInput:
                key = ""  # what is wrong with it is told when it is taken in; it is listed all the same
            self.last[one.id] = max(self.last.get(one.id, ""), key)


def settle(node: Node, giver: Giver, listed: Listed, last: Batch, done: Synced) -> None:
    """End a run over a source that was read to its end: forget what it no longer lists, and keep where to go on.

    ``last`` is the run's last batch, with the state after it, and ``listed`` what was in all of them; of a source that
    has parts it is what is kept of these. Why nothing goes is told in ``done.problems``, and then the state is not
    kept, so that the next sync reads the source again.
    """
    now = node.now_us
    whole = last.end is End.WHOLE

    def act(connection: Connection) -> tuple[int, str]:
        here = listed.last
        if last.parts is not None:
            here = listed_in(connection, giver.collection.number, last.parts)
        doubt = why_doubted(last.state.listed, len(here)) if whole else ""
        gone = list(
            unlisted(
                connection,
                giver.collection.number,
                here,
                # What another sync stored meanwhile is not this one's to judge.
                most_seq=giver.collection.last_seq,
                kept_types=_KEPT,
            )
        )
        count = len({id for _, id in gone})
        if (not whole or doubt) and gone:
            return count, doubt
        if gone:
            ids = "".join(f"{id}\n" for id in sorted({id for _, id in gone}))
            subject = {
                "collection": giver.collection.id,
                "no_longer_listed": count,
                "ids_sha256": sha256(ids.encode()).hexdigest(),
            }
            node.record(connection, Act.DELETE, giver.name, subject, now)
            objects.forget(connection, [place for place, _ in gone], now_us=now)
        if whole:
            forget_parts(connection, giver.collection.number, last.parts or ())
            after = msgspec.structs.replace(last.state, listed=len(here))
            hubs.update_source(
                connection, giver.name, cursor=msgspec.json.encode(after).decode(), synced_us=now
            )
        return count, doubt

    count, doubt = node.write(act)
    if whole and not doubt:
        done.no_longer_listed = count
    elif count:
        anew = "tocsin source add it again, and tocsin sync"
        done.problems.append(still_counts(giver.name, doubt, count, anew))


def why_doubted(before: int, now: int) -> str:
    """Why a source that listed ``before`` things, and lists ``now``, is not believed; empty if it is."""
    if before and not now:
        return "lists nothing any more"
    if 2 * now < before and before - now > NO_LONGER_LISTED_AT_ONCE:
        return f"lists {now:,} of {before:,}"
    return ""


def still_counts(name: str, doubt: str, count: int, anew: str) -> BadInput:
    """The error that says that nothing of a source was forgotten: by ``doubt``, or since it was not read whole.

    ``anew`` is the command, or commands, that read the source as if for the first time.
    """
    what = f"what it listed before and does not now ({count:,}) still counts"
    if not doubt:
        return BadInput(f"{name} was not read whole; {what}", hint="Mend or remove what could not be read.")
    return BadInput(
        f"{name} {doubt}; {what}", hint=f"If that is meant: tocsin source remove {name}, then {anew}."
    )
