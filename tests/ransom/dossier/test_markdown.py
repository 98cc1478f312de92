from __future__ import annotations

from dataclasses import replace

from drawn_ledgers import tx, txid
from ransom.attribution.making import statement
from ransom.dossier.making import given_of, said_of
from tocsin.ransom.dossier.dossier import dossier_of
from tocsin.ransom.dossier.markdown import render
from tocsin.ransom.dossier.parts import TracePart
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.taint.trace import trace
from tocsin.service.ransom import dossier_stix
from tocsin.web import dossier_report


def test_it_has_every_part_and_ends_with_what_it_is_not():
    ledger = Ledger.of([tx(1, [(9, 0, 10), (8, 0, 10)], [(12, "x")])])
    text = "".join(render(dossier_of(given_of(ledger, [OutPoint(txid(9), 0)], [said_of(statement())]))))
    assert f"| `{txid(1)}:0` | `x` | 0.00000010 |" in text
    assert "- Source: B, usually reliable\n- Information: 2, probably true\n" in text
    assert "## What would change the conclusion" in text
    assert text.endswith("A screening is not legal advice.\n")


def test_a_text_of_a_person_means_itself():
    text = "".join(render(dossier_of(given_of(said=[said_of(statement("<b>*Dark*", note="x"))]))))
    assert "\\<b\\>\\*Dark\\*" in text


def test_evidence_that_is_left_out_is_counted(monkeypatch):
    monkeypatch.setattr("tocsin.ransom.dossier.traced.SEEDS_TOLD", 1)
    ledger = Ledger.of([tx(1, [(9, 0, 10)], [(5, "x"), (5, "x")])])
    part = TracePart("x", "all that pays to it", trace(ledger, [OutPoint(txid(1), n) for n in (0, 1)]))
    parts = replace(given_of(), traces=(part,))
    assert "- Evidence: 1 more of the same kind" in "".join(render(dossier_of(parts)))
    assert "<li>and 1 more of the same kind</li>" in "".join(dossier_report.render(dossier_of(parts)))
    assert "Evidence: 1 more of the same kind" in "".join(dossier_stix.render(dossier_of(parts)))
