"""What is drawn of a trace: the largest in layers, chains folded, and nothing of it lost in silence."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from drawn_ledgers import drawn_ledgers, tx, txid
from tocsin.ransom.flow.graph import graph_of
from tocsin.ransom.flow.layers import Kind, layers_of
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import trace


def point(number, n=0):
    return OutPoint(txid(number), n)


def graph(transactions, *seeds, method="fifo"):
    ledger = Ledger.of(transactions)
    return graph_of(trace(ledger, seeds or [point(99)], [method]), ledger)


def drawn(transactions, *seeds, most=100, a_layer=100, opened=()):
    """The picture of the seeds and of the ``most`` largest outputs beside them."""
    all_of_it = most + max(1, len(seeds))
    return layers_of(graph(transactions, *seeds), "fifo", most=all_of_it, most_a_layer=a_layer, opened=opened)


def names(layers):
    return [
        [",".join(f"{int(one.txid, 16)}:{one.n}" for one in box.points) for box in layer]
        for layer in layers.layers
    ]


CHAIN = [
    tx(1, [(99, 0, 1_000)], [(100, "a"), 900]),
    tx(2, [(1, 1, 900)], [(100, "b"), 800]),
    tx(3, [(2, 1, 800)], [(100, "a"), 700]),
    tx(4, [(3, 1, 700)], [(100, "c"), 600]),
]  # fmt: skip


def test_each_output_is_in_the_layer_of_its_hop_and_a_transaction_joins_what_it_spends_and_pays():
    made = [tx(1, [(99, 0, 50)], [30, 20]), tx(2, [(1, 0, 30)], [25]), tx(3, [(2, 0, 25), (1, 1, 20)], [45])]
    found = drawn(made)
    assert names(found) == [["99:0"], ["1:0", "1:1"], ["2:0"], ["3:0"]]
    assert [(int(one.txid, 16), one.layer, one.unseen) for one in found.joints] == [
        (1, 1, 0),
        (2, 2, 0),
        (3, 3, 0),
    ]
    assert {(way.start, way.end): way.amount_sat for way in found.ways} == {
        ((0, 0), txid(1)): 50,
        (txid(1), (1, 0)): 30,
        (txid(1), (1, 1)): 20,
        ((1, 0), txid(2)): 30,
        (txid(2), (2, 0)): 25,
        ((2, 0), txid(3)): 25,
        ((1, 1), txid(3)): 20,
        (txid(3), (3, 0)): 45,
    }
    assert [box.ends for box in found.boxes] == [False, False, False, False, True]


def test_a_chain_is_one_box_with_what_was_peeled_off_and_its_last_output_stands_after_it():
    found = drawn(CHAIN)
    assert names(found) == [["99:0"], ["1:1,2:1,3:1,1:0,2:0,3:0,4:0"], ["4:1"]]
    box = found.layers[1][0]
    assert (box.kind, box.hops, box.addresses, box.apart) == (Kind.CHAIN, (1, 4), 3, 0)
    assert (box.sum.outputs, box.sum.amount_sat, box.sum.untold) == (4, 400, 0)
    assert [(way.start, way.end, way.amount_sat) for way in found.ways] == [
        ((0, 0), (1, 0), 1_000),
        ((1, 0), (2, 0), 600),
    ]
    assert found.joints == ()


def test_a_chain_that_is_opened_is_drawn_transaction_by_transaction():
    found = drawn(CHAIN, opened=[txid(1)])
    assert names(found) == [["99:0"], ["1:1", "1:0"], ["2:1", "2:0"], ["3:1", "3:0"], ["4:1", "4:0"]]
    assert len(found.joints) == 4


def test_what_was_peeled_off_and_goes_on_stands_apart():
    found = drawn([*CHAIN, tx(5, [(2, 0, 100)], [60, 40])])
    assert names(found) == [["99:0"], ["1:1,2:1,3:1,1:0,3:0,4:0"], ["4:1", "2:0"], ["5:0", "5:1"]]
    box = found.layers[1][0]
    assert (box.sum.amount_sat, box.apart) == (400, 1)
    assert ((1, 0), (2, 1), 100) in [(way.start, way.end, way.amount_sat) for way in found.ways]


def test_the_largest_are_drawn_and_the_others_of_a_layer_are_one_box_that_counts_them():
    made = [tx(1, [(99, 0, 100)], [50, (20, "a"), (10, "b"), (10, "a"), 10]), tx(2, [(1, 1, 20)], [15, 5])]
    found = drawn(made, most=1)
    assert names(found) == [["99:0"], ["1:0", "1:1,1:2,1:3,1:4"]]
    rest = found.layers[1][-1]
    assert (rest.kind, rest.sum.outputs, rest.sum.amount_sat, rest.addresses) == (Kind.REST, 4, 50, 2)
    # What follows from the rest is in no layer, and is counted.
    assert found.beyond == (point(2, 0), point(2, 1))
    assert found.beyond_sum.amount_sat == 20


def test_what_goes_on_to_nothing_that_is_drawn_says_so():
    made = [tx(1, [(99, 0, 100)], [80, 20]), tx(2, [(1, 0, 80)], [40, 40])]
    found = drawn(made, most=1)
    assert [(box.kind, box.unseen) for box in found.boxes] == [
        (Kind.SEED, False),
        (Kind.OUTPUT, True),
        (Kind.REST, False),
    ]


def test_what_went_into_fees_goes_on_to_nothing_and_is_not_hidden():
    found = drawn([tx(1, [(99, 0, 100)], [80, 20]), tx(2, [(1, 0, 80)], [0])])
    told = [(box.ends, box.to_fees, box.unseen) for box in found.layers[1]]
    assert told == [(False, True, False), (True, False, False)]


def test_of_a_chain_in_a_rest_only_what_stands_there_is_summed():
    first = tx(50, [(98, 0, 6_000)], [5_000, 1_000])
    chain = [tx(1, [(50, 1, 1_000)], [100, 900]), *CHAIN[1:]]
    made = [tx(51, [(50, 0, 5_000)], [4_000]), first, *chain]
    found = drawn(made, point(98), most=2)
    assert names(found)[2:] == [["51:0", "1:1,2:1,3:1,1:0,2:0,3:0,4:0"]]
    rest = found.layers[2][1]
    assert (rest.kind, rest.sum.outputs, rest.sum.amount_sat) == (Kind.REST, 4, 400)


def test_no_range_ends_above_what_was_seeded():
    found = drawn([tx(1, [(99, 0, 100), (98, 0, 1_000)], [500, 300, 300])], most=1)
    assert [box.sum.max_sat for box in found.layers[1]] == [100, 100]


def test_one_part_that_cannot_be_told_makes_the_whole_way_one():
    made = [
        tx(1, [(97, 0, None), (99, 0, 100)], [50]),
        tx(2, [(98, 0, 100)], [60, 40]),
        tx(3, [(1, 0, 50), (2, 1, 40)], [90]),
    ]
    found = drawn(made, point(98), point(99), most=2)
    assert names(found) == [["98:0", "99:0"], ["2:0", "1:0,2:1"], ["3:0"]]
    assert {(way.start, way.end): way.amount_sat for way in found.ways}[(1, 1), txid(3)] is None
    assert [one.unseen for one in found.joints] == [0, 0]


def test_a_transaction_says_how_many_of_its_inputs_are_in_no_layer():
    small = [tx(n, [(n - 1 if n > 2 else 1, 1 if n == 2 else 0, 20)], [20]) for n in range(2, 5)]
    made = [tx(1, [(99, 0, 100)], [80, 20]), *small, tx(5, [(4, 0, 20), (1, 0, 80)], [100])]
    found = drawn(made, most=2)
    assert names(found) == [["99:0"], ["1:0", "1:1"], ["5:0"]]
    assert [(int(one.txid, 16), one.unseen) for one in found.joints] == [(1, 0), (5, 1)]
    assert found.beyond == (point(2), point(3), point(4))


def test_of_each_layer_only_the_largest_are_drawn_seeds_as_well():
    made = [tx(number, [(90 + number, 0, 10 * number)], [10 * number]) for number in (1, 2, 3)]
    found = drawn(made, point(91), point(92), point(93), a_layer=2)
    assert names(found) == [["93:0", "92:0", "91:0"], ["3:0", "2:0", "1:0"]]
    assert [box.kind for box in found.layers[0]] == [Kind.SEED, Kind.SEED, Kind.REST]


def test_what_a_method_cannot_tell_is_counted_and_is_not_nothing():
    made = [tx(1, [(98, 0, None), (99, 0, 100)], [80, 60])]
    found = drawn(made)
    for box in found.layers[1]:
        assert (box.sum.untold, box.sum.amount_sat) == (1, 0)
    assert [way.amount_sat for way in found.ways] == [100, None, None]


@pytest.mark.parametrize("most", [0, 1, 3, 100])
@given(data=st.data())
def test_every_output_is_in_one_box_or_is_counted_as_beyond(most, data):
    transactions, seeds = data.draw(drawn_ledgers(unknown=True))
    whole = graph(transactions, *seeds) if seeds else None
    if whole is None:
        return
    found = layers_of(whole, "fifo", most=most, most_a_layer=3)
    told = [one for box in found.boxes for one in box.points] + list(found.beyond)
    assert sorted(told) == sorted(whole.outputs)
    again = layers_of(whole, "fifo", most=most, most_a_layer=3)
    assert again == found
    for layer in found.layers:
        assert sum(box.kind is Kind.REST for box in layer) <= 1
        assert all(box.kind is not Kind.REST for box in layer[:-1])


@given(length=st.integers(1, 9), most=st.integers(0, 20), again=st.integers(1, 4))
def test_every_output_of_chains_is_in_one_box_too(length, most, again):
    made, of, left = [], 99, 10**6
    for number in range(1, length * again + 1):
        aside = left // (2 if number % (length + 1) == 0 else 10)
        made.append(tx(number, [(of, 0, left)], [left - aside, aside]))
        if number % 3 == 0:
            made.append(tx(100 + number, [(number, 1, aside)], [aside // 2]))
        of, left = number, left - aside
    whole = graph(made)
    found = layers_of(whole, "fifo", most=most, most_a_layer=2)
    told = [one for box in found.boxes for one in box.points] + list(found.beyond)
    assert sorted(told) == sorted(whole.outputs)


@given(drawn=drawn_ledgers())
def test_every_way_leads_to_a_later_layer(drawn):
    transactions, seeds = drawn
    if not seeds:
        return
    found = layers_of(graph(transactions, *seeds), "fifo", most=4, most_a_layer=2)
    layer = {one.txid: one.layer - 0.5 for one in found.joints}
    for way in found.ways:
        start, end = (layer[one] if isinstance(one, str) else one[0] for one in (way.start, way.end))
        assert start < end
