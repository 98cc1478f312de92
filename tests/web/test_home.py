from __future__ import annotations

import csv
import html
import io
import json
import re

import pytest

from inventory.stocked import stocked
from taxii.hub import indicator
from tocsin.service.exchange.withdraw import withdraw
from tocsin.service.incidents.record import record
from web.browser import Browser
from web.things import MARKUP, finding, joined, kept, sent, sighting


def text(body):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def heading(body):
    return html.unescape(re.search(r"<h1>(.*?)</h1>", body)[1])


@pytest.fixture
def full(hub):
    hub.publish(indicator(1, name=MARKUP))
    kept(hub, *(finding(number, title=f"{MARKUP} {number}") for number in range(9)))
    stocked(hub)
    joined(hub)
    sent(hub, hub.member("Water works")[0], sighting(indicator(2)["id"]))
    record(hub.node, f"Billing {MARKUP}", by="ann")
    return hub


def test_signing_in_and_the_name_of_the_node_lead_home(ann):
    body = ann.get("/").body.decode()
    assert ann.get("/").status == 200
    assert re.search(r'<a class="node" href="/">', body)
    assert re.search(r'<a href="/" aria-current="page">Home</a>', body)


def test_a_link_that_is_used_lands_at_home(app, hub):
    browser = Browser(app).signed_in(hub.node, "Ann")
    assert browser.get("/").status == 200


def test_an_empty_node_says_with_what_to_begin(ann):
    body = ann.get("/").body.decode()
    assert heading(body) == "Nothing is known here yet: begin with this"
    assert "tocsin join URL INVITATION" in body
    assert "What cannot be told" not in body


def test_the_page_says_of_each_pillar_what_needs_somebody_and_counts_the_rest(ann, full):
    body = ann.get("/").body.decode()
    told = json.loads(ann.get("/home.json").body)
    assert heading(body) == f"{told['count']} things need you now"
    keys = [one["key"] for one in told["needs"]]
    assert re.findall(r'<section class="need \w+" aria-labelledby="(\w+)"', body) == keys
    assert {"hits", "exposures", "inbox", "incidents", "advisories"} <= set(keys)
    assert '<a href="/findings?shared=no&amp;withdrawn=no" aria-label="4 more: 9 hits' in body
    assert "TLP:RED" in body


def test_every_link_of_it_leads_to_what_it_names(ann, full):
    for need in json.loads(ann.get("/home.json").body)["needs"]:
        for link in (need["link"], *(one["link"] for one in need["items"])):
            answer = ann.get(*link.split("?"))
            assert answer.status == 200, link


def test_a_finding_of_a_withdrawn_warning_is_told_quietly_and_leads_to_the_list(ann, full):
    assert "To know, and nothing to do" not in ann.get("/").body.decode()
    before = json.loads(ann.get("/home.json").body)
    withdraw(full.node, indicator(1)["id"], why="wrong", by="ann")
    told = json.loads(ann.get("/home.json").body)
    assert told["count"] == before["count"] - 1
    [quiet] = told["quiet"]
    body = ann.get("/").body.decode()
    assert '<a href="/findings?withdrawn=yes">1 finding is of a warning that was withdrawn</a>' in body
    assert "To know, and nothing to do" in body
    [listed] = ann.get("/findings.json", quiet["link"].partition("?")[2]).json["findings"]
    assert listed["finding"]["warning"] == indicator(1)["id"]


def test_the_list_of_what_is_due_has_as_many_products_as_home_counts(ann, full):
    due = next(one for one in json.loads(ann.get("/home.json").body)["needs"] if one["key"] == "exposures")
    rows = json.loads(ann.get("/exposures.json", "due=yes").body)["rows"]
    assert all(row["due"] and row["verdict"] in {"affected", "unknown"} for row in rows)
    assert len({(row["release"], row["site"], row["verdict"]) for row in rows}) == due["count"] > 0
    body = ann.get("/exposures", "due=yes").body.decode()
    assert body.count('<li class="exposure">') == due["count"]
    assert len(json.loads(ann.get("/exposures.json").body)["rows"]) > len(rows)


def test_nothing_that_an_object_says_is_markup(ann, full):
    assert "<script>alert" not in ann.get("/").body.decode()


def test_json_csv_and_the_api_say_the_same(ann, full):
    told = json.loads(ann.get("/home.json").body)
    assert json.loads(ann.get("/api/home").body)["needs"] == told["needs"]
    rows = list(csv.DictReader(io.StringIO(ann.get("/home.csv").body.decode())))
    for need in told["needs"]:
        mine = [row for row in rows if row["kind"] == need["key"]]
        assert sum(int(row["stands_for"]) for row in mine) == need["count"]
        assert [row["link"] for row in mine][: len(need["items"])] == [one["link"] for one in need["items"]]


def test_a_token_of_the_organisation_is_told_what_it_may_read_and_a_member_nothing(app, full):
    told = json.loads(Browser(app, token=full.own).get("/api/home").body)
    assert "incidents" not in {one["key"] for one in told["needs"]}
    assert "Incidents are for this node's own people" in " ".join(one["words"] for one in told["unknown"])
    member = full.member("Mill")[0]
    for path in ("/api/home", "/home.json", "/home.csv"):
        assert Browser(app, token=member).get(path).status == 403
    assert Browser(app, token=full.own).get("/").status == 401
