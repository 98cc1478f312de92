"""The payment of Colonial Pipeline: one seizure, five answers, and the range that holds them."""

from __future__ import annotations

import pytest

from real_data import shared
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.read import transactions_in
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import trace

SEED = OutPoint("9436dbf0435b15378f309c35754a110db880fa9bb66a062160a25533bb4a212a", 0)
SEIZED = OutPoint("943f2d576ed8d9f388ba75eb82fe35cce29479b84121827ac368a5a94f44cf7a", 1)


@pytest.fixture(scope="module")
def ledger():
    names = ["anchor", "fbi", "ransom"]
    paths = [shared(f"ledger/colonial/colonial_{name}_txs.json") for name in names]
    return Ledger.of(one for path in paths for one in transactions_in(path.read_bytes(), path.name))


def test_ten_transactions_are_in_three_files_and_all_amounts_are_known(ledger):
    assert len(ledger) == 10
    assert not ledger.missing


def test_the_share_of_the_seizure_is_that_of_each_convention_to_the_satoshi(ledger):
    found = {one.point: one for one in trace(ledger, [SEED]).reached}[SEIZED]
    assert found.value_sat == 63_69996546
    assert found.address == "bc1qpx7vyv5tp7dm0g475ev527krg764t73dh77gls"
    assert found.amounts_sat == {
        "fifo": 61_46816619,
        "lifo": 60_03750526,
        "haircut": 58_28829111,
        "tiho": 63_69996546,
        "poison": 63_69996546,
    }
    assert (found.min_sat, found.max_sat) == (57_78585047, 63_69996546)
    assert found.spent_by == "6f8fcc22e2167b39f4dd5f47971a0f4e688c64064c2feaec2dae69f079c20c74"


def test_every_satoshi_of_the_ransom_is_unspent_or_was_a_fee(ledger):
    found = trace(ledger, [SEED])
    assert found.seeded_sat == 63_70000000
    for name, one in found.methods.items():
        assert not one.stops
        if name != "poison":
            assert one.held_sat + one.fees_sat == found.seeded_sat
    assert found.methods["haircut"].fees_sat == 912_406


def test_the_haircut_is_within_a_satoshi_a_hop_of_the_exact_share(ledger):
    from fractions import Fraction

    first, second = ("daf38c7b38eb0a587cf843f47000d5c294affb4f56017370ad48c5147f5e69d9", SEIZED.txid)
    share = Fraction(63_70000000, sum(one.amount for one in ledger.transaction(first).inputs))
    exact = share * ledger.transaction(second).outputs[1].amount
    found = {one.point: one for one in trace(ledger, [SEED]).reached}[SEIZED]
    assert abs(found.amounts_sat["haircut"] - exact) < 2
