"""What is followed of cases, and what is said of what is not."""

from __future__ import annotations

import pytest

from drawn_ledgers import tx, txid
from tocsin.errors import LimitExceeded, NothingToCheck
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import Input, OutPoint, transaction_of
from tocsin.ransom.links.case import Case
from tocsin.ransom.links.link import Kind
from tocsin.service.ransom.links import known_of, linked

BTC = 100_000_000
LEDGER = (
    tx(1, [(101, 0, BTC)], [(BTC, "pay red")]),
    tx(2, [(102, 0, BTC)], [(BTC, "pay red")]),
    tx(3, [(1, 0, BTC), (2, 0, BTC)], [(2 * BTC, "till")]),
    tx(4, [(103, 0, BTC)], [(BTC, "pay blue")]),
    tx(5, [(4, 0, BTC)], [(BTC, "till")]),
)
RED, BLUE = Case("red", ("pay red",)), Case("blue", ("pay blue",))


def test_all_that_was_paid_to_an_address_is_followed_as_one():
    made = linked(Ledger.of(LEDGER), [RED, BLUE])
    [link] = made.links
    [one] = link.evidence
    assert (one.kind, one.value, [side.amount_sat for side in one.sides]) == (
        Kind.CASH_OUT,
        "till",
        [BTC, 2 * BTC],
    )
    assert (made.unfollowed, made.cut, made.untold) == ((), (), ())


def test_where_payments_are_named_they_alone_are_followed():
    paid = Case("red", ("pay red",), (OutPoint(txid(1), 0),))
    [link] = linked(Ledger.of(LEDGER), [paid, BLUE]).links
    assert [side.amount_sat for side in link.evidence[0].sides] == [BTC, BTC]


def test_of_an_address_with_a_payment_of_unknown_amount_the_others_are_followed():
    unknown = transaction_of(txid(6), (Input(OutPoint(txid(900), 0), None, "pay red"),), ())
    [link] = linked(Ledger.of([*LEDGER, unknown]), [RED, BLUE]).links
    assert link.evidence[0].value == "till"


def test_what_nothing_loaded_knows_and_what_is_too_much_is_said(monkeypatch):
    stranger = Case("stranger", ("nobody",))
    many = Case("many", (), (OutPoint(txid(1), 0), OutPoint(txid(2), 0)))
    monkeypatch.setattr("tocsin.service.ransom.links.LINK_SEEDS", 1)
    made = linked(Ledger.of(LEDGER), [stranger, many])
    assert (made.unfollowed, made.cut) == (("stranger",), ("many",))
    monkeypatch.setattr("tocsin.ransom.links.way.LINK_REACHED", 1)
    assert linked(Ledger.of(LEDGER), [RED, Case("one", (), (OutPoint(txid(1), 0),))]).cut == ("red", "one")


def test_where_amounts_are_not_known_it_is_said():
    mixed = tx(5, [(104, 0, None), (4, 0, BTC)], [(BTC, "till")])
    made = linked(Ledger.of([*LEDGER[:4], mixed]), [RED, BLUE])
    assert (made.links, made.untold) == ((), ("blue",))


def test_an_address_that_is_labelled_as_a_service_is_an_end():
    services = {"till": "an exchange"}
    [link] = linked(Ledger.of(LEDGER), [RED, BLUE], services).links
    assert link.evidence[0].weakened_by == ("the address is labelled as an exchange",)
    known, _ = known_of(Ledger.of(LEDGER), [RED], services)
    assert {one.spent_by for one in known.ways["red"].held.values()} == {txid(3), ""}


def test_one_case_and_more_than_a_person_can_read_are_refused(monkeypatch):
    with pytest.raises(NothingToCheck, match="only one"):
        linked(Ledger.of([]), [RED])
    with pytest.raises(NothingToCheck, match="none with an address"):
        linked(Ledger.of([]), [])
    monkeypatch.setattr("tocsin.service.ransom.links.LINK_CASES", 1)
    with pytest.raises(LimitExceeded, match="2 cases"):
        linked(Ledger.of([]), [RED, BLUE])
