"""What of the inventory new or changed advisories affect: told when they arrive."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.inventory.exposure import Exposure
from tocsin.inventory.rule import Verdict
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.check import result_of
from tocsin.service.inventory.check_node import known_advisories
from tocsin.service.inventory.kept import held_releases
from tocsin.store.advisories import concerned, names_of, of_the_same

__all__ = ["news_for"]


def news_for(node: Node, numbers: Iterable[int]) -> list[Exposure]:
    """What the advisories with these numbers affect or may affect, first what is to be done first.

    A new word about a vulnerability counts, whoever's it is: that something here is known to be exploited from today
    on is news, though it was another advisory that named the product.
    """
    changed = sorted(set(numbers))
    if not changed:
        return []
    with node.reading() as connection:
        pairs = concerned(connection, advisories=of_the_same(connection, changed))
        held = held_releases(node, connection, {release for release, _ in pairs})
        wanted = {advisory for release, advisory in pairs if release in held}
        if not wanted:
            return []
        known = known_advisories(node, connection, wanted)
        names = names_of(connection, changed)
        result = result_of(list(held.values()), known, set(), (), node.now_us / 1_000_000, bills=0)
    return [
        one
        for one in result.exposures
        if one.verdict in {Verdict.AFFECTED, Verdict.UNKNOWN} and one.judgement.vulnerability in names
    ]
