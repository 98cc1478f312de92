"""What machines can ask, as OpenAPI 3.1 from the one table of routes, and as a page of our own; nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import msgspec
from starlette.responses import Response

from tocsin import __version__
from tocsin.web.answers import json, page
from tocsin.web.door import Asked, Way, Who

__all__ = ["openapi_ways"]

_TAXII: Final = "application/taxii+json;version=2.1"
_ONE: Final = "/taxii2/api/collections/{collection}"
_FILTERS: Final = (
    ("added_after", "Only what was added after this time."),
    ("limit", "How many at most."),
    ("next", "The next of the page before."),
    ("match[id]", "Only these ids."),
    ("match[type]", "Only these types."),
    ("match[version]", "first, last, all or exact versions."),
    ("match[spec_version]", "Only these versions of STIX."),
)
_TAXII_ROUTES: Final[tuple[tuple[str, str, str, bool], ...]] = (
    ("/taxii2/", "get", "Discovery (TAXII 2.1 section 4.1).", False),
    ("/taxii2/api/", "get", "The API root (section 4.2).", False),
    ("/taxii2/api/status/{status}/", "get", "What became of a submission of yours (section 4.3).", False),
    ("/taxii2/api/collections/", "get", "The collections that you may read or write (section 5.1).", False),
    (f"{_ONE}/", "get", "One collection (section 5.2).", False),
    (f"{_ONE}/manifest/", "get", "What is in it, without the objects (section 5.3).", True),
    (f"{_ONE}/objects/", "get", "The objects (section 5.4).", True),
    (f"{_ONE}/objects/", "post", "Send objects; 202 with a status (section 5.5).", False),
    (f"{_ONE}/objects/{{id}}/", "get", "One object (section 5.6).", True),
    (f"{_ONE}/objects/{{id}}/", "delete", "Delete an object (section 5.7).", False),
    (f"{_ONE}/objects/{{id}}/versions/", "get", "Its versions (section 5.8).", True),
)
_WHO: Final[dict[Who, list[dict[str, list[str]]]]] = {
    "anybody": [],
    "person": [{"session": []}],
    "either": [{"token": []}, {"session": []}],
    "token": [{"token": []}],
}


class ProblemDetails(msgspec.Struct):
    """RFC 9457: what is wrong, and what to do."""

    type: str
    status: int
    title: str
    detail: str = ""


def openapi_ways(others: Iterable[Way]) -> list[Way]:
    """The paths of the description of ``others``."""
    told = tuple(others)

    def document(_: Asked) -> Response:
        return json(_document(told))

    def reference(asked: Asked) -> Response:
        return page(
            asked, "reference.html.j2", here="reference", routes=_listed(told), document=_document(told)
        )

    return [
        Way("/openapi.json", {"GET": document}, "either", "This description.", None, "application/json"),
        Way("/reference", {"GET": reference}, "person", "What machines can ask."),
    ]


def _for_machines(told: tuple[Way, ...]) -> list[Way]:
    return [one for one in told if one.media not in {"text/html", "text/css"}]


def _listed(told: tuple[Way, ...]) -> list[dict[str, Any]]:
    """The rows of the reference page."""
    rows: list[dict[str, Any]] = [
        {
            "method": method,
            "path": _path(one),
            "about": one.about,
            "who": one.who,
            "own": one.own_only,
            "query": one.query,
        }
        for one in _for_machines(told)
        for method in one.methods
    ]
    rows += [
        {
            "method": method.upper(),
            "path": path,
            "about": about,
            "who": "token",
            "own": False,
            "query": _FILTERS if filters else (),
        }
        for path, method, about, filters in _TAXII_ROUTES
    ]
    return rows


def _path(way: Way) -> str:
    return way.path.replace(":path}", "}")


@cache
def _document(told: tuple[Way, ...]) -> dict[str, Any]:
    machines = _for_machines(told)
    types = [kind for one in machines for kind in (one.answer, one.takes) if kind is not None]
    kinds = list(dict.fromkeys([*types, ProblemDetails]))
    schemas, components = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    by_type = dict(zip(kinds, schemas, strict=True))
    problem = {
        "content": {"application/problem+json": {"schema": by_type[ProblemDetails]}},
        "description": "A problem.",
    }
    paths: dict[str, dict[str, Any]] = {}
    for one in machines:
        for method in one.methods:
            success = "201" if one.path == "/api/join" else "200"
            content = {one.media: {"schema": by_type[one.answer]} if one.answer is not None else {}}
            described: dict[str, Any] = {
                "summary": one.about,
                "security": _WHO[one.who],
                "parameters": _parameters(_path(one), one.query),
                "responses": {success: {"description": one.about, "content": content}, "default": problem},
            }
            if one.takes is not None:
                body = {"application/json": {"schema": by_type[one.takes]}}
                described["requestBody"] = {"required": True, "content": body}
            paths.setdefault(_path(one), {})[method.lower()] = described
    for path, method, about, filters in _TAXII_ROUTES:
        described = {
            "summary": about,
            "security": [{"token": []}, {"basic": []}],
            "parameters": _parameters(path, _FILTERS if filters else ()),
            "responses": {
                "202" if method == "post" else "200": {"description": about, "content": {_TAXII: {}}},
                "default": {"description": "TAXII's error message.", "content": {_TAXII: {}}},
            },
        }
        if method == "post":
            described["requestBody"] = {"required": True, "content": {_TAXII: {}}}
        paths.setdefault(path, {})[method] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tocsin",
            "version": __version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-tocsin"},
            },
        },
    }


def _parameters(path: str, query: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    parts = [part.partition("}")[0] for part in path.split("{")[1:]]
    in_path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in parts]
    return in_path + [
        {"name": name, "in": "query", "description": about, "schema": {"type": "string"}}
        for name, about in query
    ]
