"""Incidents on pages: noted, filled in, reported and told, by this node's own people and nobody else."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tocsin.incidents.form import form_text
from tocsin.model.tlp import Tlp
from tocsin.service.incidents.kept import kept_incidents
from tocsin.service.incidents.record import edit, record
from web.browser import Browser
from web.things import MARKUP


@pytest.fixture
def noted(hub):
    """An incident whose clocks run; the hub's clock stands on 15 June 2025, 15:06 UTC."""
    return record(
        hub.node,
        "Billing is encrypted",
        settings=[("kinds", '["ransomware"]'), ("moments.detected", "2025-06-14 05:00Z")],
        by="Bob",
    )


def page(browser, path, status=200):
    answer = browser.get(*path.split("?"))
    assert answer.status == status
    return answer.body.decode()


def send(browser, path, **fields):
    return browser.form(path, csrf=browser.csrf, **fields)


def newest(hub):
    with hub.node.reading() as connection:
        return kept_incidents(connection)[0]


def held(body):
    """The text in a page's form, as a browser sends it."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", body, re.DOTALL)[1]
    return unescape(found).replace("\n", "\r\n")


def seen(body):
    return re.search(r'name="seen" value="(\d+)"', body)[1]


def test_where_there_is_none_the_page_says_how_to_note_one(ann):
    body = page(ann, "/incidents")
    assert "No incident was noted yet" in body
    assert "tocsin incident new" in body
    assert 'action="/incidents"' in body


def test_a_name_and_a_kind_are_enough_to_note_one(ann, hub):
    done = send(ann, "/incidents", name="Strange logins", kind="account-takeover")
    one = newest(hub)
    assert (one.name, one.kinds, one.victim.name) == ("Strange logins", ("account-takeover",), "Hub")
    assert (done.status, done.headers["location"]) == (303, f"/incident/{one.id}?done=noted")
    assert "Noted." in page(ann, done.headers["location"])
    assert ann.get("/log.json").json["entries"][0]["act"] == "incident"


def test_without_a_name_nothing_is_noted_and_what_was_written_stays(ann, hub):
    answer = send(ann, "/incidents", name="  ", kind="ransomware")
    assert answer.status == 400
    assert "An incident needs a name." in answer.body.decode()
    assert 'value="ransomware"' in answer.body.decode()
    assert ann.get("/incidents.json").json == {"incidents": []}


def test_what_is_open_and_urgent_stands_before_what_is_closed(ann, hub, noted):
    record(hub.node, "Quiet", settings=[("investigation", "closed")], by="Bob")
    later = record(hub.node, "Later", settings=[("moments.detected", "2025-06-15 04:00Z")], by="Bob")
    body = page(ann, "/incidents")
    names = re.findall(r'<h2><a href="/incident/[^"]+">([^<]+)</a>', body)
    assert names == ["Billing is encrypted", "Later", "Quiet"]
    assert "reports may be due: nobody said yet" in body
    assert "overdue by" in body
    listed = {one["incident"]: one["investigation"] for one in ann.get("/incidents.json").json["incidents"]}
    assert (listed[noted.id], listed[later.id]) == ("new", "new")


def test_an_incident_is_told_in_words_with_what_is_due(ann, hub, noted):
    body = page(ann, f"/incident/{noted.id}")
    assert "due if the rule is for you" in body
    assert "2025-06-14 05:00Z" in body
    assert "overdue by 10 h 6 min, if it is for you" in body
    assert "Has TSA told you that your pipeline" in body
    owed = ann.get(f"/incident/{noted.id}/due.json").json
    assert owed["duties"][0]["rule"]["id"] == "tsa-pipeline"
    assert ann.get(f"/incident/{noted.id}.json").json["name"] == noted.name


def test_once_the_organisation_has_said_what_it_is_the_list_gets_short(ann, hub, noted):
    body = page(ann, "/incidents/profile")
    text = held(body).replace('tsa_pipeline = "unknown"', 'tsa_pipeline = "yes"').replace("unknown", "no")
    done = send(ann, "/incidents/profile", text=text)
    assert (done.status, done.headers["location"]) == (303, "/incidents?done=profile")
    body = page(ann, "/incidents?done=profile")
    assert "1 report is overdue" in body
    assert "may be due" not in body
    assert '<h3 class="danger">Overdue</h3>' in page(ann, f"/incident/{noted.id}")


def test_a_profile_that_cannot_be_read_says_where_and_keeps_the_text(ann):
    answer = send(ann, "/incidents/profile", text='zone = "Mars/Base"\r\n# mine')
    assert answer.status == 400
    assert "# mine" in answer.body.decode()
    assert 'zone = ""' in held(page(ann, "/incidents/profile"))


def test_the_form_is_edited_as_text_and_what_was_noted_before_stays(ann, hub, noted):
    body = page(ann, f"/incident/{noted.id}")
    text = held(body).replace('summary = ""', 'summary = "Bills cannot be sent."')
    hub.now_us += 60_000_000
    done = send(ann, f"/incident/{noted.id}", text=text, seen=seen(body))
    assert (done.status, done.headers["location"]) == (303, f"/incident/{noted.id}?done=kept")
    assert newest(hub).summary == "Bills cannot be sent."
    body = page(ann, f"/incident/{noted.id}")
    assert "Noted 2 times" in body
    assert re.search(r"15:07:40 UTC by Ann: summary</li><li>.*15:06:40 UTC by Bob", body)


def test_a_form_that_is_sent_as_it_was_changes_nothing(ann, hub):
    invisible = record(hub.node, "Mail\u200bserver \u202e\U000e0041", by="Bob")
    body = page(ann, f"/incident/{invisible.id}")
    assert r"Mail\u200bserver \u202e\U000e0041" in held(body)
    assert send(ann, f"/incident/{invisible.id}", text=held(body), seen=seen(body)).status == 303
    assert newest(hub) == invisible


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('name = "x"\nsummary = \ntlp = "red"', "line 2"),
        ('name = "x"\n[moments]\ndetected = "soon"', "moments.detected"),
        ('name = "x"\ndetermination = "perhaps"', "determination"),
        ("", "name"),
    ],
)
def test_a_form_that_cannot_be_read_says_where_and_keeps_the_text(ann, hub, noted, text, told):
    body = page(ann, f"/incident/{noted.id}")
    answer = send(ann, f"/incident/{noted.id}", text=text, seen=seen(body))
    shown = answer.body.decode()
    assert answer.status == 400
    assert told in re.search(r'role="alert">(.*?)</p>', shown, re.DOTALL)[1]
    assert unescape(held(shown)).replace("\r\n", "\n") == (text or form_text(noted))
    assert newest(hub) == noted


def test_of_two_who_edit_at_once_the_second_is_told_and_overwrites_nothing(ann, hub, noted):
    body = page(ann, f"/incident/{noted.id}")
    edit(hub.node, noted.id, settings=[("summary", "Bob was faster.")], by="Bob")
    mine = held(body).replace('summary = ""', 'summary = "Mine."')
    answer = send(ann, f"/incident/{noted.id}", text=mine, seen=seen(body))
    shown = answer.body.decode()
    assert answer.status == 400
    assert "Bob has noted something else meanwhile" in shown
    assert 'summary = "Mine."' in unescape(shown)
    assert newest(hub).summary == "Bob was faster."
    assert send(ann, f"/incident/{noted.id}", text=held(shown), seen=seen(shown)).status == 303
    assert newest(hub).summary == "Mine."


def test_a_report_is_a_page_whose_own_style_sheet_alone_may_apply(ann, hub, noted):
    answer = ann.get(f"/incident/{noted.id}/report/circia-incident")
    body, policy = answer.body.decode(), answer.headers["content-security-policy"]
    assert answer.status == 200
    assert "What is missing" in body
    assert "Billing is encrypted" in body
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert "self" not in policy
    assert f'/incident/{noted.id}/report/tsa-pipeline"' in page(ann, f"/incident/{noted.id}")
    assert ann.get(f"/incident/{noted.id}/report/none").status == 400


def test_who_was_told_is_noted_and_the_duty_is_done(ann, hub, noted):
    where = f"/incident/{noted.id}"
    done = send(ann, f"{where}/told", whom="CISA", rule="tsa-pipeline", at="", reference="A-1")
    assert (done.status, done.headers["location"]) == (303, f"{where}?done=told")
    assert newest(hub).told[0].reference == "A-1"
    body = page(ann, where)
    assert "<h3>Told</h3>" in body
    assert "CISA was told on Sun 15 June 2025" in body
    for fields, status in (
        ({"whom": ""}, 400),
        ({"whom": "X", "at": "soon"}, 400),
        ({"whom": "X", "rule": "none"}, 400),
    ):
        assert send(ann, f"{where}/told", **fields).status == status
    assert len(newest(hub).told) == 1


def test_what_is_not_there_is_not_found(ann, hub, noted):
    nowhere = "incident--00000000-0000-4000-8000-000000000000"
    for path in (
        f"/incident/{nowhere}",
        f"/incident/{nowhere}/report/sec-8k",
        "/incident/Billing%20is%20encrypted",
    ):
        assert ann.get(path).status == 404
    for path in (f"/incident/{nowhere}.json", f"/incident/{nowhere}/due.json"):
        assert ann.get(path).status == 404
    assert send(ann, f"/incident/{nowhere}", text="", seen="").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/incidents",
        "/incidents/profile",
        "/incidents/rules",
        "/incident/ID",
        "/incident/ID/told",
        "/incident/ID/learned",
    ],
)
def test_noting_needs_the_word_of_the_session_and_a_page_of_ours(ann, app, hub, noted, path):
    path = path.replace("ID", noted.id)
    fields = {"name": "x", "text": 'name = "x"', "seen": str(noted.changed_us), "whom": "x"}
    for word in ({}, {"csrf": "wrong"}):
        assert ann.form(path, **fields, **word).status == 403
    assert ann.form(path, csrf=ann.csrf, origin=None, **fields).status == 403
    assert ann.form(path, csrf=ann.csrf, origin="https://evil.example", **fields).status == 403
    assert Browser(app, token=hub.own).form(path, **fields).status == 401
    assert Browser(app).form(path, **fields).status == 401
    assert newest(hub) == noted


PATHS = (
    "/incidents",
    "/incidents.json",
    "/incidents/profile",
    "/incident/ID",
    "/incident/ID.json",
    "/incident/ID/due.json",
    "/incident/ID/report/sec-8k",
)


@pytest.mark.parametrize("path", PATHS)
def test_nobody_but_this_nodes_people_sees_any_incident_and_no_token_does(app, ann, hub, noted, path):
    path, nowhere = path.replace("ID", noted.id), path.replace("ID", noted.id[:-1])
    assert ann.get(path).status == 200
    for token in (hub.own, hub.member("Water works")[0], hub.token("Reader", ceiling=Tlp.CLEAR), None):
        answer = Browser(app, token=token).get(path)
        assert answer.status == 401
        assert b"Billing" not in answer.body
        assert answer.body == Browser(app, token=token).get(nowhere).body


def test_markup_in_an_incident_is_text(ann, hub):
    made = record(
        hub.node,
        MARKUP,
        settings=[("summary", MARKUP), ("kinds", '["<b>x</b>"]'), ("contact.name", MARKUP), ("tlp", "<b>")],
        by=MARKUP[:40],
    )
    for path in ("/incidents", f"/incident/{made.id}", f"/incident/{made.id}/report/sec-8k"):
        body = page(ann, path)
        assert "<script>alert" not in body
        assert "<b>x" not in body
        assert "onerror=alert(2)>" not in body


def test_a_marking_that_is_none_is_told_as_not_understood(ann, hub):
    made = record(hub.node, "x", settings=[("tlp", "purple")], by="Bob")
    assert "NOT UNDERSTOOD" in page(ann, f"/incident/{made.id}")
    assert "TLP:PURPLE" not in page(ann, f"/incident/{made.id}")


def test_what_becomes_known_is_noted_once_somebody_was_told_and_its_clock_runs(ann, hub, noted):
    where = f"/incident/{noted.id}"
    assert "Note what became known since" not in page(ann, where)
    assert "Then: More about a cybersecurity incident" in page(ann, where)
    send(ann, f"{where}/told", whom="CISA", rule="tsa-pipeline", at="2025-06-14 06:00Z")
    assert "Note what became known since" in page(ann, where)
    done = send(ann, f"{where}/learned", what="Bank data <b>were</b> copied", rule="tsa-pipeline", at="")
    assert (done.status, done.headers["location"]) == (303, f"{where}?done=learned")
    assert newest(hub).learned[0].rules == ("tsa-pipeline",)
    body = page(ann, f"{where}?done=learned")
    assert "Noted what became known." in body
    assert "Became known: Bank data &lt;b&gt;were" in body
    assert re.search(r'report/tsa-pipeline-more">.*?<span class="due">due in 1 day</span>', body)
    report = page(ann, f"{where}/report/tsa-pipeline-more")
    assert "A supplement to tsa-pipeline. Told last: CISA" in report
    for fields in ({"what": " "}, {"what": "x", "at": "soon"}, {"what": "x", "rule": "none"}):
        assert send(ann, f"{where}/learned", **fields).status == 400
    assert len(newest(hub).learned) == 1


def test_rules_that_concern_few_are_taken_on_and_left_on_the_page(ann, hub, noted):
    body = page(ann, "/incidents/profile")
    assert 'name="take" value="hipaa">' in body
    assert "hipaa_covered_entity" not in body
    done = send(ann, "/incidents/rules", take="hipaa")
    assert (done.status, done.headers["location"]) == (303, "/incidents/profile?done=rules")
    body = page(ann, "/incidents/profile")
    assert 'name="take" value="hipaa" checked>' in body
    assert "hipaa_covered_entity" in body
    assert "Breach of health information" in page(ann, f"/incident/{noted.id}")
    send(
        ann, "/incidents/rules", take="gdpr"
    )  # what is not offered is not taken on, what is unticked is left
    assert "hipaa_covered_entity" not in page(ann, "/incidents/profile")


def test_the_list_counts_what_the_incident_itself_does_and_no_supplement_that_sleeps(ann, hub, noted):
    one = re.search(r"(\d+) due if the rule is for you", page(ann, f"/incident/{noted.id}"))[1]
    assert re.search(rf"\b{one} reports may be due", page(ann, "/incidents"))


def test_what_was_imported_of_others_stands_apart_and_nothing_of_it_is_due(ann, hub, noted):
    settings = [("whose", "Mill"), ("moments.detected", "2025-06-10 05:00Z")]
    other = record(hub.node, "The mill stood still", settings=settings, by="Bob")
    body = page(ann, "/incidents")
    own, others = body.split('<h2 id="others">')
    assert "Billing is encrypted" in own
    assert "The mill stood still" not in own
    assert "The mill stood still" in others
    assert ">Mill</span>" in others
    listed = ann.get("/incidents.json").json["incidents"]
    assert [(one["name"], one["whose"]) for one in listed] == [
        ("Billing is encrypted", ""),
        ("The mill stood still", "Mill"),
    ]
    body = page(ann, f"/incident/{other.id}")
    assert "Not yours: Mill." in body
    assert "What is due" not in body
    assert f"/incident/{other.id}/told" not in body
    assert ann.get(f"/incident/{other.id}/due.json").status == 404
    assert "What is due" in page(ann, f"/incident/{noted.id}")


def test_with_others_alone_the_page_still_says_how_to_note_one(ann, hub):
    record(hub.node, "The mill stood still", settings=[("whose", "Mill")], by="Bob")
    body = page(ann, "/incidents")
    assert "No incident was noted yet" in body
    assert "tocsin incident new" in body
