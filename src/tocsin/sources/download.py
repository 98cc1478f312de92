"""A large file from the web, kept on disk meanwhile, and only if it changed since."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tocsin.limits import FEED_BYTES, FEED_TIMEOUT_S
from tocsin.sources.http_client import HttpClient
from tocsin.sources.http_sink import Sink
from tocsin.sources.origin import RegularFile
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.unpack import streams

__all__ = ["Downloaded", "downloaded"]


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that came, at ``path`` as long as it is asked for, and by what its server tells whether it changed."""

    url: str
    path: Path
    etag: str
    last_modified: str

    def streams(self) -> Iterator[Stream | Unread]:
        """The streams in it: one, or one for each member of an archive."""
        return streams(self.url.partition("?")[0], RegularFile(self.path, self.path.stat().st_size))


@contextmanager
def downloaded(
    http: HttpClient, url: str, folder: Path, *, etag: str = "", last_modified: str = ""
) -> Iterator[Downloaded | None]:
    """Fetch ``url`` into a file in ``folder`` that is gone afterwards; None if it has not changed since.

    A transfer that breaks off goes on where it stopped, if the server allows it, as often as a request is tried again.

    Raises:
        SourceUnavailable: there is no answer, or another than the file.
        NotPermitted: the address may not be reached.
        LimitExceeded: it is larger than ``limits.FEED_BYTES``, or slower than ``limits.FEED_TIMEOUT_S``.
    """
    headers = {"Accept": "application/json, application/zip, */*;q=0.5", "Accept-Encoding": "identity"}
    if etag:
        headers["If-None-Match"] = etag
    if last_modified:
        headers["If-Modified-Since"] = last_modified
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".feed-", suffix=".part") as file:
        answer = http.request("GET", url, headers, into=Sink(file.file, FEED_BYTES, FEED_TIMEOUT_S))
        if answer.status == 304:
            yield None
            return
        answer.require(200)
        file.flush()
        yield Downloaded(
            answer.url,
            Path(file.name),
            answer.headers.get("ETag", ""),
            answer.headers.get("Last-Modified", ""),
        )
