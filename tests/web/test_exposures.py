from __future__ import annotations

import json

import pytest

from inventory.made import advisory, component
from inventory.stocked import OPENSSL, about, bill, feed, stocked
from tocsin.inventory.advisory import Form
from tocsin.model.tlp import Tlp
from web.browser import Browser
from web.things import MARKUP

PATHS = ("/exposures.json", "/exposures.csv", "/exposures.sarif", "/exposures.vex.json", "/api/exposures")


def rows(browser, **query):
    return browser.get("/exposures.json", query).json["rows"]


def page(browser, path="/exposures", **query):
    answer = browser.get(path, query)
    assert answer.status == 200
    return answer.body.decode()


def test_what_is_affected_is_listed_with_what_to_do_by_when_and_why(ann, hub):
    stocked(hub)
    first = rows(ann)[0]
    assert (first["vulnerability"], first["verdict"], first["site"]) == ("CVE-2025-1", "affected", "server-1")
    body = page(ann)
    assert "3 products are affected" in body
    assert f"By {first['due']}".lower() in body.lower()
    assert "update to 3.0.13-1 or later, which mends all 2" in body
    assert "The version is among those that the advisory calls affected." in body
    assert "owner J. Doe" in body


def test_pages_and_twins_of_the_inventory_are_for_this_organisation_alone(app, hub, stranger):
    stocked(hub)
    member = Browser(app, token=hub.member("Water works")[0])
    for path in PATHS:
        assert member.get(path).status == 403, path
        assert b"openssl" not in member.get(path).body, path
        assert stranger.get(path).status == 401, path
        assert Browser(app, token=hub.own).get(path).status == 200, path
    assert stranger.get("/exposures").status == 401
    assert Browser(app, token=hub.member("Power works")[0]).get("/exposures").status == 401


def test_a_token_that_is_for_less_reads_no_inventory(app, hub):
    stocked(hub)
    for more in ({"ceiling": Tlp.GREEN}, {"collections": ("warnings",)}, {"scopes": ("write",)}):
        token = hub.token("Hub", **more)
        assert Browser(app, token=token).get("/api/exposures").status == 403, more


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"site": "plant"}, {"CVE-2025-4", "CVE-2025-5"}),
        ({"verdict": "affected", "site": "server-1"}, {"CVE-2025-1", "CVE-2025-2"}),
        ({"exploited": "yes"}, {"CVE-2025-1"}),
        ({"q": "OPENSSL dsa-2"}, {"CVE-2025-2"}),
        ({"verdict": "fixed"}, {"CVE-2025-3"}),
        ({"state": "open", "site": "server-1"}, {"CVE-2025-1", "CVE-2025-2"}),
        ({"state": "accepted"}, set()),
    ],
)  # fmt: skip
def test_filters_leave_what_was_asked_for_on_the_page_and_in_its_twins(ann, hub, query, names):
    stocked(hub)
    assert {one["vulnerability"] for one in rows(ann, **query)} == names
    csv = ann.get("/exposures.csv", query).body.decode()
    body = page(ann, **query)
    for name in ("CVE-2025-1", "CVE-2025-2", "CVE-2025-3", "CVE-2025-4", "CVE-2025-5"):
        assert (name in csv) is (name in names), name
        assert (f">{name}</a>" in body) is (name in names), name


def test_what_bills_write_in_several_ways_is_told_once_and_counted_as_in_the_title(ann, hub):
    stocked(hub)
    hashed = component("3.0.11-1", name="openssl", purls=OPENSSL.identity.purls, hashes=("sha1:" + "0" * 40,))
    bill(hub, "server-1", hashed, name="other.json", exposed=True)
    bill(hub, "server-2", OPENSSL)
    body = page(ann, verdict="affected", q="openssl")
    assert "1 product found at 2 sites, with 2 vulnerabilities; each stands once for each site" in body
    (of_one,) = [part for part in body.split('<li class="exposure">')[1:] if ">server-1" in part]
    assert of_one.count(">CVE-2025-1</a>") == 1


def test_parts_of_the_list_hold_each_exposure_once(ann, hub):
    feed(hub, "osv", *(
        advisory(about(OPENSSL, f"CVE-2025-{n}", "9"), form=Form.OSV, id=f"DSA-{n}") for n in range(40)
    ))  # fmt: skip
    bill(hub, "server-1", OPENSSL)
    seen, after = [], ""
    while True:
        answer = ann.get("/exposures.json", {"limit": "7", "after": after}).json
        seen += [one["id"] for one in answer["rows"]]
        after = answer["next"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == answer["found"] == 40
    for bad in ("0", "x", "10001"):
        assert ann.get("/exposures.json", {"limit": bad}).status == 400


def test_exports_are_what_the_command_line_gives(ann, hub):
    stocked(hub)
    sarif = ann.get("/exposures.sarif").json
    assert {one["ruleId"] for one in sarif["runs"][0]["results"]} == {
        "CVE-2025-1", "CVE-2025-2", "CVE-2025-4", "CVE-2025-5"
    }  # fmt: skip
    vex = json.loads(ann.get("/exposures.vex.json").body)
    assert {one["status"] for one in vex["statements"]} == {"affected", "fixed"}
    assert ann.get("/exposures.csv").body.startswith(b"due,outcome,verdict")


def test_what_is_missing_is_said_with_the_command_to_type(ann, hub):
    assert "tocsin inventory add" in page(ann)
    assert ann.get("/exposures.json").json["missing"] == "inventory"
    bill(hub, "server-1", OPENSSL)
    body = page(ann)
    assert "tocsin sync kev cve osv csaf" in body
    assert "not the same as nothing wrong" in body
    assert ann.get("/exposures.json").json["missing"] == "advisories"
    assert ann.get("/exposures.json").json["counts"]["no_data"] == 1


def test_the_age_of_each_feed_is_told_and_old_ones_stand_on_top(ann, hub):
    stocked(hub)
    body = page(ann)
    assert "<b>kev</b>: 1 advisory, of 2025-06-15, 0 days old" in body
    assert "This feed is old: csaf." in body
    assert "tocsin sync csaf" in body


def test_what_no_advisories_were_read_of_and_what_was_not_read_is_told(ann, hub):
    stocked(hub)
    body = page(ann)
    assert "Python packages: 1, such as zlib 1.0" in body
    assert "plc.csv line 4: it has no name" in body


def test_no_text_of_a_bill_or_an_advisory_becomes_markup(ann, hub):
    stocked(hub, text=MARKUP, title=MARKUP)
    bill(hub, MARKUP, OPENSSL, name=MARKUP, owner=MARKUP, unread=[(MARKUP, MARKUP)])
    body = page(ann)
    assert "<script>alert" not in body
    assert "<img src=x" not in body


def test_the_answer_is_made_anew_when_a_bill_a_feed_or_the_hour_is_another(ann, app, hub):
    stocked(hub)
    before = ann.get("/exposures.json").json
    feed(hub, "osv", advisory(about(OPENSSL, "CVE-2025-9", "9"), form=Form.OSV, id="DSA-9"))
    assert len(rows(ann)) == len(before["rows"]) + 1
    bill(hub, "attic", OPENSSL)
    assert {one["site"] for one in rows(ann)} == {"server-1", "plant", "attic"}
    hub.now_us += 9 * 86_400_000_000
    later = page(Browser(app).signed_in(hub.node, "Ann"))
    assert "These feeds are old: csaf, kev, osv." in later
