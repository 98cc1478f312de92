"""Pages that are kept and sent as one file: no script, nothing loaded, and a policy that allows their style alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number

__all__ = ["policy_of", "template_of"]


def policy_of(*styles: str) -> str:
    """What a browser may do with a page of these style sheets (CSP 3): nothing but apply them."""
    digest = hashlib.sha256(_style(*styles).encode()).digest()
    allowed = f"sha256-{base64.b64encode(digest).decode()}"
    return f"default-src 'none'; style-src '{allowed}'; base-uri 'none'; form-action 'none'"


def template_of(
    name: str, *styles: str, filters: Mapping[str, Any], names: Mapping[str, Any] | None = None
) -> Template:
    """The template ``name`` with what each such page has: ``style``, ``policy``, ``number``, and the filter ``line``.

    Every string that it is given is text in it, with invisible characters spelled out.
    """

    def shown(value: Any) -> Any:
        return visible(value, keep="\n") if type(value) is str else value

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=shown, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"line": one_line, **filters}
    # Both are ours, and the only markup that is passed in.
    environment.globals |= {
        "style": Markup(_style(*styles)),  # noqa: S704
        "policy": Markup(policy_of(*styles)),  # noqa: S704
        "number": number,
        **(names or {}),
    }
    return environment.from_string(_text(name))


@cache
def _style(*styles: str) -> str:
    return "".join(map(_text, styles))


def _text(name: str) -> str:
    return (files("tocsin") / "data" / "templates" / name).read_text("utf-8")
