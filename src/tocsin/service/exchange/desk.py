"""The inbox as a duty desk works through it: what was sent together is one report, the oldest that waits is first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import Access, rights
from tocsin.service.exchange.inbox import OPEN, STATES, is_submission
from tocsin.service.exchange.inbox_list import Item, items_of
from tocsin.service.exchange.node import INBOX, Node, moment
from tocsin.service.exchange.publish import collection_named
from tocsin.service.exchange.submitted_words import headline
from tocsin.sharing.label import NOT_UNDERSTOOD
from tocsin.sharing.policy import visible
from tocsin.store import desk as store, labels
from tocsin.store.inbox import InboxItem
from tocsin.store.search import inbox_counts, inbox_page

__all__ = ["VIEWS", "DeskPage", "Report", "Together", "list_desk", "one_together"]

VIEWS: Final = ("waiting", *STATES, "all")
_SHOWN: Final = 3
_MOST: Final = 1_000


class Report(msgspec.Struct, kw_only=True):
    """What one member sent together: one report to decide on, of one object or of many.

    ``counts`` are its objects by state and ``types`` by type; both add up to ``objects``. ``says`` is what it is about,
    in words; ``items`` are the first few objects, that first. ``waits_us`` is since when it waits, in microseconds up
    to now; 0 where nothing of it waits. ``decide`` is the id by which it is decided: of a single object that object's.
    """

    submission: str
    decide: str
    from_: str = msgspec.field(name="from")
    anonymous: bool
    signed: bool
    received: str
    waits_us: int
    objects: int
    counts: dict[str, int]
    types: dict[str, int]
    tlp: str
    says: str
    items: list[Item]


class DeskPage(msgspec.Struct, kw_only=True):
    """Some reports. What waits stands with the oldest first, what is decided with the newest; ``next`` goes on.

    ``counts`` are all objects that may be seen, by state; ``waiting`` is how many reports wait for a decision.
    """

    reports: list[Report]
    counts: dict[str, int]
    waiting: int
    next: str


class Together(msgspec.Struct, kw_only=True):
    """One submission with each of its objects that may be seen."""

    report: Report
    items: list[Item]


def list_desk(node: Node, access: Access, *, view: str = "waiting", after: str = "", limit: int) -> DeskPage:
    """A page of what was submitted; ``view`` is waiting, one of the states, or all."""
    with node.reading() as connection:
        if not rights(access, collection_named(connection, INBOX)).can_read:
            return DeskPage(reports=[], counts=dict.fromkeys(STATES, 0), waiting=0, next="")
        allowed = visible(access.viewer)
        states = {"waiting": OPEN, "all": STATES}.get(view, (view,))
        ids, last = store.submissions_in(
            connection,
            allowed,
            states,
            after_us=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None,
            newest_first=not set(states) <= set(OPEN),
            most=limit,
        )
        counts = inbox_counts(connection, allowed)
        return DeskPage(
            reports=_reports(node, connection, access, ids),
            counts={one: counts.get(one, 0) for one in STATES},
            waiting=store.waiting_submissions(connection, allowed, OPEN),
            next="" if last is None else str(last),
        )


def one_together(node: Node, access: Access, id: str) -> Together | None:
    """The submission with this id and its objects, as far as ``access`` may see them."""
    if not is_submission(id):
        return None
    with node.reading() as connection:
        if not rights(access, collection_named(connection, INBOX)).can_read:
            return None
        found = _reports(node, connection, access, [id])
        if not found:
            return None
        held = inbox_page(connection, visible(access.viewer), id=id, limit=_MOST)
        return Together(report=found[0], items=items_of(connection, access, held[::-1]))


def _reports(node: Node, connection: Connection, access: Access, ids: Sequence[str]) -> list[Report]:
    allowed = visible(access.viewer)
    held: dict[str, list[store.Held]] = {}
    for one in store.held_of(connection, allowed, ids):
        held.setdefault(one.submission, []).append(one)
    first = store.leads(connection, allowed, ids, _SHOWN)
    shown: dict[str, list[Item]] = {}
    items = items_of(connection, access, first)
    raw = {one.submission: one for one, _ in reversed(first)}
    for item in items:
        shown.setdefault(item.submission, []).append(item)
    return [_report(node, connection, held[id], shown[id], raw[id]) for id in ids if id in held]


def _report(
    node: Node, connection: Connection, held: Sequence[store.Held], items: list[Item], first: InboxItem
) -> Report:
    counts, types = dict.fromkeys(STATES, 0), dict[str, int]()
    for one in held:
        counts[one.state] += one.count
        types[one.type] = types.get(one.type, 0) + one.count
    levels = [labels.label_of(connection, one.label).tlp for one in held]
    strictest = NOT_UNDERSTOOD if NOT_UNDERSTOOD in levels else max(levels)
    lead = items[0]
    return Report(
        submission=first.submission,
        decide=lead.id if sum(types.values()) == 1 else first.submission,
        from_=lead.from_,
        anonymous=first.anonymous,
        signed=first.signed,
        received=moment(first.asked_us),
        waits_us=max(0, node.now_us - first.asked_us) if counts["new"] + counts["vetted"] else 0,
        objects=sum(types.values()),
        counts=counts,
        types=types,
        tlp="" if strictest == NOT_UNDERSTOOD else Tlp(strictest).text,
        says=headline(lead.says, lead.type, types),
        items=items,
    )
