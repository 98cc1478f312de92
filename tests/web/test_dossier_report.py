from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html import unescape

from hypothesis import given, settings

from drawn_ledgers import tx, txid
from ransom.attribution.making import evidence, statement
from ransom.dossier.making import HEAD, drawn_given, given_of, said_of
from tocsin.ransom.dossier.dossier import dossier_of
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.web import dossier_report


def page(parts):
    return "".join(dossier_report.render(dossier_of(parts)))


def traced():
    ledger = Ledger.of([tx(1, [(9, 0, 10), (8, 0, 10)], [(12, "x"), (7, "y")])])
    return given_of(ledger, [OutPoint(txid(9), 0)], [said_of(statement())])


def test_the_page_holds_no_script_and_loads_nothing():
    out = page(traced())
    assert not re.search(r"<script|<link|<img|<iframe|src=|url\(|@import| on\w+=| style=", out)
    assert "default-src 'none'" in out


def test_the_hash_of_the_style_is_that_of_its_bytes():
    out = page(traced())
    style = re.search(r"<style>(.*?)</style>", out, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in out


def test_an_output_stands_with_its_range_its_evidence_and_its_doubt():
    out = page(traced())
    assert f"Evidence: output 0 of <code>{txid(1)}</code>" in out
    assert "Doubt: The amount depends on the convention" in out
    assert (
        '<td class="range" data-label="At least">0.00000002</td><td class="range" data-label="At most">0.00000010</td>'
        in out
    )
    assert '<td data-label="HAIRCUT">0.00000006</td>' in out


def test_an_amount_that_is_not_known_is_a_question_mark_and_no_mark_on_the_bar():
    ledger = Ledger.of([tx(1, [(9, 0, 10), (8, 0, None)], [12])])
    out = page(given_of(ledger, [OutPoint(txid(9), 0)]))
    assert '<td data-label="LIFO">?</td>' in out
    assert out.count('class="tick"') == 3


def test_both_grades_stand_apart_and_names_stand_side_by_side():
    said = [said_of(statement(items=[evidence(inconsistent_with=("Nobody",))])), said_of(statement("Nobody"))]
    out = page(given_of(said=said))
    assert "<dt>Source</dt><dd>B, usually reliable</dd>" in out
    assert "<dt>Information</dt><dd>2, probably true</dd>" in out
    assert '<td class="inconsistent" data-label="Nobody">does not</td>' in out
    assert "This is a help to read and no verdict." in out


def test_what_was_withdrawn_is_struck_out_and_told():
    out = page(given_of(said=[said_of(statement(), withdrawn_us=9, withdrawn_by="bob")]))
    assert '<article class="withdrawn">' in out
    assert "WITHDRAWN by bob. It counts for nothing." in out


def test_a_text_is_text_and_never_markup():
    said = [said_of(statement("<b>Dark</b>", items=[evidence("</style><script>", "a\u202eb")]))]
    out = page(given_of(said=said))
    assert "&lt;b&gt;Dark&lt;/b&gt;" in out
    assert "<script" not in out
    assert "a&lt;U+202E&gt;b" in out


def test_no_more_outputs_are_printed_than_the_limit_and_the_rest_is_counted(monkeypatch):
    monkeypatch.setattr(dossier_report, "DOSSIER_OUTPUTS", 1)
    assert "1 more output: --format csv gives all." in page(traced())


def test_the_label_and_who_made_it_and_when_stand_at_the_top():
    out = page(replace(given_of(), head=replace(HEAD, by="Town <Water>")))
    assert "TLP:AMBER, made 2026-11-27 00:00 UTC by Town &lt;Water&gt;. Nothing has been sent." in out
    assert out.count("A screening is not legal advice.") == 2


@settings(max_examples=30, deadline=None)
@given(drawn_given())
def test_every_statement_and_every_doubt_of_it_is_on_the_page(parts):
    made = dossier_of(parts)
    text = unescape("".join(dossier_report.render(made)))
    for section in made.sections:
        for claim in section.claims[:1] if section.trace else section.claims:
            assert claim.words in text
            assert all(doubt in text for doubt in claim.doubts)
            assert all(proof.reference in text for proof in claim.proofs)
