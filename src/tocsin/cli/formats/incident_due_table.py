"""``incident due`` in a terminal: what is owed by when, the most urgent first, with what is still missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tocsin.cli.formats.painted import Line, drawn, indented, labelled, within
from tocsin.incidents.rules.duty import Duty, State
from tocsin.incidents.rules.told.groups import (
    contradictions_of,
    grouped,
    head_words,
    not_for_you,
    to_follow,
)
from tocsin.incidents.rules.told.words import state_words
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.wrap import wrap

__all__ = ["render"]

_STYLES: Final = {"bad": "bold red", "due": "bold yellow", "good": "bold green", "heading": "bold"}
_LABEL: Final = 10
_MISSING: Final = 4
_LONGEST: Final = 1_000


def render(duties: Sequence[Duty], *, width: int = 100, colour: bool = False) -> Iterator[str]:
    """Draw ``duties``, in their order, as lines of at most ``width`` columns."""
    return drawn(_document(duties, within(width)), _STYLES, colour=colour)


def _document(duties: Sequence[Duty], width: int) -> Iterator[Line]:
    head, tone = head_words(duties)
    for text in wrap(head, width):
        yield text, tone
    # Before the clocks: with a wrong moment all that follows is wrong.
    for name, fields, words in contradictions_of(duties):
        yield from _indented(f"{one_line(name)}, {fields}: {words}", width, "! ")
    asked: set[str] = set()
    for group in grouped(duties):
        yield "", ""
        yield group.title.upper(), group.tone
        for one in group.duties:
            yield from _duty(one, duties, asked, width)
    yield from _not_for_you(duties, width)


def _duty(one: Duty, duties: Sequence[Duty], asked: set[str], width: int) -> Iterator[Line]:
    head = f"{one_line(one.rule.name)}: {state_words(one)} ({one_line(one.incident_name)})"
    yield from _indented(head, width, "- ")
    recipient = one.national.recipient if one.national is not None else one.rule.recipient
    yield from _labelled("whom", recipient, width)
    yield from _labelled("rule", one.rule.id, width)
    if one.deadline is not None and one.state is not State.TOLD:
        by = f"{one.deadline.words}: " if one.deadline.us is not None else ""
        yield from _labelled("due", f"{by}{one.rule.clock.words}", width)
    # What may not even be for this organisation, and runs nowhere, is settled by the answer alone.
    quiet = one.state is State.UNKNOWN and one.deadline is None
    if not quiet:
        yield from _labelled("why", " ".join(one.why), width)
    yield from _questions(one, asked, width)
    if quiet:
        return
    if one.state is not State.TOLD:
        yield from _missing(one, width)
    for each in to_follow(one, duties):
        yield from _labelled(
            "then", f"{each.rule.name}: {each.rule.clock.words}; not running yet (rule {each.rule.id})", width
        )
    for note in one.notes if one.state is not State.UNKNOWN else ():
        yield from _labelled("note", note, width)


def _questions(one: Duty, asked: set[str], width: int) -> Iterator[Line]:
    for each in one.questions:
        if each.id not in asked:
            yield from _labelled("answer", f"{each.question} ({each.id})", width)
    again = [each.id for each in one.questions if each.id in asked]
    if again:
        yield from _labelled("answer", f"as asked above ({', '.join(again)})", width)
    asked.update(each.id for each in one.questions)


def _missing(one: Duty, width: int) -> Iterator[Line]:
    if not one.missing:
        yield from _labelled("missing", "nothing that is required", width)
        return
    shown = " ".join(one.missing[:_MISSING])
    more = len(one.missing) - _MISSING
    yield from _labelled("missing", shown + (f" And {more:,} more." if more > 0 else ""), width)


def _not_for_you(duties: Sequence[Duty], width: int) -> Iterator[Line]:
    reasons = not_for_you(duties)
    if not reasons:
        return
    yield "", ""
    yield "NOT FOR YOU", "heading"
    for rule, why in reasons:
        yield from _indented(f"{rule}: {why}", width, "- ")


def _indented(text: str, width: int, mark: str = "  ") -> Iterator[Line]:
    return indented(visible(text), mark, width)


def _labelled(label: str, text: str, width: int) -> Iterator[Line]:
    return labelled(label, one_line(text, _LONGEST), width, _LABEL)
