"""``affected --answer``: a hub that warns of a vulnerability is told how many products are affected, and no more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from tocsin.errors import NothingToCheck, NotPermitted
from tocsin.inventory.claim import Status
from tocsin.inventory.claim_index import claim_keys
from tocsin.inventory.component import Component
from tocsin.inventory.exposure import InventoryResult
from tocsin.inventory.name_key import Level
from tocsin.inventory.rule import Verdict
from tocsin.model.tlp import Tlp, parse_tlp
from tocsin.model.told.number import number
from tocsin.service.exchange.logs import hub_named
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.share import Offer, Seen, bound_by, offer_seen, viewer_of_hub
from tocsin.service.inventory.check import KnownAdvisory
from tocsin.service.inventory.check_node import advisories_about, held_against, require_inventory
from tocsin.service.inventory.kept import not_read_of
from tocsin.service.inventory.received import is_of_exchange, reports_of
from tocsin.service.inventory.warned import vulnerabilities_named, warned_of
from tocsin.sharing.derived import may_send
from tocsin.sharing.label import ANONYMOUS, Label
from tocsin.sharing.viewer import Viewer
from tocsin.store.advisories import feeds

__all__ = ["Answer", "answer"]

_OPEN: Final = frozenset({Status.AFFECTED, Status.UNDER_INVESTIGATION})


@dataclass(frozen=True, slots=True)
class Answer:
    """What would be answered: ``count`` products are affected. ``notes`` are what a person should know of it.

    ``by_hand`` says that a person gave the count.
    """

    offer: Offer
    vulnerability: str
    count: int
    by_hand: bool
    notes: tuple[str, ...]


def answer(
    node: Node, name: str, hub_name: str, *, count: int | None = None, anonymous: bool = False
) -> Answer:
    """What would be answered to a hub about the vulnerability ``name``: a sighting with a count, 0 for none.

    Counted are products (a release at several sites is one) that are affected. Whether one is, is asked of those
    advisories alone that may be told to this hub: its own, public ones, and others' where their marking allows. 0 is
    only said where all could be told: where something is *unknown*, or a part of a bill or of an advisory was not
    read, a person has to say the ``count``.

    Raises:
        BadInput: this node has joined no hub of that name.
        NothingToCheck: the hub does not warn of it, this node keeps no inventory, or how many are affected cannot be
            told; not if ``count`` is given.
        NotPermitted: what it warned of is marked so that it cannot be told; or none is affected by what may be told
            to it, and something by what may not, so that neither answer is possible.
    """
    hub = hub_named(node, hub_name)
    with node.reading() as connection:
        ids = [
            one.id for one, _ in vulnerabilities_named(connection, hub.collection, name) if not one.revoked
        ]
        if not ids:
            raise _not_warned(connection, name, hub.name)
        counted, notes = count, ["This count is what you say, not what was found here."]
        if counted is None:
            require_inventory(connection)
            counted, notes = _counted(node, connection, name, hub.name)
    told = [Seen(f"affected {id}", id, counted) for id in ids]
    return Answer(
        offer_seen(node, told, hub.name, anonymous=anonymous), name, counted, count is not None, tuple(notes)
    )


def _not_warned(connection: Connection, name: str, hub: str) -> NothingToCheck:
    withdrawn = [one for one in warned_of(connection, name) if one.by == hub]
    if withdrawn:
        why = f": {withdrawn[0].why}" if withdrawn[0].why else ""
        return NothingToCheck(f"{hub} withdrew its warning of {name}{why}")
    return NothingToCheck(
        f"{hub} has not warned of {name}", hint=f"Ask it for what is new: tocsin sync {hub!r}."
    )


def _counted(node: Node, connection: Connection, name: str, hub: str) -> tuple[int, list[str]]:
    """How many products are affected, by what may be told to the hub, and what a person should know of that."""
    viewer = viewer_of_hub(node, connection, hub)
    known = [one for one in advisories_about(node, connection, name) if _speaks_of(one, name)]
    bound = _Bound(connection, viewer)
    tellable = [one for one in known if bound.may_tell(one)]
    if not tellable:
        raise NothingToCheck(
            f"no advisory that may be told to {hub} says which versions {name} affects",
            hint="If you know how many products are affected: --count N.",
        )
    result = held_against(node, connection, tellable)
    affected = _products(result, name, Verdict.AFFECTED)
    unknown = _products(result, name, Verdict.UNKNOWN) - affected
    of_all = held_against(node, connection, known)
    kept_back = (
        (_products(of_all, name, Verdict.AFFECTED) | _products(of_all, name, Verdict.UNKNOWN))
        - affected
        - unknown
    )
    if not affected:
        _require_all_told(connection, name, tellable, unknown)
        if kept_back:
            givers = ", ".join(sorted({one.feed.name for one in known if one not in tellable}))
            many = number(len(kept_back), "product is", "products are")
            raise NotPermitted(
                f"by what {givers} said {many} or may be affected, which may not be told to {hub}; and that none is "
                "would not be true",
                hint=f"If {hub} may know: --count N.",
            )
    notes = []
    if kept_back:
        many = number(len(kept_back), "product is", "products are")
        notes.append(f"{many} not counted, since what says it is may not be told to {hub}.")
    if unknown:
        notes.append(f"Of {len(unknown):,} more it cannot be told, and they are not counted.")
    return len(affected), notes


def _require_all_told(
    connection: Connection, name: str, known: Sequence[KnownAdvisory], unknown: set[Component]
) -> None:
    """Make sure that *none* is what was found, not what could not be seen.

    Raises:
        NothingToCheck: something could not be told.
    """
    reasons = [f"of {number(len(unknown), 'product')} here it is unknown"] if unknown else []
    parts = len(not_read_of(connection))
    if parts:
        reasons.append(f"{number(parts, 'part')} of the inventory could not be read")
    nameless = sum(
        claim.status in _OPEN and all(key.level is Level.POSSIBLE for key in claim_keys(claim))
        for one in known
        for claim in one.advisory.claims
        if _is(claim.vulnerability, name)
    )
    if nameless:
        reasons.append(
            f"{number(nameless, 'product')} of advisories could not be looked for by a name that is sure"
        )
    unread = sum(len(one.advisory.unread) for one in known)
    if unread:
        reasons.append(f"{number(unread, 'part')} of advisories could not be read")
    if reasons:
        raise NothingToCheck(
            f"whether none is affected by {name} cannot be told: {'; '.join(reasons)}",
            hint=f"See which: tocsin affected {name}. If you looked yourself, say how many are affected: --count N.",
        )


def _speaks_of(one: KnownAdvisory, name: str) -> bool:
    """Whether an advisory says of the vulnerability which products it concerns."""
    return any(_is(claim.vulnerability, name) for claim in one.advisory.claims)


def _is(vulnerability: str, name: str) -> bool:
    return vulnerability.casefold() == name.casefold()


def _products(result: InventoryResult, name: str, verdict: Verdict) -> set[Component]:
    return {
        one.component
        for one in result.exposures.cases
        if one.verdict is verdict and _is(one.judgement.vulnerability, name)
    }


class _Bound:
    """What binds what is made from an advisory: the marking that it came with, and that which it has itself."""

    def __init__(self, connection: Connection, viewer: Viewer) -> None:
        self.connection = connection
        self.viewer = viewer
        self.reports = {
            feed.name: reports_of(feed) for feed in feeds(connection) if is_of_exchange(feed.name)
        }

    def may_tell(self, one: KnownAdvisory) -> bool:
        """Whether it may be told what was found by this advisory."""
        advisory = one.advisory
        reports: Iterable[str] = ()
        if one.feed.name in self.reports:
            reports = self.reports[one.feed.name].get((advisory.form.value, advisory.id), ())
            labels = [bound_by(self.connection, self.viewer, id, "")[0] for id in reports]
            given = next((label for label in labels if label is not None), None)
            if given is None:
                return False
            if given.origin == self.viewer.organisation:
                return True
        # What no hub gave is public, unless it says itself that it is not.
        level = parse_tlp(advisory.tlp) if advisory.tlp else Tlp.CLEAR
        if level is None:
            return False
        label = Label(int(level), "", frozenset(), ANONYMOUS, "received")
        return may_send(self.viewer, [(advisory.id, label)]).allowed
