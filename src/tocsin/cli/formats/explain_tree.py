"""``tocsin explain``: why a finding is one, as a tree of lines; plain words first, ids last."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.detect.result import Finding, Why
from tocsin.detect.told.hosts import BETWEEN
from tocsin.detect.told.meaning import NOTE_WORDS, meaning
from tocsin.detect.told.period import span
from tocsin.detect.told.why import TEXT_SHOWN, why_words
from tocsin.model.told.escape import one_line, shortened, visible
from tocsin.model.told.number import number

__all__ = ["render_why", "why_words"]

_BOXES = ("├── ", "└── ", "│   ", "    ", "✓", "✗")
_ASCII = ("|-- ", "`-- ", "|   ", "    ", "yes", "no")


def render_why(finding: Finding, *, withdrawn: str = "", utf8: bool = True) -> Iterator[str]:
    """Draw ``finding`` and its reason, a line a chunk. ``withdrawn`` is what is to be said of a warning that was.

    Each node is marked by whether it holds for the first example. ``utf8`` draws with box characters, else
    with ASCII. Trees of any depth are drawn; nothing recurses.
    """
    branch, last_branch, bar, blank, yes, no = _BOXES if utf8 else _ASCII
    was = "withdrawn, was " if withdrawn else ""
    yield f"{one_line(finding.title) or 'A warning without a name'} ({was}{finding.severity})\n"
    if withdrawn:
        yield f"{one_line(withdrawn, TEXT_SHOWN)}\n"
    yield f"{meaning(finding)}\n"
    sensors = f", by {one_line(BETWEEN.join(finding.seen_by), TEXT_SHOWN)}" if finding.seen_by else ""
    yield f"Seen {span(finding.first_seen, finding.last_seen)}, {number(finding.count, 'row')}{sensors}.\n"
    for note in finding.notes:
        yield f"{NOTE_WORDS.get(note.kind, visible(note.kind))}: {one_line(note.text, TEXT_SHOWN)}\n"
    yield "\nWhy:\n"
    # (node, what stands before its branch, whether it is the last of its siblings; None for the root)
    waiting: list[tuple[Why, str, bool | None]] = [(finding.why, "", None)]
    while waiting:
        node, lead, is_last = waiting.pop()
        own = "" if is_last is None else last_branch if is_last else branch
        yield f"{lead}{own}{yes if node.holds else no} {why_words(node)}\n"
        below = lead if is_last is None else lead + (blank if is_last else bar)
        final = len(node.children) - 1
        waiting.extend(
            (child, below, place == final) for place, child in reversed(list(enumerate(node.children)))
        )
    yield "\n"
    for label, text in (
        ("finding", finding.id),
        ("warning", finding.warning),
        ("from", finding.source),
        ("pattern", finding.pattern),
    ):
        if text:
            yield f"{label:<8} {visible(shortened(text, TEXT_SHOWN))}\n"
