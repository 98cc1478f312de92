"""``check --inventory`` of what a node keeps, and ``affected``: which of it one advisory or vulnerability concerns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, Final

from sqlalchemy import Connection

from tocsin import __version__
from tocsin.errors import NothingToCheck
from tocsin.inventory.alias import meant_keys
from tocsin.inventory.assess import count, most_frequent, order_by, uncovered
from tocsin.inventory.claim_index import claim_keys, component_keys
from tocsin.inventory.covered import kinds_named
from tocsin.inventory.end_of_life import past_their_end
from tocsin.inventory.exposure import Counts, Exposures, FeedAge, InventoryResult, Warned
from tocsin.inventory.held import HeldRelease
from tocsin.inventory.rule import Verdict
from tocsin.inventory.urgency import Priorities
from tocsin.service.collector import collector_paused
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.check import (
    USUAL,
    Files,
    KnownAdvisory,
    Wanted,
    age_of,
    assessed,
    judged,
    named_bills,
    result_of,
    told_at,
)
from tocsin.service.inventory.epss_feed import EPSS, kept_scores
from tocsin.service.inventory.feed_list import about_products
from tocsin.service.inventory.kept import aliases_of, day_of, decode_advisory, held_releases, not_read_of
from tocsin.service.inventory.lifecycle_feed import kept_lifecycles
from tocsin.service.inventory.marking import prepare
from tocsin.service.inventory.warned import warned_of
from tocsin.store.advisories import (
    advisories_named,
    advisory_bodies,
    claiming,
    covered,
    feeds,
    named,
    naming,
    of_the_same,
)
from tocsin.store.answers import marks_are_made
from tocsin.store.bills import number_of_bills

if TYPE_CHECKING:
    # What holds answers as columns is loaded where a node keeps some.
    from tocsin.inventory.estate import Estate
    from tocsin.service.inventory.kept_answers import Whole

__all__ = [
    "about",
    "advisories_about",
    "affected",
    "check_named",
    "check_node",
    "feed_ages",
    "held_against",
    "known_advisories",
    "named_by",
    "require_inventory",
    "speaking_of",
    "whole_result",
    "whole_result_anew",
    "with_aliases",
]

_NAME: Final = re.compile(
    r"(CVE|GHSA|PYSEC|GO|RUSTSEC|OSV|DSA|DLA|ICSA|ICSMA|SSA|RHSA|VDE|USN)-[\w.:-]+", re.IGNORECASE
)
"""What looks like the name of a vulnerability or an advisory; all else is a file."""


def check_node(
    node: Node, against: Sequence[str], stdin: BinaryIO | None, wanted: Wanted = USUAL
) -> InventoryResult:
    """Judge the node's inventory by the advisories named, or without any by those that it keeps.

    The sectors are the node's own where ``wanted`` names none.

    Raises:
        NothingToCheck: the node keeps no bill, or there is no advisory.
        BadInput: a single file was named that holds no advisories.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    prepare(node)
    with node.reading() as connection:
        require_inventory(connection)
        bills = number_of_bills(connection)
        if against:
            from tocsin.service.inventory.reading import read_feeds

            releases = list(held_releases(node, connection).values())
            return judged(
                releases,
                read_feeds(against, stdin),
                not_read_of(connection),
                _now_s(node),
                bills=bills,
                wanted=_of_node(node, wanted),
            )
        _require_advisories(connection)
        with collector_paused():
            return whole_result(node, connection, wanted)[0]


