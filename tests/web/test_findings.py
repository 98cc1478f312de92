from __future__ import annotations

import csv
import html
import io
import json
import re
from urllib.parse import quote

from taxii.hub import indicator
from tocsin.detect.result import Why
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.share_preview import SHOWN_S
from tocsin.service.exchange.withdraw import withdraw
from tocsin.store import hubs
from web.browser import Browser
from web.things import MARKUP, finding, joined, kept


def previewed(browser, **query):
    body = browser.get("/findings/share", query).body.decode()
    fields = dict(re.findall(r'name="(shown|sealed|csrf)" value="([^"]*)"', body))
    shown = re.search(r'aria-label="The exact bytes">(.*?)</pre>', body, re.DOTALL)
    return fields, html.unescape(shown[1]) if shown else "", body


def waiting(hub, name="Water ISAC"):
    with hub.node.reading() as connection:
        return [one.body for one in hubs.outgoing_for(connection, name, waiting=True)]


def test_findings_are_listed_the_last_seen_first_and_by_severity(ann, hub):
    kept(hub, finding(1), finding(2, last_seen="2025-03-01T00:00:00.000Z", severity="low"))
    answer = ann.get("/findings.json").json
    assert [one["finding"]["severity"] for one in answer["findings"]] == ["low", "high"]
    assert answer["counts"] == {"critical": 0, "high": 1, "medium": 0, "low": 1}
    assert len(ann.get("/findings.json", {"severity": "low"}).json["findings"]) == 1
    assert ann.get("/findings.csv").body.startswith(b"id,severity,title")


