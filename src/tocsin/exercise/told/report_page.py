"""The report of an exercise as one page to read, print and send: ``exercise report --format html``, and its path here.

No script, nothing loaded; its style sheet is in it, so that the page can be kept and sent as one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from jinja2 import Template

from tocsin.exercise.score.result import Result
from tocsin.exercise.told import report, words
from tocsin.exercise.told.knowing import HEIGHT, WIDTH, drawing_of
from tocsin.model.sectors import find_sector
from tocsin.web.standalone import policy_of, template_of

__all__ = ["ROWS", "policy", "render"]

_STYLES: Final = ("report.css", "exercise_report.css")

ROWS: Final = 80
"""Owners of one attack that are listed one by one; the file has all."""


def render(result: Result) -> Iterator[str]:
    """Draw the page. Every string of ``result`` is text in it, with invisible characters spelled out."""
    yield (
        _template().render(
            result=result,
            told=result.in_all,
            headline=report.headline(result),
            tone=report.tone(result),
            paragraphs=[report.played(result), report.changed(result), *report.undecided(result)],
            targets=list(report.targets(result)),
            hub_told=report.hub_words(result),
            drawings=[drawing_of(one) for one in result.attacks],
        )
        + "\n"
    )


def policy() -> str:
    """What a browser may do with the page (CSP 3): nothing but apply its own style sheet."""
    return policy_of(*_STYLES)


def sector_name(id: str) -> str:
    """The name of a sector; of one that is none of the 16, what was given."""
    found = find_sector(id)
    return found.name if found is not None else id


@cache
def _template() -> Template:
    filters = {
        "sector": sector_name,
        "duration": words.duration,
        "clock": words.moment_words,
        "size": words.bytes_words,
        "answer": report.answer_words,
        "told": words.sentences,
        "medians": report.step_medians,
        "missed": report.missed_alike,
        "affected": report.affected_words,
    }
    names = {
        "percent": words.percent,
        "kinds": words.KINDS,
        "steps": words.STEPS,
        "unknown": words.UNKNOWN,
        "limits": report.LIMITS,
        "most_rows": ROWS,
        "wide": WIDTH,
        "high": HEIGHT,
    }
    return template_of("exercise_report.html.j2", *_STYLES, filters=filters, names=names)
