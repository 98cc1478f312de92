"""A trace tells of what it reaches: all of it, the largest, or what pays to some addresses."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from drawn_ledgers import drawn_ledgers, tx, txid
from tocsin.errors import BadInput
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.ends import End, Ends
from tocsin.ransom.taint.trace import METHODS, trace


def known(ledger, seeds):
    return [one for one in seeds if ledger.amount_of(one) is not None]


@given(drawn_ledgers(unknown=True), st.integers(1, 3))
def test_of_many_outputs_those_with_most_are_told_and_the_others_counted(drawn, most):
    transactions, seeds = drawn
    ledger = Ledger.of(transactions)
    whole = trace(ledger, known(ledger, seeds))
    some = trace(ledger, known(ledger, seeds), most=most)
    assert all(one in whole.reached for one in some.reached)
    assert len(some.reached) == min(most, len(whole.reached))
    assert len(some.reached) + some.left_out == len(whole.reached)
    assert some.methods == whole.methods

    def size(one):
        return max(one.amounts_sat[name] or 0 for name in METHODS if name != "poison"), one.max_sat

    left = [one for one in whole.reached if one not in some.reached]
    if left:
        assert min(map(size, some.reached)) >= max(map(size, left))


def test_only_outputs_that_pay_to_the_addresses_asked_for_are_told():
    ledger = Ledger.of([tx(1, [(9, 0, 9)], [(4, "ann"), (3, "bob"), (2, "ann")])])
    seed = [OutPoint(txid(9), 0)]
    assert [one.point.n for one in trace(ledger, seed, at=["ann"]).reached] == [0, 2]
    assert [one.point.n for one in trace(ledger, seed, at=["bob", "nobody"]).reached] == [1]
    assert not trace(ledger, seed, at=[]).reached
    assert trace(ledger, seed, at=["bob"]).methods == trace(ledger, seed).methods


def test_a_seed_that_a_coinjoin_spends_is_an_end_and_a_seed_at_a_service_is_not():
    mixed = tx(1, [(9, 0, 60_000), (8, 0, 60_000), (7, 0, 60_000)], [50_000] * 3)
    paid = tx(2, [(6, 0, 9)], [(9, "till")])
    spent = tx(3, [(2, 0, 9)], [(9, "home")])
    ledger = Ledger.of([mixed, paid, spent])
    found = trace(ledger, [OutPoint(txid(9), 0)], ends=Ends(ledger, at_coinjoins=True))
    assert (found.reached, found.ended) == ([], {OutPoint(txid(9), 0): End.COINJOIN})
    assert found.methods["fifo"].held_sat == 60_000
    services = Ends(ledger, {"till": "an exchange"})
    assert [one.address for one in trace(ledger, [OutPoint(txid(2), 0)], ends=services).reached] == ["home"]
    before = trace(ledger, [OutPoint(txid(6), 0)], ends=services)
    assert [(one.address, one.ended) for one in before.reached] == [("till", End.SERVICE)]


def test_a_seed_that_nothing_knows_or_of_unknown_amount_is_refused():
    ledger = Ledger.of([tx(1, [(9, 0, None)], [5])])
    for seed in (OutPoint(txid(9), 0), OutPoint(txid(8), 0), OutPoint(txid(1), 7)):
        with pytest.raises(BadInput, match="is not known"):
            trace(ledger, [seed])
