"""A large estate at once: what is affected of all, where one advisory hits, what concerns one bill.

What ``check --inventory`` tells of each product at each site is too much to hold for ten thousand sites; here a
release is judged once and its sites are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component
from tocsin.inventory.judge import Judgement, judge
from tocsin.inventory.rule import Verdict
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.check_node import known_advisories
from tocsin.service.inventory.kept import aliases_of, decode_component
from tocsin.store.advisories import concerned, weighed
from tocsin.store.bills import listed, places_of, release_bodies, times_held

__all__ = ["Affected", "Estate", "affected_by", "concerning_bill", "estate"]


@dataclass(frozen=True, slots=True)
class Estate:
    """``affected`` releases, at how many ``holdings``, and how many ``pairs`` of a holding and an advisory there are.

    ``unknown`` are the releases of which something could not be told, and that are not affected.
    """

    affected: int
    holdings: int
    pairs: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Affected:
    """A release, what was decided of it, and the places (site, bill) that have it."""

    component: Component
    judgements: tuple[Judgement, ...]
    places: tuple[tuple[str, str], ...]


def estate(node: Node) -> Estate:
    """What is affected of all that is held, by all advisories that are kept."""
    with node.reading() as connection:
        times = times_held(connection)
        settled, doubtful = weighed(connection)
        sure = [pair for pair in settled if pair[0] in times]
        judged = _judged(node, connection, [pair for pair in doubtful if pair[0] in times])
    affected = {release for release, _ in sure}
    pairs = sum(times[release] for release, _ in sure)
    unknown = set()
    for release, judgements in judged.items():
        found = sum(one.verdict is Verdict.AFFECTED for one in judgements)
        pairs += found * times[release]
        if found:
            affected.add(release)
        elif any(one.verdict is Verdict.UNKNOWN for one in judgements):
            unknown.add(release)
    return Estate(len(affected), sum(times[one] for one in affected), pairs, len(unknown - affected))


def affected_by(node: Node, advisory: int) -> list[Affected]:
    """What advisory number ``advisory`` calls affected, or may, and where it is."""
    with node.reading() as connection:
        pairs = concerned(connection, advisories=[advisory])
        return _with_places(node, connection, pairs)


def concerning_bill(node: Node, bill: int) -> list[Affected]:
    """What of bill number ``bill`` is affected, or may be, by all advisories that are kept."""
    with node.reading() as connection:
        pairs = concerned(connection, releases=listed(connection, bill).releases)
        return _with_places(node, connection, pairs, places=False)


def _with_places(
    node: Node, connection: Connection, pairs: list[tuple[int, int]], *, places: bool = True
) -> list[Affected]:
    judged = {
        release: told
        for release, judgements in _judged(node, connection, pairs).items()
        if (told := tuple(one for one in judgements if one.verdict in {Verdict.AFFECTED, Verdict.UNKNOWN}))
    }
    where: dict[int, list[tuple[str, str]]] = {}
    if places:
        for release, site, bill in places_of(connection, judged):
            where.setdefault(release, []).append((site, bill))
    components = _components(connection, judged)
    return [Affected(components[one], told, tuple(where.get(one, ()))) for one, told in judged.items()]


def _judged(node: Node, connection: Connection, pairs: list[tuple[int, int]]) -> dict[int, list[Judgement]]:
    """What is decided of each release in ``pairs`` by all advisories about the same vulnerabilities."""
    if not pairs:
        return {}
    known = known_advisories(node, connection, {advisory for _, advisory in pairs})
    claims = ClaimIndex(one.advisory for one in known)
    components = _components(connection, {release for release, _ in pairs})
    said = aliases_of(connection)
    return {
        number: judge(one, claims.matches(one, said.of(one.identity))) for number, one in components.items()
    }


def _components(connection: Connection, releases: Iterable[int]) -> dict[int, Component]:
    return {number: decode_component(body) for number, body in release_bodies(connection, releases).items()}
