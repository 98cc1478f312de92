"""The exposures of this node's inventory by due date, with why; the same as JSON, CSV, SARIF and OpenVEX."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from starlette.responses import Response

from tocsin.inventory.exposure import InventoryResult
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Verdict
from tocsin.inventory.told import csv_rows, sarif, vex
from tocsin.inventory.told.product import first_products, number_of_products
from tocsin.inventory.treatment import STATES
from tocsin.service.inventory.exposure_list import (
    Asked as Wanted,
    ExposurePage,
    Known,
    check_may_read,
    exposure_page,
    fitting,
    known,
    result_of,
    site_names,
)
from tocsin.service.inventory.exposure_rows import Row, rows_of
from tocsin.web.answers import file, json, page
from tocsin.web.door import Asked, Way
from tocsin.web.paging import first_of, limit_of

__all__ = ["exposures_ways", "held"]

PRODUCTS: Final = 25
MOST: Final = 10_000
LIMIT: Final = 1_000
NAMES_SHOWN: Final = 6
_QUERY: Final = (
    ("q", "Words that all occur in the product's name, the vulnerability's or the advisory's."),
    ("site", "A site."),
    ("verdict", "affected, unknown, fixed or not_affected."),
    ("state", "open, mitigated, accepted or awaiting-outage, of what is affected or unknown."),
    ("exploited", "yes: only what is known to be exploited."),
    ("due", "yes: only what is open and to be mended by a day."),
)
_PAGED: Final = (
    *_QUERY,
    ("after", "The next of the page before."),
    ("limit", f"How many, at most {MOST:,}; without it {LIMIT:,}."),
)
_VERDICTS: Final = frozenset(one.value for one in Verdict)


def exposures_ways() -> list[Way]:
    """The paths of the list; only this node's own people and tokens have any."""
    about, kind = (
        "What of the inventory is affected, what is to be done first, and by when.",
        "application/json",
    )
    whole = " All that are asked for."
    return [
        Way("/exposures", {"GET": _page}, "person", about, query=_QUERY),
        Way(
            "/exposures.json",
            {"GET": _json},
            "either",
            about,
            ExposurePage,
            kind,
            query=_PAGED,
            own_only=True,
        ),
        Way(
            "/exposures.csv",
            {"GET": _csv},
            "either",
            about + whole,
            None,
            "text/csv",
            query=_QUERY,
            own_only=True,
        ),
        Way(
            "/exposures.sarif",
            {"GET": _sarif},
            "either",
            f"{about} As SARIF 2.1.0.{whole}",
            None,
            "application/sarif+json",
            query=_QUERY,
            own_only=True,
        ),
        Way(
            "/exposures.vex.json",
            {"GET": _vex},
            "either",
            f"What is known of the inventory, as OpenVEX 0.2.0.{whole}",
            None,
            kind,
            query=_QUERY,
            own_only=True,
        ),
        Way(
            "/api/exposures", {"GET": _json}, "either", about, ExposurePage, kind, query=_PAGED, own_only=True
        ),
    ]


def held(asked: Asked) -> Known:
    """What is known of the inventory, for one who may read it."""
    check_may_read(asked.who)
    return known(asked.node)


def _wanted(asked: Asked) -> Wanted:
    verdict, state = asked.query("verdict"), asked.query("state")
    return Wanted(
        words=asked.query("q")[:200],
        site=asked.query("site"),
        verdict=verdict if verdict in _VERDICTS else "",
        state=state if state in STATES else "",
        exploited=asked.query("exploited") == "yes",
        due=asked.query("due") == "yes",
    )


def _page(asked: Asked) -> Response:
    there, wanted = held(asked), _wanted(asked)
    found = fitting(there, wanted)
    first, many = first_of(asked), number_of_products(found)
    query = {
        "q": wanted.words,
        "site": wanted.site,
        "verdict": wanted.verdict,
        "state": wanted.state,
        "exploited": "yes" if wanted.exploited else "",
        "due": "yes" if wanted.due else "",
    }
    return page(
        asked,
        "exposures.html.j2",
        here="exposures",
        result=there.result,
        missing=there.missing,
        groups=[_once(rows_of(group)) for group in first_products(found, first + PRODUCTS)[first:]],
        products=len({shown(case.component) for case in found.cases}),
        places=len({site for case in found.cases for site in case.sites()}),
        found=len({case.judgement.vulnerability for case in found.cases}),
        next=str(first + PRODUCTS) if first + PRODUCTS < many else "",
        names_shown=NAMES_SHOWN,
        deeds=there.deeds,
        query=query,
        filtered=any(query.values()),
        sites=site_names(there),
        questions=len(there.questions),
        exploited=len(
            {
                one.judgement.vulnerability
                for one in there.result.exposures.cases
                if one.is_open and one.stakes.exploited and one.verdict is Verdict.AFFECTED
            }
        ),
        tlp="amber+strict",
    )


def _once(rows: list[Row]) -> list[Row]:
    """Each vulnerability once: two bills may write one product in two ways, so that it is two releases."""
    found: dict[str, Row] = {}
    for id, several in rows:
        found.setdefault(several[0].judgement.vulnerability, (id, several))
    return list(found.values())


def _json(asked: Asked) -> Response:
    limit = limit_of(asked, MOST, LIMIT)
    return json(exposure_page(held(asked), _wanted(asked), first=first_of(asked), limit=limit))


def _told(asked: Asked, render: Callable[[InventoryResult], Iterator[str]]) -> bytes:
    return "".join(render(result_of(held(asked), _wanted(asked)))).encode()


def _csv(asked: Asked) -> Response:
    return file("exposures.csv", _told(asked, csv_rows.render), "text/csv; charset=utf-8")


def _sarif(asked: Asked) -> Response:
    return file("exposures.sarif", _told(asked, sarif.render), "application/sarif+json")


def _vex(asked: Asked) -> Response:
    return file("exposures.vex.json", _told(asked, vex.render), "application/json")