def test_pages_of_findings_hold_each_once(ann, hub):
    kept(hub, *(finding(number) for number in range(120)))
    seen, after = [], ""
    while True:
        answer = ann.get("/findings.json", {"after": after}).json
        seen += [one["finding"]["id"] for one in answer["findings"]]
        after = answer["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 120


def test_a_finding_shows_its_reason_as_text(ann, hub):
    why = Why(kind="comparison", text=MARKUP, holds=True, value=MARKUP)
    id = kept(hub, finding(1, title=MARKUP, description=MARKUP, where=MARKUP, pattern=MARKUP, why=why))
    for path in (f"/findings/{id}", "/findings", "/findings/share"):
        body = ann.get(path, {"id": id} if path.endswith("share") else "").body.decode()
        assert "<script>" not in body
        assert "<img src=x" not in body
    assert "Compared" in ann.get(f"/findings/{id}").body.decode()


def test_a_finding_says_what_to_do_now_with_the_machine_that_is_meant(ann, hub):
    id = kept(hub, finding(1, where="WS-7", seen_by=("tap-1",)))
    body = ann.get(f"/findings/{id}").body.decode()
    assert "Do not switch off, clean or reinstall WS-7" in body
    assert "Leave tap-1 where it is: it only saw them." in body


def test_findings_are_for_this_organisation_alone(app, hub):
    id = kept(hub, finding(1))
    member = Browser(app, token=hub.member("Water works")[0])
    for path in (
        "/findings.json",
        "/findings.csv",
        "/api/findings",
        f"/findings/{id}.json",
        f"/api/findings/{id}",
    ):
        assert member.get(path).status == 403
    assert Browser(app, token=hub.own).get(f"/api/findings/{id}").json["finding"]["id"] == id


def test_a_finding_of_a_warning_that_one_may_not_see_is_not_there(ann, hub):
    hub.publish(indicator(7, tlp=Tlp.RED))
    id = kept(hub, finding(7))
    assert ann.get(f"/findings/{id}").status == 404
    assert ann.get("/findings.json").json["findings"] == []
    assert ann.get("/findings.json").json["counts"]["high"] == 0


def test_exactly_the_previewed_bytes_are_queued(ann, hub):
    hub_name, id = joined(hub), kept(hub, finding(1))
    fields, shown, body = previewed(ann, id=id, hub=hub_name)
    assert "The next <code>tocsin sync</code> sends it" in body
    assert not waiting(hub)
    hub.now_us += 60_000_000
    assert ann.form("/findings/share", **fields).headers["location"] == "/inbox/sent?queued=yes"
    assert [one.decode() for one in waiting(hub)] == [shown]
    assert json.loads(shown)["objects"][0]["sighting_of_ref"] == indicator(1)["id"]
    assert "10.0.0.7" not in shown
    assert "MAIL01" not in shown
    page = ann.get("/inbox/sent").body.decode()
    assert "It has not left this machine" in page
    assert ann.get("/inbox/sent.json").json["sent"][0]["state"] == "waiting"


def test_what_a_hub_says_became_of_it_is_text_and_its_reason_is_cut(ann, hub):
    hub_name = joined(hub)
    answers = [
        {"id": indicator(1)["id"], "version": "x", "state": "refused", "why": MARKUP + "y" * 900, "changed": "2026-01-01T00:00:00.000Z"}
    ]  # fmt: skip

    def act(connection):
        for anonymous in (False, True):
            body = json.dumps({"objects": [indicator(1)]}).encode()
            number = hubs.queue_outgoing(connection, hub_name, body, anonymous=anonymous, now_us=1)
            status = b'{"success_count":1}'
            hubs.sent(connection, number, status=status, receipt=b"r", now_us=2)
            if not anonymous:
                hubs.answered(connection, number, json.dumps(answers).encode(), now_us=3, settled=True)

    hub.node.write(act)
    page = ann.get("/inbox/sent").body.decode()
    assert "1 object was refused: &lt;/code&gt;&lt;script&gt;" in page
    assert "y" * 400 not in page
    assert "<script>alert" not in page
    assert page.count("It is not asked what came of it:") == 1
    first, second = ann.get("/inbox/sent.json").json["sent"]
    assert (first["state"], second["state"]) == ("sent", "refused")
    assert second["answers"][0]["why"] == answers[0]["why"]


def test_a_button_that_is_pressed_twice_queues_once(ann, hub):
    hub_name, id = joined(hub), kept(hub, finding(1))
    fields, _, _ = previewed(ann, id=id, hub=hub_name)
    for _ in range(2):
        assert ann.form("/findings/share", **fields).status == 303
    assert len(waiting(hub)) == 1


def test_anonymous_names_no_organisation(ann, hub):
    hub_name, id = joined(hub), kept(hub, finding(1))
    _, shown, _ = previewed(ann, id=id, hub=hub_name, **{"as": "anonymous"})
    assert hub.node.own.id not in shown


def test_what_was_not_previewed_is_not_queued(ann, app, hub):
    hub_name, id = joined(hub), kept(hub, finding(1))
    fields, _, _ = previewed(ann, id=id, hub=hub_name)
    other = Browser(app).signed_in(hub.node, "Bob")
    assert ann.form("/findings/share", **{**fields, "csrf": ""}).status == 403
    assert ann.form("/findings/share", **{**fields, "sealed": "00" * 32}).status == 403
    assert ann.form("/findings/share", **{**fields, "shown": "bm90"}).status == 400
    assert other.form("/findings/share", **{**fields, "csrf": other.csrf}).status == 403
    hub.now_us += SHOWN_S * 1_000_000 + 1
    assert ann.form("/findings/share", **fields).status == 403
    assert not waiting(hub)


def test_what_may_not_go_to_a_hub_is_told_and_has_no_button(ann, hub):
    hub_name, id = joined(hub), kept(hub, finding(1, tlp="amber"))
    fields, _, body = previewed(ann, id=id, hub=hub_name)
    assert "Nothing can go" in body
    assert "sealed" not in fields
    assert previewed(ann, id="finding--none", hub=hub_name)[2].count("Nothing can go") == 1
    assert ann.get("/findings/share", {"id": id, "hub": "no such"}).status == 404


def withdrawn(hub, number=1, why="shared hosting, a false alarm"):
    """A finding of a warning that was withdrawn, and one of a warning that stands; their ids."""
    hub.publish(indicator(number), indicator(number + 1))
    kept(hub, finding(number), finding(number + 1))
    withdraw(hub.node, indicator(number)["id"], why=why, by="ann")
    return finding(number).id, finding(number + 1).id


def test_the_list_marks_what_is_of_a_withdrawn_warning_and_can_be_asked_for_it(ann, hub):
    gone, stands = withdrawn(hub)

    def ids(**query):
        return [one["finding"]["id"] for one in ann.get("/findings.json", query).json["findings"]]

    assert sorted(ids()) == sorted([gone, stands])
    assert (ids(withdrawn="yes"), ids(withdrawn="no"), ids(withdrawn="yes", shared="yes")) == (
        [gone],
        [stands],
        [],
    )
    body = ann.get("/findings").body.decode()
    assert body.count('<span class="tag">withdrawn</span>') == 1
    assert "on 2025-06-15: shared hosting, a false alarm" in body
    assert '<a href="/findings?withdrawn=yes">Withdrawn <b>1</b></a>' in body
    alone = ann.get("/findings", {"withdrawn": "yes"}).body.decode()
    assert (gone in alone, stands in alone) == (True, False)
    assert '<a href="/findings?shared=no&amp;withdrawn=yes"' in alone


def test_where_nothing_was_withdrawn_nothing_is_said_of_it(ann, hub):
    kept(hub, finding(1))
    assert "ithdrawn" not in ann.get("/findings").body.decode()
    assert "ithdrawn" not in ann.get(f"/findings/{finding(1).id}").body.decode()


def test_csv_and_json_say_since_when_and_why_it_was_withdrawn(ann, hub):
    gone, stands = withdrawn(hub)
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(ann.get("/findings.csv").body.decode()))}
    told = ann.get(f"/findings/{gone}.json").json
    assert rows[gone]["withdrawn"] == told["withdrawn"] != ""
    assert rows[gone]["why_withdrawn"] == told["why_withdrawn"] == "shared hosting, a false alarm"
    assert rows[stands]["withdrawn"] == ann.get(f"/api/findings/{stands}").json["withdrawn"] == ""


def test_its_page_says_so_first_and_keeps_the_evidence(ann, hub):
    gone, stands = withdrawn(hub, why=MARKUP)
    body = ann.get(f"/findings/{gone}").body.decode()
    assert body.index("Its warning was withdrawn") < body.index('class="means"')
    assert "Do not act on it any more, and undo what you did because of it." in body
    assert "<script>" not in body
    assert "MAIL01" in body
    assert "Preview what would be shared" not in body
    assert "Preview what would be shared" in ann.get(f"/findings/{stands}").body.decode()


def test_what_was_withdrawn_is_refused_in_the_preview(ann, hub):
    gone, stands = withdrawn(hub)
    hub_name = joined(hub)
    fields, _, body = previewed(ann, id=gone, hub=hub_name)
    assert "Nothing can go" in body
    assert "its warning was withdrawn on 2025-06-15; a sighting" in html.unescape(body)
    assert "sealed" not in fields
    query = f"id={gone}&id={stands}&hub={quote(hub_name)}"
    answer = ann.get("/findings/share", query).body.decode()
    assert "Held back." in answer
    assert indicator(2)["id"] in answer
    assert indicator(1)["id"] not in answer
