"""One node of a reason in words."""

from __future__ import annotations

from tocsin.detect.result import Why
from tocsin.model.told.escape import one_line, shortened, visible

__all__ = ["TEXT_SHOWN", "why_words"]

TEXT_SHOWN = 2_000

_KINDS = {
    "warning": "The warning",
    "sequence": "Together",
    "qualifier": "Bounded",
    "clause": "Clause",
    "row": "Log row",
    "object": "In it",
    "comparison": "Compared",
}


def why_words(node: Why) -> str:
    """Return a node's kind in plain words, its place and its text: ``Log row 17 of iis.log``."""
    words = _KINDS.get(node.kind, visible(node.kind).capitalize())
    if node.kind == "row" and node.file:
        words = f"{words} {node.row} of {visible(node.file)}"
        # The text most often says no more than the place.
        told = node.text in ("", f"row {node.row} of {node.file}")
        return words if told else f"{words}: {one_line(node.text, TEXT_SHOWN)}"
    words = f"{words}: {one_line(node.text, TEXT_SHOWN)}"
    if node.value and node.value not in node.text:
        words += f"  (found: {visible(shortened(node.value, TEXT_SHOWN))})"
    return words
