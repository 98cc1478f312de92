"""``inventory add``: what is at a site, from bills of materials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import msgspec
from sqlalchemy import Connection

from tocsin.inventory.exposure import NotRead
from tocsin.inventory.key_range import positions
from tocsin.inventory.release import Listing, Release, Releases
from tocsin.limits import BILLS_AT_ONCE, RELEASES_REMEMBERED
from tocsin.service.collector import collector_paused
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.reading import Left, ReadBill, each_bill
from tocsin.store.bills import NewBill, add_bills, keep_site

__all__ = ["Added", "add", "keep_bills"]


@dataclass(frozen=True, slots=True)
class Added:
    """What came of one bill: its entries are its components and what could not be read."""

    name: str
    form: str
    made: str
    components: int
    releases: int
    not_read: tuple[NotRead, ...]
    notes: tuple[str, ...]


def add(
    node: Node,
    arguments: Sequence[str],
    stdin: BinaryIO | None,
    *,
    site: str,
    exposed: bool | None,
    owner: str | None,
    form: str = "",
) -> tuple[list[Added], list[NotRead]]:
    """Keep the bills that ``arguments`` name as what is at ``site``; returns also what could not be read as a bill.

    A bill of the same name at the same site is replaced: what it lists no longer is there no longer.

    Raises:
        NothingToCheck: not one bill is among them.
        BadInput: a single file was named, and it is no bill.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    left = Left()
    bills = each_bill(arguments, stdin, left, form=form)
    return list(keep_bills(node, bills, site=site, exposed=exposed, owner=owner)), left.not_read


def keep_bills(
    node: Node, bills: Iterable[ReadBill], *, site: str, exposed: bool | None, owner: str | None
) -> Iterator[Added]:
    """Keep ``bills`` as what is at ``site``, many small ones or a large one in one transaction.

    They are read as they are kept: those of a transaction before are kept even if a later one cannot be.
    """
    seen = Releases()
    numbers: list[int] = []
    several = iter(bills)
    while True:
        with collector_paused():
            group = _group(several, seen)
            if not group:
                return
            act = partial(_keep, group, seen.fresh, numbers, site, exposed, owner, node.now_us)
            numbers += node.write(act)
        seen.fresh.clear()
        if len(numbers) > RELEASES_REMEMBERED:
            seen.forget()
            numbers.clear()
        for _, added in group:
            yield added


def _group(bills: Iterator[ReadBill], seen: Releases) -> list[tuple[NewBill, Added]]:
    """The next bills that are kept together, without their components: no more of those are held than one bill's."""
    group = []
    size = 0
    for read in bills:
        group.append(_new(read, seen))
        size += len(read.bill.components)
        if size >= BILLS_AT_ONCE:
            break
    return group


def _new(read: ReadBill, seen: Releases) -> tuple[NewBill, Added]:
    bill = read.bill
    listing = seen.listing(bill.components)
    subject = None
    if bill.subject is not None:
        (subject,), times, places = msgspec.structs.astuple(seen.listing([bill.subject]))
        # It may list it among its components too.
        if subject not in listing.releases:
            listing = Listing([*listing.releases, subject], listing.times + times, listing.places + places)
    form = f"{bill.format} {bill.format_version}".rstrip()
    new = NewBill(
        name=read.name,
        form=form,
        sha256=read.sha256,
        made=bill.made,
        components=len(bill.components),
        unread=msgspec.json.encode({"unread": bill.unread, "notes": bill.notes}),
        subject=subject,
        listing=listing,
    )
    added = Added(
        name=read.name,
        form=form,
        made=bill.made,
        components=len(bill.components),
        releases=len(listing.releases),
        not_read=tuple(read.not_read),
        notes=bill.notes,
    )
    return new, added


def _keep(
    group: Sequence[tuple[NewBill, Added]],
    fresh: Sequence[Release],
    numbers: Sequence[int],
    site: str,
    exposed: bool | None,  # noqa: FBT001  a site's own word, passed on
    owner: str | None,
    now_us: int,
    connection: Connection,
) -> list[int]:
    at = keep_site(connection, site, exposed=exposed, owner=owner).number
    new = [one for one, _ in group]
    return add_bills(connection, at, new, fresh, numbers, keys_of=positions, now_us=now_us)[1]
