"""``gate --format html``: one page that a buyer can print and sign. No script, nothing loaded."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from tocsin.cli.formats.gate_table import HEADLINES
from tocsin.inventory.gate.summary import Attestation
from tocsin.inventory.gate.verdict import GateResult, Verdict
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["DETAILS", "render"]

DETAILS: Final = 5
"""Cases told of each rule, so that the page stays one to print; JSON has all."""

_ORDER: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
_SAID: Final = {
    "fail": ("fails", "fail"),
    "unknown": ("is unknown", "are unknown"),
    "pass": ("passes", "pass"),
}
_DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_TITLES: Final = {"fail": "What fails", "unknown": "What is not known", "pass": "What passes"}


def render(result: GateResult, attestation: Attestation) -> Iterator[str]:
    """Draw the page. Every string of ``result`` is text in it, with invisible characters spelled out."""
    groups = [
        (verdict.value, [one for one in result.rulings if one.answer.verdict is verdict])
        for verdict in _ORDER
    ]
    told = [(verdict, rulings) for verdict, rulings in groups if rulings]
    yield (
        _template().render(
            result=result,
            headline=HEADLINES[result.verdict],
            counts=", ".join(
                f"{len(rulings):,} {_SAID[verdict][len(rulings) > 1]}" for verdict, rulings in told
            ),
            groups=told,
            attestation=attestation,
        )
        + "\n"
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        return visible(value) if type(value) is str else value

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=shown, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"line": one_line, "digest": _sha256, "whole_days": _whole_days}
    folder = files("tocsin") / "data" / "templates"
    style = (folder / "gate.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The style sheet is ours, the only markup that is passed in; its hash must be that of the very bytes.
    environment.globals |= {"style": Markup(style), "style_hash": digest}  # noqa: S704
    environment.globals |= {"number": number, "titles": _TITLES, "details": DETAILS}
    return environment.from_string((folder / "gate.html.j2").read_text("utf-8"))


def _whole_days(text: str) -> str:
    """``text`` as markup in which no day is broken at its hyphens."""
    from markupsafe import Markup, escape

    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))  # noqa: S704  it is escaped


def _sha256(digests: Sequence[tuple[str, str]]) -> str:
    return dict(digests).get("sha256", "")
