"""What is said here by the name of an advisory or a vulnerability, what of it changed, and what here it concerns."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.inventory.told.difference_words import difference_lines
from tocsin.limits import COMMENT_CHARACTERS
from tocsin.service.inventory.advisory_view import AdvisoryDetail, advisory_detail, changes_of, concerned_by
from tocsin.web.answers import json, page, present
from tocsin.web.door import Asked, Way
from tocsin.web.exposures import held

__all__ = ["advisory_ways"]

CLAIMS: Final = 50
PRODUCTS: Final = 50
CHANGES: Final = 50


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
    return present(advisory_detail(asked.node, asked.part("id")))


def _page(asked: Asked) -> Response:
    found = _found(asked)
    return page(
        asked,
        "advisory.html.j2",
        here="advisories",
        found=found,
        changes={
            place: (held.told, list(difference_lines(held.changes)))
            for place, held in changes_of(asked.node, found).items()
        },
        changes_shown=CHANGES,
        comment_length=COMMENT_CHARACTERS,
        exposures=list(concerned_by(held(asked), found.name)),
        claims_shown=CLAIMS,
        products_shown=PRODUCTS,
        tlp="amber+strict",
    )


def _json(asked: Asked) -> Response:
    return json(_found(asked))
