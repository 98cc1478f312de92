"""The report of a rule as one page to print, approve and send: ``incident report --format html`` and its path here.

No script, nothing loaded; its style sheet is in it, so that the page can be kept and sent as one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from jinja2 import Template

from tocsin.incidents.moment import moment_text
from tocsin.incidents.rules.report import Report
from tocsin.incidents.rules.told.words import STATUS_WORDS, told_words
from tocsin.web.standalone import policy_of, template_of

__all__ = ["policy", "render"]

_STYLES: Final = ("gate.css", "incident_report.css")


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
    return policy_of(*_STYLES)


@cache
def _template() -> Template:
    return template_of("incident_report.html.j2", *_STYLES, filters={"clock": moment_text})
