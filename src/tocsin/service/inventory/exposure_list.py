"""The exposures of a node's inventory, page by page and one by one, from the last answer as long as it holds.

Judging an inventory anew at each request takes seconds where it is large. The last answer is kept in memory beside what
it was made of: the bills, the feeds, the treatments, the aliases and the hour; where one of these is another, it is
made anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from threading import Lock
from typing import Any, Final
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import Connection

from tocsin.errors import NotPermitted
from tocsin.inventory.exposure import Case, Exposures, InventoryResult
from tocsin.inventory.held import HeldRelease
from tocsin.inventory.question import Question, questions
from tocsin.inventory.release import shown
from tocsin.inventory.told.json_rows import answer, row
from tocsin.inventory.told.product import Deeds
from tocsin.model.tlp import Tlp
from tocsin.service.collector import collector_paused
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.check_node import whole_result
from tocsin.service.inventory.exposure_rows import ExposureRows
from tocsin.service.inventory.feed_list import about_products
from tocsin.service.inventory.marking import prepare
from tocsin.store.advisories import feeds
from tocsin.store.aliases import aliases
from tocsin.store.bills import bills
from tocsin.store.treatments import treatments

__all__ = [
    "Asked",
    "ExposurePage",
    "Known",
    "check_may_read",
    "exposure_page",
    "fitting",
    "known",
    "result_of",
    "site_names",
]

_HOUR_US: Final = 3_600_000_000


class ExposurePage(msgspec.Struct, kw_only=True):
    """Exposures, what is to be done first at the beginning, with what they stand on.

    ``rows`` are as ``tocsin check --inventory --format json`` gives them, each with its ``id``; ``found`` is how many
    there are of those asked for, ``next`` leads to the rest ("" if there is none). ``missing`` says what there is none
    of: ``inventory``, ``advisories``, or "" where there are both.
    """

    format: str
    version: int
    tocsin: str
    made: str
    sites: int
    bills: int
    decided_by: str | None
    counts: dict[str, int]
    states: dict[str, int]
    no_data: list[dict[str, Any]]
    past_end: list[dict[str, Any]]
    warned: list[dict[str, Any]]
    feeds: list[dict[str, Any]]
    not_read: list[dict[str, Any]]
    missing: str
    found: int
    rows: list[dict[str, Any]]
    next: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Which exposures are asked for: those that fit all that is given. ``words`` occur in product or vulnerability.

    ``due`` asks for those that are open and are to be mended by a day.
    """

    words: str = ""
    site: str = ""
    verdict: str = ""
    state: str = ""
    exploited: bool = False
    due: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The last answer, its exposures as rows, what is where, and what is asked.

    ``questions`` are what only a person can tell, the most useful first.
    """

    result: InventoryResult
    rows: ExposureRows
    releases: tuple[HeldRelease, ...]
    questions: tuple[Question, ...]
    deeds: Deeds

    @property
    def missing(self) -> str:
        """What there is none of: ``inventory``, ``advisories``, or nothing."""
        if not self.result.bills:
            return "inventory"
        return "" if self.result.feeds else "advisories"


@dataclass(slots=True)
class _Memory:
    lock: Lock = field(default_factory=Lock)
    made_of: object = None
    known: Known | None = None


_memories: WeakKeyDictionary[Node, _Memory] = WeakKeyDictionary()
_memories_lock: Final = Lock()


def check_may_read(access: Access) -> None:
    """Refuse who may not read what runs here: it is for this organisation, as what is marked TLP:AMBER+STRICT.

    Raises:
        NotPermitted: it is another organisation, or a token that is for less.
    """
    viewer = access.viewer
    if viewer.relation != "own":
        raise NotPermitted("the inventory is for this node's own organisation")
    if access.token and (access.collections or viewer.ceiling < Tlp.AMBER_STRICT):
        raise NotPermitted(
            "this token may not read the inventory",
            hint="Make one: tocsin token create --for NAME --scope read --ceiling amber+strict",
        )


def known(node: Node) -> Known:
    """What is known of the node's inventory now; kept for the next who asks."""
    with _memories_lock:
        memory = _memories.setdefault(node, _Memory())
    prepare(node)
    # Of several who ask at once one judges, and the others wait for its answer.
    with memory.lock, node.reading() as connection:
        made_of = _made_of(node, connection)
        if memory.known is None or memory.made_of != made_of:
            memory.known = _judged(node, connection)
            memory.made_of = made_of
        return memory.known


def _made_of(node: Node, connection: Connection) -> object:
    """What the answer depends on. Sites change with their bills; ages of feeds and days of treatments by the hour."""
    return (
        node.now_us // _HOUR_US,
        [(one.number, one.site, one.added_us) for one in bills(connection)],
        about_products(feeds(connection)),
        treatments(connection),
        aliases(connection),
    )


def _judged(node: Node, connection: Connection) -> Known:
    with collector_paused():
        result, releases = whole_result(node, connection)
    return Known(
        result,
        ExposureRows(result.exposures),
        tuple(releases()),
        tuple(questions(result.exposures)),
        Deeds(result.exposures),
    )


def fitting(held: Known, asked: Asked) -> Exposures:
    """The exposures that fit what is asked."""
    return (
        held.result.exposures
        if asked == Asked()
        else held.result.exposures.only(lambda one: _fits(one, asked), asked.site or None)
    )


def _fits(one: Case, asked: Asked) -> bool:
    """Whether a case is one that is asked for, wherever it is."""
    words = asked.words.lower().split()
    if asked.verdict and one.verdict.value != asked.verdict:
        return False
    if asked.state and not (one.is_to_do and one.state == asked.state):
        return False
    if asked.exploited and one.stakes.exploited is None:
        return False
    if asked.due and not (one.is_open and one.due):
        return False
    if not words:
        return True
    advisory = one.judgement.match.advisory
    said = (shown(one.component), *one.component.identity.purls, one.judgement.vulnerability, advisory.id)
    text = " ".join((*said, *advisory.aliases, advisory.title)).lower()
    return all(word in text for word in words)


def exposure_page(held: Known, asked: Asked, *, first: int, limit: int) -> ExposurePage:
    """``limit`` exposures from the number ``first`` on, for machines."""
    found = ExposureRows(fitting(held, asked))
    many = len(found)
    return ExposurePage(
        **answer(held.result),
        missing=held.missing,
        found=many,
        rows=[
            {"id": id, **row(several[0], held.deeds)} for id, several in islice(found, first, first + limit)
        ],
        next=str(first + limit) if first + limit < many else "",
    )


def result_of(held: Known, asked: Asked) -> InventoryResult:
    """The answer with those exposures alone that are asked for; its counts are of all."""
    return replace(held.result, exposures=fitting(held, asked))


def site_names(held: Known) -> list[str]:
    """The sites where something is."""
    return sorted({place.site for release in held.releases for place in release.held})
