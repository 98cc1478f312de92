"""Which case an incident, a file or a word at the command line tells of."""

from __future__ import annotations

import pytest

from drawn_ledgers import tx, txid
from tocsin.errors import BadInput
from tocsin.incidents.incident import Incident, Payment, Ransom
from tocsin.incidents.moment import parse_moment
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.links.case import Case
from tocsin.service.ransom.cases import case_named, case_of, cases_in, doubts_of, satoshi_of

EMPTY = Ledger.of([])
COLONIAL = "15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"
SEGWIT = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def incident(**ransom):
    return Incident(id="incident--1", name="x", ransom=Ransom(**ransom))


def test_an_incident_gives_its_addresses_in_one_spelling_its_outputs_and_the_day_of_the_payment():
    paid = Payment(
        wallets=(SEGWIT.upper(), "no address"), transactions=(f"{txid(1)}:2",), at=parse_moment("2021-05-08")
    )
    made = case_of(
        incident(wallets=(SEGWIT, COLONIAL), at=parse_moment("2021-05-07"), payments=(paid,)), EMPTY
    )
    assert made == Case(
        "incident--1", (SEGWIT, COLONIAL, "no address"), (OutPoint(txid(1), 2),), "2021-05-08"
    )
    demanded = case_of(incident(wallets=(SEGWIT,), at=parse_moment("2021-05-07")), EMPTY)
    assert (demanded.points, demanded.day) == ((), "2021-05-07")


def test_an_incident_with_neither_is_no_case():
    assert case_of(Incident(id="incident--1", name="x"), EMPTY) is None
    assert case_of(incident(amount="75"), EMPTY) is None


def test_of_a_transaction_without_an_output_what_pays_to_an_address_of_the_incident_counts():
    ledger = Ledger.of([tx(1, [(9, 0, 10)], [(4, "change"), (6, COLONIAL)])])
    paid = Payment(wallets=(COLONIAL,), transactions=(txid(1).upper(), txid(7), "nonsense", f"{txid(1)}:x"))
    one = incident(payments=(paid,))
    assert case_of(one, ledger).points == (OutPoint(txid(1), 1),)
    assert doubts_of(one, ledger) == [
        f"which output of {text} was paid is not known: note TXID:N"
        for text in (txid(7), "nonsense", f"{txid(1)}:x")
    ]


@pytest.mark.parametrize(
    ("amount", "asset", "satoshi"),
    [
        ("75.0003", "BTC", 7_500_030_000),
        ("0.00000001", "xbt", 1),
        ("7", "BTC", 700_000_000),
        ("0.000000001", "BTC", None),
        ("7,5", "BTC", None),
        ("75", "USD", None),
        ("", "BTC", None),
    ],
)
def test_an_amount_is_whole_satoshi_or_not_known(amount, asset, satoshi):
    assert satoshi_of(Payment(amount=amount, asset=asset)) == satoshi


def test_an_amount_that_the_ledger_denies_is_told():
    ledger = Ledger.of([tx(1, [(9, 0, 10)], [(4, "change"), (6, COLONIAL)])])
    paid = {"wallets": (COLONIAL,), "transactions": (f"{txid(1)}:1",), "asset": "BTC"}
    assert doubts_of(incident(payments=(Payment(amount="0.00000006", **paid),)), ledger) == []
    assert doubts_of(incident(payments=(Payment(amount="0.00000007", **paid),)), ledger) == [
        "a payment is noted as 7 satoshi, and what is loaded says 6"
    ]
    assert doubts_of(incident(payments=(Payment(amount="0.00000007", **paid),)), EMPTY) == []


def test_a_word_names_an_output_or_an_address():
    assert case_named(f" {txid(5)}:1 ") == Case(f"{txid(5)}:1", (), (OutPoint(txid(5), 1),))
    assert case_named(SEGWIT.upper()) == Case(SEGWIT, (SEGWIT,))
    for wrong in (txid(5), COLONIAL[:-1] + "s"):
        with pytest.raises(BadInput):
            case_named(wrong)


FILE = f"""
[[case]]
id = "Valley Gas"
addresses = ["{SEGWIT.upper()}"]
payments = ["{txid(5)}:1"]
day = 2026-11-27

[[case]]
id = "Riverton"
"""


def test_a_file_gives_its_cases():
    assert cases_in(FILE.encode(), "f") == [
        Case("Valley Gas", (SEGWIT,), (OutPoint(txid(5), 1),), "2026-11-27"),
        Case("Riverton"),
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[case]]", "id"),
        ('[[case]]\nid = "a"\n[[case]]\nid = "a"', "an id of its own"),
        ('[[case]]\nid = " "', "an id of its own"),
        ('[[case]]\nid = "a"\naddresses = ["15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fs"]', "case[0]"),
        ('[[case]]\nid = "a"\npayments = ["x"]', "case[0]"),
        ("[case", "is no TOML"),
        ('[[cases]]\nid = "a"', "cases"),
    ],
    ids=range(7),
)
def test_a_file_that_is_none_is_told_with_its_place(text, told):
    with pytest.raises(BadInput) as error:
        cases_in(text.encode(), "f.toml")
    assert told in f"{error.value} {error.value.where}"
