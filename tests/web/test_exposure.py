from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from inventory.made import advisory
from inventory.stocked import OPENSSL, PLC, about, bill, feed, stocked
from tocsin.inventory.advisory import Form
from tocsin.inventory.claim import Remedy
from tocsin.model.tlp import Tlp
from tocsin.service.inventory.exposure_list import known
from web.browser import Browser
from web.things import MARKUP


@pytest.fixture(autouse=True)
def _stock(hub):
    stocked(hub)


def ids(hub):
    """The ids of the exposures by vulnerability."""
    return {several[0].judgement.vulnerability: id for id, several in known(hub.node).rows}


def page(browser, path):
    answer = browser.get(path)
    assert answer.status == 200
    return answer.body.decode()


def treat(browser, id, **fields):
    return browser.form("/exposures/treat", csrf=browser.csrf, id=id, **fields)


def day(hub, later=1):
    return datetime.fromtimestamp(hub.now_us / 1e6 + later * 86_400, UTC).date().isoformat()


def test_the_reason_goes_from_the_product_by_its_names_and_the_claim_to_the_rule(ann, hub):
    answer = ann.get(f"/exposures/{ids(hub)['CVE-2025-1']}.json").json
    steps = [step["text"] for step in answer["why"]["children"]]
    assert answer["why"]["text"] == "openssl 3.0.11-1 at server-1 is affected by CVE-2025-1"
    assert "pkg:deb/debian/openssl@3.0.11-1" in steps[0]
    assert steps[1] == "The advisory means this product: named exactly."
    assert steps[2] == "DSA-1 of somebody, from osv, says that the product is affected:"
    assert steps[3] == "The version here is 3.0.11-1; meant are:"
    assert answer["why"]["children"][3]["children"][0]["text"] == "before 3.0.12-1, which mends it"
    assert steps[4].startswith("So the rule in-range decides:")
    body = page(ann, f"/exposures/{ids(hub)['CVE-2025-1']}")
    for step in steps:
        assert step in body


def test_stakes_due_day_and_all_that_were_heard_are_told(ann, hub):
    feed(hub, "cve", advisory(about(OPENSSL, "CVE-2025-1", "9"), form=Form.CVE, id="CVE-2025-1"))
    body = page(ann, f"/exposures/{ids(hub)['CVE-2025-1']}")
    assert "In CISA's catalogue since 2025-06-01, federal agencies have until 2025-06-22" in body
    assert "Nobody says" in body
    assert "Also heard" in body
    assert re.search(r"<dt>By when</dt><dd><strong>2025-06-\d\d</strong>", body)


def test_a_controller_shows_what_protects_it_until_the_next_outage(ann, hub):
    for path in ("/exposures", f"/exposures/{ids(hub)['CVE-2025-4']}"):
        assert "until the next outage: Block port 102 at the firewall (ICSA-25-001-01)" in page(ann, path)


def test_noting_what_is_done_changes_the_list_and_is_in_the_log(ann, hub):
    id = ids(hub)["CVE-2025-1"]
    done = treat(ann, id, state="accepted", until=day(hub), why="Not used.", owner="M. Roe", approved="yes")
    assert done.headers["location"] == f"/exposures/{id}?done=accepted&count=1"
    row = ann.get(f"/exposures/{id}.json").json["row"]
    assert (row["state"], row["until"], row["owner"], row["approved"], row["note"]) == (
        "accepted", day(hub), "M. Roe", True, "Not used.",
    )  # fmt: skip
    body = page(ann, f"/exposures/{id}")
    assert "Noted by Ann" in body
    assert "The maker has approved the patch." in body
    assert f"accepted until {day(hub)}" in page(ann, "/exposures")
    assert [one["id"] for one in ann.get("/exposures.json", {"state": "accepted"}).json["rows"]] == [id]
    entry = ann.get("/log.json").json["entries"][0]
    assert (entry["act"], entry["by"], entry["person"]) == ("treat", "Hub", "Ann")
    assert "noted what is done about an exposure" in page(ann, "/log")


def test_one_note_can_be_for_all_that_is_open_of_the_product_there(ann, hub):
    bill(hub, "attic", OPENSSL)
    held = {one["site"] + one["vulnerability"]: one["id"] for one in ann.get("/exposures.json").json["rows"]}
    done = treat(ann, held["server-1CVE-2025-2"], state="mitigated", all="yes")
    assert done.headers["location"].endswith("?done=mitigated&count=2")
    found = ann.get("/exposures.json", {"state": "mitigated"}).json["rows"]
    assert {(one["site"], one["vulnerability"]) for one in found} == {
        ("server-1", "CVE-2025-1"), ("server-1", "CVE-2025-2"),
    }  # fmt: skip


def test_a_form_that_says_nothing_that_can_be_noted_is_refused_with_the_reason(ann, hub):
    id = ids(hub)["CVE-2025-1"]
    for fields, words in (
        ({"state": "accepted", "until": day(hub)}, "needs a reason"),
        ({"state": "accepted", "why": "x"}, "needs a day"),
        ({"state": "accepted", "why": "x", "until": day(hub, -1)}, "has passed"),
        ({"state": "gone"}, "There is no state"),
        ({}, "There is no state"),
    ):
        answer = treat(ann, id, **fields)
        assert answer.status == 400
        assert words in answer.body.decode()
    assert treat(ann, "0" * 32, state="mitigated").status == 404
    assert ann.get("/exposures.json", {"state": "mitigated"}).json["rows"] == []


def test_a_day_that_is_left_in_the_form_says_nothing_of_a_state_without_one(ann, hub):
    id = ids(hub)["CVE-2025-1"]
    treat(ann, id, state="accepted", until=day(hub), why="Not used.")
    assert treat(ann, id, state="open", until=day(hub)).status == 303
    row = ann.get(f"/exposures/{id}.json").json["row"]
    assert (row["state"], row["until"]) == ("open", None)


