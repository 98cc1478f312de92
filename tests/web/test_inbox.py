from __future__ import annotations

import pytest

from taxii.hub import indicator
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.inbox import items
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
    assert "Seen 2 times: Servers of the storm" in body
    assert "Water works" in body
    assert "1 report waits" in body
    assert "waits less than a minute" in body


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
    assert (entry["act"], entry["by"], entry["person"]) == ("release", "Hub", "Ann")
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


def test_what_will_be_published_of_what_was_sent_anonymously_is_shown_before(ann, hub, member):
    of = indicator(1)["id"]
    hub.publish(indicator(1))
    one = sighting(of, created_by_ref="identity--5f6c7d6a-1c5f-4f6b-9a55-6f0f4b6f8c11", x_ticket="R-17")
    sent(hub, member, one, anonymous=True)
    body = ann.get(f"/inbox/{one['id']}").body.decode()
    shown = body.partition("What will be published")[2].partition("</section>")[0]
    assert "<code>x_ticket</code>" in shown
    objects = shown.partition("<pre")[2].partition("</pre>")[0]
    assert "x_ticket" not in objects
    assert one["id"] not in objects
    assert one["created"] not in objects
    assert "identity--5f6c7d6a" not in objects
    ann.form("/inbox/decide", csrf=ann.csrf, id=one["id"], do="release")
    [made] = ann.get(f"/warnings/{of}.json").json["sightings"]
    assert made["id"] in objects
    assert "What will be published" not in ann.get(f"/inbox/{one['id']}").body.decode()


def test_the_list_offers_no_release_unseen_of_what_was_sent_anonymously(ann, hub, member):
    named, unnamed = sighting(indicator(1)["id"]), sighting(indicator(2)["id"])
    sent(hub, member, named)
    sent(hub, member, unnamed, anonymous=True)
    body = ann.get("/inbox").body.decode()
    assert body.count('value="release"') == 1
    assert f'href="/inbox/{unnamed["id"]}#published"' in body


def test_what_cannot_be_published_is_told_with_the_reason_before_it_is_tried(ann, hub, member):
    tells = {
        "type": "identity", "spec_version": "2.1", "id": "identity--5f6c7d6a-1c5f-4f6b-9a55-6f0f4b6f8c11",
        "created": "2025-02-01T10:00:00.000Z", "modified": "2025-02-01T10:00:00.000Z", "name": "Us",
    }  # fmt: skip
    sent(hub, member, tells, anonymous=True)
    page = ann.get(f"/inbox/{tells['id']}")
    assert page.status == 200
    assert "cannot be published anonymously" in page.body.decode()
    harmless = indicator(4, pattern="[ipv4-addr:value = '8.8.8.8']")
    sent(hub, member, harmless)
    assert "What stays, and why" in ann.get(f"/inbox/{harmless['id']}").body.decode()


def test_the_preview_shows_nothing_that_is_for_another_persons_eyes(ann, hub, member):
    seen = indicator(6, name="For all")
    hidden = indicator(6, name="For others alone", tlp=Tlp.RED, modified="2025-03-01T10:00:00.000Z")
    sent(hub, member, hidden)
    sent(hub, member, seen)
    page = ann.get(f"/inbox/{seen['id']}")
    assert page.status == 200
    assert "For others alone" not in page.body.decode()
    assert "eyes of somebody else" in page.body.decode()


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


def test_a_case_of_ransom_is_shown_as_what_it_is_and_cannot_be_released(ann, hub, member):
    one = {
        "type": "ransom-case",
        "spec_version": "2.1",
        "id": "ransom-case--00000000-0000-4000-8000-000000000001",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "key": "public",
        "marks": [{"kind": "address", "hash": "0" * 32}],
        "tell": "nothing",
    }
    sent(hub, member, one)
    assert "case of ransom, to be compared" in ann.get("/inbox").body.decode().lower()
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=one["id"], do="release").status == 400
    assert states(ann) == ["new"]


def together(hub, member, count=3, **more):
    """What was sent together: an incident's name and some indicators; the id of the submission."""
    incident = {
        "type": "incident",
        "spec_version": "2.1",
        "id": "incident--5f6c7d6a-1c5f-4f6b-9a55-6f0f4b6f8c11",
        "created": "2025-02-01T10:00:00.000Z",
        "modified": "2025-02-01T10:00:00.000Z",
        "name": "Ransomware in billing",
    }
    listed = [indicator(number, name=f"Server {number}") for number in range(1, count)]
    return sent(hub, member, incident, *listed, **more)


def reports(browser, **query):
    return browser.get("/inbox/submissions.json", query).json["reports"]


def test_what_was_sent_together_is_one_line_with_one_decision(ann, hub, member):
    id = together(hub, member, 4)
    body = ann.get("/inbox").body.decode()
    assert "1 report waits" in body
    assert "An incident: Ransomware in billing, with 3 indicators" in body
    assert "4 objects, sent together: 1 incident, 3 indicators" in body
    assert "Vet all 4" in body
    assert body.count('name="do"') == 1, "what is published is shown before it is released"
    assert f'href="/inbox/submission/{id}#published"' in body
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=id, do="vet").headers["location"] == (
        "/inbox?done=vetted&count=4"
    )
    assert states(ann) == ["vetted"] * 4
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=id, do="release").status == 303
    assert states(ann) == ["released"] * 4
    [one] = reports(ann, state="released")
    assert one["counts"] == {"new": 0, "vetted": 0, "released": 4, "refused": 0}


