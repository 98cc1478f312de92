from __future__ import annotations

import json

import pytest

from inventory.gate.results import made
from tocsin.inventory.gate.verdict import Verdict
from tocsin.inventory.told.gate_json import answer
from tocsin.model.tlp import Tlp
from tocsin.service.inventory.gate import unsigned
from tocsin.service.inventory.gate_kept import keep_verdict
from tocsin.service.inventory.gate_node import attest
from web.browser import Browser

PATHS = (
    "/gate", "/gate.json", "/gate.csv", "/api/gate", "/gate/1", "/gate/1.json", "/api/gate/1", "/gate/1/attestation.json",
)  # fmt: skip
WORDS = {"pass": "may come in", "fail": "must not come in", "unknown": "cannot be told: not yet"}


def keep(hub, result, *, sign=True):
    held = attest(hub.node, result) if sign else unsigned(result)
    keep_verdict(hub.node, result, held, by="Ann")
    return held


def text_of(browser, path, query=()):
    return browser.get(path, dict(query)).body.decode()


def test_with_no_verdict_the_page_tells_the_verb_that_keeps_one(ann):
    page = text_of(ann, "/gate")
    assert "No verdict is kept yet" in page
    assert "tocsin gate product.cdx.json" in page
    assert "--keep" in page
    assert ann.get("/gate.json").json == {"found": 0, "verdicts": [], "next": ""}


def test_the_list_tells_verdict_in_words_day_policy_and_age_of_data_in_page_and_twins(ann, hub):
    for verdict in Verdict:
        keep(hub, made(verdict, f"Pump {verdict.value}"))
    page, csv = text_of(ann, "/gate"), text_of(ann, "/gate.csv").splitlines()
    assert "3 verdicts about products" in page
    for number, verdict in enumerate(Verdict, 1):
        assert f'<a href="/gate/{number}">Pump {verdict.value}</a>' in page
        assert WORDS[verdict.value] in page
    assert page.count("2026-11-26 12:00:00") == 3
    assert page.count("Brookwater 1") == 3
    assert page.count("3 days old") == 3
    assert csv[0] == "number,product,verdict,policy,as_of,data_age_s,signed,kept,by"
    assert csv[1].startswith("3,Pump unknown,unknown,Brookwater 1,2026-11-26T12:00:00Z,259200,True,")
    assert [one["number"] for one in ann.get("/api/gate").json["verdicts"]] == [3, 2, 1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "pump"}, [3, 1]),
        ({"verdict": "fail"}, [3, 2]),
        ({"q": "pump", "verdict": "fail"}, [3]),
        ({"q": "zzz"}, []),
        ({"verdict": "lies"}, [3, 2, 1]),
    ],
)
def test_verdicts_are_found_by_name_and_by_what_they_are(ann, hub, query, found):
    keep(hub, made(Verdict.PASS, "Acme Pump"))
    keep(hub, made(Verdict.FAIL, "Acme Valve"))
    keep(hub, made(Verdict.FAIL, "Other Pump"))
    assert [one["number"] for one in ann.get("/gate.json", query).json["verdicts"]] == found
    page = text_of(ann, "/gate", query)
    assert [number for number in (3, 2, 1) if f'href="/gate/{number}"' in page] == found


def test_parts_of_the_list_hold_each_verdict_once(ann, hub):
    for number in range(7):
        keep(hub, made(Verdict.PASS, f"Pump {number}"))
    seen, after = [], ""
    while True:
        held = ann.get("/gate.json", {"after": after, "limit": "3"}).json
        seen += [one["number"] for one in held["verdicts"]]
        after = held["next"]
        if not after:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_the_page_of_a_verdict_tells_each_rule_and_what_it_stands_on(ann, hub):
    keep(hub, made(Verdict.FAIL))
    page = text_of(ann, "/gate/1")
    for words in (
        "FAIL: it must not come in.", "What fails", "What is not known", "What passes", "<strong>Do:</strong> Ask the maker.",
        "Of 3 rules 1 fails, 1 is unknown, 1 passes.", "sha256 " + "ef" * 32, "It is signed with this node&#39;s key.",
        "kept by Ann as number 1", "The oldest data: 3 days old", "Decided by, date",
    ):  # fmt: skip
        assert words in page, words
    assert "<style" not in page
    assert "style=" not in page


def test_its_twin_is_what_the_gate_told_and_the_attestation_what_was_signed(ann, hub):
    result = made(Verdict.UNKNOWN)
    held = keep(hub, result)
    twin = ann.get("/gate/1.json").json
    assert twin["number"] == 1
    told = answer(result, held)
    told["attestation"]["envelope"] = json.loads(held.envelope)
    assert {name: twin[name] for name in told} == json.loads(json.dumps(told))
    assert ann.get("/gate/1/attestation.json").body == held.envelope


def test_what_was_not_signed_says_so_and_has_no_attestation(ann, hub):
    keep(hub, made(Verdict.PASS, as_of="2026-10-01T23:59:59Z"), sign=False)
    page = text_of(ann, "/gate/1")
    assert "as of 2026-10-01 23:59:59 UTC" in page
    assert "It is not signed" in page
    assert "attestation.json" not in page
    assert "not signed" in text_of(ann, "/gate")
    assert ann.get("/gate/1/attestation.json").status == 404


def test_markup_of_others_is_text_in_both_pages(ann, hub):
    keep(hub, made(Verdict.FAIL, text="<b onload=x>\u202e{{ 7*7 }}"))
    for path in ("/gate", "/gate/1"):
        page = text_of(ann, path)
        assert "&lt;b onload=x&gt;&lt;U+202E&gt;{{ 7*7 }}" in page
        assert "<b onload" not in page


@pytest.mark.parametrize("number", ["2", "0", "-1", "x", "1" * 30, "\u0661"])
def test_a_number_that_is_none_is_not_there(ann, hub, number):
    keep(hub, made(Verdict.PASS))
    assert ann.get(f"/gate/{number}").status == 404
    assert ann.get(f"/api/gate/{number}").status == 404


def test_verdicts_are_for_the_nodes_own_organisation(app, hub, stranger):
    keep(hub, made(Verdict.PASS))
    member, own = (Browser(app, token=token) for token in (hub.member("Water works")[0], hub.own))
    for path in PATHS:
        assert stranger.get(path).status == 401, path
        if path not in {"/gate", "/gate/1"}:
            assert member.get(path).status == 403, path
            assert own.get(path).status == 200, path
    for more in ({"ceiling": Tlp.GREEN}, {"collections": ("warnings",)}):
        less = Browser(app, token=hub.token("Hub", **more))
        assert less.get("/api/gate").status == 403, more
        assert less.get("/api/gate/1").status == 403, more
