"""A dossier as one page to look through, print and hand over: ``wallet dossier --format html``.

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

from tocsin.limits import DOSSIER_OUTPUTS
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number
from tocsin.ransom.btc import btc
from tocsin.ransom.dossier.attributed import grade_words
from tocsin.ransom.dossier.dossier import Dossier
from tocsin.ransom.dossier.parts import TracePart
from tocsin.ransom.dossier.traced import output_doubts
from tocsin.ransom.screening.screening import Verdict

__all__ = ["policy", "render"]

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
    return f"default-src 'none'; style-src '{_style()[1]}'; base-uri 'none'; form-action 'none'"


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
def _style() -> tuple[str, str]:
    """The style sheet, and the hash of its very bytes."""
    folder = files("tocsin") / "data" / "templates"
    style = "".join((folder / name).read_text("utf-8") for name in ("gate.css", "dossier.css"))
    return style, f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}"


@cache
def _template(name: str) -> Template:
    def shown(value: Any) -> Any:
        return visible(value, keep="\n") if type(value) is str else value

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=shown, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "line": one_line,
        "btc": btc,
        "grade": grade_words,
        "along": _along,
        "doubts": output_doubts,
    }
    # Both are ours, and the only markup that is passed in.
    environment.globals |= {"style": Markup(_style()[0]), "policy": Markup(policy()), "number": number}  # noqa: S704
    return environment.from_string((files("tocsin") / "data" / "templates" / name).read_text("utf-8"))
