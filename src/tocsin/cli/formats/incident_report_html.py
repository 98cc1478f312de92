"""``incident report --format html``: one page to print, approve and send. No script, nothing loaded."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tocsin.incidents.rules.report import Report
from tocsin.incidents.rules.told.words import STATUS_WORDS
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["render"]


def render(report: Report) -> Iterator[str]:
    """Draw the page. Every string of ``report`` is text in it, with invisible characters spelled out."""
    recipient = report.national.recipient if report.national is not None else report.rule.recipient
    yield (
        _template().render(report=report, recipient=recipient, status=STATUS_WORDS[report.rule.status]) + "\n"
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        return visible(value, keep="\n") if type(value) is str else value

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=shown, trim_blocks=True, lstrip_blocks=True
    )
    folder = files("tocsin") / "data" / "templates"
    style = "".join((folder / name).read_text("utf-8") for name in ("gate.css", "incident_report.css"))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    environment.filters |= {"line": one_line}
    # The style sheet is ours, the only markup that is passed in; its hash must be that of the very bytes.
    environment.globals |= {"style": Markup(style), "style_hash": digest, "number": number}  # noqa: S704
    return environment.from_string((folder / "incident_report.html.j2").read_text("utf-8"))
