"""What this node knows by itself of whether measures are there: facts of the other pillars, put together."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection

from tocsin.incidents.rules.duty import State as DutyState
from tocsin.incidents.rules.profile import Answer
from tocsin.inventory.exposure import Exposure
from tocsin.inventory.rule import Verdict
from tocsin.inventory.treatment import ACCEPTED
from tocsin.measures.automatic import (
    INVENTORY,
    OBSERVED,
    PATCHING,
    REPORTING,
    WARNINGS,
    Facts,
    InventoryFacts,
    Observed,
    PatchingFacts,
    ReportingFacts,
    WarningFacts,
    observed,
)
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.duties import duties, kept_profile
from tocsin.service.incidents.rulebook import node_rulebook
from tocsin.service.inventory.exposure_list import known
from tocsin.service.inventory.exposure_rows import ExposureRows
from tocsin.service.inventory.kept import day_of
from tocsin.store.bills import bills
from tocsin.store.hubs import hubs, sources

__all__ = ["facts_of", "observed_of"]

_EXPLOITED: Final = "kev"


def observed_of(node: Node, asked: Collection[str] = OBSERVED) -> tuple[Observed, ...]:
    """What this node knows now of the measures that are ``asked`` for (ids)."""
    return observed(facts_of(node, asked), day_of(node.now_us))


def facts_of(node: Node, asked: Collection[str] = OBSERVED) -> Facts:
    """The facts that this node holds now of the measures that are ``asked`` for (ids)."""
    with node.reading() as connection:
        inventory = _inventory(connection) if {INVENTORY, PATCHING} & set(asked) else None
        warnings = _warnings(connection) if WARNINGS in asked else None
    return Facts(
        inventory=inventory if INVENTORY in asked else None,
        # Judging a large inventory takes seconds.
        patching=_patching(node) if inventory and PATCHING in asked else None,
        warnings=warnings,
        reporting=_reporting(node) if REPORTING in asked else None,
    )


def _inventory(connection: Connection) -> InventoryFacts | None:
    held = bills(connection)
    if not held:
        return None
    return InventoryFacts(
        bills=len(held),
        sites=len({one.site for one in held}),
        newest=day_of(max(one.added_us for one in held)).isoformat(),
    )


def _patching(node: Node) -> PatchingFacts | None:
    held = known(node)
    result = held.result
    if not result.feeds:
        return None
    today = day_of(node.now_us).isoformat()
    known_to_be = result.exposures.only(lambda one: one.stakes.exploited is not None)
    exploited = [several[0] for _, several in ExposureRows(known_to_be)]
    late = [one for one in exploited if _is_late(one, today)]
    sure = [one for one in late if one.verdict is Verdict.AFFECTED]
    ages = [one for one in result.feeds if not one.orders_only]
    return PatchingFacts(
        overdue=len(sure),
        doubtful=len(late) - len(sure),
        accepted=sum(
            one.verdict is Verdict.AFFECTED and one.treatment.state == ACCEPTED for one in exploited
        ),
        unjudged=sum(one.releases for one in result.no_data),
        exploited_day=next((one.dated for one in ages if one.name == _EXPLOITED), ""),
        versions=any(one.name != _EXPLOITED for one in ages),
        stale=tuple(one.name for one in ages if one.stale),
    )


def _is_late(one: Exposure, today: str) -> bool:
    return one.is_open and bool(one.due) and one.due < today


def _warnings(connection: Connection) -> WarningFacts | None:
    held = [(one.name, one.synced_us) for one in hubs(connection)]
    held += [(one.name, one.synced_us) for one in sources(connection)]
    read = tuple((name, day_of(at).isoformat() if at else "") for name, at in held)
    return WarningFacts(read=read) if read else None


def _reporting(node: Node) -> ReportingFacts:
    facts = node_rulebook(node).facts
    profile = kept_profile(node)
    return ReportingFacts(
        answered=sum(profile.says(fact) is not Answer.UNKNOWN for fact in facts),
        of=len(facts),
        overdue=sum(one.rule.binding and one.state is DutyState.OVERDUE for one in duties(node)),
    )
