"""The report of an exercise as one page to read, print and send: ``exercise report --format html``, and its path here.

No script, nothing loaded; its style sheet is in it, so that the page can be kept and sent as one file.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from tocsin.exercise.score.result import Result
from tocsin.exercise.told import report, words
from tocsin.exercise.told.knowing import HEIGHT, WIDTH, drawing_of
from tocsin.model.sectors import find_sector
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number

__all__ = ["ROWS", "policy", "render"]

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
            drawings=[drawing_of(one) for one in result.attacks],
        )
        + "\n"
    )


def policy() -> str:
    """What a browser may do with the page (CSP 3): nothing but apply its own style sheet."""
    return f"default-src 'none'; style-src '{_style()[1]}'; base-uri 'none'; form-action 'none'"


def sector_name(id: str) -> str:
    """The name of a sector; of one that is none of the 16, what was given."""
    found = find_sector(id)
    return found.name if found is not None else id


@cache
def _style() -> tuple[str, str]:
    """The style sheet, and the hash of its very bytes."""
    folder = files("tocsin") / "data" / "templates"
    style = "".join((folder / name).read_text("utf-8") for name in ("report.css", "exercise_report.css"))
    return style, f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"


@cache
def _template() -> Template:
    def shown(value: Any) -> Any:
        return visible(value, keep="\n") if type(value) is str else value

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=shown, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "line": one_line,
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
    # Both are ours, and the only markup that is passed in.
    environment.globals |= {
        "style": Markup(_style()[0]),  # noqa: S704
        "policy": Markup(policy()),  # noqa: S704
        "number": number,
        "percent": words.percent,
        "kinds": words.KINDS,
        "steps": words.STEPS,
        "unknown": words.UNKNOWN,
        "limits": report.LIMITS,
        "most_rows": ROWS,
        "wide": WIDTH,
        "high": HEIGHT,
    }
    folder = files("tocsin") / "data" / "templates"
    return environment.from_string((folder / "exercise_report.html.j2").read_text("utf-8"))
