from __future__ import annotations

import base64
import hashlib
import re

from incidents.rules.making import at, incident, rule
from tocsin.incidents.incident import Learned, Told, Victim
from tocsin.incidents.rules.report import Earlier, report_of
from tocsin.web import incident_report

MADE = "2026-11-27T12:00:00.000Z"


def page(rule_id, held, **more):
    return "".join(incident_report.render(report_of(rule(rule_id), held, made=MADE, **more)))


def test_the_page_holds_no_script_and_loads_nothing():
    out = page("sec-8k", incident())

    assert not re.search(r"<script|<link|<img|<iframe|src=|url\(|@import| on\w+=", out)
    assert "default-src 'none'" in out


def test_the_hash_of_the_style_is_that_of_its_bytes():
    out = page("sec-8k", incident())

    style = re.search(r"<style>(.*?)</style>", out, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in out


def test_what_is_missing_stands_at_the_top_and_at_its_place():
    out = page("nis2-early-warning", incident(victim=Victim(name="Brookwater")), country="DE", due="Mon")

    assert "Not complete: 3 answers missing." in out
    assert '<li><a href="#contact">Whom can they ask?</a></li>' in out
    assert re.search(r'<tr id="contact" class="unknown">.*?<td class="answer">missing</td>', out, re.DOTALL)
    assert "the joint reporting office of BSI and BBK. Due: Mon" in out
    assert "BSIG, section 32" in out


def test_a_complete_report_says_so_and_keeps_the_lines_of_an_answer():
    held = incident(
        victim=Victim(name="B"),
        answers={"contact": "Ann\n555", "malicious": "yes", "cross-border": "no"},
    )

    out = page("nis2-early-warning", held)

    assert "Nothing that is required is missing." in out
    assert '<td class="prose">Ann\n555</td>' in out
    assert "What is missing" not in out


def test_a_source_that_was_not_read_is_marked():
    assert "<strong>Not confirmed</strong>" in page("tsa-pipeline", incident())


def test_markup_of_others_is_text_in_the_page():
    out = page("sec-8k", incident(summary="<b onload=x>\u202e{{ 7*7 }}"), notes=("<i>",))

    assert "&lt;b onload=x&gt;&lt;U+202E&gt;{{ 7*7 }}" in out
    assert "&lt;i&gt;" in out
    assert "<b onload" not in out


def test_a_supplement_shows_what_is_new_with_what_was_beside_it():
    earlier = Earlier(
        told=Told(whom="CISA<b>", at=at("2026-11-28 20:00"), rule="tsa-pipeline"),
        incident=incident(summary="Billing is down."),
        learned=(Learned(what="<i>Dispatch</i>", at=at("2026-11-29 09:00")),),
    )

    out = page("tsa-pipeline-more", incident(summary="Dispatch is down."), earlier=earlier)

    assert "A supplement to tsa-pipeline. Told last: CISA&lt;b&gt;, on Sat 28 November 2026" in out
    assert "2026-11-29 09:00Z: &lt;i&gt;Dispatch&lt;/i&gt;" in out
    assert re.search(
        r'<td class="prose">Dispatch is down\.</td>\s*<td class="prose">Billing is down\.</td>', out
    )
    assert "What is new" not in page("tsa-pipeline", incident())
