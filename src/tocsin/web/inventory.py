"""What runs here: sites, the bills of materials that say so, and products; the same as JSON and CSV."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.inventory.component import Kind
from tocsin.service.inventory.inventory_list import InventoryPage, Sought, inventory_page, listed_products
from tocsin.web.answers import csv_file, json, page
from tocsin.web.door import Asked, Way
from tocsin.web.exposures import held
from tocsin.web.paging import first_of, limit_of

__all__ = ["inventory_ways"]

PAGE: Final = 50
MOST: Final = 10_000
LIMIT: Final = 1_000
_KINDS: Final = tuple(one.value for one in Kind)
_QUERY: Final = (
    ("q", "Words that all occur in the product's name, purl or model number."),
    ("site", "A site."),
    ("kind", f"{', '.join(_KINDS)}."),
)
_PAGED: Final = (
    *_QUERY,
    ("after", "The next of the page before."),
    ("limit", f"How many products, at most {MOST:,}; without it {LIMIT:,}."),
)
_FIELDS: Final = ("release", "version", "kind", "purl", "sites", "verdict")


def inventory_ways() -> list[Way]:
    """The paths of the inventory; only this node's own people and tokens have any."""
    about, kind = "What runs here: sites, bills of materials and products.", "application/json"
    return [
        Way("/inventory", {"GET": _page}, "person", about, query=_QUERY),
        *(
            Way(path, {"GET": _json}, "either", about, InventoryPage, kind, query=_PAGED, own_only=True)
            for path in ("/inventory.json", "/api/inventory")
        ),
        Way(
            "/inventory.csv",
            {"GET": _csv},
            "either",
            "The products that run here, all that are asked for.",
            None,
            "text/csv",
            query=_QUERY,
            own_only=True,
        ),
    ]


def _sought(asked: Asked) -> Sought:
    kind = asked.query("kind")
    return Sought(asked.query("q")[:200], asked.query("site"), kind if kind in _KINDS else "")


def _page(asked: Asked) -> Response:
    there, sought = held(asked), _sought(asked)
    found = inventory_page(asked.node, there, sought, first=first_of(asked), limit=PAGE)
    query = {"q": sought.words, "site": sought.site, "kind": sought.kind}
    return page(
        asked,
        "inventory.html.j2",
        here="inventory",
        found=found,
        counts=there.result.counts,
        feeds=there.result.feeds,
        query=query,
        filtered=any(query.values()),
        kinds=_KINDS,
        tlp="amber+strict",
    )


def _json(asked: Asked) -> Response:
    limit = limit_of(asked, MOST, LIMIT)
    return json(inventory_page(asked.node, held(asked), _sought(asked), first=first_of(asked), limit=limit))


def _csv(asked: Asked) -> Response:
    rows = (
        [one.release, one.version, one.kind, one.purl or "", "; ".join(one.sites), one.verdict]
        for one in listed_products(held(asked), _sought(asked))
    )
    return csv_file("inventory.csv", _FIELDS, rows)
