"""Small made-up ledgers whose outputs have addresses, and some cases that were paid in them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from hypothesis import strategies as st

from drawn_ledgers import tx, txid
from tocsin.ransom.clusters.cluster import Clusters
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint, Transaction
from tocsin.ransom.links.case import Case
from tocsin.ransom.links.find import Known, links
from tocsin.ransom.links.split import splits_of
from tocsin.ransom.links.way import METHOD, way_of
from tocsin.ransom.taint.ends import End, Ends
from tocsin.ransom.taint.trace import trace

ADDRESSES = ("", "ann", "bob", "cat", "dan", "eve")


@dataclass(frozen=True)
class Drawn:
    transactions: tuple[Transaction, ...]
    cases: tuple[Case, ...]
    coinjoins: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()

    def ledger(self):
        return Ledger.of(self.transactions)

    def known(self):
        return known_of(
            self.ledger(), self.cases, self.coinjoins, dict.fromkeys(self.services, "an exchange")
        )

    def links(self):
        return links(self.cases, self.known())


class _Ends(Ends):
    """Ends also where transactions are said to be CoinJoins."""

    said = frozenset()

    def reason(self, point, spender, *, is_seed):
        if self.ledger.columns.name(spender) in self.said:
            return End.COINJOIN
        return super().reason(point, spender, is_seed=is_seed)


def ends_of(ledger, services, coinjoins):
    ends = _Ends(ledger, services, at_coinjoins=True)
    object.__setattr__(ends, "said", coinjoins)
    return ends


def known_of(ledger, cases, coinjoins=frozenset(), services=MappingProxyType({})):
    """What the ledger says where transactions are said to be CoinJoins besides those that look so."""
    clusters = Clusters(ledger, without=coinjoins)
    all_ = frozenset(coinjoins) | frozenset(clusters.coinjoins)
    ways = {
        one.id: way_of(
            ledger,
            [
                trace(ledger, [point], [METHOD], ends_of(ledger, services, coinjoins))
                for point in points_of(ledger, one)
            ],
            services,
        )
        for one in cases
    }
    known = Known(ledger, clusters, ways, {id: splits_of(ledger, way) for id, way in ways.items()}, services)
    known.coinjoins = all_
    return known


def points_of(ledger, case):
    """What was paid; where no output is said, all that pays to the addresses."""
    return list(case.points) or [point for address in case.addresses for point in ledger.paid_to(address)]


@st.composite
def drawn_cases(draw):
    """Some coins are spent on from hand to hand, whole or in two parts, and two to four cases name some of them."""
    free = [(1000 + n, 0, 20) for n in range(draw(st.integers(2, 4)))]
    points, made = [], []
    for number in range(1, draw(st.integers(2, 7)) + 1):
        inputs = [
            free.pop(draw(st.integers(0, len(free) - 1)))
            for _ in range(min(len(free), draw(st.integers(1, 2))))
        ]
        total = sum(amount for _, _, amount in inputs)
        first = draw(st.sampled_from((total, total * 4 // 5, total // 4, 0)))
        outputs = [amount for amount in (first, total - first - draw(st.integers(0, 1))) if amount > 0]
        made.append(tx(number, inputs, [(amount, draw(st.sampled_from(ADDRESSES))) for amount in outputs]))
        free += [(number, n, amount) for n, amount in enumerate(outputs)]
        points += [OutPoint(txid(of), n) for of, n, _ in (*inputs, *free[len(free) - len(outputs) :])]
        if not free:
            break
    cases = []
    for number in range(draw(st.integers(2, 4))):
        some = draw(st.sampled_from((points, [one for one in points if int(one.txid, 16) >= 1000])))
        paid = draw(st.lists(st.sampled_from(some), max_size=2, unique=True))
        addresses = draw(st.lists(st.sampled_from(ADDRESSES[1:]), max_size=draw(st.integers(0, 1))))
        cases.append(Case(f"case {number}", tuple(addresses), tuple(paid)))
    txids = [one.txid for one in made]
    return Drawn(
        tuple(draw(st.permutations(made))),
        tuple(draw(st.permutations(cases))),
        frozenset(draw(st.lists(st.sampled_from(txids), max_size=1))),
        frozenset(draw(st.lists(st.sampled_from(ADDRESSES[1:]), max_size=1))),
    )
