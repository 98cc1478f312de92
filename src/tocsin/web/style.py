"""Every element that pages are made of, in every state, so that a change of a style sheet is looked at once."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.web.answers import page
from tocsin.web.door import Asked, Way

__all__ = ["style_ways"]

_ODD: Final = (
    ("Long, unbroken", "x" * 240),
    ("A long address", "https://updates.example/" + "a-very-long-path/" * 12 + "file.bin"),
    ("Right to left", "שלום עולם, مرحبا بالعالم"),
    ("A sign that turns the line around", "invoice\u202egpj.exe"),
    ("Nothing to be seen", "a\u200bb\ufeffc"),
    ("Wide and high", "漢字かな交じり文 \U0001f692 Za\u0337\u0327\u031b\u0349l\u0335\u0320go"),
    ("Markup", "</code><script>alert(1)</script><b>'\"&"),
)


def style_ways() -> list[Way]:
    """The path of the page."""
    return [Way("/style", {"GET": _page}, "person", "Every element of the pages, in every state.")]


def _page(asked: Asked) -> Response:
    return page(asked, "style.html.j2", here="style", odd=_ODD, tlp="clear")
