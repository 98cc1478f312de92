"""The lists of sanctioned parties that a screening of some day compares with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from sqlalchemy import Connection

from tocsin.limits import SANCTIONS_STALE_DAYS
from tocsin.ransom.screening.screening import ListedAddresses
from tocsin.service.inventory.feed_list import read_state
from tocsin.service.inventory.kept import day_of
from tocsin.service.ransom.sanctions_feed import LISTS, parties_in
from tocsin.store.advisories import feeds
from tocsin.store.sanctions import KeptList, addressed_of, kept_lists, list_as_of

__all__ = ["ListUsed", "lists_as_of"]

_FEEDS: Final[Mapping[str, str]] = {name: feed for feed, name in LISTS.items()}
_HELD: Final = 8
"""Versions whose addresses stay read: those of one take 0.1 s, and a page asks for the same ones each time."""


@dataclass(frozen=True, slots=True)
class ListUsed:
    """A version of a list, and how many days before the question it was last known to be the newest."""

    head: KeptList
    age_days: int
    addresses: ListedAddresses

    @property
    def is_current(self) -> bool:
        """Whether it was young enough on the day of the question."""
        return self.age_days <= SANCTIONS_STALE_DAYS


def lists_as_of(connection: Connection, day: date) -> tuple[ListUsed, ...]:
    """Of each list that is kept, the version that was the newest on ``day``."""
    used = []
    for name in _FEEDS:
        head = list_as_of(connection, name, day.isoformat())
        if head is not None:
            age = (day - _last_known(connection, head, day)).days
            used.append(ListUsed(head, age, _addresses(addressed_of(connection, head), name)))
    return tuple(used)


@lru_cache(_HELD)
def _addresses(addressed: bytes, name: str) -> ListedAddresses:
    return ListedAddresses(parties_in(addressed), name)


def _last_known(connection: Connection, head: KeptList, day: date) -> date:
    """The last day, up to ``day``, on which this version was known to be the newest: its publisher had no newer one."""
    issued = date.fromisoformat(head.issued)
    feed = next((one for one in feeds(connection) if one.name == _FEEDS[head.list]), None)
    if feed is None or not read_state(feed.cursor).validators or kept_lists(connection, head.list)[0] != head:
        return min(issued, day)
    return min(max(issued, day_of(feed.read_us)), day)
