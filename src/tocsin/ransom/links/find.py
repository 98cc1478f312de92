"""Which cases lead to the same hands: found by what they have in common, so no pair is looked at that has nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from tocsin.model.strength import Strength
from tocsin.ransom.clusters.cluster import Clusters, Step
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.links.case import Case, holder_of
from tocsin.ransom.links.link import Evidence, Kind, Link, Side
from tocsin.ransom.links.split import Splits
from tocsin.ransom.links.way import Held, Way

__all__ = ["FAR_HOPS", "FEW_SAT", "MANY_PAYERS", "MANY_PAYMENTS", "Known", "doubts_of_money", "links"]

MANY_PAYMENTS: Final = 100
"""An address to which more outputs pay is likely a service's, or a list that everybody pays to."""
MANY_PAYERS: Final = 20
"""A transaction that spends from more outputs is likely that of a service that gathers what its customers paid in."""
FAR_HOPS: Final = 5
"""Money that went through more transactions has likely changed hands."""
FEW_SAT: Final = 10_000
"""Less of the money than this is change, or dust that somebody threw."""

_STRENGTHS: Final = list(Strength)
_KINDS: Final = list(Kind)
Pair = tuple[str, str]


class Known:
    """What the ledger says of cases: their ways (by id) and splits, clusters, and which addresses are a service's."""

    def __init__(
        self,
        ledger: Ledger,
        clusters: Clusters,
        ways: Mapping[str, Way],
        splits: Mapping[str, Splits],
        services: Mapping[str, str],
    ) -> None:
        self.ledger = ledger
        self.clusters = clusters
        self.ways = ways
        self.splits = splits
        self.services = services
        self.coinjoins = frozenset(clusters.coinjoins)

    def doubts_of(self, address: str) -> tuple[str, ...]:
        """Why an address says little: it is a service's, or many pay to it."""
        doubts = []
        service = self.services.get(address)
        if service:
            doubts.append(f"the address is labelled as {service}")
        payments = len(self.ledger.paid_to(address))
        if payments > MANY_PAYMENTS:
            doubts.append(f"{payments:,} outputs pay to the address")
        if address in self.clusters and self.clusters.is_alarming(address):
            doubts.append("its cluster is so large that it may be a service's, or strangers'")
        return tuple(doubts)

    def doubts_of_gathering(self, txid: str, address: str) -> tuple[str, ...]:
        """Why a transaction that spends from ``address`` and others says little of whose they are."""
        spends = self.spends(txid)
        doubts = [f"the transaction spends {spends:,} outputs"] if spends > MANY_PAYERS else []
        if address in self.clusters and self.clusters.is_alarming(address):
            doubts.append("the cluster that spends there is so large that it may be a service's")
        return tuple(doubts)

    def spends(self, txid: str) -> int:
        """How many outputs a transaction spends; 0 if it is not loaded."""
        transaction = self.ledger.transaction(txid)
        return len(transaction.inputs) if transaction else 0


def links(cases: Sequence[Case], known: Known) -> list[Link]:
    """The links among ``cases``, each pair once, the strongest first.

    Money of two cases has to come together to link them: an output that holds money of both already says nothing more,
    so of all that follows after they met only the meeting is told.
    """
    by_id = {one.id: one for one in sorted(cases, key=lambda one: one.id)}
    found: defaultdict[Pair, list[Evidence]] = defaultdict(list)
    for find in (_addresses, _clusters, _consolidations, _cash_outs, _splits):
        for pair, evidence in find(by_id, known):
            found[pair].append(evidence)
    made = [Link(*pair, tuple(sorted(evidence, key=_order))) for pair, evidence in found.items()]
    return sorted(made, key=lambda link: (*_order(link.evidence[0])[:2], link.first, link.second))


def _order(one: Evidence) -> tuple[int, int, str]:
    return _STRENGTHS.index(one.strength), _KINDS.index(one.kind), one.value


def _addresses(cases: Mapping[str, Case], known: Known) -> Iterator[tuple[Pair, Evidence]]:
    holders: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for id, addresses in _all_addresses(cases, known).items():
        for address in addresses:
            holders[holder_of(address)].setdefault(id, address)
    for held in holders.values():
        for first, second in combinations(sorted(held), 2):
            sides = (Side(held[first]), Side(held[second]))
            doubts = max((known.doubts_of(side.what) for side in sides), key=len)
            yield (first, second), Evidence(Kind.ADDRESS, held[first], sides, doubts)


def _all_addresses(cases: Mapping[str, Case], known: Known) -> dict[str, list[str]]:
    return {
        id: sorted({*one.addresses, *map(known.ledger.address_at, one.points)} - {""})
        for id, one in cases.items()
    }


