"""Keeping what a feed gives, a batch at a time, and at its end forgetting what it lists no longer.

The rule of what is forgotten is that of :mod:`tocsin.service.exchange.no_longer_listed`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import TocsinError
from tocsin.inventory.advisory import STATEMENTS_OF_MAKERS, Advisory, Form
from tocsin.inventory.covered import covered_by
from tocsin.inventory.exposure import Exposure, NotRead
from tocsin.inventory.key_range import key_ranges
from tocsin.limits import ADVISORIES_A_WRITE, CLAIMS_A_WRITE
from tocsin.service.exchange.no_longer_listed import still_counts, why_doubted
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.advisory_head import head_of
from tocsin.service.inventory.feed_list import FeedState, written_state
from tocsin.service.inventory.kept import anew
from tocsin.service.inventory.reading import dated
from tocsin.store.advisories import (
    ClaimKey,
    Feed,
    Kept,
    NewAdvisory,
    forget_kinds,
    keep_advisories,
    keep_feed,
    kinds_of_feed,
    note_kinds,
    number_of_advisories,
    unlisted_advisories,
    withdraw,
)

__all__ = ["Taken", "Taking", "kept_advisory"]

_NAMED: Final = 5
_DOCUMENTS: Final = frozenset({Form.CSAF, Form.OPENVEX, Form.CYCLONEDX_VEX})
"""Forms of documents that somebody publishes and revises; all else are records of large lists."""


@dataclass(slots=True)
class Taken:
    """What came of reading a feed.

    ``advisories`` is how many of it are kept now; ``new``, ``changed`` and ``gone`` what this run did to them;
    ``reworded`` are those that were changed beside them and claim the same as before.
    ``unread`` counts what could not be read, ``why_unread`` are the first. ``unchanged`` says that its server had
    nothing newer. ``numbers`` are those of the new and the changed, ``concerns`` what of the inventory they affect or
    may affect. ``notes`` and ``problems`` are told; the rest was done.
    """

    name: str
    location: str = ""
    dated: str = ""
    advisories: int = 0
    new: int = 0
    changed: int = 0
    reworded: int = 0
    gone: int = 0
    unread: int = 0
    why_unread: list[NotRead] = field(default_factory=list)
    unchanged: bool = False
    numbers: list[int] = field(default_factory=list)
    concerns: list[Exposure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[TocsinError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Changed:
    """An advisory that this run wrote: what it was before the run, what it is now."""

    was: bytes | None
    digest: bytes
    number: int
    anew: bool


class Taking:
    """One run over a feed. Memory holds a batch, and of each record that was listed its name.

    ``covers`` says whether what it does not name of a kind of products was compared.
    """

    def __init__(
        self, node: Node, done: Taken, before: Feed | None, state: FeedState, *, covers: bool = True
    ) -> None:
        self.node = node
        self.done = done
        self.state = state
        self.whole = True
        self.listed: dict[tuple[str, str], str] = {}
        self._batch: dict[tuple[str, str], Advisory] = {}
        self._changed: dict[tuple[str, str], _Changed] = {}
        self._claims = 0
        self._covers = covers
        self._kinds: set[str] = set()
        with node.reading() as connection:
            self._noted = kinds_of_feed(connection, done.name)
        self._dated = before.dated if before is not None else ""
        self._seen_day = ""
        self._kept = before.advisories if before is not None else 0
        done.advisories, done.dated = self._kept, self._dated

    # -- what comes -----------------------------------------------------------------------------

    def add(self, one: Advisory) -> None:
        """Take an advisory; of several of one form and id the one that was changed last counts."""
        name = one.form.value, one.id
        held = self.listed.get(name)
        if held is not None and one.modified < held:
            return
        self.listed[name] = one.modified
        self._batch[name] = one
        self._claims += len(one.claims)
        if len(self._batch) >= ADVISORIES_A_WRITE or self._claims >= CLAIMS_A_WRITE:
            self.flush()

    def leave(self, one: NotRead, *, lost: bool = True) -> None:
        """Note what could not be read; it is not ``lost`` if it is but a part of an advisory that was read."""
        self.whole = self.whole and not lost
        self.done.unread += 1
        if len(self.done.why_unread) < _NAMED:
            self.done.why_unread.append(one)

    def flush(self, **changes: object) -> None:
        """Keep what came, with the state that holds then, in one transaction."""
        self.state = msgspec.structs.replace(self.state, **changes)
        batch = list(self._batch.values())
        new = [kept_advisory(one) for one in batch]
        digests = {(one.form, one.id): one.digest for one in new}
        kinds = covered_by(batch) if self._covers else set()
        self._kinds |= kinds
        fresh = kinds - self._noted
        self._seen_day = max(self._seen_day, dated(batch))
        feed = self._feed(self._dated)
        now_us = self.node.now_us

        def act(connection: Connection) -> list[Kept]:
            keep_feed(connection, feed)
            note_kinds(connection, feed.name, fresh)
            return keep_advisories(connection, feed.name, new, now_us=now_us, anew=anew)

        for one in self.node.write(act):
            name = one.form, one.id
            held = self._changed.get(name)
            self._changed[name] = _Changed(
                held.was if held else one.was,
                digests[name],
                one.number,
                anew=one.anew or (held is not None and held.anew),
            )
            self._kept += one.was is None
        self._noted |= fresh
        self._batch.clear()
        self._claims = 0

    # -- its end --------------------------------------------------------------------------------

    def end(self, *, lists_all: bool, **changes: object) -> None:
        """Keep the rest. ``lists_all`` says that what was listed is all there is, so that what was not is forgotten.

        ``changes`` of the state hold only if nothing speaks against them: what was read in part is read again.
        """
        if not self.listed and not self.whole:
            # Nothing could be read: what is noted of the last reading holds.
            if self.done.advisories:
                self.done.problems.append(still_counts(self.done.name, "", self.done.advisories, ""))
            return
        self.flush()
        before = self.state.listed
        doubt = why_doubted(before, len(self.listed)) if lists_all and self.whole else ""
        if self.whole and not doubt:
            listed = len(self.listed) if lists_all else before
            self.state = msgspec.structs.replace(self.state, listed=listed, **changes)
        forget = lists_all and self.whole and not doubt
        day = self._seen_day if forget or not self._dated else max(self._seen_day, self._dated)
        feed = self._feed(day)
        no_longer = self._noted - self._kinds if forget else set()

        def act(connection: Connection) -> tuple[int, int]:
            gone = unlisted_advisories(connection, feed.name, self.listed) if lists_all else []
            if forget:
                withdraw(connection, gone)
            kept = number_of_advisories(connection, feed.name)
            keep_feed(
                connection,
                Feed(feed.name, feed.location, day, feed.read_us, kept, feed.unread, feed.cursor),
            )
            forget_kinds(connection, feed.name, no_longer)
            return len(gone), kept

        gone, kept = self.node.write(act)
        self._tell(kept, day)
        if forget:
            self.done.gone = gone
        elif gone and lists_all:
            self.done.problems.append(
                still_counts(self.done.name, doubt, gone, f"tocsin sync {self.done.name}")
            )

    def stop(self) -> None:
        """Say what was done before it could not go on; what was taken is kept."""
        if self._batch:
            self.flush()
        if self._changed:
            self._tell(self._kept, self._dated)

    def _tell(self, kept: int, day: str) -> None:
        now = [one for one in self._changed.values() if one.was != one.digest]
        self.done.advisories = kept
        self.done.dated = day
        self.done.new = sum(one.was is None for one in now)
        self.done.reworded = sum(not one.anew for one in now)
        self.done.changed = len(now) - self.done.new - self.done.reworded
        self.done.numbers = [one.number for one in now if one.anew]

    def _feed(self, day: str) -> Feed:
        return Feed(
            self.done.name,
            self.done.location,
            day,
            self.node.now_us,
            self._kept,
            self.done.unread,
            written_state(self.state),
        )


def kept_advisory(advisory: Advisory) -> NewAdvisory:
    """An advisory as the store keeps it; one that was withdrawn is found by its names and claims nothing."""
    if advisory.form is Form.KEV:
        # The catalogue's own date would make each of its entries a changed one at each release.
        advisory = replace(advisory, modified=advisory.published)
    body = msgspec.json.encode(advisory)
    claims = () if advisory.withdrawn else advisory.claims
    names_all = advisory.form not in STATEMENTS_OF_MAKERS
    names = {advisory.id, *advisory.aliases, *(claim.vulnerability for claim in claims)}
    names.update(name for name, _ in advisory.stakes)
    return NewAdvisory(
        id=advisory.id,
        form=advisory.form.value,
        digest=sha256(body).digest(),
        body=body,
        names=tuple(sorted(names)),
        keys=tuple(
            ClaimKey(key, span, one.scheme, one.low, one.high)
            for span, (key, one) in enumerate(key_ranges(claims, names_all=names_all))
        ),
        head=head_of(advisory),
        versioned=advisory.form in _DOCUMENTS,
    )
