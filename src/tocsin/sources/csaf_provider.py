"""A provider of CSAF documents: what it lists, and the documents (CSAF 2.0 section 7.1, requirements 7 to 20).

A provider says in its ``provider-metadata.json`` where its documents are listed: folders with a ``changes.csv`` (path
and time of each document) or an ``index.txt`` (paths alone), and ROLIE feeds. Digests that lie beside a document are
held against it. Signatures are not verified: that a document is its provider's rests on the address and its TLS.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar
from urllib.parse import urljoin

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.sources.http_client import HttpClient

__all__ = ["DIGESTS", "CsafProvider", "Document", "Listing", "check_digest", "is_provider"]

T = TypeVar("T")

DIGESTS: Final = ("sha512", "sha256")
"""Endings of the files of digests, the stronger first."""

_DIGEST: Final = re.compile(r"\s*([0-9A-Fa-f]{64,128})\b")
_OPEN: Final = frozenset({"WHITE", "CLEAR", ""})
_WITHOUT: Final = 3
"""So many documents without a digest, one after another, and no more are asked for in that list."""


class _Rolie(msgspec.Struct):
    url: str
    tlp_label: str = ""


class _RolieFeeds(msgspec.Struct):
    feeds: list[_Rolie] = []


class _Distribution(msgspec.Struct):
    directory_url: str = ""
    rolie: _RolieFeeds | None = None


class _Metadata(msgspec.Struct):
    distributions: list[_Distribution] = []


class _Link(msgspec.Struct):
    rel: str = ""
    href: str = ""


class _Content(msgspec.Struct):
    src: str = ""


class _Entry(msgspec.Struct):
    updated: str = ""
    content: _Content = msgspec.field(default_factory=_Content)
    link: list[_Link] = []


class _Feed(msgspec.Struct):
    entry: list[_Entry] = []


class _RolieDocument(msgspec.Struct):
    feed: _Feed


class _Probe(msgspec.Struct):
    distributions: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    canonical_url: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Document:
    """A document that a provider lists: when it was changed last (UTC, ISO 8601; "" unknown), and its digests."""

    url: str
    updated: str = ""
    digests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """The documents of one list, sorted by when they were changed."""

    url: str
    documents: tuple[Document, ...]


def is_provider(data: bytes) -> bool:
    """Whether ``data`` is a provider's metadata."""
    try:
        found = msgspec.json.decode(data, type=_Probe)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return found.distributions is not msgspec.UNSET and found.canonical_url is not msgspec.UNSET


class CsafProvider:
    """Asks one provider, whose metadata is at ``url``, or whose folder it is if it ends in a slash."""

    def __init__(self, http: HttpClient, url: str) -> None:
        self._http = http
        self._url = url
        self._missing: dict[str, int] = {}

    def listings(self) -> Iterator[Listing]:
        """Each list of the provider, a document once: where two lists have it, in the first.

        Raises:
            SourceUnavailable: a list cannot be reached.
            NotPermitted: it leads to where it may not.
            BadInput: it cannot be read.
        """
        if self._url.endswith("/"):
            folders, feeds = [self._url], list[str]()
        else:
            folders, feeds = self._distributions()
        listed: set[str] = set()
        for url, read in (*((one, self._folder) for one in folders), *((one, self._rolie) for one in feeds)):
            documents = {one.url: one for one in read(url) if one.url not in listed}
            listed.update(documents)
            yield Listing(url, tuple(sorted(documents.values(), key=lambda one: (one.updated, one.url))))

    def fetch(self, document: Document, listing: str) -> bytes:
        """The document's bytes, held against its digests; ``listing`` is the address of the list that has it.

        Raises:
            SourceUnavailable: it cannot be reached.
            NotPermitted: it leads to where it may not.
            BadInput: it is not what its digest says.
        """
        data = self._get(document.url)
        wanted = document.digests or tuple(f"{document.url}.{kind}" for kind in DIGESTS)
        if self._missing.get(listing, 0) >= _WITHOUT and not document.digests:
            return data
        for url in wanted:
            answer = self._http.request("GET", url)
            if answer.status == 200:
                check_digest(data, answer.body, url)
                self._missing[listing] = 0
                return data
        self._missing[listing] = self._missing.get(listing, 0) + 1
        return data

    # -- lists ----------------------------------------------------------------------------------

    def _distributions(self) -> tuple[list[str], list[str]]:
        metadata = _decoded(self._get(self._url), self._url, _Metadata)
        folders = [
            urljoin(self._url, one.directory_url.rstrip("/") + "/")
            for one in metadata.distributions
            if one.directory_url
        ]
        feeds = [
            urljoin(self._url, feed.url)
            for one in metadata.distributions
            if one.rolie is not None
            for feed in one.rolie.feeds
            # The others ask for credentials.
            if feed.tlp_label.upper() in _OPEN
        ]
        if not folders and not feeds:
            raise BadInput("the provider lists no documents for everybody", where=Place(file=self._url))
        return list(dict.fromkeys(folders)), list(dict.fromkeys(feeds))

    def _folder(self, url: str) -> Iterator[Document]:
        answer = self._http.request("GET", urljoin(url, "changes.csv"))
        if answer.status == 200:
            rows: Iterator[list[str]] = csv.reader(answer.body.decode("utf-8-sig", "replace").splitlines())
        else:
            index = self._get(urljoin(url, "index.txt"))
            rows = ([line.strip()] for line in index.decode("utf-8-sig", "replace").splitlines())
        for row in rows:
            if not row or not row[0].strip():
                continue
            place = urljoin(url, row[0].strip())
            # A list of a folder speaks of that folder alone.
            if place.startswith(url) and place.endswith(".json"):
                yield Document(place, _moment(row[1]) if len(row) > 1 else "")

    def _rolie(self, url: str) -> Iterator[Document]:
        for entry in _decoded(self._get(url), url, _RolieDocument).feed.entry:
            own = [one.href for one in entry.link if one.rel == "self"]
            place = entry.content.src or next(iter(own), "")
            if place:
                digests = tuple(urljoin(url, one.href) for one in entry.link if one.rel == "hash")
                yield Document(urljoin(url, place), _moment(entry.updated), digests)

    def _get(self, url: str) -> bytes:
        return self._http.request("GET", url).require(200).body


def check_digest(data: bytes, said: bytes, name: str) -> None:
    """Hold ``data`` against a digest as sha256sum and sha512sum write it.

    Raises:
        BadInput: it is another one, or ``said`` is none.
    """
    found = _DIGEST.match(said[:1000].decode("ascii", "replace"))
    kind = {64: "sha256", 128: "sha512"}.get(len(found[1])) if found else None
    if found is None or kind is None:
        raise BadInput("is no digest", where=Place(file=name))
    if hashlib.new(kind, data).hexdigest() != found[1].lower():
        raise BadInput(f"the document is not the one of which this is the {kind}", where=Place(file=name))


def _moment(text: str) -> str:
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return ""
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _decoded(data: bytes, name: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"cannot be read: {error}", where=Place(file=name)) from error
