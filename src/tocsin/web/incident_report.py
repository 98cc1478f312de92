"""The report of a rule as one page to print, approve and send: ``incident report --format html`` and its path here.

No script, nothing loaded; its style sheet is in it, so that the page can be kept and sent as one file.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from tocsin.incidents.moment import moment_text
from tocsin.incidents.rules.report import Report
from tocsin.incidents.rules.told.words import STATUS_WORDS, told_words
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number

__all__ = ["policy", "render"]


def render(report: Report) -> Iterator[str]:
    """Draw the page. Every string of ``report`` is text in it, with invisible characters spelled out."""
    recipient = report.national.recipient if report.national is not None else report.rule.recipient
    yield (
        _template().render(
            report=report,
            recipient=recipient,
            status=STATUS_WORDS[report.rule.status],
            told=told_words(report),
        )
        + "\n"
    )


def policy() -> str:
    """What a browser may do with the page (CSP 3): nothing but apply its own style sheet."""
    return f"default-src 'none'; style-src '{_style()[1]}'; base-uri 'none'; form-action 'none'"


@cache
def _style() -> tuple[str, str]:
    """The style sheet, and the hash of its very bytes."""
    folder = files("tocsin") / "data" / "templates"
    style = "".join((folder / name).read_text("utf-8") for name in ("gate.css", "incident_report.css"))
    return style, f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"


@cache
def _template() -> Template:
    def shown(value: Any) -> Any:
        return visible(value, keep="\n") if type(value) is str else value

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=shown, trim_blocks=True, lstrip_blocks=True
    )
    file = files("tocsin") / "data" / "templates" / "incident_report.html.j2"
    environment.filters |= {"line": one_line, "clock": moment_text}
    # Both are ours, and the only markup that is passed in.
    environment.globals |= {"style": Markup(_style()[0]), "policy": Markup(policy()), "number": number}  # noqa: S704
    return environment.from_string(file.read_text("utf-8"))
