"""Answers of each kind: a page, JSON, CSV, a redirect after a form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar

import msgspec
from starlette.responses import Response

from tocsin.detect.indicator_table import guarded
from tocsin.model.told.escape import visible
from tocsin.web.door import Asked
from tocsin.web.problem import Problem
from tocsin.web.render import rendered

__all__ = ["HTML", "csv_file", "file", "json", "nothing", "page", "present", "see_other"]

T = TypeVar("T")

HTML: Final = "text/html; charset=utf-8"


def page(asked: Asked, template: str, /, *, status: int = 200, **context: Any) -> Response:
    """The page that ``template`` makes, for the person who asks."""
    viewer = asked.access.viewer if asked.access else None
    text = rendered(
        template,
        session=asked.csrf,
        person=viewer.person if viewer else "",
        node_name=asked.node.own.name,
        now=asked.node.now_text,
        extra_nav=asked.extra_nav,
        **context,
    )
    return Response(text, status, media_type=HTML)


def json(value: Any) -> Response:
    """``value`` as JSON."""
    return Response(msgspec.json.encode(value), media_type="application/json")


def csv_file(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Rows as CSV (RFC 4180); a cell that a spreadsheet could run begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([guarded(visible(str(cell))) for cell in row])
    return file(name, text.getvalue().encode(), "text/csv; charset=utf-8")


def file(name: str, data: bytes, media: str) -> Response:
    """Bytes to be kept under ``name``, which is ours."""
    return Response(data, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def see_other(path: str) -> Response:
    """Go on at ``path``, which is ours, after a form was taken."""
    return Response(status_code=303, headers={"Location": path})


def nothing() -> Problem:
    """What one is told who asks for what is not there, or not for that one."""
    return Problem(404, "It is not there, or not for you.")


def present(found: T | None) -> T:
    """What was found.

    Raises:
        Problem: nothing was.
    """
    if found is None:
        raise nothing()
    return found
