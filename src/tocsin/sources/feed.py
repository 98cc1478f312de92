"""A source of warnings, wherever it lies and whatever form it has, as STIX objects in their exact bytes.

A source is a TAXII server or collection, a file at a web address, a MISP feed, or a file or folder here (a mirror
brought in by hand). What was taken before is not taken again: its *state* goes in and comes out with each batch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import msgspec

from tocsin.detect.indicator_list import read_list
from tocsin.detect.misp_event import ManifestEntry, is_misp, is_misp_manifest, read_misp, read_misp_manifest
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.detect.warnings_in import is_stix
from tocsin.errors import BadInput, NotPermitted, Place, SourceUnavailable
from tocsin.limits import WARNINGS_BYTES
from tocsin.model.stix import read_objects
from tocsin.model.tlp import marking_id, parse_tlp
from tocsin.sources.evidence import find_streams
from tocsin.sources.http_client import Credentials, HttpClient, Response
from tocsin.sources.origin import Held
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.taxii_client import TaxiiClient
from tocsin.sources.unpack import streams
from tocsin.sources.whole import whole

__all__ = ["Batch", "End", "Source", "SourceKind", "SourceState", "read_source"]

_HEAD_BYTES: Final = 64 << 10
_MANIFEST: Final = "manifest.json"
_ACCEPT: Final = "application/json, text/csv, text/plain;q=0.9, */*;q=0.5"
_TAXII_TYPE: Final = "application/taxii+json"
_URL = re.compile(r"https?://", re.IGNORECASE)
_TAXII_PATH = re.compile(r"/taxii2?/?$|/collections/[^/?]+(?:/objects)?/?$", re.IGNORECASE)


class SourceKind(StrEnum):
    """The forms that a source may have; ``csv`` is any plain list."""

    TAXII = "taxii"
    STIX = "stix"
    MISP = "misp"
    CSV = "csv"


class Source(msgspec.Struct, frozen=True):
    """Where warnings come from: a web address, a file or a folder. Without ``kind`` its content tells."""

    place: str
    kind: SourceKind | None = None

    @property
    def is_url(self) -> bool:
        """Whether it is a web address."""
        return _URL.match(self.place) is not None


class SourceState(msgspec.Struct, frozen=True):
    """How far a source was taken; to be kept between runs. ``since`` is when it was first taken.

    ``added_after`` is by a TAXII collection's address, ``parts`` by a MISP event's UUID (its timestamp). ``listed`` is
    for who keeps the state: how many objects the source listed when last it was read whole.
    """

    etag: str = ""
    last_modified: str = ""
    since: str = ""
    added_after: Mapping[str, str] = {}
    parts: Mapping[str, int] = {}
    listed: int = 0


class End(StrEnum):
    """How far a source that says at once all that it warns of was read: ``whole``, or a part of it was left unread."""

    WHOLE = "whole"
    PART = "part"


class Batch(msgspec.Struct, frozen=True):
    """Objects of a source, each its exact bytes, and the state that holds once they are kept.

    ``end`` is set on one last batch, without objects, of a source that was read from its beginning to its end: all that
    it lists now was in the batches before. A source that gives only what is new (TAXII) has no such end, nor has one
    that did not change.

    A MISP feed with a manifest gives of its events those alone that changed. ``part`` is the UUID of one, of which the
    batch holds all that it lists now. On the last batch ``parts`` are all events that the manifest names; the feed
    lists what they list, in this run or before.

    ``made`` are the ids of those objects that were made here, of lines of a list. A line has no version: they all have
    that of the time when the list was first taken, and who keeps them says which one it is.
    """

    objects: tuple[bytes, ...]
    state: SourceState
    end: End | None = None
    part: str = ""
    parts: frozenset[str] | None = None
    made: frozenset[str] = frozenset()


def read_source(
    source: Source,
    tally: WarningTally,
    now: str,
    state: SourceState | None = None,
    http: HttpClient | None = None,
    credentials: Credentials | None = None,
) -> Iterator[Batch]:
    """Yield what is new in ``source`` since ``state``, counting into ``tally`` what became of each object.

    ``now`` is a STIX timestamp: when a list that is met for the first time was made. ``http`` must allow the origin
    of a web address. Nothing is yielded where the source has not changed. Of several files or events one that cannot
    be read is counted as not checked, and the rest go on; it is tried again in the next run.

    Raises:
        SourceUnavailable: it cannot be reached or opened, or ``http`` is missing (offline).
        NotPermitted: it refuses the asker, or leads to where it may not.
        BadInput: it is a single file of which nothing can be read.
        LimitExceeded: it is too large.
    """
    before = state or SourceState()
    reader = _Reader(source, tally, msgspec.structs.replace(before, since=before.since or now))
    if not source.is_url:
        yield from reader.local()
        return
    if http is None:
        raise SourceUnavailable(
            f"{source.place} is not asked, since this runs offline", hint="give a local mirror"
        )
    yield from _Remote(reader, http, credentials).batches()


class _Reader:
    """Turns files of any form into objects."""

    def __init__(self, source: Source, tally: WarningTally, state: SourceState) -> None:
        self.source = source
        self.tally = tally
        self.state = state
        self.whole = True
        self.made: set[str] = set()

    def batch(self, objects: tuple[bytes, ...], **changes: object) -> Batch:
        self.state = msgspec.structs.replace(self.state, **changes)
        made, self.made = frozenset(self.made), set()
        return Batch(objects, self.state, made=made)

    def end(self, **changes: object) -> Batch:
        """The last batch. What was read in part is not noted as taken, so that it is read again."""
        if not self.whole:
            return Batch((), self.state, End.PART)
        # What was taken of parts says nothing of a source that is read whole: should it have parts again, all are read.
        return Batch((), msgspec.structs.replace(self.state, **{"parts": {}, **changes}), End.WHOLE)

    def part(self, objects: tuple[bytes, ...], entry: ManifestEntry) -> Batch:
        """An event of a feed, as it is since its timestamp."""
        made = self.batch(objects, parts={**self.state.parts, entry.uuid: entry.timestamp})
        return msgspec.structs.replace(made, part=entry.uuid)

    def end_of(self, entries: Sequence[ManifestEntry], **changes: object) -> Batch:
        """The last batch of a feed with a manifest. An event that left it is read again when it comes back."""
        named = frozenset(entry.uuid for entry in entries)
        taken = {uuid: at for uuid, at in self.state.parts.items() if uuid in named}
        return msgspec.structs.replace(self.end(parts=taken, **changes), parts=named)

    def objects(self, data: bytes, name: str, kind: SourceKind | None = None) -> tuple[bytes, ...]:
        """The objects of one file.

        Raises:
            BadInput: nothing of it can be read.
        """
        head = data[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
        kind = kind or self.source.kind
        if kind is None and not head:
            raise BadInput("is empty", where=Place(file=name))
        if kind is SourceKind.MISP or (kind is None and is_misp(head)):
            return tuple(read_misp(data, name, self.tally))
        if kind is SourceKind.CSV or (kind is None and not is_stix(head)):
            if head.startswith(b"<"):
                raise BadInput(
                    "is a web page or XML, and no list of indicators",
                    where=Place(file=name),
                    hint="does the server ask to sign in, or say that it is out of order?",
                )
            listed = list(read_list(data, name, self.tally))
            self.made.update(one.id for one in listed)
            return tuple(msgspec.json.encode(_indicator(one, self.state.since)) for one in listed)
        reading = read_objects(data, name)
        if reading.problems and not reading.objects:
            raise reading.problems[0]
        self.tally.seen += len(reading.objects) + len(reading.problems)
        self.tally.read += len(reading.objects)
        for problem in reading.problems:
            self.whole = False  # it may be cut off
            self.tally.leave_unchecked(problem.what, str(problem.where or ""))
        return tuple(one.raw for one in reading.objects)

    def leave(self, reason: str, name: str) -> None:
        self.whole = False
        self.tally.seen += 1
        self.tally.leave_unchecked(reason, name)

    # -- files here ---------------------------------------------------------------------------

    def local(self) -> Iterator[Batch]:
        manifest = Path(self.source.place) / _MANIFEST
        if self.source.kind in {None, SourceKind.MISP} and manifest.is_file():
            data = _whole(next(iter(find_streams([str(manifest)], None))))
            if is_misp_manifest(data[:_HEAD_BYTES]):
                yield from self.mirror(data, manifest)
                return
        found = list(find_streams([self.source.place], None))
        single = len(found) == 1
        for one in found:
            if isinstance(one, Unread) and one.by_rule:
                self.tally.seen += 1
                self.tally.skip(one.reason, one.name)
                continue
            try:
                objects = self.objects(_whole(one), one.name)
            except (BadInput, SourceUnavailable) as problem:
                if single:
                    raise
                self.leave(problem.what, one.name)
            else:
                yield self.batch(objects)
        yield self.end()

    def mirror(self, data: bytes, manifest: Path) -> Iterator[Batch]:
        """A MISP feed that was copied here."""
        entries = read_misp_manifest(data, str(manifest))
        for entry in entries:
            if entry.timestamp <= self.state.parts.get(entry.uuid, -1):
                continue
            path = str(manifest.with_name(f"{entry.uuid}.json"))
            try:
                objects = self.objects(_whole(next(iter(find_streams([path], None)))), path, SourceKind.MISP)
            except (BadInput, SourceUnavailable) as problem:
                self.leave(problem.what, path)
            else:
                yield self.part(objects, entry)
        yield self.end_of(entries)


class _Remote:
    """Takes a source from the web."""

    def __init__(self, reader: _Reader, http: HttpClient, credentials: Credentials | None) -> None:
        self.reader = reader
        self.http = http
        self.credentials = credentials
        self.url = reader.source.place
        self.tally = reader.tally

    def batches(self) -> Iterator[Batch]:
        kind = self.reader.source.kind
        path = self.url.partition("?")[0]
        if kind is SourceKind.TAXII or (kind is None and _TAXII_PATH.search(path)):
            yield from self.taxii()
            return
        if kind is SourceKind.MISP and path.endswith("/"):
            self.url = urljoin(path, _MANIFEST)
        answer = self.get(self.url, conditional=True)
        if answer.status == 304:
            return
        if kind is None and (answer.status == 406 or _is_taxii(answer)):
            yield from self.taxii()
            return
        answer.require(200)
        if kind in {None, SourceKind.MISP} and is_misp_manifest(answer.body[:_HEAD_BYTES]):
            yield from self.misp(answer)
            return
        # Only once it is done with to its end is it noted as taken: else what a run that is cut off left would wait
        # until the server's file changes again.
        yield self.reader.batch(self.unpacked(answer), etag="", last_modified="")
        yield self.reader.end(**_validators(answer))

    def get(self, url: str, *, conditional: bool = False) -> Response:
        headers = {"Accept": _ACCEPT}
        state = self.reader.state
        if conditional and state.etag:
            headers["If-None-Match"] = state.etag
        if conditional and state.last_modified:
            headers["If-Modified-Since"] = state.last_modified
        return self.http.request("GET", url, headers, None, self.credentials)

    def unpacked(self, answer: Response) -> tuple[bytes, ...]:
        """The objects of an answer that is a file, or an archive of files."""
        name = answer.url.partition("?")[0]
        found = list(streams(name, Held(answer.body)))
        objects: list[bytes] = []
        for one in found:
            try:
                objects += self.reader.objects(_whole(one), one.name)
            except (BadInput, SourceUnavailable) as problem:
                if len(found) == 1:
                    raise
                self.reader.leave(problem.what, one.name)
        return tuple(objects)

    def misp(self, manifest: Response) -> Iterator[Batch]:
        entries = read_misp_manifest(manifest.body, manifest.url)
        for entry in entries:
            if entry.timestamp <= self.reader.state.parts.get(entry.uuid, -1):
                continue
            url = urljoin(manifest.url, f"{entry.uuid}.json")
            try:
                event = self.get(url).require(200)
                objects = self.reader.objects(event.body, url, SourceKind.MISP)
            except (BadInput, SourceUnavailable, NotPermitted) as problem:
                self.reader.leave(problem.what, url)
            else:
                yield self.reader.part(objects, entry)
        # Only where nothing was missed is the manifest done with; what was is asked for in the next run.
        yield self.reader.end_of(entries, **_validators(manifest))

    def taxii(self) -> Iterator[Batch]:
        client = TaxiiClient(self.http, self.credentials)
        collections = client.collections_at(self.url)
        readable = [one for one in collections if one.can_read]
        if not readable:
            raise NotPermitted(
                f"{self.url.partition('?')[0]} has no collection that may be read",
                hint="ask who runs the server for the right to read one",
            )
        for one in readable:
            for page in client.pages(one, self.reader.state.added_after.get(one.url, "")):
                self.tally.seen += len(page.objects)
                self.tally.read += len(page.objects)
                after = {**self.reader.state.added_after}
                if page.added_last:
                    after[one.url] = page.added_last
                yield self.reader.batch(page.objects, added_after=after)


def _is_taxii(answer: Response) -> bool:
    kind = answer.headers.get("Content-Type", "").lower()
    return kind.startswith(_TAXII_TYPE) or (
        b'"api_roots"' in answer.body[:_HEAD_BYTES] and answer.status == 200
    )


def _validators(answer: Response) -> dict[str, str]:
    return {
        "etag": answer.headers.get("ETag", ""),
        "last_modified": answer.headers.get("Last-Modified", ""),
    }


def _whole(found: Stream | Unread) -> bytes:
    return whole(found, WARNINGS_BYTES, "warnings")


def _indicator(warning: Warning_, since: str) -> dict[str, object]:
    """The indicator of a line of a list. It is as old as the list is to us, so it is the same in each run."""
    label = parse_tlp(warning.tlp) if warning.tlp else None
    made: dict[str, object] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": warning.id,
        "created": since,
        "modified": since,
        "pattern": warning.pattern,
        "pattern_type": "stix",
        "pattern_version": warning.version,
        "valid_from": since,
    }
    about = {"name": warning.name, "description": warning.description}
    made |= {key: value for key, value in about.items() if value}
    return made | ({"object_marking_refs": [marking_id(label)]} if label is not None else {})
