"""What runs here, for pages and machines: sites, the bills that say so, and products with the worst answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import msgspec

from tocsin.inventory.component import Component
from tocsin.inventory.release import shown
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.exposure_list import Known
from tocsin.service.inventory.listing import ListedBill, list_bills

__all__ = [
    "InventoryPage",
    "ListedProduct",
    "ListedSite",
    "Sought",
    "inventory_page",
    "listed_products",
]

_SILENT: Final = "not_named"


class ListedSite(msgspec.Struct, kw_only=True):
    """A site: whether it can be reached from the internet, who sees to it, and how many bills and products it has."""

    name: str
    exposed: bool
    owner: str
    bills: int
    products: int
    affected: int


class ListedProduct(msgspec.Struct, kw_only=True):
    """A product and where it is. ``verdict`` is the worst answer about it, ``not_named`` where no advisory names it."""

    release: str
    version: str
    kind: str
    purl: str | None
    sites: list[str]
    verdict: str


class InventoryPage(msgspec.Struct, kw_only=True):
    """Sites, bills, and those products that are asked for: ``found`` of them; ``next`` leads to the rest."""

    sites: list[ListedSite]
    bills: list[dict[str, Any]]
    found: int
    products: list[ListedProduct]
    next: str


@dataclass(frozen=True, slots=True)
class Sought:
    """Which products are asked for: those that fit all that is given; ``words`` occur in their names."""

    words: str = ""
    site: str = ""
    kind: str = ""


def inventory_page(node: Node, held: Known, sought: Sought, *, first: int, limit: int) -> InventoryPage:
    """Sites and bills, and ``limit`` products from the number ``first`` on."""
    bills = list_bills(node)
    found = listed_products(held, sought)
    return InventoryPage(
        sites=_sites(held, bills),
        bills=[asdict(one) for one in bills],
        found=len(found),
        products=found[first : first + limit],
        next=str(first + limit) if first + limit < len(found) else "",
    )


def listed_products(held: Known, sought: Sought) -> list[ListedProduct]:
    """The products that fit what is sought, by name."""
    words = sought.words.lower().split()
    worst = _worst(held)
    found = []
    for release in held.releases:
        component = release.component
        sites = sorted({place.site for place in release.held})
        if sought.kind and component.kind.value != sought.kind:
            continue
        if sought.site and sought.site not in sites:
            continue
        name = shown(component)
        names = (name, *component.identity.purls, *component.identity.models, *component.identity.skus)
        if words and not all(word in " ".join(names).lower() for word in words):
            continue
        found.append(
            ListedProduct(
                release=name,
                version=component.version,
                kind=component.kind.value,
                purl=next(iter(component.identity.purls), None),
                sites=sites,
                verdict=worst.get(id(component), _SILENT),
            )
        )
    return sorted(found, key=lambda one: (one.release.lower(), one.purl or ""))


def _worst(held: Known) -> dict[int, str]:
    """The worst answer about each component; exposures come the worst first."""
    found: dict[int, str] = {}
    for one in held.result.exposures.cases:
        found.setdefault(id(one.component), one.verdict.value)
    return found


def _sites(held: Known, bills: list[ListedBill]) -> list[ListedSite]:
    """The sites, by name."""
    worst = _worst(held)
    products: dict[str, dict[int, Component]] = {}
    for release in held.releases:
        for place in release.held:
            products.setdefault(place.site, {})[id(release.component)] = release.component
    return [
        ListedSite(
            name=name,
            exposed=several[0].exposed,
            owner=several[0].owner,
            bills=len(several),
            products=len(products.get(name, {})),
            affected=sum(worst.get(one) == "affected" for one in products.get(name, {})),
        )
        for name in sorted({one.site for one in bills})
        for several in [[one for one in bills if one.site == name]]
    ]
