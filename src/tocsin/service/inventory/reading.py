"""Reading bills of materials and advisories from what a person names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO

from tocsin.errors import BadInput, NothingToCheck, Place, SourceUnavailable, TocsinError
from tocsin.inventory.advisories.recognise import form_of, read_advisories
from tocsin.inventory.advisory import Advisory
from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.component import BillOfMaterials, Unread as UnreadPart
from tocsin.inventory.epss import Scores, are_scores, read_scores
from tocsin.inventory.exposure import NotRead
from tocsin.inventory.lifecycle import Lifecycles, are_lifecycles, read_lifecycles
from tocsin.limits import ADVISORY_BYTES, BOM_BYTES
from tocsin.model.told.number import number
from tocsin.sources.evidence import find_streams
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.whole import whole

__all__ = [
    "Left",
    "ReadAdvisories",
    "ReadBill",
    "dated",
    "each_bill",
    "parts_not_read",
    "read_bills",
    "read_document",
    "read_feeds",
    "read_stream",
]


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
    """The advisories of one file, or its lifecycles, or its scores, and what could not be read of it."""

    name: str
    advisories: list[Advisory] = field(default_factory=list)
    not_read: list[NotRead] = field(default_factory=list)
    lifecycles: Lifecycles | None = None
    scores: Scores | None = None


def read_bills(
    arguments: Sequence[str], stdin: BinaryIO | None, *, form: str = ""
) -> tuple[list[ReadBill], list[NotRead]]:
    """The bills that ``arguments`` name (files, folders, globs, ``-``), and what is there but cannot be read.

    Raises:
        BadInput: it is a single file, and no bill or damaged.
        SourceUnavailable: a single file was named, and it cannot be opened.
        NothingToCheck: there is no bill.
    """
    left = Left()
    return list(each_bill(arguments, stdin, left, form=form)), left.not_read


def each_bill(
    arguments: Sequence[str], stdin: BinaryIO | None, left: Left, *, form: str = ""
) -> Iterator[ReadBill]:
    """As :func:`read_bills`, one bill at a time; what cannot be read is put into ``left``.

    Raises:
        BadInput: it is a single file, and no bill or damaged.
        SourceUnavailable: a single file was named, and it cannot be opened.
        NothingToCheck: there is no bill.
    """
    read = 0
    for found, data in _files(arguments, stdin, BOM_BYTES, "a bill of materials", left):
        try:
            bill = read_bom(data, found.name, form=form)
        except BadInput as error:
            left.leave(error, found.name)
            continue
        read += 1
        yield ReadBill(found.name, sha256(data).digest(), bill)
    if not read:
        left.raise_single()
        raise NothingToCheck(
            f"no bill of materials is among what was named{left.told()}",
            hint="Give a CycloneDX or SPDX document, a list of assets as CSV, or a package list such as "
            "/var/lib/dpkg/status.",
        )


def read_feeds(arguments: Sequence[str], stdin: BinaryIO | None) -> list[ReadAdvisories]:
    """The advisories, lifecycles and scores in the files that ``arguments`` name, file by file.

    Raises:
        BadInput: it is a single file, and holds no advisories or is damaged.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    feeds: list[ReadAdvisories] = []
    left = Left()
    for found, data in _files(arguments, stdin, ADVISORY_BYTES, "advisories", left):
        feed = ReadAdvisories(found.name)
        feeds.append(feed)
        try:
            if are_lifecycles(data):
                feed.lifecycles, parts = read_lifecycles(data, found.name)
                feed.not_read += [NotRead(found.name, part.place, part.why) for part in parts]
                continue
            if are_scores(data):
                feed.scores, lost, lines = read_scores(data, found.name)
                feed.not_read += [NotRead(found.name, part.place, part.why) for part in lines]
                if lost > len(lines):
                    feed.not_read.append(NotRead(found.name, "", f"and {lost - len(lines):,} more lines"))
                continue
            read = read_advisories(data, found.name)
        except BadInput as error:
            left.leave(error, found.name)
            feeds.pop()
            continue
        for one in _told(read, found.name):
            if isinstance(one, Advisory):
                feed.advisories.append(one)
                feed.not_read += parts_not_read(one, found.name)
            else:
                feed.not_read.append(one)
    if not feeds:
        left.raise_single()
    if left.not_read:
        feeds.append(ReadAdvisories("", not_read=left.not_read))
    return feeds


