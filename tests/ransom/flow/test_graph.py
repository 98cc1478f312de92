"""The graph of a trace: what is spent and paid, and how far each output is from a seed."""

from __future__ import annotations

from hypothesis import given

from drawn_ledgers import drawn_ledgers, tx, txid
from tocsin.ransom.flow.graph import graph_of
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import trace


def naive_hops(graph, point):
    """By walking back along every way."""
    if point in graph.seeds:
        return 0
    return 1 + max(naive_hops(graph, one) for one in graph.spends[point.txid])


@given(drawn=drawn_ledgers())
def test_hops_are_those_of_the_longest_way_back_to_a_seed(drawn):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    graph = graph_of(trace(ledger, seeds, ["fifo"]), ledger)
    for point in graph.outputs:
        assert graph.hops[point] == naive_hops(graph, point)
    for txid_, spent in graph.spends.items():
        for point in graph.pays.get(txid_, ()):
            assert graph.hops[point] > max(graph.hops[one] for one in spent)


def test_what_is_spent_on_nothing_that_was_followed_does_not_go_on():
    ledger = Ledger.of([tx(1, [(99, 0, 50)], [(30, "a"), 20]), tx(2, [(1, 0, 30)], [0])])
    seed = OutPoint(txid(99), 0)
    graph = graph_of(trace(ledger, [seed], ["fifo"]), ledger)
    assert graph.goes_on(seed)
    assert graph.outputs[seed].amounts_sat == {"fifo": 50}
    one = OutPoint(txid(1), 0)
    assert graph.outputs[one].spent_by == txid(2)
    assert not graph.goes_on(one)
    assert not graph.goes_on(OutPoint(txid(1), 1))


def test_the_longer_way_counts_though_the_shorter_one_comes_later_in_the_ledger():
    made = [
        tx(1, [(99, 0, 9)], [9]),
        tx(2, [(1, 0, 9)], [9]),
        tx(3, [(98, 0, 9)], [9]),
        tx(4, [(2, 0, 9), (3, 0, 9)], [18]),
    ]
    ledger = Ledger.of(made)
    graph = graph_of(trace(ledger, [OutPoint(txid(98), 0), OutPoint(txid(99), 0)], ["fifo"]), ledger)
    assert graph.hops[OutPoint(txid(4), 0)] == 3
