"""Questions about names on a page: asked, answered and forgotten by this node's own people alone."""

from __future__ import annotations

import pytest

from inventory.made import advisory, below, claim, component
from inventory.stocked import bill, feed, stocked
from tocsin.inventory.advisory import Form
from tocsin.model.tlp import Tlp
from web.browser import Browser
from web.things import MARKUP

PANEL = component("11.011", name="PanelView 800", vendor="Rockwell Automation")


@pytest.fixture
def asked(hub):
    """A hub that has a question."""
    stocked(hub)
    bill(hub, "pump house 3", PANEL)
    said = claim(
        below("12"), vulnerability="CVE-2025-9", vendor="Rockwell Automation", name="PanelView 800 2711R"
    )
    feed(hub, "cve", advisory(said, form=Form.CVE, id="CVE-2025-9"))
    return hub


def page(browser, path="/review"):
    path, _, query = path.partition("?")
    answer = browser.get(path, query)
    assert answer.status == 200
    return answer.body.decode()


def question(browser):
    (one,) = browser.get("/review.json").json["questions"]
    return one["id"]


def answer(browser, id, said, **fields):
    return browser.form("/review/answer", csrf=browser.csrf, id=id, said=said, **fields)


def rule(browser):
    rows = browser.get("/exposures.json").json["rows"]
    return next(one["rule"] for one in rows if one["vulnerability"] == "CVE-2025-9")


def test_the_list_of_exposures_leads_to_what_is_asked(ann, asked):
    assert "1 question about names" in page(ann, "/exposures")
    body = page(ann)
    assert "1 question that only a person can answer" in body
    assert "is it the PanelView 800 2711R of Rockwell Automation that an advisory speaks of?" in body
    assert "It is about 1 vulnerability" in body


def test_an_answer_is_kept_in_the_persons_name_and_can_be_forgotten(ann, asked):
    id = question(ann)
    done = answer(ann, id, "same", why="The type plate says so.")
    assert (done.status, done.headers["location"]) == (303, "/review?done=same")
    assert rule(ann) == "in-range"
    body = page(ann, "/review?done=same")
    assert "Kept: it is the same." in body
    assert "Ann said on 2025-06-15 that Rockwell Automation PanelView 800 is" in body
    assert "questions about names" not in page(ann, "/exposures")
    assert (ann.get("/log.json").json["entries"][0]["act"], rule(ann)) == ("alias", "in-range")
    assert "noted what a product&#39;s name means" in page(ann, "/log")
    assert answer(ann, ann.get("/review.json").json["aliases"][0]["id"], "forget").status == 303
    assert question(ann) == id


def test_what_is_denied_says_so_where_it_is_shown(ann, asked):
    answer(ann, question(ann), "different", why="A toy.")
    assert rule(ann) == "another-product"
    row = next(one for one in ann.get("/exposures.json").json["rows"] if one["vulnerability"] == "CVE-2025-9")
    body = page(ann, f"/exposures/{row['id']}")
    assert "The advisory means another product: Ann said on 2025-06-15" in body
    assert "A toy" in body


def test_what_is_no_answer_is_refused(ann, asked):
    id = question(ann)
    for said, held, status in (
        ("maybe", id, 400),
        ("", id, 400),
        ("same", "0" * 32, 404),
        ("forget", id, 404),
    ):
        assert answer(ann, held, said).status == status
    assert question(ann) == id


def test_answering_needs_the_word_of_the_session_and_a_page_of_ours(ann, app, asked):
    id = question(ann)
    for fields in ({}, {"csrf": "wrong"}):
        assert ann.form("/review/answer", id=id, said="same", **fields).status == 403
    assert ann.form("/review/answer", csrf=ann.csrf, id=id, said="same", origin=None).status == 403
    assert Browser(app, token=asked.own).form("/review/answer", id=id, said="same").status == 401
    assert question(ann) == id


def test_a_token_that_is_for_less_reads_no_questions(app, asked):
    for ceiling, status in ((Tlp.AMBER_STRICT, 200), (Tlp.GREEN, 403)):
        reader = Browser(app, token=asked.token("Hub", ceiling=ceiling))
        assert [reader.get(path).status for path in ("/review.json", "/api/review")] == [status, status]
    member = Browser(app, token=asked.member("Water works")[0])
    assert [member.get(path).status for path in ("/review.json", "/api/review")] == [403, 403]


def test_markup_in_names_and_notes_is_text(ann, hub):
    bill(hub, "x", component("1", name=f"Panel {MARKUP}", vendor="Acme"))
    feed(hub, "cve", advisory(claim(below("2"), vendor="Acme", name=f"Panel {MARKUP} plus"), id="CVE-1"))
    assert MARKUP not in page(ann)
    answer(ann, question(ann), "same", why=MARKUP)
    assert MARKUP not in page(ann)


def test_where_there_is_nothing_the_page_says_what_to_do(ann, hub):
    assert "tocsin inventory add" in page(ann)
    stocked(hub)
    assert "No product here is named by its name alone" in page(ann)
