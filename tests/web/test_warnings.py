from __future__ import annotations

import csv
import io
import json
from urllib.parse import quote

import pytest

from taxii.hub import indicator
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.withdraw import withdraw
from web.browser import Browser
from web.things import MARKUP, sighting


def ids(answer):
    assert answer.status == 200, answer.body
    return [one["id"] for one in answer.json["warnings"]]


def test_the_list_shows_the_newest_version_of_each_and_counts_it_once(ann, hub):
    hub.publish(indicator(1, name="Old name"))
    hub.publish(indicator(1, version="2025-05-01T00:00:00.000Z", name="New name"), indicator(2))
    answer = ann.get("/warnings.json")
    assert ids(answer) == [indicator(2)["id"], indicator(1)["id"]]
    assert answer.json["count"] == 2
    assert answer.json["warnings"][1]["name"] == "New name"
    assert b"New name" in ann.get("/warnings").body


def test_pages_hold_everything_once_and_in_order_though_something_comes_in_between(ann, hub):
    hub.publish(*(indicator(number) for number in range(25)))
    seen, after = [], ""
    while True:
        answer = ann.get("/warnings.json", {"limit": "10", "after": after})
        seen += ids(answer)
        after = answer.json["next"]
        if not after:
            break
        hub.publish(indicator(f"late {len(seen)}"))
    assert seen == [indicator(number)["id"] for number in reversed(range(25))]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "alpha"}, [1]),
        ({"q": "ALPHA servers"}, [1]),
        ({"q": "alpha beta"}, []),
        ({"q": "100%"}, [2]),
        ({"q": "a_pha"}, []),
        ({"q": "Zürich"}, [2]),
        ({"q": 'say "hi"'}, [2]),
        ({"tlp": "amber"}, [2]),
        ({"type": "indicator"}, [3, 2, 1]),
        ({"type": "malware"}, []),
        ({"source": "warnings"}, [3, 2, 1]),
        ({"source": "from-9"}, []),
        ({"audience": "sector:energy"}, []),
        ({"days": "1"}, [3, 2, 1]),
        ({"state": "withdrawn"}, []),
    ],
)
def test_filters_and_words_narrow_the_list(ann, hub, query, found):
    hub.publish(
        indicator(1, name="Alpha servers"),
        indicator(2, name='100% "hi" say', description="Z\u00fcrich", tlp=Tlp.AMBER),
        indicator(3),
    )
    answer = ann.get("/warnings.json", query)
    assert ids(answer) == [indicator(number)["id"] for number in found]
    assert answer.json["count"] == len(found)
    assert ann.get("/warnings", query).status == 200


def test_what_is_withdrawn_is_listed_only_where_it_is_asked_for(ann, hub):
    hub.publish(indicator(1))
    withdraw(hub.node, indicator(1)["id"], why="wrong", by="ann")
    assert ids(ann.get("/warnings.json")) == []
    assert ids(ann.get("/warnings.json", {"state": "withdrawn"})) == [indicator(1)["id"]]
    assert b"It was withdrawn" in ann.get(f"/warnings/{indicator(1)['id']}").body


def test_a_reader_sees_and_counts_only_what_is_for_it(app, ann, hub):
    member = Browser(app, token=hub.member("Water works")[0])
    hub.publish(indicator(1))
    before = [member.get(path).body for path in ("/warnings.json", "/warnings.csv", "/api/warnings")]
    hub.publish(
        indicator(2, tlp=Tlp.RED), indicator(3, tlp=Tlp.AMBER_STRICT, name="strict"),
        indicator(1, version="2025-06-01T00:00:00.000Z", tlp=Tlp.RED),
    )  # fmt: skip
    member.get("/warnings.json", {"q": "strict"})
    after = [member.get(path).body for path in ("/warnings.json", "/warnings.csv", "/api/warnings")]
    assert [json.loads(one)["count"] for one in (after[0], after[2])] == [2, 2]
    hub_red = indicator(2)["id"]
    assert all(hub_red.encode() not in body for body in before + after)
    for path in (
        f"/warnings/{hub_red}.json",
        f"/warnings/{hub_red}/stix.json",
        f"/warnings/{hub_red}/values.csv",
    ):
        assert member.get(path).status == 404
    assert ann.get(f"/warnings/{hub_red}").status == 404
    assert hub_red.encode() not in ann.get("/warnings").body
    # The RED version of what is GREEN changes nothing.
    shown = member.get(f"/warnings/{indicator(1)['id']}.json").json
    assert len(shown["versions"]) == 1