def test_that_nobody_says_it_is_exploited_is_not_told_as_what_a_catalogue_says(ann, hub):
    assert "nothing that was read says that it is" in page(ann, f"/exposures/{ids(hub)['CVE-2025-2']}")


def test_noting_needs_the_word_of_the_session_and_a_page_of_ours(ann, app, hub):
    id = ids(hub)["CVE-2025-1"]
    for fields in ({}, {"csrf": "wrong"}):
        assert ann.form("/exposures/treat", id=id, state="mitigated", **fields).status == 403
    assert ann.form("/exposures/treat", csrf=ann.csrf, id=id, state="mitigated", origin=None).status == 403
    assert Browser(app, token=hub.own).form("/exposures/treat", id=id, state="mitigated").status == 401
    assert ann.get("/exposures.json", {"state": "mitigated"}).json["rows"] == []


def test_what_lapsed_says_so_on_its_page_and_in_the_list(ann, app, hub):
    id = ids(hub)["CVE-2025-1"]
    treat(ann, id, state="accepted", until=day(hub), why="Not used.")
    hub.now_us += 2 * 86_400_000_000
    later = Browser(app).signed_in(hub.node, "Ann")
    for path in ("/exposures", f"/exposures/{id}"):
        assert "pen again: it was accepted until" in page(later, path)


def test_one_exposure_is_for_this_organisation_alone(app, hub, stranger):
    id = ids(hub)["CVE-2025-1"]
    member = Browser(app, token=hub.member("Water works")[0])
    for path in (
        f"/exposures/{id}.json",
        f"/api/exposures/{id}",
        "/advisory/DSA-1.json",
        "/api/advisory/DSA-1",
        "/inventory.json",
        "/inventory.csv",
        "/api/inventory",
    ):
        answer = member.get(path)
        assert answer.status == 403, path
        nowhere = member.get(path.replace(id, "0" * 32).replace("DSA-1", "DSA-0"))
        assert (answer.status, answer.body) == (nowhere.status, nowhere.body), path
        assert stranger.get(path).status == 401, path
        assert Browser(app, token=hub.own).get(path).status == 200, path
        assert Browser(app, token=hub.token("Hub", ceiling=Tlp.AMBER)).get(path).status == 403, path


def test_what_is_not_there_is_not_there(ann):
    for path in ("/exposures/" + "0" * 32, "/exposures/x.json", "/advisory/DSA-0", "/advisory/"):
        assert ann.get(path).status == 404, path


def test_an_advisory_tells_its_claims_its_age_and_what_here_it_concerns(ann, hub):
    body = page(ann, "/advisory/ICSA-25-001-01")
    assert "It concerns 1 product here." in body
    assert "Controllers of Siemens" in body
    assert "csaf, of 2025-01-01" in body
    assert "old, get it anew" in body
    assert "before V2.9, which mends it" in body
    assert 'href="https://vendor.example/fix" rel="noreferrer"' in body
    answer = ann.get("/api/advisory/cve-2025-4").json
    assert [one["id"] for one in answer["advisories"]] == ["ICSA-25-001-01"]
    assert [one["site"] for one in answer["rows"]] == ["plant"]


def test_an_advisory_whose_id_holds_a_slash_has_a_page(ann, hub):
    feed(hub, "cve", advisory(about(PLC, "CVE-2025-7", "9"), form=Form.CSAF, id="A/B c?"))
    one = page(ann, f"/exposures/{ids(hub)['CVE-2025-7']}")
    address = re.search(r'<a href="(/advisory/[^"]*)">A/B c\?', one)[1]
    assert "It concerns 1 product here." in page(
        ann, address.replace("%2F", "/").replace("%20", " ").replace("%3F", "?")
    )


def test_only_addresses_on_the_web_become_links(ann, hub):
    bad = ("javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x.example")
    for number, address in enumerate(bad):
        more = {"remedies": (Remedy("vendor_fix", "x", address),)}
        one = advisory(
            about(PLC, f"CVE-2026-{number}", "9", **more), form=Form.CSAF, id=f"B-{number}", url=address
        )
        feed(hub, f"csaf{number}", one)
        for path in (f"/advisory/B-{number}", f"/exposures/{ids(hub)[f'CVE-2026-{number}']}"):
            links = re.findall(r'<a [^>]*href="([^"]*)"', page(ann, path))
            assert not [link for link in links if not link.startswith(("/", "#")) or link.startswith("//")], (
                path
            )


def test_no_text_of_a_bill_or_an_advisory_becomes_markup(ann, hub):
    stocked(hub, text=MARKUP, title=MARKUP)
    component = about(OPENSSL, "CVE-2025-1", "9", condition=MARKUP, why=MARKUP, by=MARKUP)
    feed(hub, "osv", advisory(component, form=Form.OSV, id=MARKUP, title=MARKUP, text=MARKUP, url=MARKUP))
    bill(hub, MARKUP, OPENSSL, name=MARKUP, owner=MARKUP, unread=[(MARKUP, MARKUP)])
    paths = ["/exposures", "/inventory", *(f"/exposures/{id}" for id, _ in known(hub.node).rows)]
    id = next(iter(known(hub.node).rows))[0]
    treat(ann, id, state="mitigated", why=MARKUP, owner=MARKUP)
    for path in [*paths, "/advisory/CVE-2025-1", f"/exposures/{id}?done={MARKUP.replace('&', '')}&count=x"]:
        where, _, query = path.partition("?")
        body = ann.get(where, query).body.decode()
        assert "<script>alert" not in body, path
        assert "<img src=x" not in body, path