def read_stream(found: Stream) -> Iterator[Advisory | NotRead]:
    """The advisories of one stream. Of many, a line each, no more than some lines are in memory at once.

    Raises:
        BadInput: it is damaged, or holds no advisories.
        LimitExceeded: it is larger than ``limits.ADVISORY_BYTES``.
    """
    if not _is_lines(found):
        data = whole(found, ADVISORY_BYTES, "advisories")
        yield from _told(read_advisories(data, found.name), found.name)
        return
    first = 1
    for lines in _line_blocks(found):
        try:
            for one in _told(read_advisories(lines, found.name), found.name):
                if isinstance(one, NotRead):
                    yield NotRead(one.file, _further(one.place, first), one.why)
                else:
                    yield one
        except BadInput as error:
            yield NotRead(found.name, f"lines from {first}", error.what)
        first += lines.count(b"\n")
    if found.problem:
        raise BadInput(found.problem, where=Place(file=found.name))


def read_document(data: bytes, name: str) -> Iterator[Advisory | NotRead]:
    """The advisories of one file that is in memory; raises as :func:`read_stream` does."""
    return _told(read_advisories(data, name), name)


def _is_lines(found: Stream) -> bool:
    """Whether each line is a document of its own."""
    head = found.head().removeprefix(b"\xef\xbb\xbf").lstrip()
    line, newline, rest = head.partition(b"\n")
    return bool(newline) and rest.lstrip()[:1] in {b"{", b""} and form_of(line) is not None


def _line_blocks(found: Stream) -> Iterator[bytes]:
    """Whole lines, some MiB at a time. A line longer than ``limits.ADVISORY_BYTES`` is not gathered further."""
    held = bytearray()
    for chunk in found.chunks():
        held += chunk
        end = held.rfind(b"\n") + 1
        if end:
            yield bytes(held[:end])
            del held[:end]
        elif len(held) > ADVISORY_BYTES:
            break
    if held.strip():
        yield bytes(held)


def _further(place: str, first: int) -> str:
    """A place in lines of which the first was this one."""
    word, _, rest = place.partition(" ")
    number, space, more = rest.partition(" ")
    return f"line {int(number) + first - 1}{space}{more}" if word == "line" and number.isdecimal() else place


def _told(read: Iterable[Advisory | UnreadPart], name: str) -> Iterator[Advisory | NotRead]:
    for one in read:
        yield one if isinstance(one, Advisory) else NotRead(name, one.place, one.why)


def parts_not_read(advisory: Advisory, name: str) -> list[NotRead]:
    """What of an advisory in the file ``name`` could not be read."""
    return [NotRead(name, f"{advisory.id} {part.place}", part.why) for part in advisory.unread]


def dated(advisories: Iterable[Advisory]) -> str:
    """The day that advisories are of: the newest that one of them says (``YYYY-MM-DD``), "" if none does."""
    return max((max(one.modified, one.published)[:10] for one in advisories), default="")


def _files(
    arguments: Sequence[str], stdin: BinaryIO | None, limit_bytes: int, what: str, left: Left
) -> Iterator[tuple[Stream, bytes]]:
    for found in find_streams(arguments, stdin):
        if isinstance(found, Unread):
            if found.unopened and len(arguments) == 1:
                whole(found, limit_bytes, what)
            if not found.by_rule:
                left.not_read.append(NotRead(found.name, "", found.reason))
            continue
        try:
            data = whole(found, limit_bytes, what)
        except (BadInput, SourceUnavailable) as error:
            left.leave(error, found.name)
            continue
        yield found, data


class Left:
    """What is there and was not read, with the errors that were the reason."""

    def __init__(self) -> None:
        self.not_read: list[NotRead] = []
        self._errors: list[TocsinError] = []

    def leave(self, error: TocsinError, name: str) -> None:
        """Leave the file ``name``, for the reason that ``error`` is."""
        place = str(error.where or "").removeprefix(name).lstrip(": ")
        self.not_read.append(NotRead(name, place, error.what))
        self._errors.append(error)

    def raise_single(self) -> None:
        """Raise the error of the one file that there is: it says more than that nothing was found."""
        if len(self._errors) == len(self.not_read) == 1:
            raise self._errors[0]

    def told(self) -> str:
        """Of the first of several files that were not read, why."""
        if not self.not_read:
            return ""
        first = self.not_read[0]
        return f": {number(len(self.not_read), 'file')} could not be read, the first is {first.file}: {first.why}"