def test_what_may_not_be_seen_and_what_is_not_there_are_answered_alike(ann, hub):
    hub.publish(indicator(2, tlp=Tlp.RED))
    hidden = ann.get(f"/warnings/{indicator(2)['id']}")
    absent = ann.get(f"/warnings/{indicator(99)['id']}")
    assert (hidden.status, hidden.body) == (absent.status, absent.body) == (404, hidden.body)


def test_a_warning_shows_its_history_what_was_seen_of_it_and_its_proof(ann, hub):
    of = indicator(1)["id"]
    hub.publish(indicator(1), sighting(of))
    hub.publish(indicator(1, version="2025-05-01T00:00:00.000Z"))
    answer = ann.get(f"/warnings/{of}.json")
    assert len(answer.json["versions"]) == 2
    assert [one["count"] for one in answer.json["sightings"]] == [2]
    assert answer.json["proof"]["entry"]["subject"]["id"] == of
    assert answer.json["values"] == [{"type": "ipv4", "value": "203.0.114.5"}]
    page = ann.get(f"/warnings/{of}").body
    assert b"within your community" in page
    assert f"/log?entry={answer.json['proof']['index']}".encode() in page


def test_exports_hold_the_exact_bytes_and_the_values(ann, hub):
    hub.publish(indicator(1))
    of = indicator(1)["id"]
    bundle = ann.get(f"/warnings/{of}/stix.json").json
    assert bundle["objects"] == [indicator(1)]
    rows = list(csv.DictReader(io.StringIO(ann.get(f"/warnings/{of}/values.csv").body.decode())))
    assert [row["value"] for row in rows] == ["203.0.114.5"]


def test_every_string_of_an_object_is_text_and_never_markup(ann, hub):
    one = indicator(1, name=MARKUP, description=MARKUP, valid_until="2030-01-01T00:00:00Z", x_extra=MARKUP)
    one["pattern"] = "[url:value = 'http://a.example/<script>alert(3)</script>']"
    hub.publish(one, sighting(one["id"], description=MARKUP))
    queries = {"/warnings": "", f"/warnings/{one['id']}": "", "/log": ""}
    for path, query in [*queries.items(), ("/warnings", f"q={quote(MARKUP)}&type={quote(MARKUP)}")]:
        body = ann.get(path, query).body.decode()
        assert "<script>" not in body
        assert "<img src=x" not in body
        assert "&lt;script&gt;" in body or path == "/log"


def test_words_are_found_however_the_object_spells_them(ann, hub):
    for number, spelled in ((1, "Z\u00fcrich".encode()), (2, b"Z\\u00fcrich")):
        raw = json.dumps({"objects": [indicator(number, name="NAME")]}).encode().replace(b"NAME", spelled)
        publish(hub.node, raw, name="test", by="ann", known_good="off")
    assert ids(ann.get("/warnings.json", {"q": "Z\u00fcrich"})) == [indicator(2)["id"], indicator(1)["id"]]


def test_a_character_that_no_text_holds_is_refused_before_a_database_is_asked(ann):
    assert ann.get("/warnings.json", "q=%00").status == 400
    assert ann.form("/inbox/decide", csrf=ann.csrf, id="\0", do="vet").status == 400


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", " =1+1", " '@x"])
def test_a_spreadsheet_runs_nothing_of_the_csv(ann, hub, name):
    hub.publish(indicator(1, name=name))
    rows = list(csv.DictReader(io.StringIO(ann.get("/warnings.csv").body.decode())))
    assert rows[0]["name"] == f"'{name}"


@pytest.mark.parametrize(
    "query",
    ["after=x", "after=1-", "after=99999999999999999999-1", "days=0", "days=-1", "days=x", "limit=0", "q=%00",
     "q=%ff%fe", "limit=%F0%9F%94%94", "tlp=%00", "type=" + "a" * 3000, "state=%20", "q=" + "%25" * 500, "&&&=&q"],
)  # fmt: skip
def test_no_query_makes_the_node_fail(ann, query):
    for path in (
        "/warnings",
        "/warnings.json",
        "/warnings.csv",
        "/findings.json",
        "/inbox.json",
        "/log.json",
    ):
        assert ann.get(path, query).status < 500


def test_without_warnings_the_page_says_what_to_do(ann):
    body = ann.get("/warnings").body.decode()
    assert "This node knows no warning yet" in body
    assert "tocsin sync" in body