def test_a_whole_submission_is_refused_with_one_reason(ann, app, hub, member):
    id = together(hub, member)
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=id, do="refuse", why="").status == 400
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=id, do="refuse", why="a test").status == 303
    seen = Browser(app, token=member).get("/api/inbox").json["items"]
    assert [(one["state"], one["why"]) for one in seen] == [("refused", "a test")] * 3


def test_the_page_of_a_submission_shows_what_will_be_published_of_it(ann, hub, member):
    id = together(hub, member, 4)
    body = ann.get(f"/inbox/submission/{id}").body.decode()
    assert "Release 4 objects" in body
    assert "Vet 4 objects" in body
    assert "Refuse 4 objects" in body
    shown = body.partition("What will be published")[2].partition("</section>")[0]
    assert shown.count("&#34;type&#34;: &#34;indicator&#34;") == 3
    assert "Server 1: look for the address 203.0.114.5" in body


def test_what_of_a_submission_stays_is_told_with_the_reason_and_the_rest_goes_on(ann, hub, member):
    harmless = indicator(7, pattern="[ipv4-addr:value = '8.8.8.8']", name="Resolver")
    id = sent(hub, member, indicator(6, name="Server"), harmless)
    done = ann.form("/inbox/decide", csrf=ann.csrf, id=id, do="release")
    assert done.status == 303
    where, _, query = done.headers["location"].partition("?")
    assert (where, query) == (f"/inbox/submission/{id}", "done=released&count=1&left=1")
    told = ann.get(where, {"done": "released", "count": "1", "left": "1"}).body.decode()
    assert "1 object released. 1 object stays: why, is said below." in told
    stays = told.partition("What stays, and why")[2]
    assert harmless["id"] in stays
    again = ann.form("/inbox/decide", csrf=ann.csrf, id=id, do="release")
    assert again.status == 400
    assert sorted(states(ann)) == ["new", "released"]


def test_what_was_sent_together_without_a_name_names_nobody(ann, hub, member):
    id = together(hub, member, anonymous=True)
    for path in (
        "/inbox", f"/inbox/submission/{id}", f"/inbox/submission/{id}.json", "/inbox/submissions.json",
        "/inbox/submissions.csv",
    ):  # fmt: skip
        answer = ann.get(path)
        assert answer.status == 200
        assert b"Water works" not in answer.body
    assert "What is taken off or replaced" in ann.get(f"/inbox/submission/{id}").body.decode()


def test_of_a_submission_only_what_a_person_may_see_is_shown_and_decided(ann, hub, member):
    hidden = indicator(8, tlp=Tlp.RED, name="For others")
    id = sent(hub, member, indicator(9, name="For all"), hidden)
    body = ann.get(f"/inbox/submission/{id}").body.decode()
    assert "For others" not in body
    assert "Release 1 object<" in body
    ann.form("/inbox/decide", csrf=ann.csrf, id=id, do="refuse", why="x")
    assert [one.state for one in items(hub.node)] == ["refused", "new"]
    assert ann.get(f"/inbox/submission/{id}.json").json["report"]["objects"] == 1
    alone = sent(hub, member, indicator(10, tlp=Tlp.RED))
    assert ann.get(f"/inbox/submission/{alone}").status == 404
    assert ann.form("/inbox/decide", csrf=ann.csrf, id=alone, do="vet").status == 404


def test_the_desk_is_for_the_hubs_own_and_for_no_member(app, hub, member):
    id = together(hub, member)
    browser = Browser(app, token=member)
    for path in ("/inbox/submissions.json", "/inbox/submissions.csv", f"/inbox/submission/{id}.json"):
        assert browser.get(path).status == 403


def test_the_twin_in_csv_holds_a_row_for_each_report(ann, hub, member):
    together(hub, member, 4)
    head, row = ann.get("/inbox/submissions.csv").body.decode().splitlines()
    assert head.split(",")[5:] == [
        "objects", "tlp", "says", "new", "vetted", "released", "refused", "waits_s"
    ]  # fmt: skip
    assert row.endswith(",4,0,0,0,0")


def test_what_was_done_is_told_only_in_our_own_words(ann, hub, member):
    together(hub, member)
    for query in (
        {"done": "<b>", "count": "1"},
        {"done": "vetted", "count": "<b>"},
        {"done": "vetted", "count": "9" * 40},
    ):
        assert 'role="status"' not in ann.get("/inbox", query).body.decode()
    told = ann.get("/inbox", {"done": "vetted", "count": "2", "left": "<b>"}).body.decode()
    assert "<strong>2 objects vetted.</strong>" in told


def test_markup_that_was_sent_together_is_text(ann, hub, member):
    id = sent(hub, member, *[indicator(number, name=MARKUP, description=MARKUP) for number in (1, 2)])
    for path in ("/inbox", f"/inbox/submission/{id}"):
        body = ann.get(path).body.decode()
        assert "<script>" not in body
        assert "<img" not in body.replace('<img src="/static', "")
