"""``gate --format html``: one page that a buyer can print and sign. No script, nothing loaded."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tocsin.inventory.gate.summary import Attestation
from tocsin.inventory.gate.verdict import GateResult
from tocsin.inventory.told.gate_page import FILTERS, page_of
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["render"]


def render(result: GateResult, attestation: Attestation) -> Iterator[str]:
    """Draw the page. Every string of ``result`` is text in it, with invisible characters spelled out."""
    yield _template().render(page_of(result, attestation)) + "\n"


@cache
def _template() -> Template:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        return visible(value) if type(value) is str else value

    folder = files("tocsin") / "data" / "templates"
    environment = Environment(
        loader=FunctionLoader(lambda name: (folder / "web" / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"line": one_line, **FILTERS}
    style = (folder / "gate.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The style sheet is ours, the only markup that is passed in; its hash must be that of the very bytes.
    environment.globals |= {"style": Markup(style), "style_hash": digest}  # noqa: S704
    environment.globals |= {"number": number}
    return environment.from_string((folder / "gate.html.j2").read_text("utf-8"))
