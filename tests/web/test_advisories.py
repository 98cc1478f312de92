from __future__ import annotations

import csv
import io

import pytest

from inventory.made import advisory
from inventory.stocked import OPENSSL, about, feed, stocked
from tocsin.inventory.advisory import Form
from tocsin.model.tlp import Tlp
from web.browser import Browser
from web.things import MARKUP

TWINS = ("/advisories.json", "/api/advisories", "/advisories.csv")


def ids(browser, **query):
    answer = browser.get("/advisories.json", query)
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.json["advisories"]]


def page(browser, path="/advisories", **query):
    answer = browser.get(path, query)
    assert answer.status == 200, answer.body
    return answer.body.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"sort": "id"}, ["DSA-1", "DSA-2", "DSA-3", "ICSA-25-001-01", "ICSA-25-002-01", "KEV"]),
        ({"q": "siemens controllers"}, ["ICSA-25-001-01"]),
        ({"cve": "CVE-2025-1", "sort": "id"}, ["DSA-1", "KEV"]),
        ({"product": "p-1"}, ["ICSA-25-002-01"]),
        ({"form": "csaf", "id": "002"}, ["ICSA-25-002-01"]),
        ({"feed": "kev"}, ["KEV"]),
        ({"publisher": "nobody"}, []),
        ({"affecting": "yes", "form": "osv", "sort": "id"}, ["DSA-1", "DSA-2"]),
        ({"unread": "yes", "q": "kev"}, ["KEV"]),
        ({"since": "2025-06-14"}, []),
    ],
)
def test_advisories_are_found_on_the_page_and_in_its_twins(ann, hub, query, found):
    stocked(hub)
    assert ids(ann, **query) == found
    shown, rows = (
        page(ann, **query),
        csv.DictReader(io.StringIO(ann.get("/advisories.csv", query).body.decode())),
    )
    assert [one["id"] for one in rows] == found
    for name in ids(ann):
        assert (f'href="/advisory/{name}"' in shown) is (name in found), name


def test_it_is_told_how_many_products_here_each_concerns(ann, hub):
    stocked(hub)
    rows = {
        one["id"]: (one["affected"], one["unknown"]) for one in ann.get("/api/advisories").json["advisories"]
    }
    assert rows["DSA-1"] == (1, 0)
    assert rows["DSA-3"] == (0, 0)
    assert "1 affected" in page(ann, q="DSA-1")


def test_parts_of_the_list_hold_each_once(ann, hub):
    feed(hub, "osv", *(advisory(form=Form.OSV, id=f"A-{number:03}") for number in range(120)))
    seen, after = [], ""
    while True:
        answer = ann.get("/advisories.json", {"after": after, "limit": "50"}).json
        seen += [one["id"] for one in answer["advisories"]]
        after = answer["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == answer["found"] == 120
    assert "/advisory/A-050" in page(ann, after="50")


@pytest.mark.parametrize("query", [{"cvss_min": "x"}, {"cvss_min": "11"}, {"since": "x"}, {"limit": "0"}])
def test_what_is_no_number_or_day_is_told(ann, hub, query):
    stocked(hub)
    assert ann.get("/advisories.json", query).status == 400


def test_those_ticked_are_marked_as_read(ann, hub):
    stocked(hub)
    answer = ann.form("/advisories/read", csrf=ann.csrf, id="DSA-1")
    assert (answer.status, answer.headers["location"]) == (303, "/advisories?done=1")
    assert "1 advisory marked as read." in page(ann, done="1")
    assert "DSA-1" not in ids(ann, unread="yes")
    assert ann.get("/advisories.json").json["unread"] == 5
    assert page(ann).index("/advisory/DSA-2") < page(ann).index("/advisory/DSA-1")
    back = ann.form("/advisories/read", csrf=ann.csrf, id="DSA-2", back="//evil.example/x")
    assert back.headers["location"] == "/advisory/%2F%2Fevil.example%2Fx"


def test_a_comment_is_kept_and_is_text(ann, hub):
    stocked(hub)
    answer = ann.form("/advisories/comment", csrf=ann.csrf, id="DSA-1", form="osv", text=MARKUP)
    assert (answer.status, answer.headers["location"]) == (303, "/advisory/DSA-1")
    (told,) = ann.get("/advisory/DSA-1.json").json["advisories"]
    assert [(one["by"], one["text"]) for one in told["comments"]] == [("Ann", MARKUP)]
    shown = page(ann, "/advisory/DSA-1")
    assert "Ann, " in shown
    assert MARKUP not in shown
    assert ann.form("/advisories/comment", csrf=ann.csrf, id="DSA-1", text=" ").status == 400
    assert ann.form("/advisories/comment", csrf=ann.csrf, id="none", text="x").status == 404


def test_what_changed_is_on_the_page_of_an_advisory(ann, hub):
    stocked(hub)
    for revision, high in (("1", "3.0.12-1"), ("2", "3.0.14-1")):
        one = advisory(about(OPENSSL, "CVE-2025-9", high), form=Form.CSAF, id="V-1", revision=revision)
        feed(hub, "vex", one)
    shown = page(ann, "/advisory/V-1")
    assert "What changed from version 1" in shown
    assert "the versions are now before 3.0.14-1" in shown
    assert "Mark as read" in shown


def test_pages_twins_and_forms_are_for_this_organisation_alone(app, hub, stranger):
    stocked(hub)
    member = Browser(app, token=hub.member("Water works")[0])
    for path in TWINS:
        assert member.get(path).status == 403, path
        assert stranger.get(path).status == 401, path
        assert Browser(app, token=hub.own).get(path).status == 200, path
        for more in ({"ceiling": Tlp.GREEN}, {"collections": ("warnings",)}, {"scopes": ("write",)}):
            assert Browser(app, token=hub.token("Hub", **more)).get(path).status == 403, (path, more)
    for path in ("/advisories/read", "/advisories/comment"):
        assert Browser(app, token=hub.own).form(path, id="DSA-1", text="x").status == 401


@pytest.mark.parametrize("fields", [{}, {"csrf": "x"}])
def test_a_form_without_the_word_of_the_session_changes_nothing(ann, hub, fields):
    stocked(hub)
    for path in ("/advisories/read", "/advisories/comment"):
        assert ann.form(path, id="DSA-1", text="x", **fields).status == 403
    assert ann.get("/advisories.json").json["unread"] == 6


def test_without_advisories_it_is_told_how_to_bring_some(ann):
    assert "tocsin sync kev cve osv csaf" in page(ann)
