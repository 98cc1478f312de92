"""A dossier as one page to look through, print and hand over: ``wallet dossier --format html``.

No script, nothing loaded; its style sheet is in it, so that the page can be kept and sent as one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from jinja2 import Template
from markupsafe import Markup

from tocsin.limits import DOSSIER_OUTPUTS
from tocsin.ransom.btc import btc
from tocsin.ransom.dossier.attributed import grade_words
from tocsin.ransom.dossier.dossier import Dossier
from tocsin.ransom.dossier.parts import TracePart
from tocsin.ransom.dossier.traced import output_doubts
from tocsin.ransom.screening.screening import Verdict
from tocsin.web.standalone import policy_of, template_of

__all__ = ["policy", "render"]

_STYLES: Final = ("gate.css", "dossier.css")

_CELLS: Final = {"consistent": "goes with it", "inconsistent": "does not", "not_said": "not said"}
_WIDE: Final = 1000


def render(made: Dossier) -> Iterator[str]:
    """Draw the page. Every string of ``made`` is text in it, with invisible characters spelled out."""
    listed = made.verdict in {Verdict.HIT, Verdict.LINKED}
    page = _template("dossier.html.j2").render(
        made=made, head=made.given.head, tone="fail" if listed else "unknown", cells=_CELLS, amounts=_amounts
    )
    yield page + "\n"


def policy() -> str:
    """What a browser may do with the page (CSP 3): nothing but apply its own style sheet."""
    return policy_of(*_STYLES)


def _amounts(part: TracePart) -> Markup:
    trace = part.trace
    rows = trace.reached[:DOSSIER_OUTPUTS]
    if not rows:
        return Markup("")
    known = [amount for one in rows for amount in one.amounts_sat.values() if amount is not None]
    drawn = _template("dossier_amounts.html.j2").render(
        rows=rows,
        names=list(trace.methods),
        scale=max([trace.seeded_sat, 1, *(one.max_sat for one in rows), *known]),
        left_out=len(trace.reached) - len(rows),
    )
    return Markup(drawn)  # noqa: S704  a template of ours escaped it


def _along(sat: int, scale: int) -> int:
    """How far an amount is along the bar."""
    return _WIDE * sat // scale


@cache
def _template(name: str) -> Template:
    filters = {"btc": btc, "grade": grade_words, "along": _along, "doubts": output_doubts}
    return template_of(name, *_STYLES, filters=filters)