def check_named(node: Node, asked: Files, stdin: BinaryIO | None) -> InventoryResult:
    """Judge what the named bills list by the advisories that the node keeps, and by what persons said there of names.

    Nothing is kept.

    Raises:
        NothingToCheck: no bill is among what was named, or the node keeps no advisories.
        BadInput: a single file was named that is no bill.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    with collector_paused(), node.reading() as connection:
        named = named_bills(asked, _now_s(node), stdin)
        _require_advisories(connection)
        releases = with_aliases(connection, named.releases)
        return result_of(
            releases,
            known_advisories(node, connection, speaking_of(connection, releases)),
            covered(connection),
            tuple(named.not_read),
            _now_s(node),
            bills=named.bills,
            feeds=feed_ages(node, connection),
            lifecycles=kept_lifecycles(connection),
            priorities=_of_node(node, asked.wanted).priorities(kept_scores(connection)),
        )


def with_aliases(connection: Connection, releases: Iterable[HeldRelease]) -> list[HeldRelease]:
    """Releases that the node does not keep, with what persons said here of their names."""
    said = aliases_of(connection)
    return [replace(one, aliases=said.of(one.component.identity)) for one in releases]


def speaking_of(connection: Connection, releases: Iterable[HeldRelease]) -> list[int]:
    """The numbers of the advisories that claim something about a name of one of ``releases``."""
    keys = {key.text for one in releases for key, _ in component_keys(one.component)}
    keys |= {key.text for one in releases for alias in one.aliases for key in meant_keys(alias.named)}
    return claiming(connection, keys)


def _require_advisories(connection: Connection) -> None:
    if not about_products(feeds(connection)):
        raise NothingToCheck(
            "this node has no advisories yet",
            hint="Bring some: tocsin sync kev cve osv csaf. Or name them: tocsin check --inventory --against FILE",
        )


def _of_node(node: Node, wanted: Wanted) -> Wanted:
    return wanted if wanted.sectors else replace(wanted, sectors=node.own.sectors)


def whole_result(
    node: Node, connection: Connection, wanted: Wanted = USUAL
) -> tuple[InventoryResult, Callable[[], list[HeldRelease]]]:
    """The answer about all that is held, by all advisories that the node keeps; there may be none of either.

    Beside it what gives the releases that it is about. It is an answer from kept ones where the node keeps them
    (:func:`tocsin.service.inventory.marking.prepare`).
    """
    ages = feed_ages(node, connection)
    priorities = _of_node(node, wanted).priorities(kept_scores(connection))
    found = _kept(node, connection, ages, priorities)
    if found is None:
        result = whole_result_anew(node, connection, held := held_releases(node, connection), wanted)
        return result, lambda: list(held.values())
    return _by_kept(node, connection, found, ages, priorities), found.releases


def whole_result_anew(
    node: Node, connection: Connection, held: Mapping[int, HeldRelease], wanted: Wanted = USUAL
) -> InventoryResult:
    """The answer about all that is ``held``, each release judged now."""
    # By name alone: what is mended is told too, and that an advisory names it.
    known = known_advisories(
        node, connection, {advisory for release, advisory in named(connection) if release in held}
    )
    return result_of(
        list(held.values()),
        known,
        covered(connection),
        tuple(not_read_of(connection)),
        _now_s(node),
        bills=number_of_bills(connection),
        feeds=feed_ages(node, connection),
        lifecycles=kept_lifecycles(connection),
        priorities=_of_node(node, wanted).priorities(kept_scores(connection)),
    )


def _kept(
    node: Node, connection: Connection, ages: Sequence[FeedAge], priorities: Priorities
) -> Whole | None:
    if not marks_are_made(connection):
        return None
    from tocsin.service.inventory.kept_answers import whole

    return whole(node, connection, {one.name: one for one in ages}, priorities)


def _by_kept(
    node: Node, connection: Connection, found: Whole, ages: Sequence[FeedAge], priorities: Priorities
) -> InventoryResult:
    estate, today = found.estate, day_of(node.now_us)
    beside = list(found.beside.values())
    known = known_advisories(node, connection, speaking_of(connection, beside)) if beside else []
    others = assessed(beside, known, priorities, today)
    number_of = {id(one): number for number, one in found.beside.items()}
    order = order_by(priorities.table)
    cases = estate.in_order([(number_of[id(one.release)], one) for one in others.cases], order)
    kinds = covered(connection)
    no_data = uncovered(beside, others, kinds)
    unnamed = 0
    for silent in estate.silent():
        if kinds.isdisjoint(silent.kinds):
            no_data.setdefault(silent.kind, []).extend(silent.shown)
        else:
            unnamed += len(silent.shown)
    lifecycles = kept_lifecycles(connection)
    return InventoryResult(
        exposures=Exposures.ready(cases, order, estate.places() + len(others)),
        counts=_together(estate, count(beside, others, kinds), no_data, unnamed),
        no_data=most_frequent(no_data),
        feeds=tuple(ages),
        not_read=tuple(not_read_of(connection)),
        sites=found.sites,
        bills=number_of_bills(connection),
        made=told_at(_now_s(node)),
        tocsin=__version__,
        past_end=() if lifecycles is None else past_their_end(found.releases(), lifecycles, today),
        decided_by=priorities.table.told,
    )


def _together(estate: Estate, others: Counts, no_data: Mapping[str, Sequence[str]], unnamed: int) -> Counts:
    """The counts of what is told by kept answers, of which nothing is treated, and of ``others``."""
    worst = estate.worst()
    counts = Counts(
        releases=0,
        affected=others.affected + worst[Verdict.AFFECTED],
        unknown=others.unknown + worst[Verdict.UNKNOWN],
        fixed=others.fixed + worst[Verdict.FIXED],
        not_affected=others.not_affected + worst[Verdict.NOT_AFFECTED],
        unnamed=others.unnamed + unnamed,
        no_data=sum(map(len, no_data.values())),
        treated=others.treated,
    )
    told = counts.affected + counts.unknown + counts.fixed + counts.not_affected
    return replace(counts, releases=told + counts.unnamed + counts.no_data)


def affected(node: Node, what: str, stdin: BinaryIO | None) -> InventoryResult:
    """What of the inventory a vulnerability (``CVE-2021-26855``), or the advisories in a file, concern.

    Raises:
        NothingToCheck: the node keeps no inventory, no advisory here speaks of it, or the file holds none.
        BadInput: the file holds no advisories.
        SourceUnavailable: it cannot be opened.
    """
    with node.reading() as connection:
        require_inventory(connection)
        if not _NAME.fullmatch(what):
            from tocsin.service.inventory.reading import dated, read_feeds

            known = [
                KnownAdvisory(advisory, age, day_of(node.now_us))
                for feed in read_feeds([what], stdin)
                for age in (age_of(feed.name, dated(feed.advisories), len(feed.advisories), _now_s(node)),)
                for advisory in feed.advisories
            ]
            return held_against(node, connection, known)
        warned = warned_of(connection, what)
        known = _about(node, connection, what, warned)
        result = held_against(node, connection, known)
    by = {one.feed.name for one in known}
    return replace(result, warned=tuple(replace(one, says_versions=one.by in by) for one in warned))


def held_against(node: Node, connection: Connection, known: Sequence[KnownAdvisory]) -> InventoryResult:
    """What of the inventory the advisories ``known`` concern."""
    return _result_about(node, connection, known, named_by(node, connection, known))


def about(node: Node, connection: Connection, name: str) -> tuple[InventoryResult, dict[int, HeldRelease]]:
    """What is known here of ``name``, a vulnerability or an advisory, and the releases by number that it may concern.

    Raises:
        NothingToCheck: no advisory here speaks of it.
    """
    known = _about(node, connection, name, warned_of(connection, name))
    held = named_by(node, connection, known)
    return _result_about(node, connection, known, held), held


def named_by(node: Node, connection: Connection, known: Iterable[KnownAdvisory]) -> dict[int, HeldRelease]:
    """The releases that go by a name of what advisories claim something about."""
    keys = {key.text for one in known for claim in one.advisory.claims for key in claim_keys(claim)}
    return held_releases(node, connection, naming(connection, keys))


def _result_about(
    node: Node, connection: Connection, known: Sequence[KnownAdvisory], held: Mapping[int, HeldRelease]
) -> InventoryResult:
    return result_of(
        list(held.values()),
        known,
        kinds_named(one.advisory for one in known),
        (),
        _now_s(node),
        bills=number_of_bills(connection),
        priorities=_of_node(node, USUAL).priorities(kept_scores(connection)),
    )


def require_inventory(connection: Connection) -> None:
    """Make sure that the node keeps an inventory.

    Raises:
        NothingToCheck: it keeps none.
    """
    if not number_of_bills(connection):
        raise NothingToCheck(
            "this node keeps no inventory", hint="Add one: tocsin inventory add FILE --site NAME"
        )


def _about(node: Node, connection: Connection, name: str, warned: Sequence[Warned]) -> list[KnownAdvisory]:
    """The advisories that go by ``name`` or speak of the vulnerability of that name.

    Raises:
        NothingToCheck: there is none.
    """
    known = advisories_about(node, connection, name)
    if known:
        return known
    stand = list(dict.fromkeys(one.by for one in warned if not one.withdrawn))
    if stand:
        what = f"{' and '.join(stand)} warned of {warned[0].vulnerability} without saying which versions are affected"
    elif warned:
        first = warned[0]
        why = f": {first.why}" if first.why else ""
        what = f"no advisory here speaks of {first.vulnerability} any more: {first.by} withdrew it{why}"
    else:
        what = f"no advisory here speaks of {name}"
    raise NothingToCheck(
        what,
        hint="Bring some: tocsin sync kev cve osv csaf. Or name a file: tocsin affected ADVISORY.json",
    )


def advisories_about(node: Node, connection: Connection, name: str) -> list[KnownAdvisory]:
    """The advisories that go by ``name`` or speak of the vulnerability of that name; there may be none."""
    numbers = advisories_named(connection, [name.upper(), name]).values()
    return known_advisories(node, connection, {one for several in numbers for one in several})


def known_advisories(node: Node, connection: Connection, numbers: Iterable[int]) -> list[KnownAdvisory]:
    """The advisories with these numbers, and all others that speak of the same vulnerabilities."""
    ages = {one.name: one for one in feed_ages(node, connection)}
    # Many were read at one moment.
    day = cache(day_of)
    return [
        KnownAdvisory(decode_advisory(body), ages[feed], day(read_us))
        for feed, read_us, body in advisory_bodies(connection, of_the_same(connection, numbers))
    ]


def feed_ages(node: Node, connection: Connection) -> list[FeedAge]:
    """How old each feed is that was read."""
    return [
        replace(age_of(one.name, one.dated, one.advisories, _now_s(node)), orders_only=one.name == EPSS)
        for one in about_products(feeds(connection))
    ]


def _now_s(node: Node) -> float:
    return node.now_us / 1_000_000
