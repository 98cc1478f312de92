"""``check --inventory`` of what a node keeps, and ``affected``: which of it one advisory or vulnerability concerns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import BinaryIO, Final

from sqlalchemy import Connection

from tocsin.errors import NothingToCheck
from tocsin.inventory.assess import HeldRelease
from tocsin.inventory.claim_index import claim_keys
from tocsin.inventory.covered import covered_by
from tocsin.inventory.exposure import FeedAge, InventoryResult
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.check import KnownAdvisory, age_of, judged, result_of
from tocsin.service.inventory.kept import day_of, decode_advisory, held_releases, not_read_of
from tocsin.service.inventory.reading import dated, read_feeds
from tocsin.store.advisories import advisories_named, advisory_bodies, concerned, covered, feeds, naming
from tocsin.store.bills import bills

__all__ = ["about", "affected", "check_node", "feed_ages", "known_advisories", "whole_result"]

_NAME: Final = re.compile(
    r"(CVE|GHSA|PYSEC|GO|RUSTSEC|OSV|DSA|DLA|ICSA|ICSMA|SSA|RHSA|VDE|USN)-[\w.:-]+", re.IGNORECASE
)
"""What looks like the name of a vulnerability or an advisory; all else is a file."""


def check_node(node: Node, against: Sequence[str], stdin: BinaryIO | None) -> InventoryResult:
    """Judge the node's inventory by the advisories named, or without any by those that it keeps.

    Raises:
        NothingToCheck: the node keeps no bill, or there is no advisory.
        BadInput: a single file was named that holds no advisories.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    with node.reading() as connection:
        count = len(bills(connection))
        if not count:
            raise NothingToCheck(
                "this node keeps no inventory", hint="Add one: tocsin inventory add FILE --site NAME"
            )
        if against:
            releases = list(held_releases(connection).values())
            return judged(
                releases, read_feeds(against, stdin), not_read_of(connection), _now_s(node), bills=count
            )
        if not feeds(connection):
            raise NothingToCheck(
                "this node has no advisories yet",
                hint="Bring some: tocsin sync kev cve osv csaf. Or name them: tocsin check --inventory --against FILE",
            )
        return whole_result(node, connection, held_releases(connection))


def whole_result(node: Node, connection: Connection, held: Mapping[int, HeldRelease]) -> InventoryResult:
    """The answer about all that is ``held``, by all advisories that the node keeps; there may be none of either."""
    concerns = [pair for pair in concerned(connection) if pair[0] in held]
    known = known_advisories(node, connection, {advisory for _, advisory in concerns})
    return result_of(
        list(held.values()),
        known,
        covered(connection),
        tuple(not_read_of(connection)),
        _now_s(node),
        bills=len(bills(connection)),
        feeds=feed_ages(node, connection),
    )


def affected(node: Node, what: str, stdin: BinaryIO | None) -> InventoryResult:
    """What of the inventory a vulnerability (``CVE-2021-26855``), or the advisories in a file, concern.

    Raises:
        NothingToCheck: the node keeps no inventory, no advisory here speaks of it, or the file holds none.
        BadInput: the file holds no advisories.
        SourceUnavailable: it cannot be opened.
    """
    with node.reading() as connection:
        count = len(bills(connection))
        if not count:
            raise NothingToCheck(
                "this node keeps no inventory", hint="Add one: tocsin inventory add FILE --site NAME"
            )
        if _NAME.fullmatch(what):
            known = _about(node, connection, what)
        else:
            known = [
                KnownAdvisory(advisory, age, day_of(node.now_us))
                for feed in read_feeds([what], stdin)
                for age in (age_of(feed.name, dated(feed.advisories), len(feed.advisories), _now_s(node)),)
                for advisory in feed.advisories
            ]
        held = _named_by(connection, known)
        return result_of(
            list(held.values()),
            known,
            covered_by(one.advisory for one in known),
            (),
            _now_s(node),
            bills=count,
        )


def about(node: Node, connection: Connection, name: str) -> tuple[InventoryResult, dict[int, HeldRelease]]:
    """What is known here of ``name``, a vulnerability or an advisory, and the releases by number that it may concern.

    Raises:
        NothingToCheck: no advisory here speaks of it.
    """
    known = _about(node, connection, name)
    held = _named_by(connection, known)
    spoken_of = covered_by(one.advisory for one in known)
    return result_of(list(held.values()), known, spoken_of, (), _now_s(node), bills=0), held


def _named_by(connection: Connection, known: Iterable[KnownAdvisory]) -> dict[int, HeldRelease]:
    """The releases that go by a name of what advisories claim something about."""
    keys = {key.text for one in known for claim in one.advisory.claims for key in claim_keys(claim)}
    return held_releases(connection, naming(connection, keys))


def _about(node: Node, connection: Connection, name: str) -> list[KnownAdvisory]:
    """The advisories that go by ``name`` or speak of the vulnerability of that name.

    Raises:
        NothingToCheck: there is none.
    """
    numbers = advisories_named(connection, [name.upper(), name]).values()
    if not numbers:
        raise NothingToCheck(
            f"no advisory here speaks of {name}",
            hint="Bring some: tocsin sync kev cve osv csaf. Or name a file: tocsin affected ADVISORY.json",
        )
    return known_advisories(node, connection, {one for several in numbers for one in several})


def known_advisories(node: Node, connection: Connection, numbers: Iterable[int]) -> list[KnownAdvisory]:
    """The advisories with these numbers, and all others that speak of the same vulnerabilities."""
    first = sorted(set(numbers))
    names = {
        claim.vulnerability
        for _, _, body in advisory_bodies(connection, first)
        for claim in decode_advisory(body).claims
    }
    beside = {one for several in advisories_named(connection, sorted(names)).values() for one in several}
    ages = {one.name: one for one in feed_ages(node, connection)}
    return [
        KnownAdvisory(decode_advisory(body), ages[feed], day_of(read_us))
        for feed, read_us, body in advisory_bodies(connection, sorted(beside.union(first)))
    ]


def feed_ages(node: Node, connection: Connection) -> list[FeedAge]:
    """How old each feed is that was read."""
    return [age_of(one.name, one.dated, one.advisories, _now_s(node)) for one in feeds(connection)]


def _now_s(node: Node) -> float:
    return node.now_us / 1_000_000
