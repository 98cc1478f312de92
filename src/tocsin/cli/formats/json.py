"""``--format json``: the whole result document, indented; its shape is ``schema``."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from tocsin.detect.result import CheckResult

__all__ = ["render"]


def render(result: CheckResult) -> Iterator[str]:
    """Encode ``result``; keys stand in the order in which :mod:`tocsin.detect.result` declares them."""
    yield msgspec.json.format(msgspec.json.encode(result), indent=2).decode()
    yield "\n"
