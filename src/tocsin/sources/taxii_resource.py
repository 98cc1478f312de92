"""The resources of TAXII 2.1 as a client sees them (OASIS Standard, 10 June 2021, sections 4 and 5)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urljoin

import msgspec

__all__ = ["COLLECTION_URL", "ApiRoot", "Collection", "Discovery", "Page", "Status", "StatusDetail"]

COLLECTION_URL: Final = re.compile(r"(?P<root>.+/)collections/[^/?]+/(?:(?:objects|manifest)/?)?", re.ASCII)
"""The address of a collection, or of its objects or manifest."""


class Discovery(msgspec.Struct, frozen=True):
    """What a server says of itself (section 4.1). ``api_roots`` are absolute addresses."""

    title: str = ""
    description: str = ""
    contact: str = ""
    default: str = ""
    api_roots: tuple[str, ...] = ()


class ApiRoot(msgspec.Struct, frozen=True):
    """One API root (section 4.2). ``max_content_length`` is in bytes, 0 where it is not said."""

    title: str = ""
    description: str = ""
    versions: tuple[str, ...] = ()
    max_content_length: int = 0
    url: str = ""


class Collection(msgspec.Struct, frozen=True):
    """One collection (section 5.1); ``url`` is its own address, ending in a slash."""

    id: str = ""
    title: str = ""
    description: str = ""
    alias: str = ""
    can_read: bool = False
    can_write: bool = False
    media_types: tuple[str, ...] = ()
    url: str = ""

    @property
    def root(self) -> str:
        """The address of its API root."""
        found = COLLECTION_URL.fullmatch(self.url)
        return found["root"] if found else urljoin(self.url, "../../")


class Page(msgspec.Struct, frozen=True):
    """Some objects of a collection, each its exact bytes, in the order in which they were added.

    ``added_last`` is from where to resume once this page is kept (``added_after`` of a later run): a TAXII
    timestamp with six decimals, "" while it is not known. ``next`` and ``more`` are what the server said.
    ``again`` counts what was left out since it had come before in this run.
    """

    objects: tuple[bytes, ...] = ()
    added_last: str = ""
    next: str = ""
    more: bool = False
    again: int = 0


class StatusDetail(msgspec.Struct, frozen=True):
    """What became of one object that was sent."""

    id: str = ""
    version: str = ""
    message: str = ""


class Status(msgspec.Struct, frozen=True):
    """What became of a submission (section 4.3); ``status`` is "complete" or "pending"."""

    id: str = ""
    status: str = ""
    request_timestamp: str = ""
    total_count: int = 0
    success_count: int = 0
    failure_count: int = 0
    pending_count: int = 0
    successes: tuple[StatusDetail, ...] = ()
    failures: tuple[StatusDetail, ...] = ()
    pendings: tuple[StatusDetail, ...] = ()
