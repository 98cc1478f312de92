"""``status`` and the home page: what needs somebody now, asked of every pillar, as far as whoever asks may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final
from weakref import WeakKeyDictionary

import msgspec

from tocsin.detect.result import SEVERITIES, Finding
from tocsin.errors import NotPermitted
from tocsin.limits import NEEDS_SHOWN
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.inbox_list import InboxPage, list_inbox
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.sent_list import list_sent
from tocsin.service.exchange.source import list_hubs, list_sources
from tocsin.service.home import of_exchange, of_incidents, of_payments, of_products
from tocsin.service.home.home import Home, Need
from tocsin.service.home.need import arranged
from tocsin.service.home.not_told import not_told
from tocsin.service.home.of_products import Due
from tocsin.service.incidents import access as incidents_access
from tocsin.service.incidents.incident_list import listed
from tocsin.service.inventory.advisory_list import Concerned, Wanted, advisory_list, concerned_here
from tocsin.service.inventory.exposure_list import Asked, Known, check_may_read, fitting, known
from tocsin.service.inventory.feeds import feeds_and_ages
from tocsin.service.inventory.gate_kept import listed_verdicts
from tocsin.service.ransom.demands import demands
from tocsin.sharing.policy import visible
from tocsin.store.organisations import organisations
from tocsin.store.search import finding_counts, findings_before
from tocsin.store.withdrawn import withdrawn_with_findings

__all__ = ["home"]

_SENT_LAST: Final = 50
_finding = msgspec.json.Decoder(Finding)


@dataclass(frozen=True, slots=True)
class _Told:
    """What ``known`` says, which is the same until it is judged anew."""

    known: Known
    due: Due
    concerned: Mapping[str, Concerned]


_told: WeakKeyDictionary[Node, _Told] = WeakKeyDictionary()
_told_lock: Final = Lock()


def home(node: Node, access: Access) -> Home:
    """What needs somebody now.

    What ``access`` may not read is left out, and said to be: a token sees no incidents, and the inventory only if it is
    for that.

    Raises:
        NotPermitted: it is another organisation.
    """
    if access.viewer.relation != "own":
        raise NotPermitted("what needs somebody here is for this node's own organisation")
    found_here = _hits(node, access)
    needs = [of_exchange.hits(found_here.worst, found_here.counts)]
    told = _of_inventory(node, access)
    today = node.now_text[:10]
    if told is not None:
        needs.append(of_products.exposures(told.due, today))
    may_incidents = _may_incidents(access)
    found = listed(node) if may_incidents else []
    box = list_inbox(node, access, state="new", limit=NEEDS_SHOWN)
    hubs, sources = list_hubs(node), list_sources(node)
    feeds = [age for _, age in feeds_and_ages(node)]
    if may_incidents:
        needs.append(of_payments.payments(demands(node)))
    needs += [
        of_incidents.reports(found),
        of_exchange.inbox(box.items, box.counts),
        of_exchange.decisions(list_sent(node, limit=_SENT_LAST).sent, node.now_us),
        of_incidents.incidents(found),
    ]
    if told is not None:
        needs.append(of_products.gate_failures(listed_verdicts(node, verdict="fail"), node.now_us))
    needs.append(of_exchange.late(hubs, sources, feeds, node.now_us))
    if told is not None:
        needs.append(_advisories(node, told))
    bills = None if told is None else told.known.result.bills
    unknown = not_told(
        bills=bills,
        feeds=told is not None and bool(told.known.result.feeds),
        unknown=0 if told is None else told.known.result.counts.unknown,
        no_data=() if told is None else told.known.result.no_data,
        findings=found_here.any,
        told_by=bool(hubs or sources),
        may_incidents=may_incidents,
    )
    empty = not (found_here.any or bills or hubs or sources or feeds or found or _has_members(node, box))
    quiet = [of_exchange.withdrawn(found_here.withdrawn)]
    return arranged(node.now_text, node.own.name, needs, quiet, unknown, empty=empty)


def _may_incidents(access: Access) -> bool:
    try:
        incidents_access.check_may_read(access)
    except NotPermitted:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Findings:
    """Those that were not shared and of which the warning stands: the ``worst``, and how many of each severity.

    ``withdrawn`` is of how many the warning does not stand any more, ``any`` whether any is kept at all.
    """

    worst: list[Finding]
    counts: Mapping[str, int]
    withdrawn: int
    any: bool


def _hits(node: Node, access: Access) -> _Findings:
    allowed = visible(access.viewer)
    worst: list[Finding] = []
    with node.reading() as connection:
        ended = withdrawn_with_findings(connection, allowed)
        counts = finding_counts(connection, allowed, shared=False, but=ended)
        withdrawn = sum(finding_counts(connection, allowed, of=ended).values()) if ended else 0
        kept = bool(counts) or bool(findings_before(connection, allowed, limit=1))
        for severity in reversed(SEVERITIES):
            if counts.get(severity) and len(worst) < NEEDS_SHOWN:
                rows = findings_before(
                    connection,
                    allowed,
                    severities=(severity,),
                    shared=False,
                    but=ended,
                    limit=NEEDS_SHOWN - len(worst),
                )
                worst += [_finding.decode(one.body) for one in rows]
    return _Findings(worst, counts, withdrawn, kept)


def _of_inventory(node: Node, access: Access) -> _Told | None:
    """What is due and concerns something here, as long as the last answer holds; None for who may not read it."""
    try:
        check_may_read(access)
    except NotPermitted:
        return None
    there = known(node)
    with _told_lock:
        held = _told.get(node)
    if held is None or held.known is not there:
        due = of_products.due_products(fitting(there, Asked(due=True)), there.result.made[:10])
        held = _Told(there, due, concerned_here(there))
        with _told_lock:
            _told[node] = held
    return held


def _advisories(node: Node, told: _Told) -> Need:
    wanted = Wanted(unread=True, affecting=True, sort="current")
    found = advisory_list(node, wanted, told.concerned, limit=NEEDS_SHOWN)
    return of_products.advisories(found.advisories, found.found)


def _has_members(node: Node, box: InboxPage) -> bool:
    with node.reading() as connection:
        return any(box.counts.values()) or any(one.relation == "member" for one in organisations(connection))
