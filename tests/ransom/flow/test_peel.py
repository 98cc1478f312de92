"""A chain is a run of transactions that each carry most of one output on and peel a little off."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from drawn_ledgers import tx, txid
from tocsin.ransom.flow.graph import graph_of
from tocsin.ransom.flow.peel import PEEL_RUN, PEEL_SHARE, chains_in
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import trace


def graph(*transactions, seed=(99, 0)):
    ledger = Ledger.of(transactions)
    return graph_of(trace(ledger, [OutPoint(txid(seed[0]), seed[1])], ["fifo"]), ledger)


def run(length, *, start=1_000, aside=100, first=1):
    """A chain of ``length`` transactions from the output 99:0; the large output comes first in every other of them."""
    made, of, n = [], 99, 0
    for number in range(first, first + length):
        left = start - aside
        outputs = [aside, left] if number % 2 else [left, aside]
        made.append(tx(number, [(of, n, start)], outputs))
        of, n, start = number, outputs.index(left), left
    return made


def points(*pairs):
    return tuple(OutPoint(txid(number), n) for number, n in pairs)


def test_a_run_is_found_whichever_output_is_the_large_one():
    (found,) = chains_in(graph(*run(4)))
    assert found.txids == tuple(map(txid, (1, 2, 3, 4)))
    assert found.peeled == points((1, 0), (2, 1), (3, 0), (4, 1))
    assert found.carried == points((1, 1), (2, 0), (3, 1), (4, 0))


def test_two_in_a_row_are_no_chain():
    assert PEEL_RUN == 3
    assert chains_in(graph(*run(2))) == []
    assert len(chains_in(graph(*run(3)))) == 1


@pytest.mark.parametrize(("aside", "found"), [(200, 1), (201, 0)], ids=["a fifth", "more than a fifth"])
def test_at_most_a_fifth_goes_aside(aside, found):
    assert PEEL_SHARE == 5
    # The amount that the second transaction pays decides: it pays 1,000 in all.
    made = [
        tx(1, [(99, 0, 1_100)], [100, 1_000]),
        tx(2, [(1, 1, 1_000)], [aside, 1_000 - aside]),
        tx(3, [(2, 1, 1_000 - aside)], [10, 700]),
    ]
    assert len(chains_in(graph(*made))) == found


def test_a_transaction_into_which_something_else_flows_breaks_the_chain():
    made = run(7)
    broken = tx(4, [(3, 1, 700), (98, 0, 500)], [1_090, 100])
    after = tx(5, [(4, 0, 1_090)], [100, 990])
    rest = [tx(6, [(5, 1, 990)], [800, 190]), tx(7, [(6, 0, 800)], [100, 700])]
    found = chains_in(graph(*made[:3], broken, after, *rest))
    assert [one.txids for one in found] == [tuple(map(txid, (1, 2, 3))), tuple(map(txid, (5, 6, 7)))]


def test_a_second_input_breaks_the_chain_though_no_more_is_paid_than_one_of_them_brings():
    made = run(3)
    ledger = Ledger.of([made[0], tx(2, [(1, 1, 900), (98, 0, 2_000)], [800, 100]), made[2]])
    seeds = [OutPoint(txid(99), 0), OutPoint(txid(98), 0)]
    assert chains_in(graph_of(trace(ledger, seeds, ["fifo"]), ledger)) == []


@pytest.mark.parametrize("outputs", [[700], [600, 50, 50]], ids=["one output", "three outputs"])
def test_only_transactions_of_two_outputs_peel(outputs):
    made = [*run(3), tx(4, [(3, 1, 700)], outputs)]
    assert chains_in(graph(*made))[0].txids == tuple(map(txid, (1, 2, 3)))


def test_what_was_peeled_off_can_begin_a_chain_of_its_own():
    first = run(4, start=100_000, aside=10_000)
    aside = [
        tx(11, [(1, 0, 10_000)], [9_000, 1_000]),
        tx(12, [(11, 0, 9_000)], [8_000, 1_000]),
        tx(13, [(12, 0, 8_000)], [7_000, 1_000]),
    ]
    assert [len(one.txids) for one in chains_in(graph(*first, *aside))] == [4, 3]


@given(shares=st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_each_transaction_is_in_a_chain_if_the_run_around_it_is_long_enough(shares):
    made, of, left = [], 99, 10**9
    for number, share in enumerate(shares, 1):
        aside = left * share // 100
        made.append(tx(number, [(of, 0, left)], [left - aside, aside]))
        of, left = number, left - aside
    expected, now = [], []
    for number, share in enumerate([*shares, 0], 1):
        if 0 < share <= 20:
            now.append(txid(number))
        else:
            expected += [tuple(now)] if len(now) >= PEEL_RUN else []
            now = []
    assert [one.txids for one in chains_in(graph(*made))] == expected
