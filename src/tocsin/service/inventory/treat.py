"""``inventory treat``: what is being done about a vulnerability of a product at a site. It stays on this node."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.inventory.claim_index import component_keys
from tocsin.inventory.component import Component
from tocsin.inventory.exposure import Exposure
from tocsin.inventory.release import shown
from tocsin.inventory.treatment import Treatment, treatment_of
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.check_node import about
from tocsin.service.inventory.exposure_rows import exposure_id
from tocsin.service.inventory.kept import day_of, held_releases
from tocsin.store import log
from tocsin.store.advisories import naming
from tocsin.store.bills import sites
from tocsin.store.treatments import KeptTreatment, keep_treatment, treatments
from tocsin.transparency.entry import Act

__all__ = ["Treated", "Wish", "treat", "treat_exposures"]

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be noted. ``owner`` and ``approved`` stay as they were where they are None."""

    state: str
    until: str = ""
    owner: str | None = None
    approved: bool | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Treated:
    """What was noted, of what."""

    component: Component
    site: str
    vulnerability: str
    treatment: Treatment


def treat(node: Node, product: str, vulnerability: str, site: str, wish: Wish, *, by: str) -> Treated:
    """Note what is being done about ``vulnerability`` of ``product`` at ``site``.

    ``product`` is a release as it is shown, its name alone where one version is there, its purl, or its serial, order
    or model number. Of several versions the one is meant that the vulnerability concerns.

    Raises:
        NothingToCheck: no such product is there, no advisory here speaks of the vulnerability, or it does not concern
            the product.
        BadInput: several products are called so, or the wish is none (``treatment_of``).
    """
    with node.reading() as connection:
        here = [
            one for one in held_releases(node, connection).values() if any(at.site == site for at in one.held)
        ]
        if not here:
            known = ", ".join(one.name for one in sites(connection)) or "none"
            raise NothingToCheck(f"nothing is at {site}", hint=f"Sites are: {known}.")
        called = _called(product, [one.component for one in here], site)
        concerned = about(node, connection, vulnerability)[0].exposures
        found = [one for one in concerned if one.component in called and one.site == site]
    if len({_label(one) for one in called}) > 1:
        found = [one for one in found if one.is_to_do] or found
        called = list(dict.fromkeys(one.component for one in found)) or called
    _require_one(product, called, site)
    component = called[0]
    if not found:
        raise NothingToCheck(
            f"no advisory here says that {vulnerability} concerns {shown(component)}",
            hint=f"See what does: tocsin affected {vulnerability}",
        )
    by_name = {one.judgement.vulnerability.upper(): one for one in found}
    # An advisory's own name, or another name of the vulnerability, will do where it means one.
    chosen = by_name.get(vulnerability.upper()) or (found[0] if len(by_name) == 1 else None)
    if chosen is None:
        raise BadInput(
            f"{vulnerability} is about several vulnerabilities of {shown(component)}: {', '.join(by_name)}",
            hint="Name one of them.",
        )
    return treat_exposures(node, [chosen], wish, by=by)[0]


def _called(product: str, there: Sequence[Component], site: str) -> list[Component]:
    wanted = product.lower()
    found = [one for one in there if wanted in _names(one, whole=True)]
    found = found or [one for one in there if wanted in _names(one, whole=False)]
    if not found:
        raise NothingToCheck(
            f"nothing at {site} is called {product}", hint=f"See what is: tocsin inventory show --site {site}"
        )
    return found


def _require_one(product: str, called: Sequence[Component], site: str) -> None:
    names = {_label(one) for one in called}
    if len(names) > 1:
        raise BadInput(
            f"{len(names)} products at {site} are called {product}",
            hint=f"Name one of them: {', '.join(sorted(names)[:_SHOWN])}",
        )


def _label(one: Component) -> str:
    """What tells a product from others of its name; two bills may write one package in two ways."""
    identity = one.identity
    return next(iter((*identity.purls, *identity.serials, *identity.skus, *identity.models)), shown(one))


def _names(one: Component, *, whole: bool) -> set[str]:
    """How a person may call a product, in lower case: with its version, or without."""
    identity = one.identity
    purls = identity.purls if whole else [purl.partition("@")[0] for purl in identity.purls]
    names = [shown(one)] if whole else [shown(msgspec.structs.replace(one, version="")), identity.name]
    numbers = (*identity.serials, *identity.skus, *identity.models) if whole else ()
    return {name.lower() for name in (*names, *purls, *numbers)}


def treat_exposures(node: Node, exposures: Iterable[Exposure], wish: Wish, *, by: str) -> list[Treated]:
    """Note what is being done about each of ``exposures``; each is an act in the log, which nobody else is shown.

    Raises:
        BadInput: there is no such state; a day is missing or wrong; or an accepted one has no reason.
        NothingToCheck: a product is not there any more.
    """
    chosen = list(exposures)
    now_us = node.now_us
    with node.reading() as connection:
        keys = {key.text for one in chosen for key, _ in component_keys(one.component)}
        held = held_releases(node, connection, naming(connection, keys))
    numbers = {release.component: number for number, release in held.items()}

    def also(one: Exposure) -> list[int]:
        """The other ways in which bills of the site write the same package."""
        return [
            number
            for number, release in held.items()
            if one.component.identity.purls
            and release.component != one.component
            and release.component.identity.purls == one.component.identity.purls
            and shown(release.component) == shown(one.component)
            and any(at.site == one.site for at in release.held)
        ]

    def act(connection: Connection) -> list[Treated]:
        places = {one.name: one.number for one in sites(connection)}
        before = treatments(connection)
        done = []
        for one in chosen:
            release, name = numbers.get(one.component), one.judgement.vulnerability
            if release is None or one.site not in places:
                raise NothingToCheck(f"{shown(one.component)} is not at {one.site} any more")
            was = before.get((release, one.site), {}).get(name)
            made = treatment_of(
                wish.state,
                until=wish.until,
                owner=one.treatment.owner if wish.owner is None else wish.owner,
                approved=bool(was and was.approved) if wish.approved is None else wish.approved,
                why=wish.why,
                today=day_of(now_us),
            )
            kept = KeptTreatment(made.state, made.until, made.owner, made.approved, made.why, now_us, by)
            for each in (release, *also(one)):
                keep_treatment(connection, name, each, places[one.site], kept)
            # What it is of is not told: whoever reads the log may be shown less than the inventory.
            subject = {"exposure": exposure_id(one), "state": made.state, "until": made.until}
            log.append(connection, [node.salted_for_others(Act.TREAT, by, subject, now_us)])
            done.append(Treated(one.component, one.site, name, replace(made, by=by)))
        return done

    return node.write(act)
