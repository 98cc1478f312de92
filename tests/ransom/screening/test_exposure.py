from __future__ import annotations

from dataclasses import replace

from drawn_ledgers import tx, txid
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.screening.exposure import exposure
from tocsin.ransom.taint.trace import trace

# 6 traced and 4 other satoshi come together, and 7 of them go to B, the rest to C.
LEDGER = Ledger.of(
    [tx(1, [(90, 0, 6), (91, 0, 4)], [(7, "B"), (3, "C")]), tx(2, [(1, 0, 7)], [(2, "B"), (5, "D")])]
)
TRACE = trace(LEDGER, [OutPoint(txid(90), 0)])


def test_what_reached_an_address_is_told_by_each_convention_and_as_a_range():
    found = exposure(TRACE, {"C"})
    assert (found.seeded_sat, found.outputs) == (6, 1)
    assert found.amounts_sat == {one.point: one for one in TRACE.reached}[OutPoint(txid(1), 1)].amounts_sat
    assert (found.min_sat, found.max_sat) == (0, 3)


def test_several_outputs_are_added_up_though_a_satoshi_comes_twice():
    found = exposure(TRACE, {"B"})
    rows = [one for one in TRACE.reached if one.address == "B"]
    assert found.outputs == len(rows) == 2
    for name in TRACE.methods:
        assert found.amounts_sat[name] == sum(one.amounts_sat[name] for one in rows)
    assert (found.min_sat, found.max_sat) == (
        sum(one.min_sat for one in rows),
        sum(one.max_sat for one in rows),
    )


def test_an_output_that_can_hold_nothing_is_none_of_those_reached():
    rows = [
        replace(one, max_sat=0, min_sat=0, amounts_sat=dict.fromkeys(one.amounts_sat, 0))
        if one.point.txid == txid(2)
        else one
        for one in TRACE.reached
    ]
    assert exposure(replace(TRACE, reached=rows), {"B"}).outputs == 1
    assert exposure(replace(TRACE, reached=rows), {"D"}) is None


def test_where_nothing_can_have_come_there_is_no_exposure():
    assert exposure(TRACE, {"E"}) is None
    assert exposure(TRACE, set()) is None
    clean = trace(LEDGER, [OutPoint(txid(2), 1)])
    assert exposure(clean, {"B", "C", "D"}) is None
