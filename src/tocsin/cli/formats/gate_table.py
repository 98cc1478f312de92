"""``gate`` in a terminal: the verdict, then each rule with its reason, what fails first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tocsin.cli.formats.painted import Line, drawn, indented, labelled, within
from tocsin.inventory.gate.summary import Attestation
from tocsin.inventory.gate.verdict import Answer, GateResult, Ruling, Verdict
from tocsin.inventory.told.gate_words import HEADLINES
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number
from tocsin.model.told.wrap import wrap

__all__ = ["render"]

_ORDER: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
_STYLES: Final = {"fail": "bold red", "unknown": "bold yellow", "pass": "bold green", "heading": "bold"}
_LABEL: Final = 10
_DETAILS: Final = 6
_LONGEST: Final = 1_000
_DAY_S: Final = 86_400


def render(
    result: GateResult, attestation: Attestation, *, width: int = 100, colour: bool = False
) -> Iterator[str]:
    """Draw ``result`` as lines of at most ``width`` columns."""
    return drawn(_document(result, attestation, within(width)), _STYLES, colour=colour)


def _document(result: GateResult, attestation: Attestation, width: int) -> Iterator[Line]:
    for text in wrap(f"{HEADLINES[result.verdict]}", width):
        yield text, result.verdict.value
    yield from _indented(
        f"{one_line(result.product)}, by the policy {one_line(result.policy)} {result.policy_version}", width
    )
    for verdict in _ORDER:
        rulings = [one for one in result.rulings if one.answer.verdict is verdict]
        if rulings:
            yield "", ""
            yield f"{verdict.value.upper()} ({number(len(rulings), 'rule')})", verdict.value
        for alike in _alike(rulings):
            yield from _rulings(alike, width)
    if result.notes:
        yield from _heading("NOTES")
        for note in result.notes:
            yield from _indented(note, width, "- ")
    yield from _stands_on(result, attestation, width)


def _alike(rulings: list[Ruling]) -> list[list[Ruling]]:
    """Rulings whose answers are word for word the same, together: many questions may lack one questionnaire."""
    groups: dict[Answer, list[Ruling]] = {}
    for one in rulings:
        groups.setdefault(one.answer, []).append(one)
    return list(groups.values())


def _rulings(alike: list[Ruling], width: int) -> Iterator[Line]:
    answer = alike[0].answer
    marked = [one.id + ("" if one.required else ", not required") for one in alike]
    fault = f": {answer.fault}" if answer.fault else ""
    if len(alike) == 1:
        yield from _indented(f"{one_line(alike[0].asks)} ({marked[0]}{fault})", width, "- ")
    else:
        yield from _indented(f"{number(len(alike), 'question')} ({'; '.join(marked)}){fault}", width, "- ")
    yield from _labelled("why", answer.why, width)
    if answer.verdict is Verdict.PASS:
        return
    # What the reason says already is not said twice.
    details = [detail for detail in answer.details if one_line(detail, _LONGEST) not in answer.why]
    for detail in details[:_DETAILS]:
        yield from _labelled("", f"- {one_line(detail, _LONGEST)}", width)
    if len(details) > _DETAILS:
        yield from _labelled("", f"and {len(details) - _DETAILS:,} more; --format json lists all", width)
    if answer.remedy:
        yield from _labelled("do", answer.remedy, width)
    yield from _labelled("source", "; ".join(dict.fromkeys(one.source for one in alike)), width)


def _stands_on(result: GateResult, attestation: Attestation, width: int) -> Iterator[Line]:
    yield from _heading("WHAT THIS STANDS ON")
    yield from _indented(
        f"{number(result.components, 'component')} of {one_line(result.subjects[0].name)}", width, "- "
    )
    for one in result.subjects[1:]:
        yield from _indented(
            f"artifact {one_line(one.name)}, sha256 {dict(one.digests).get('sha256', '')}", width, "- "
        )
    for held in result.inputs:
        yield from _indented(f"{held.kind} {one_line(held.name)}", width, "- ")
    for feed in result.feeds:
        days = "" if feed.age_s is None else f", {number(feed.age_s // _DAY_S, 'day')} old"
        old = ": OLD, get it anew" if feed.stale else ""
        yield from _indented(
            f"{one_line(feed.name)}: {number(feed.advisories, 'entry', 'entries')} of "
            f"{feed.dated or 'an unknown day'}{days}{old}",
            width,
            "- ",
        )
    for part in result.not_read[:_DETAILS]:
        yield from _indented(
            f"not read: {one_line(part.file)} {one_line(part.place)}: {one_line(part.why)}", width, "- "
        )
    if len(result.not_read) > _DETAILS:
        yield from _indented(f"and {len(result.not_read) - _DETAILS:,} parts more were not read", width, "- ")
    when = f"judged {result.made}" + (f" as of {result.as_of}" if result.as_of != result.made else "")
    yield from _indented(f"{when}. {attestation.why}", width, "- ")


def _heading(text: str) -> Iterator[Line]:
    yield "", ""
    yield text, "heading"


def _indented(text: str, width: int, mark: str = "  ") -> Iterator[Line]:
    return indented(visible(text), mark, width)


def _labelled(label: str, text: str, width: int) -> Iterator[Line]:
    return labelled(label, one_line(text, _LONGEST), width, _LABEL)
