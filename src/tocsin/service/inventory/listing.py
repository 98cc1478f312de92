"""``inventory list``, ``show`` and ``diff``: what is kept of what runs here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from tocsin.errors import NothingToCheck
from tocsin.inventory.component import Component
from tocsin.inventory.release import shown
from tocsin.service.exchange.node import Node, moment
from tocsin.service.inventory.kept import decode_component, held_releases
from tocsin.store.bills import bills, listed, release_bodies, sites

__all__ = ["Changes", "ListedBill", "Product", "differences", "list_bills", "list_products"]


@dataclass(frozen=True, slots=True)
class ListedBill:
    """A bill that holds now, and its site."""

    site: str
    exposed: bool
    owner: str
    name: str
    form: str
    products: int
    added: str
    made: str
    not_read: int


@dataclass(frozen=True, slots=True)
class Product:
    """A product and the sites that have it."""

    shown: str
    version: str
    purl: str | None
    sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a bill lists and did not before, listed and does not now, and lists in another version (before, after)."""

    came: list[str]
    went: list[str]
    changed: list[tuple[str, str]]


def list_bills(node: Node) -> list[ListedBill]:
    """The bills that hold now, by site and name."""
    with node.reading() as connection:
        known = {one.name: one for one in sites(connection)}
        return [
            ListedBill(
                site=one.site,
                exposed=known[one.site].exposed,
                owner=known[one.site].owner,
                name=one.name,
                form=one.form,
                products=one.releases,
                added=moment(one.added_us),
                made=one.made,
                not_read=len(msgspec.json.decode(one.unread)["unread"]),
            )
            for one in bills(connection)
        ]


def list_products(node: Node, words: Sequence[str], site: str) -> list[Product]:
    """The products here whose names hold all ``words``, in any case; of one site if it is named."""
    wanted = [word.lower() for word in words]
    found = []
    with node.reading() as connection:
        for release in held_releases(node, connection).values():
            places = tuple(sorted({held.site for held in release.held}))
            name = shown(release.component)
            purls = release.component.identity.purls
            text = " ".join((name, *purls)).lower()
            if (not site or site in places) and all(word in text for word in wanted):
                found.append(Product(name, release.component.version, purls[0] if purls else None, places))
    return sorted(found, key=lambda one: (one.shown.lower(), one.purl or ""))


def differences(node: Node, name: str, site: str) -> Changes:
    """What changed when the bill ``name`` was last added again at ``site``.

    Raises:
        NothingToCheck: there is no such bill, or it was added once.
    """
    with node.reading() as connection:
        versions = [one for one in bills(connection, replaced=True) if (one.name, one.site) == (name, site)]
        if len(versions) < 2:
            raise NothingToCheck(
                f"{name} was added once to {site}" if versions else f"there is no bill {name} at {site}",
                hint="tocsin inventory list shows what there is.",
            )
        now, before = (
            {
                number: decode_component(body)
                for number, body in release_bodies(
                    connection, listed(connection, one.number).releases
                ).items()
            }
            for one in versions[:2]
        )
    return _changes([now[one] for one in now.keys() - before], [before[one] for one in before.keys() - now])


def _changes(came: list[Component], went: list[Component]) -> Changes:
    """Of what came and went, what has one name on both sides is the same thing in another version."""
    before: dict[object, list[Component]] = {}
    for one in sorted(went, key=shown):
        before.setdefault(_name(one), []).append(one)
    changed, new = [], []
    for one in sorted(came, key=shown):
        held = before.get(_name(one))
        if held:
            changed.append((shown(held.pop(0)), shown(one)))
        else:
            new.append(shown(one))
    return Changes(new, [shown(one) for several in before.values() for one in several], changed)


def _name(component: Component) -> tuple[str, str, str]:
    purl = component.identity.purls[0].partition("@")[0] if component.identity.purls else ""
    return purl, component.identity.vendor, component.identity.name
