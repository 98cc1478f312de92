"""Which output formats a check has, and where each is drawn. Nothing is imported before it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, cast

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.detect.result import CheckResult

__all__ = ["FORMATS", "Render", "renderer"]

Render = Callable[["CheckResult"], Iterator[str]]
"""Draws a result as chunks of text; joined they are the whole output, its last line ended."""

FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        name: f"tocsin.cli.formats.{name}"
        for name in ("table", "json", "jsonl", "csv", "sarif", "html", "stix")
    }
)
"""Format name -> module whose ``render`` draws it."""


def renderer(name: str) -> Render:
    """Return the function that draws the format ``name``.

    Raises:
        UsageError: there is no such format.
    """
    if name not in FORMATS:
        raise UsageError(f"there is no format {name!r}", hint=f"Formats are {', '.join(FORMATS)}.")
    return cast("Render", import_module(FORMATS[name]).render)
