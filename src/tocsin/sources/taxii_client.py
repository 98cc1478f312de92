"""A TAXII 2.1 client (OASIS Standard, 10 June 2021) that also gets on with servers that read it otherwise.

What servers do, and what is done here so that no object is lost and no loop is run through for ever:

- *more* without *next*: the page that follows is asked for by date, from a microsecond before the last one
  (servers give one date to all that came in one request), and what comes again is left out.
- No *more* at all: one further page is asked for, by date, until nothing new comes.
- No ``X-TAXII-Date-Added-Last``, or not one that is a date: the manifest is asked instead.
- The last object again and again, or the same pages in a ring: noticed, stopped and told.

Each object's exact bytes survive.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode, urljoin

import msgspec

from tocsin.errors import BadInput, NotPermitted, SourceUnavailable
from tocsin.limits import TAXII_PAGES, TAXII_POLLS, TAXII_STATUS_WAIT_S
from tocsin.sources.http_client import Credentials, HttpClient, Response
from tocsin.sources.taxii_date import moment_before, taxii_date
from tocsin.sources.taxii_resource import (
    COLLECTION_URL,
    ApiRoot,
    Collection,
    Discovery,
    Page,
    Status,
    StatusDetail,
)

__all__ = [
    "MEDIA_TYPE",
    "ApiRoot",
    "Collection",
    "Discovery",
    "Page",
    "Status",
    "StatusDetail",
    "TaxiiClient",
]

MEDIA_TYPE: Final = "application/taxii+json;version=2.1"

_EMPTY_PAGES: Final = (
    100  # pages one after another that bring nothing new, of a server that says there is more
)
_REMEMBERED: Final = 50_000  # objects that are known again; a page has at most some thousands
_LARGEST_LIMIT: Final = 10_000  # what is asked for where objects share one date and a page cannot hold them


class _Envelope(msgspec.Struct):
    more: Any = None
    next: Any = None
    objects: list[msgspec.Raw] | None = None


class _Header(msgspec.Struct):
    id: str = ""
    modified: str = ""
    created: str = ""


class _Entry(msgspec.Struct):
    id: str = ""
    version: str = ""
    date_added: str = ""


class _Manifest(msgspec.Struct):
    objects: list[_Entry] = []


class _Collections(msgspec.Struct):
    collections: list[Collection] = []


_header = msgspec.json.Decoder(_Header, strict=False)


class TaxiiClient:
    """Speaks TAXII 2.1 with one server through ``http``; ``credentials`` go to its configured origin only."""

    def __init__(
        self,
        http: HttpClient,
        credentials: Credentials | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http
        self._credentials = credentials
        self._sleep = sleep

    # -- what is there ------------------------------------------------------------------------

    def discovery(self, url: str) -> Discovery:
        """Ask what ``url`` (mostly ``https://host/taxii2/``) offers.

        Raises, as all here: NotPermitted, SourceUnavailable, LimitExceeded; see :class:`HttpClient`.
        """
        return _discovery(self._get(url))

    def api_root(self, url: str) -> ApiRoot:
        """Ask what the API root at ``url`` says of itself."""
        answer = self._get(url)
        return msgspec.structs.replace(_decoded(answer, ApiRoot), url=_folder(url))

    def collections(self, api_root: str) -> tuple[Collection, ...]:
        """List the collections of the API root at ``api_root`` that the asker may know of."""
        base = urljoin(_folder(api_root), "collections/")
        listed = _decoded(self._get(base), _Collections).collections
        return tuple(msgspec.structs.replace(one, url=f"{base}{quote(one.id, safe='')}/") for one in listed)

    def collections_at(self, url: str) -> tuple[Collection, ...]:
        """List the collections that ``url`` leads to: of a server, of an API root, or the one that it names.

        API roots on another server than the configured one are left out if it has one here, and otherwise
        refused: credentials are not sent there.
        """
        found = COLLECTION_URL.fullmatch(_folder(url))
        if found:
            own = re.sub(r"(?:objects|manifest)/$", "", _folder(url))
            return (msgspec.structs.replace(_decoded(self._get(own), Collection), url=own),)
        answer = self._get(url)
        roots = _discovery(answer).api_roots
        if not roots:
            return self.collections(url)
        here = [root for root in roots if self._is_here(root)]
        if roots and not here:
            raise NotPermitted(
                f"{answer.url} names only API roots on other servers: {', '.join(roots[:3])}",
                hint="if you trust one, configure it as a source of its own",
            )
        return tuple(one for root in here for one in self.collections(root))

    # -- taking -------------------------------------------------------------------------------

    def pages(
        self,
        collection: Collection,
        added_after: str = "",
        next: str = "",
        limit: int = 0,
        match: Mapping[str, str] | None = None,
    ) -> Iterator[Page]:
        """Yield the pages of ``collection`` that were added after ``added_after``, until there are no more.

        ``next`` resumes within a run; ``limit`` objects at most are asked for at once, 0 for as many as the
        server likes; ``match`` are further filters (``{"match[type]": "indicator"}``).

        Raises:
            SourceUnavailable: also where the server says that there is more and never gives it. Each page that
                was given before is good, and its ``added_last`` holds.
        """
        yield from _Run(self, collection, added_after, next, limit, match or {}).pages()

    def envelope(self, collection: Collection, query: Mapping[str, str]) -> Response:
        """Ask for objects of ``collection``; the answer is undecoded."""
        return self._get(f"{collection.url}objects/", query)

    def date_added(self, collection: Collection, id: str, version: str) -> str:
        """Ask the manifest when that version of an object was added; "" where it does not say."""
        query = {"match[id]": id, "match[version]": "all"}
        listed = _decoded(self._get(f"{collection.url}manifest/", query), _Manifest).objects
        dates = [taxii_date(one.date_added) for one in listed if (one.id, one.version) == (id, version)]
        return min(filter(None, dates), default="")

    # -- giving -------------------------------------------------------------------------------

    def post(self, collection: Collection, objects: Sequence[bytes]) -> Status:
        """Send ``objects``, exact bytes, and ask for what became of them until that is decided.

        Sending an object again changes nothing (its id and version are the same), so it is tried again when a
        connection fails. ``status`` stays "pending" where the server takes longer than we wait.

        Raises:
            LimitExceeded: too much for the server at once (413).
        """
        body = b'{"objects":[' + b",".join(objects) + b"]}"
        headers = {"Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE}
        url = f"{collection.url}objects/"
        answer = self._http.request("POST", url, headers, body, self._credentials, repeatable=True)
        status = _decoded(_understood(answer, 200, 201, 202), Status)
        for _ in range(TAXII_POLLS):
            if status.status != "pending" or not status.id:
                break
            self._sleep(TAXII_STATUS_WAIT_S)
            status = self.status(collection.root, status.id)
        return status

    def status(self, api_root: str, id: str) -> Status:
        """Ask what became of the submission ``id``."""
        return _decoded(self._get(urljoin(_folder(api_root), f"status/{quote(id, safe='')}/")), Status)

    def _is_here(self, url: str) -> bool:
        try:
            return self._http.permits(url)
        except BadInput:
            return False

    def _get(self, url: str, query: Mapping[str, str] | None = None) -> Response:
        whole = _folder(url) + (f"?{urlencode(query)}" if query else "")
        answer = self._http.request("GET", whole, {"Accept": MEDIA_TYPE}, None, self._credentials)
        return _understood(answer, 200)


class _Run:
    """One run through a collection: what was asked for, what came, and whether it moves on."""

    def __init__(
        self,
        client: TaxiiClient,
        collection: Collection,
        added_after: str,
        next: str,
        limit: int,
        match: Mapping[str, str],
    ) -> None:
        self.client = client
        self.collection = collection
        self.added_after = taxii_date(added_after) or added_after
        self.next = next
        self.limit = limit
        self.match = match
        self.last = taxii_date(added_after)
        self.known: set[bytes] = set()
        self.order: deque[bytes] = deque()
        self.seen_pages: set[bytes] = set()
        self.barren = 0

    def pages(self) -> Iterator[Page]:
        for _ in range(TAXII_PAGES):
            page, announced = self.take()
            more = self.turn(page, announced)
            yield page
            if not more:
                return
            self.barren = 0 if page.objects else self.barren + 1
            if self.barren > _EMPTY_PAGES:
                raise self.stuck(f"{_EMPTY_PAGES} pages one after another bring nothing new")
        raise self.stuck(f"there are more than {TAXII_PAGES} pages")

    def take(self) -> tuple[Page, bool | None]:
        """Ask for a page; also whether the server says there is more, None if it does not say."""
        answer = self.client.envelope(self.collection, self.query())
        found = _decoded(answer, _Envelope)
        came = [bytes(raw) for raw in found.objects or ()]
        keys = [_key(raw) for raw in came]
        fresh = []
        for raw, key in zip(came, keys, strict=True):
            if key not in self.known:
                fresh.append(raw)
                self.remember(key)
        token = "" if found.next is None else str(found.next)
        announced = None if found.more is None else str(found.more).lower() in {"true", "1"}
        more = bool(token) if announced is None else announced
        last = self.added_last(answer, came, more=more, next=token)
        self.last = max(last, self.last)
        if more and came:
            # A ring may be longer than what is remembered of its objects.
            mark = hashlib.sha256(b"".join(keys)).digest()
            if mark in self.seen_pages and token:
                raise self.stuck("the same pages come again and again")
            self.seen_pages.add(mark)
        return Page(tuple(fresh), self.last, token, more, len(came) - len(fresh)), announced

    def turn(self, page: Page, announced: bool | None) -> bool:  # noqa: FBT001 - three-valued
        """Turn to the page that follows; False if there is none.

        Raises:
            SourceUnavailable: there should be one, and there is no way to it.
        """
        if page.more and page.next:
            self.next = page.next  # with the same added_after and filters as before (section 3.4)
            return True
        self.next = ""
        if announced is None:
            # Nothing says that this is all: whoever forgets `more` may forget it on a page that is not the last.
            if not page.objects or not self.last:
                return False
        elif not announced:
            return False
        elif not page.objects and not page.again:
            raise self.stuck("it holds nothing")
        elif not self.last:
            raise self.stuck("it gives neither a mark nor a date to go on from")
        back = moment_before(self.last)
        if not page.objects and back <= self.added_after:
            # More objects of one date than a page holds.
            if self.limit >= _LARGEST_LIMIT:
                raise self.stuck(f"more than {self.limit} objects were added at {self.last}")
            self.limit = min(_LARGEST_LIMIT, max(2 * self.limit, 2 * page.again))
        self.added_after = max(back, self.added_after)
        return True

    def query(self) -> dict[str, str]:
        query = dict(self.match)
        if self.added_after:
            query["added_after"] = self.added_after
        if self.next:
            query["next"] = self.next
        if self.limit:
            query["limit"] = str(self.limit)
        return query

    def added_last(self, answer: Response, came: list[bytes], *, more: bool, next: str) -> str:
        """When the last of ``came`` was added; "" where nothing says it, or nothing needs it yet."""
        told = taxii_date(answer.headers.get("X-TAXII-Date-Added-Last", ""))
        if told or not came or (more and next):
            return told
        with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            header = _header.decode(came[-1])  # they come in the order in which they were added
            with suppress(NotPermitted, SourceUnavailable):  # not every server has a manifest
                version = header.modified or header.created
                return self.client.date_added(self.collection, header.id, version)
        return ""

    def remember(self, key: bytes) -> None:
        self.known.add(key)
        self.order.append(key)
        if len(self.order) > _REMEMBERED:
            self.known.discard(self.order.popleft())

    def stuck(self, why: str) -> SourceUnavailable:
        return SourceUnavailable(
            f"the collection {self.collection.title or self.collection.id} says that there is more, but {why}",
            hint="what came before is kept; tell who runs the server",
        )


def _folder(url: str) -> str:
    """The address with the slash at its end that every TAXII resource has."""
    path, mark, query = url.partition("?")
    return (path if path.endswith("/") else f"{path}/") + mark + query


def _discovery(answer: Response) -> Discovery:
    found = _decoded(answer, Discovery)
    roots = tuple(_folder(urljoin(answer.url, root)) for root in found.api_roots)
    default = _folder(urljoin(answer.url, found.default)) if found.default else ""
    return msgspec.structs.replace(found, api_roots=roots, default=default)


def _understood(answer: Response, *statuses: int) -> Response:
    if answer.status == 406:
        raise SourceUnavailable(
            f"{answer.url.partition('?')[0]} does not speak TAXII 2.1 (406)",
            hint="ask who runs the server for its TAXII 2.1 address; TAXII 1 and 2.0 are not read",
        )
    return answer.require(*statuses)


_T = TypeVar("_T")


def _decoded(answer: Response, shape: type[_T]) -> _T:
    """The JSON of an answer; its media type is not looked at, since servers have it wrong.

    Raises:
        SourceUnavailable: it is none of that shape.
    """
    text = answer.body or b"{}"
    try:
        if shape is _Envelope:
            return msgspec.json.decode(text, type=shape)
        given = msgspec.json.decode(text, type=dict[str, Any])
        return msgspec.convert(_without_nulls(given), shape, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        kind = answer.headers.get("Content-Type", "no media type").partition(";")[0][:60]
        why = str(error) if isinstance(error, msgspec.ValidationError) else f"its answer is {kind}"
        raise SourceUnavailable(
            f"{answer.url.partition('?')[0]} does not answer as a TAXII 2.1 server: {why}",
            hint="look whether the address is that of a TAXII 2.1 server, API root or collection",
        ) from error


def _without_nulls(given: Any) -> Any:
    """``given`` without what is null: some servers write so what they should leave out."""
    if isinstance(given, dict):
        return {key: _without_nulls(value) for key, value in given.items() if value is not None}
    return [_without_nulls(value) for value in given] if isinstance(given, list) else given


def _key(raw: bytes) -> bytes:
    """What tells an object's version from all others, in 16 bytes."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = _header.decode(raw)
        version = found.modified or found.created
        if found.id and version:
            raw = f"{found.id}\0{version}".encode(errors="surrogatepass")
    return hashlib.blake2b(raw, digest_size=16).digest()
