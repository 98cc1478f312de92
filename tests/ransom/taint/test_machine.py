"""In machine code a trace says what it says in Python, and the end of a trace is the same for all methods."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from drawn_ledgers import drawn_ledgers, tx, txid
from tocsin.ransom.ledger.columns import NOT_KNOWN
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.ends import Ends
from tocsin.ransom.taint.follow import follow
from tocsin.ransom.taint.queue import FIFO, LIFO
from tocsin.ransom.taint.trace import METHODS
from tocsin.ransom.taint.walked import not_dust, ranges_of, walk

machine = pytest.importorskip("tocsin.ransom.taint.machine", reason="numba is not installed")


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    """Compiling takes longer than a test of drawn cases may."""
    ledger = Ledger.of([tx(1, [(9, 0, 6)], [5])])
    machine.machine_ranges(ledger, [1], Ends(ledger))
    machine.machine_walk(ledger, "haircut", [1], np.zeros(0, np.int64))
    machine.machine_walk(ledger, "fifo", [1], np.zeros(0, np.int64))


def same(one, other):
    """Whether two results have the same values in all their fields."""
    for name in one.__slots__:
        left, right = getattr(one, name), getattr(other, name)
        assert np.array_equal(left, right), (name, left, right)


@given(drawn_ledgers(unknown=True), st.sampled_from([0, 0, 2, 4]), st.booleans())
def test_ranges_and_methods_are_those_of_the_plain_code(drawn, dust, at_coinjoins):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    points = sorted(ledger.point(one) for one in seeds)
    ends = Ends(ledger, dust_sat=dust, at_coinjoins=at_coinjoins)
    kept = None
    if dust:
        kept = not_dust(ledger, list(METHODS), points, ends)
        for method in METHODS:
            alone = machine.machine_until_dust(ledger, method, points, ends)
            some = alone.points[(alone.amounts >= dust) | (alone.amounts == NOT_KNOWN)]
            assert method == "poison" or set(some.tolist()) <= set(kept.tolist())
    plain = ranges_of(ledger, points, ends, kept)
    same(plain, machine.machine_ranges(ledger, points, ends, kept))
    for method in METHODS:
        same(
            walk(ledger, method, points, plain.ended),
            machine.machine_walk(ledger, method, points, plain.ended),
        )


@pytest.mark.parametrize("method", ["fifo", "lifo"])
@given(drawn=drawn_ledgers(unknown=True))
def test_queues_of_many_seeds_are_those_of_the_plain_code(method, drawn):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    points = {ledger.point(one): label for one, label in seeds.items()}
    plain = follow(ledger, points, FIFO if method == "fifo" else LIFO)
    found = machine.machine_queue(ledger, points, method)
    held = {}
    for point, first, count in zip(found.points, found.first, found.counts, strict=True):
        runs = slice(first, first + count)
        held[int(point)] = (
            tuple(zip(found.sizes[runs].tolist(), found.labels[runs].tolist(), strict=True)) or None
        )
    assert held == plain.held
    assert tuple(found.stops.tolist()) == plain.stops
    for name in ("seeded", "fees", "stopped"):
        sums = {label: amount for label, amount in enumerate(getattr(found, name).tolist()) if amount}
        assert sums == {label: amount for label, amount in getattr(plain, name).items() if amount}


@given(
    st.lists(st.integers(0, 21 * 10**14), min_size=1, max_size=5),
    st.lists(st.integers(0, 21 * 10**14), min_size=1, max_size=5),
    st.integers(0, 4),
)
@settings(max_examples=300)
def test_a_haircut_of_amounts_as_large_as_there_are_is_exact(inputs, outputs, seed):
    most = 21 * 10**14
    inputs = [amount * most // max(most, sum(inputs)) for amount in inputs]
    scale = max(sum(outputs), 1)
    outputs = [amount * sum(inputs) // scale for amount in outputs]
    ledger = Ledger.of([tx(1, [(9, n, amount) for n, amount in enumerate(inputs)], outputs)])
    points = [len(outputs) + seed % len(inputs)]
    none = np.zeros(0, np.int64)
    same(walk(ledger, "haircut", points, none), machine.machine_walk(ledger, "haircut", points, none))


def test_a_trace_ends_at_a_service_at_a_coinjoin_and_at_dust_and_nothing_is_lost():
    mixed = [(50_000, "a"), (50_000, "b"), (50_000, "c")]
    ledger = Ledger.of(
        [
            tx(
                1, [(9, 0, 400_000)], [(100_000, "exchange"), (60_000, "me"), (600, "tip"), (239_400, "rest")]
            ),
            tx(2, [(1, 0, 100_000)], [(100_000, "customer")]),
            tx(3, [(1, 1, 60_000), (8, 0, 60_000), (7, 0, 60_000)], mixed),
            tx(4, [(1, 2, 600)], [(600, "beggar")]),
            tx(5, [(1, 3, 239_400)], [(239_400, "home")]),
        ]
    )
    seed = [ledger.point(OutPoint(txid(9), 0))]
    ends = Ends(ledger, services={"exchange": "an exchange"}, at_coinjoins=True, dust_sat=1_000)
    kept = not_dust(ledger, METHODS, seed, ends)
    for ranges, go in (
        (ranges_of(ledger, seed, ends, kept), walk),
        (machine.machine_ranges(ledger, seed, ends, kept), machine.machine_walk),
    ):
        why = Counter(ranges.ends.tolist())
        assert (why[1], why[2], why[3]) == (1, 1, 1)
        for method in METHODS:
            found = go(ledger, method, seed, ranges.ended)
            reached = [ledger.address(point) for point in found.points.tolist()]
            assert "customer" not in reached
            assert "beggar" not in reached
            assert "home" in reached
            assert found.held_sat + found.fees_sat + found.stopped_sat == 400_000


@given(drawn_ledgers(unknown=True), st.sampled_from([1, 2, 4]))
def test_what_is_no_dust_is_the_same_in_machine_code(drawn, dust):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    points = sorted(ledger.point(one) for one in seeds)
    ends = Ends(ledger, dust_sat=dust)
    plain = {method: not_dust(ledger, [method], points, ends).tolist() for method in METHODS}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tocsin.ransom.taint.walked.is_large", lambda _: True)
        assert {method: not_dust(ledger, [method], points, ends).tolist() for method in METHODS} == plain
