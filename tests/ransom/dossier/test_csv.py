from __future__ import annotations

import csv
import io

from drawn_ledgers import tx, txid
from ransom.dossier.making import given_of
from tocsin.ransom.dossier.csv import render
from tocsin.ransom.dossier.dossier import dossier_of
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint


def rows(ledger, *points):
    text = "".join(render(dossier_of(given_of(ledger, points))))
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_rows_are_the_seed_and_what_it_reached_in_satoshi():
    seed, first, second = rows(
        Ledger.of([tx(1, [(9, 0, 10), (8, 0, 10)], [(12, "x"), (7, "y")])]), OutPoint(txid(9), 0)
    )
    assert (seed["is_seed"], seed["value_sat"], seed["spent_by"]) == ("1", "10", txid(1))
    assert (first["address"], first["min_sat"], first["max_sat"]) == ("x", "2", "10")
    assert (second["fifo_sat"], second["lifo_sat"], second["spent_by"]) == ("0", "7", "")


def test_what_is_not_known_is_empty_and_never_zero():
    _, first, _ = rows(Ledger.of([tx(1, [(9, 0, 10), (8, 0, None)], [12, 7])]), OutPoint(txid(9), 0))
    assert (first["fifo_sat"], first["lifo_sat"]) == ("10", "")


def test_no_cell_is_run_by_a_spreadsheet():
    _, first = rows(Ledger.of([tx(1, [(9, 0, 10)], [(10, "=HYPERLINK(1)")])]), OutPoint(txid(9), 0))
    assert first["address"] == "'=HYPERLINK(1)"