def _clusters(cases: Mapping[str, Case], known: Known) -> Iterator[tuple[Pair, Evidence]]:
    addresses = _all_addresses(cases, known)
    asked = sorted({address for some in addresses.values() for address in some if address in known.clusters})
    cluster: dict[str, str] = {}
    for address in asked:
        if address not in cluster:
            members = set(known.clusters.cluster_of(address))
            cluster |= {one: address for one in asked if one in members}
    held: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for id, some in addresses.items():
        for address in some:
            if address in cluster:
                held[cluster[address]][id].append(address)
    for by_case in held.values():
        for first, second in combinations(sorted(by_case), 2):
            if {holder_of(one) for one in by_case[first]} & {holder_of(one) for one in by_case[second]}:
                continue  # One address is in one cluster: that says nothing more.
            one, other = by_case[first][0], by_case[second][0]
            proof = tuple(known.clusters.proof(one, other))
            doubts = _doubts_of_cluster(known, one, proof)
            yield (first, second), Evidence(Kind.CLUSTER, one, (Side(one), Side(other)), doubts, proof)


def _doubts_of_cluster(known: Known, address: str, proof: Sequence[Step]) -> tuple[str, ...]:
    if known.clusters.is_alarming(address):
        return (
            "the cluster is so large that it may be a service's",
            "a CoinJoin that was not seen may have joined strangers to it",
        )
    most = max(known.spends(step.txid) for step in proof)
    return (f"a transaction that joins them spends {most:,} outputs",) if most > MANY_PAYERS else ()


def _consolidations(cases: Mapping[str, Case], known: Known) -> Iterator[tuple[Pair, Evidence]]:
    def spending() -> Iterator[tuple[str, str, OutPoint]]:
        for id in cases:
            for point, held in known.ways[id].held.items():
                if held.spent_by and held.spent_by not in known.coinjoins:
                    yield held.spent_by, id, point

    for txid, pair, points in _meetings(known, spending()):
        address = known.ways[pair[0]].held[points[0]].address
        doubts = known.doubts_of_gathering(txid, address)
        yield pair, _met(Kind.CONSOLIDATION, txid, known, pair, points, doubts)


def _cash_outs(cases: Mapping[str, Case], known: Known) -> Iterator[tuple[Pair, Evidence]]:
    own = {id: {holder_of(one) for one in some} for id, some in _all_addresses(cases, known).items()}

    def reaching() -> Iterator[tuple[str, str, OutPoint]]:
        for id in cases:
            for point, held in known.ways[id].held.items():
                if held.address:
                    yield held.address, id, point

    for address, (first, second), points in _meetings(known, reaching()):
        if holder_of(address) in own[first] & own[second]:
            continue  # It is the address of both already.
        evidence = _met(Kind.CASH_OUT, address, known, (first, second), points, known.doubts_of(address))
        yield (first, second), evidence


def _meetings(
    known: Known, held: Iterable[tuple[str, str, OutPoint]]
) -> Iterator[tuple[str, Pair, tuple[OutPoint, OutPoint]]]:
    """Where money of two cases comes together: in a place (first of ``held``) each has an output without the other's.

    Of several outputs of a case the one with the most of its money is given.
    """
    places: defaultdict[str, defaultdict[str, list[OutPoint]]] = defaultdict(lambda: defaultdict(list))
    for place, id, point in held:
        places[place][id].append(point)
    for place, by_case in sorted(places.items()):
        for pair in combinations(sorted(by_case), 2):
            first, second = (
                _alone(by_case[one], known.ways[one], known.ways[other]) for one, other in (pair, pair[::-1])
            )
            if first is not None and second is not None:
                yield place, pair, (first, second)


def _alone(points: Sequence[OutPoint], way: Way, other: Way) -> OutPoint | None:
    found = [(-way.held[point].amount_sat, point) for point in points if point not in other.held]
    return min(found)[1] if found else None


def _met(
    kind: Kind,
    value: str,
    known: Known,
    pair: Pair,
    points: tuple[OutPoint, OutPoint],
    doubts: Iterable[str],
) -> Evidence:
    held = [known.ways[id].held[point] for id, point in zip(pair, points, strict=True)]
    first, second = (
        Side(str(point), one.amount_sat, one.min_sat, one.hops)
        for point, one in zip(points, held, strict=True)
    )
    return Evidence(kind, value, (first, second), (*doubts, *doubts_of_money(held)))


def doubts_of_money(held: Sequence[Held]) -> Iterator[str]:
    """Why it says little that so much of the money is there."""
    if any(not one.min_sat for one in held):
        yield "by another convention than FIFO nothing of the money need be there"
    if any(one.hops > FAR_HOPS for one in held):
        yield f"money of one went through more than {FAR_HOPS} transactions before"
    if any(one.amount_sat < FEW_SAT for one in held):
        yield f"less than {FEW_SAT:,} satoshi of one are there"


def _splits(cases: Mapping[str, Case], known: Known) -> Iterator[tuple[Pair, Evidence]]:
    held: defaultdict[int, list[str]] = defaultdict(list)
    split = [id for id in cases if known.splits[id].looked_at]
    tried = sum(known.splits[id].looked_at for id in split)
    for id in split:
        for share in known.splits[id].shares:
            held[share].append(id)
    for share, ids in sorted(held.items()):
        for first, second in combinations(ids, 2):
            one, other = (known.splits[id].shares[share] for id in (first, second))
            if one != other:
                yield (
                    (first, second),
                    Evidence(
                        Kind.SPLIT,
                        f"{share}/{100 - share}",
                        (Side(one), Side(other)),
                        held=len(ids) - 2,
                        of=len(split) - 2,
                        tried=tried - sum(known.splits[id].looked_at for id in (first, second)),
                    ),
                )
