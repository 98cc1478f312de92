from __future__ import annotations

import pytest

from taxii.hub import indicator
from tocsin.model.tlp import Tlp
from web.browser import Browser
from web.things import MARKUP, sent, sighting


@pytest.fixture
def member(hub):
    return hub.member("Water works")[0]


def states(browser):
    return [one["state"] for one in browser.get("/inbox.json").json["items"]]


def test_what_a_member_sent_is_told_in_plain_words(ann, hub, member):
    hub.publish(indicator(1, name="Servers of the storm"))
    sent(hub, member, sighting(indicator(1)["id"]))
    body = ann.get("/inbox").body.decode()
    assert "Seen: Servers of the storm" in body
    assert "Water works" in body
    assert "1 thing waits" in body


def test_vetting_and_releasing_publish_it_with_the_persons_name_in_the_log(ann, hub, member):
    of = indicator(1)["id"]
    hub.publish(indicator(1))
    one = sighting(of)
    sent(hub, member, one)
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=one["id"], do="vet").status == 303
    assert states(ann) == ["vetted"]
    assert (
        ann.form("/inbox/decide", csrf=ann.csrf, id=one["id"], do="release").headers["location"]
        == "/inbox?done=released&count=1"
    )
    assert states(ann) == ["released"]
    assert len(ann.get(f"/warnings/{of}.json").json["sightings"]) == 1
    entry = ann.get("/log.json").json["entries"][0]
    assert (entry["act"], entry["by"]) == ("release", "Ann")
    again = ann.form("/inbox/decide", csrf=ann.csrf, id=one["id"], do="release")
    assert again.status == 400


def test_a_refusal_needs_a_reason_and_the_member_reads_it(ann, app, hub, member):
    one = sighting(indicator(1)["id"])
    sent(hub, member, one)
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=one["id"], do="refuse", why="  ").status == 400
    assert states(ann) == ["new"]
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=one["id"], do="refuse", why=MARKUP).status == 303
    seen = Browser(app, token=member).get("/api/inbox").json["items"][0]
    assert (seen["state"], seen["why"]) == ("refused", " ".join(MARKUP.split()))
    assert seen["changed_by"] == ""
    assert "<script>" not in ann.get("/inbox").body.decode()


def test_deciding_needs_the_word_of_the_session(ann, hub, member):
    one = sighting(indicator(1)["id"])
    sent(hub, member, one)
    for fields in ({}, {"csrf": "wrong"}):
        assert ann.form("/inbox/decide", id=one["id"], do="release", **fields).status == 403
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=one["id"], do="release", origin=None).status == 403
    assert states(ann) == ["new"]


def test_a_member_sees_its_own_and_anothers_is_not_there(app, hub, member):
    other = Browser(app, token=hub.member("Power works")[0])
    one = sighting(indicator(1)["id"])
    sent(hub, member, one)
    assert len(Browser(app, token=member).get("/inbox.json").json["items"]) == 1
    assert other.get("/inbox.json").json == {
        "items": [],
        "counts": dict.fromkeys(("new", "vetted", "released", "refused"), 0),
        "next": "",
    }
    assert other.get(f"/inbox/{one['id']}.json").status == 404
    assert other.get("/inbox/sent.json").status == 403


def test_who_sent_anonymously_is_named_nowhere(ann, hub, member):
    one = sighting(indicator(1)["id"])
    submission = sent(hub, member, one, anonymous=True)
    for path in ("/inbox", f"/inbox/{one['id']}", "/inbox.csv", f"/inbox/{one['id']}.json"):
        assert b"Water works" not in ann.get(path).body
    entries = ann.get("/log.json").json["entries"]
    assert "not to be named" in entries[0]["closed"]
    shown = ann.get("/log.json", {"entry": str(entries[0]["number"])}).json["proven"]
    assert "Water works" not in str(shown)
    assert submission not in str(shown)
    assert ann.get("/log/receipt", {"entry": str(entries[0]["number"])}).status == 404


def test_what_is_for_another_persons_eyes_is_not_in_the_inbox(ann, hub, member):
    one = indicator(5, tlp=Tlp.RED, name="For others")
    sent(hub, member, one)
    assert states(ann) == []
    assert ann.get(f"/inbox/{one['id']}").status == 404
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=one["id"], do="release").status == 404


def test_markup_that_was_sent_is_text(ann, hub, member):
    one = indicator(3, name=MARKUP, description=MARKUP)
    sent(hub, member, one)
    for path in ("/inbox", f"/inbox/{one['id']}"):
        assert "<script>" not in ann.get(path).body.decode()
