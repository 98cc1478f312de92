"""The style sheets and the one script: named by their content, so that a browser may keep them for ever."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

__all__ = ["static_file", "static_names"]

_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_FILES: Final = (
    ("report.css", "data/templates/report.css"),
    ("pages.css", "data/templates/web/pages.css"),
    ("pages.js", "data/templates/web/pages.js"),
    ("exercise.css", "data/templates/web/exercise.css"),
    ("exercise.js", "data/templates/web/exercise.js"),
    ("bell.svg", "data/templates/web/bell.svg"),
)


@cache
def _held() -> dict[str, tuple[bytes, str]]:
    held = {}
    for name, path in _FILES:
        data = files("tocsin").joinpath(path).read_bytes()
        stem, _, kind = name.rpartition(".")
        held[f"{stem}.{sha256(data).hexdigest()[:16]}.{kind}"] = (data, _TYPES[kind])
    return held


def static_file(name: str) -> tuple[bytes, str] | None:
    """The content and the media type of the file with this name."""
    return _held().get(name)


@cache
def static_names() -> dict[str, str]:
    """The address of each file, by its plain name."""
    return {f"{served.split('.')[0]}.{served.rpartition('.')[2]}": f"/static/{served}" for served in _held()}
