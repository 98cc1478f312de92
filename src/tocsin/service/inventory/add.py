"""``inventory add``: what is at a site, from bills of materials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import msgspec

from tocsin.errors import NothingToCheck
from tocsin.inventory.component import Component
from tocsin.inventory.exposure import NotRead
from tocsin.inventory.key_range import positions
from tocsin.inventory.release import Release, releases_of
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.reading import ReadBill, read_bills
from tocsin.store.bills import NewBill, NewRelease, add_bill, keep_site

__all__ = ["Added", "add"]


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
    if not bills:
        raise NothingToCheck(
            "no bill of materials is among what was named",
            hint="Give a CycloneDX or SPDX document, a list of assets as CSV, or a package list such as "
            "/var/lib/dpkg/status.",
        )
    return [_keep(node, one, site, exposed=exposed, owner=owner) for one in bills], not_read


def _keep(node: Node, read: ReadBill, site: str, *, exposed: bool | None, owner: str | None) -> Added:
    bill = read.bill
    subject = releases_of([bill.subject])[0] if bill.subject is not None else None
    listed = releases_of(bill.components)
    kept = [kept_release(one) for one in listed]
    if subject is not None and subject.digest not in {one.digest for one in listed}:
        kept.append(kept_release(subject))
    new = NewBill(
        name=read.name,
        form=f"{bill.format} {bill.format_version}".rstrip(),
        sha256=read.sha256,
        made=bill.made,
        components=len(bill.components),
        unread=msgspec.json.encode({"unread": bill.unread, "notes": bill.notes}),
        subject=subject.digest if subject else None,
    )
    now_us = node.now_us
    node.write(
        lambda connection: add_bill(
            connection,
            keep_site(connection, site, exposed=exposed, owner=owner),
            new,
            kept,
            now_us=now_us,
        )
    )
    return Added(
        name=read.name,
        form=new.form,
        made=bill.made,
        components=len(bill.components),
        releases=len(kept),
        not_read=tuple(read.not_read),
        notes=bill.notes,
    )


def kept_release(release: Release) -> NewRelease:
    """A release as the store keeps it."""
    component = release.component
    return NewRelease(
        digest=release.digest,
        name=component.identity.name,
        version=component.version,
        body=release.body,
        keys=partial(_keys, component),
        times=release.times,
        place=release.place,
    )


def _keys(component: Component) -> list[tuple[str, str, bytes | None]]:
    return [(one.key, one.scheme, one.position) for one in positions(component)]
