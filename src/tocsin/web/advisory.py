"""What is said here by the name of an advisory or a vulnerability, and which products here that concerns."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.service.inventory.advisory_view import AdvisoryDetail, advisory_detail, concerned_by
from tocsin.web.answers import json, nothing, page
from tocsin.web.door import Asked, Way
from tocsin.web.exposures import held

__all__ = ["advisory_ways"]

CLAIMS: Final = 50
PRODUCTS: Final = 50


def advisory_ways() -> list[Way]:
    """The paths of one advisory; which products it concerns is for this node's own people and tokens."""
    about, kind = (
        "What advisories say by one name, theirs or a vulnerability's, and what here it concerns.",
        "application/json",
    )
    return [
        Way("/advisory/{id:path}.json", {"GET": _json}, "either", about, AdvisoryDetail, kind, own_only=True),
        Way("/api/advisory/{id:path}", {"GET": _json}, "either", about, AdvisoryDetail, kind, own_only=True),
        Way("/advisory/{id:path}", {"GET": _page}, "person", about),
    ]


def _found(asked: Asked) -> AdvisoryDetail:
    held(asked)
    found = advisory_detail(asked.node, asked.part("id"))
    if found is None:
        raise nothing()
    return found


def _page(asked: Asked) -> Response:
    found = _found(asked)
    return page(
        asked,
        "advisory.html.j2",
        here="exposures",
        found=found,
        exposures=list(concerned_by(held(asked), found.name)),
        claims_shown=CLAIMS,
        products_shown=PRODUCTS,
        tlp="amber+strict",
    )


def _json(asked: Asked) -> Response:
    return json(_found(asked))
