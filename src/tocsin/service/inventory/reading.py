"""Reading bills of materials and advisories from what a person names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO

from tocsin.errors import BadInput, SourceUnavailable, TocsinError
from tocsin.inventory.advisories.recognise import read_advisories
from tocsin.inventory.advisory import Advisory
from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.component import BillOfMaterials, Unread as UnreadPart
from tocsin.inventory.exposure import NotRead
from tocsin.inventory.lifecycle import Lifecycles, are_lifecycles, read_lifecycles
from tocsin.limits import ADVISORY_BYTES, BOM_BYTES
from tocsin.sources.evidence import find_streams
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.whole import whole

__all__ = ["ReadAdvisories", "ReadBill", "dated", "read_bills", "read_feeds"]


@dataclass(frozen=True, slots=True)
class ReadBill:
    """A bill that was read; ``sha256`` is of its bytes."""

    name: str
    sha256: bytes
    bill: BillOfMaterials

    @property
    def not_read(self) -> list[NotRead]:
        """What of it could not be read: entries, and parts of entries that are there."""
        return [NotRead(self.name, one.place, one.why) for one in (*self.bill.unread, *self.bill.doubts)]


@dataclass(slots=True)
class ReadAdvisories:
    """The advisories of one file, or its lifecycles, and what could not be read of it."""

    name: str
    advisories: list[Advisory] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)
    lifecycles: Lifecycles | None = None


def read_bills(
    arguments: Sequence[str], stdin: BinaryIO | None, *, form: str = ""
) -> tuple[list[ReadBill], list[NotRead]]:
    """The bills that ``arguments`` name (files, folders, globs, ``-``), and what is there but cannot be read.

    Raises:
        BadInput: a single file was named, and it is no bill.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    bills: list[ReadBill] = []
    not_read: list[NotRead] = []
    for found, data in _files(arguments, stdin, BOM_BYTES, "bills of materials", not_read):
        try:
            bills.append(ReadBill(found.name, sha256(data).digest(), read_bom(data, found.name, form=form)))
        except BadInput as error:
            _leave(error, found.name, not_read)
            if _is_single(arguments, bills, not_read):
                raise
    return bills, not_read


def read_feeds(arguments: Sequence[str], stdin: BinaryIO | None) -> list[ReadAdvisories]:
    """The advisories and lifecycles in the files that ``arguments`` name, file by file.

    Raises:
        BadInput: a single file was named, and it holds no advisories.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    feeds: list[ReadAdvisories] = []
    not_read: list[NotRead] = []
    for found, data in _files(arguments, stdin, ADVISORY_BYTES, "advisories", not_read):
        feed = ReadAdvisories(found.name)
        feeds.append(feed)
        try:
            if are_lifecycles(data):
                feed.lifecycles, parts = read_lifecycles(data, found.name)
                feed.not_read += [NotRead(found.name, part.place, part.why) for part in parts]
                continue
            read = read_advisories(data, found.name)
        except BadInput as error:
            _leave(error, found.name, feed.not_read)
            if len(arguments) == 1 and len(feeds) == 1 and arguments[0] in {found.name, "-"}:
                raise
            continue
        for one in read:
            if isinstance(one, UnreadPart):
                feed.not_read.append(NotRead(found.name, one.place, one.why))
                continue
            feed.advisories.append(one)
            feed.not_read += [NotRead(found.name, f"{one.id} {part.place}", part.why) for part in one.unread]
    if not_read:
        feeds.append(ReadAdvisories("", not_read=not_read))
    return feeds


def dated(advisories: Iterable[Advisory]) -> str:
    """The day that advisories are of: the newest that one of them says (``YYYY-MM-DD``), "" if none does."""
    return max((max(one.modified, one.published)[:10] for one in advisories), default="")


def _files(
    arguments: Sequence[str], stdin: BinaryIO | None, limit_bytes: int, what: str, not_read: list[NotRead]
) -> Iterator[tuple[Stream, bytes]]:
    for found in find_streams(arguments, stdin):
        if isinstance(found, Unread):
            if found.unopened and len(arguments) == 1:
                whole(found, limit_bytes, what)
            if not found.by_rule:
                not_read.append(NotRead(found.name, "", found.reason))
            continue
        try:
            data = whole(found, limit_bytes, what)
        except (BadInput, SourceUnavailable) as error:
            _leave(error, found.name, not_read)
            continue
        yield found, data


def _leave(error: TocsinError, name: str, not_read: list[NotRead]) -> None:
    place = str(error.where or "").removeprefix(name).lstrip(": ")
    not_read.append(NotRead(name, place, error.what))


def _is_single(arguments: Sequence[str], bills: list[ReadBill], not_read: list[NotRead]) -> bool:
    return (
        len(arguments) == 1 and not bills and len(not_read) == 1 and arguments[0] in {not_read[0].file, "-"}
    )
