from __future__ import annotations

from drawn_ledgers import tx, txid
from ransom.attribution.making import statement
from ransom.dossier.making import given_of, said_of
from tocsin.ransom.dossier.dossier import dossier_of
from tocsin.ransom.dossier.markdown import render
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint


def test_it_has_every_part_and_ends_with_what_it_is_not():
    ledger = Ledger([tx(1, [(9, 0, 10), (8, 0, 10)], [(12, "x")])])
    text = "".join(render(dossier_of(given_of(ledger, [OutPoint(txid(9), 0)], [said_of(statement())]))))
    assert f"| `{txid(1)}:0` | `x` | 0.00000010 |" in text
    assert "- Source: B, usually reliable\n- Information: 2, probably true\n" in text
    assert "## What would change the conclusion" in text
    assert text.endswith("A screening is not legal advice.\n")


def test_a_text_of_a_person_means_itself():
    text = "".join(render(dossier_of(given_of(said=[said_of(statement("<b>*Dark*", note="x"))]))))
    assert "\\<b\\>\\*Dark\\*" in text
