"""TAXII's resources as bytes. A page is its objects' own bytes, joined: nothing is decoded or written anew."""

from __future__ import annotations

from typing import Any

import msgspec

from tocsin.limits import BODY_BYTES
from tocsin.model.stix_check import shown_version
from tocsin.model.timestamp import format_microseconds
from tocsin.service.exchange.access import Rights
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.reading import Page
from tocsin.store.collections import Collection
from tocsin.store.objects import StoredObject
from tocsin.taxii.accept import TAXII

__all__ = [
    "api_root",
    "collection_resource",
    "discovery",
    "envelope",
    "manifest",
    "versions",
]

_MEDIA_TYPES = {"2.1": "application/stix+json;version=2.1", "2.0": "application/stix+json;version=2.0"}


def discovery(node: Node, root: str) -> dict[str, Any]:
    """What is known of the server; ``root`` is the path of its one API root."""
    return {
        "title": f"Tocsin: {node.own.name}",
        "description": "Warnings that this organisation shares, and where its members report.",
        "default": root,
        "api_roots": [root],
    }


def api_root(node: Node) -> dict[str, Any]:
    """What is known of the API root."""
    return {"title": node.own.name, "versions": [TAXII], "max_content_length": BODY_BYTES}


def collection_resource(collection: Collection, rights: Rights) -> dict[str, Any]:
    """One collection as one who has ``rights`` sees it."""
    return {
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "alias": collection.alias,
        "can_read": rights.can_read,
        "can_write": rights.can_write,
        "media_types": list(_MEDIA_TYPES.values()),
    }


def envelope(page: Page, next: str | None) -> bytes:
    """A page of objects."""
    return _wrapped(b"objects", [one.body for one in page.objects], next)


def manifest(page: Page, next: str | None) -> bytes:
    """What a page of objects is, without the objects."""
    return _wrapped(b"objects", [msgspec.json.encode(_record(one)) for one in page.objects], next)


def versions(page: Page, next: str | None) -> bytes:
    """The versions of one object."""
    return _wrapped(
        b"versions", [msgspec.json.encode(shown_version(one.version)) for one in page.objects], next
    )


def _record(one: StoredObject) -> dict[str, str]:
    return {
        "id": one.id,
        "date_added": format_microseconds(one.added_us),
        "version": shown_version(one.version),
        "media_type": _MEDIA_TYPES.get(one.spec_version, _MEDIA_TYPES["2.1"]),
    }


def _wrapped(name: bytes, items: list[bytes], next: str | None) -> bytes:
    """An empty page is an empty object: TAXII has no empty lists (TAXII 2.1 section 2)."""
    if not items:
        return b"{}"
    head = (
        b'{"more":true,"next":' + msgspec.json.encode(next) + b"," if next is not None else b'{"more":false,'
    )
    return b"".join((head, b'"', name, b'":[', b",".join(items), b"]}"))
