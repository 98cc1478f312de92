"""``inventory add``: what is at a site, from bills of materials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import msgspec
from sqlalchemy import Connection

from tocsin.inventory.component import Component
from tocsin.inventory.exposure import NotRead
from tocsin.inventory.key_range import positions
from tocsin.inventory.release import Listed, Release, Releases
from tocsin.limits import BILLS_AT_ONCE, RELEASES_REMEMBERED
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.reading import ReadBill, read_bills
from tocsin.store.bills import NewBill, NewRelease, add_bills, keep_site

__all__ = ["Added", "add", "keep_bills", "kept_release"]


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
    bills, not_read = read_bills(arguments, stdin, form=form)
    return list(keep_bills(node, bills, site=site, exposed=exposed, owner=owner)), not_read


def keep_bills(
    node: Node, bills: Iterable[ReadBill], *, site: str, exposed: bool | None, owner: str | None
) -> Iterator[Added]:
    """Keep ``bills`` as what is at ``site``, many small ones or a large one in one transaction."""
    seen = Releases()
    numbers: Mapping[bytes, int] = {}
    for group in _groups(bills):
        made = [(one, _subject(seen, one), seen.listed(one.bill.components)) for one in group]
        act = partial(_keep, made, numbers, site, exposed, owner, node.now_us)
        numbers = node.write(act)
        if len(numbers) > RELEASES_REMEMBERED:
            numbers = {}
        for one, subject, listed in made:
            yield Added(
                name=one.name,
                form=_form(one),
                made=one.bill.made,
                components=len(one.bill.components),
                releases=len({held.release.digest for held in (*listed, *filter(None, [subject]))}),
                not_read=tuple(one.not_read),
                notes=one.bill.notes,
            )


def _groups(bills: Iterable[ReadBill]) -> Iterator[list[ReadBill]]:
    group: list[ReadBill] = []
    size = 0
    for one in bills:
        group.append(one)
        size += len(one.bill.components)
        if size >= BILLS_AT_ONCE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _subject(seen: Releases, read: ReadBill) -> Listed | None:
    """What it is a bill of; it may be among its components too."""
    subject = read.bill.subject
    return None if subject is None else seen.listed([subject])[0]


def _keep(
    bills: Sequence[tuple[ReadBill, Listed | None, Sequence[Listed]]],
    numbers: Mapping[bytes, int],
    site: str,
    exposed: bool | None,  # noqa: FBT001  a site's own word, passed on
    owner: str | None,
    now_us: int,
    connection: Connection,
) -> Mapping[bytes, int]:
    at = keep_site(connection, site, exposed=exposed, owner=owner).number
    releases: dict[bytes, NewRelease] = {}
    new = []
    for read, subject, listed in bills:
        every = {one.release.digest: one for one in listed}
        if subject is not None:
            every.setdefault(subject.release.digest, subject)
        for digest, one in every.items():
            if digest not in numbers and digest not in releases:
                releases[digest] = kept_release(one.release)
        new.append(
            NewBill(
                site=at,
                name=read.name,
                form=_form(read),
                sha256=read.sha256,
                made=read.bill.made,
                components=len(read.bill.components),
                unread=msgspec.json.encode({"unread": read.bill.unread, "notes": read.bill.notes}),
                subject=None if subject is None else subject.release.digest,
                listed=[(digest, one.times, one.place) for digest, one in every.items()],
            )
        )
    return add_bills(connection, new, releases, numbers, now_us=now_us)[1]


def _form(read: ReadBill) -> str:
    return f"{read.bill.format} {read.bill.format_version}".rstrip()


def kept_release(release: Release) -> NewRelease:
    """A release as the store keeps it."""
    component = release.component
    return NewRelease(
        digest=release.digest,
        name=component.identity.name,
        version=component.version,
        body=release.body,
        make_keys=partial(_keys, component),
    )


def _keys(component: Component) -> list[tuple[str, str, bytes | None]]:
    return [(one.key, one.scheme, one.position) for one in positions(component)]
