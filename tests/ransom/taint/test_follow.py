"""Every satoshi that is seeded is somewhere, and no convention leaves the range."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given

from drawn_ledgers import drawn_ledgers, tx, txid
from naive_taint import satoshi_by_satoshi
from tocsin.errors import BadInput
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.bounds import Bounds
from tocsin.ransom.taint.follow import follow as follow_points
from tocsin.ransom.taint.haircut import HAIRCUT, apportioned
from tocsin.ransom.taint.poison import POISON
from tocsin.ransom.taint.queue import FIFO, LIFO
from tocsin.ransom.taint.tiho import TIHO


@dataclass
class Found:
    """What :func:`follow` found, by outpoints and ids."""

    held: dict
    seeded: dict
    fees: dict
    stopped: dict
    stops: tuple


def follow(ledger, seeds, convention):
    points = {}
    for outpoint, label in seeds.items():
        point = ledger.point(outpoint)
        points[point] = label
    found = follow_points(ledger, points, convention)
    return Found(
        {ledger.outpoint(point): held for point, held in found.held.items()},
        found.seeded,
        found.fees,
        found.stopped,
        tuple(ledger.columns.name(number) for number in found.stops),
    )


CONSERVING = {"fifo": FIFO, "lifo": LIFO, "haircut": HAIRCUT, "tiho": TIHO}
ALL = pytest.mark.parametrize("method", CONSERVING)


def sums(counts):
    return {label: amount for label, amount in counts.items() if amount}


def unspent(ledger, followed, convention):
    left = Counter()
    for point, held in followed.held.items():
        if held is not None and ledger.spend_of(point) is None:
            left.update(convention.amounts(held))
    return left


@ALL
@given(drawn=drawn_ledgers(unknown=True))
def test_what_was_seeded_is_unspent_or_fee_or_stopped(method, drawn):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    found = follow(ledger, seeds, CONSERVING[method])
    left = unspent(ledger, found, CONSERVING[method])
    assert sums(found.seeded) == sums(left + Counter(found.fees) + Counter(found.stopped))


@ALL
@given(drawn=drawn_ledgers())
def test_no_more_is_traced_than_the_seeds_hold_and_no_output_holds_more_than_it_has(method, drawn):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    found = follow(ledger, seeds, CONSERVING[method])
    assert sum(found.seeded.values()) <= sum(ledger.amount_of(point) for point in seeds)
    assert not found.stops
    for point, held in found.held.items():
        assert sum(CONSERVING[method].amounts(held).values()) <= ledger.amount_of(point)


@ALL
@given(drawn=drawn_ledgers(unknown=True))
def test_the_range_holds_each_convention_that_conserves(method, drawn):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    found = follow(ledger, seeds, CONSERVING[method])
    labels = {
        label: sum(ledger.amount_of(point) for point in seeds if seeds[point] == label) for label in (1, 2, 3)
    }
    ranges = follow(ledger, seeds, Bounds(labels))
    assert not ranges.stops
    for point in {*found.held, *ranges.held}:
        if point in found.held and found.held[point] is None:
            continue
        amounts = CONSERVING[method].amounts(found.held[point]) if point in found.held else {}
        held = ranges.held.get(point, {})
        for label in (1, 2, 3):
            low, high = held.get(label, (0, 0))
            assert low <= amounts.get(label, 0) <= high


@given(drawn=drawn_ledgers(unknown=True))
def test_poison_is_never_below_the_most(drawn):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    most = follow(ledger, seeds, Bounds())
    found = follow(ledger, seeds, POISON)
    for point, held in most.held.items():
        for label, amount in Bounds().amounts(held).items():
            assert POISON.amounts(found.held[point])[label] >= amount


@pytest.mark.parametrize("last", [False, True], ids=["fifo", "lifo"])
@given(drawn=drawn_ledgers())
def test_the_queues_say_what_each_satoshi_by_itself_says(last, drawn):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    convention = LIFO if last else FIFO
    found = follow(ledger, seeds, convention)
    held, fees = satoshi_by_satoshi(ledger, seeds, last=last)
    assert sums(found.fees) == {label: fees.count(label) for label in {*fees} - {0}}
    for point, row in held.items():
        runs = [(len(list(run)), label) for label, run in itertools.groupby(row)]
        assert list(found.held.get(point, [(len(row), 0)] if row else [])) == runs


@given(drawn=drawn_ledgers())
def test_a_haircut_is_within_a_satoshi_a_label_of_the_exact_share(drawn):
    from fractions import Fraction

    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    found = follow(ledger, seeds, HAIRCUT)
    for one in map(ledger.transaction_at, range(len(ledger))):
        traced = Counter()
        total = 0
        for input in one.inputs:
            traced.update(found.held.get(input.spent, {}))
            total += ledger.amount_of(input.spent)
        for n, output in enumerate(one.outputs):
            point = OutPoint(one.txid, n)
            if point in seeds or not total:
                continue
            given_ = found.held.get(point, {})
            for label, amount in traced.items():
                exact = Fraction(amount * output.amount, total)
                assert abs(given_.get(label, 0) - exact) <= (1 if len(traced) == 1 else 3)


@given(drawn=drawn_ledgers(unknown=True))
def test_the_order_of_loading_and_of_the_seeds_makes_no_difference(drawn):
    transactions, seeds = drawn
    other = dict(reversed(seeds.items()))
    for convention in (*CONSERVING.values(), POISON, Bounds()):
        one = follow(Ledger.of(transactions), seeds, convention)
        assert one == follow(Ledger.of(reversed(transactions)), other, convention)


def test_parts_are_as_the_rooms_and_the_left_satoshi_go_to_the_largest_remainders():
    assert apportioned(5, [1, 1, 8]) == [1, 0, 4]
    assert apportioned(2, [1, 1, 1]) == [1, 1, 0]
    assert apportioned(0, [0, 0]) == [0, 0]


def test_a_seed_behind_another_gets_what_the_other_leaves():
    first, second = OutPoint(txid(9), 0), OutPoint(txid(1), 0)
    ledger = Ledger.of([tx(1, [(9, 0, 6), (8, 0, 4)], [10])])
    found = follow(ledger, {first: 1, second: 2}, FIFO)
    assert found.seeded == {1: 6, 2: 4}
    assert found.held[second] == ((6, 1), (4, 2))


def test_a_queue_tells_what_lies_before_an_unknown_input_and_stops_where_it_lies_behind():
    ledger = Ledger.of([tx(1, [(9, 0, 6), (8, 0, None)], [4, 5]), tx(2, [(1, 1, 5)], [5])])
    seed = {OutPoint(txid(9), 0): 1}
    fifo = follow(ledger, seed, FIFO)
    assert (fifo.held[OutPoint(txid(1), 1)], fifo.stops) == (((2, 1), (3, 0)), ())
    lifo = follow(ledger, seed, LIFO)
    assert (lifo.held[OutPoint(txid(1), 1)], lifo.stops) == (None, (txid(1), txid(2)))
    assert lifo.stopped == {1: 6}


def test_the_amount_of_an_input_may_come_from_its_own_transaction():
    ledger = Ledger.of([tx(2, [(1, 0, None)], [5]), tx(1, [(9, 0, 7)], [6])])
    assert follow(ledger, {OutPoint(txid(9), 0): 1}, HAIRCUT).fees == {1: 2}


def test_a_seed_of_unknown_amount_is_refused():
    ledger = Ledger.of([tx(1, [(9, 0, None)], [5])])
    with pytest.raises(BadInput, match="is not known"):
        follow(ledger, {OutPoint(txid(9), 0): 1}, FIFO)


def test_outputs_that_meet_again_make_the_range_wider_but_never_more_than_was_seeded():
    ledger = Ledger.of([tx(1, [(9, 0, 4), (8, 0, 4)], [4, 4]), tx(2, [(1, 0, 4), (1, 1, 4)], [8])])
    seed = OutPoint(txid(9), 0)
    found = follow(ledger, {seed: 1}, Bounds({1: 4}))
    assert found.held[OutPoint(txid(2), 0)] == {1: (0, 4)}


def test_two_labels_never_share_a_satoshi_by_rounding():
    ledger = Ledger.of([tx(1, [(9, 0, 1), (8, 0, 1)], [1, 1])])
    found = follow(ledger, {OutPoint(txid(9), 0): 1, OutPoint(txid(8), 0): 2}, HAIRCUT)
    assert [found.held[OutPoint(txid(1), n)] for n in (0, 1)] == [{1: 1}, {2: 1}]
