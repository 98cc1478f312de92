"""Causes on a page: ranked as the verb ranks them, with the incidents behind each."""

from __future__ import annotations

from importlib import resources

import msgspec
import pytest

from tocsin.service.incidents.bundles import import_incidents
from tocsin.service.incidents.record import record
from web.browser import Browser
from web.things import MARKUP

EXAMPLES = str(resources.files("tocsin") / "data" / "examples" / "incidents")


@pytest.fixture
def learned(hub):
    """A hub that knows the four incidents of the examples."""
    import_incidents(hub.node, [EXAMPLES], None, by="Bob")
    return hub


def page(browser, path, query=""):
    answer = browser.get(path, query)
    assert answer.status == 200
    return answer.body.decode()


def test_what_is_said_in_the_most_incidents_stands_first(ann, learned):
    body = page(ann, "/causes")
    assert "8 measures were missing, or failed, in 4 incidents" in body
    first, second = body.index("Accounts that nobody used any more"), body.index("No second factor where")
    assert first < second
    assert "Testimony of Joseph Blount" in body
    assert "also said: Phishing" in body
    assert "no measure stands against T1553.002" in body


def test_the_json_is_what_the_verb_prints(ann, learned):
    told = ann.get("/causes.json").json
    assert (told["incidents"], told["causes"][0]["measure"], told["causes"][0]["said"]) == (4, "leavers", 2)
    assert told["no_measure"] == [
        {
            "step": "The signed update ran at customers as trusted",
            "technique": "T1553.002",
            "name": "SolarWinds 2020",
        }
    ]


@pytest.mark.parametrize(
    ("query", "of"), [("sector=food-and-agriculture", 1), ("since=2021-01-01", 3), ("since=2030-01-01", 0)]
)
def test_a_sector_and_a_day_narrow_what_is_asked(ann, learned, query, of):
    assert ann.get("/causes.json", query).json["incidents"] == of
    if not of:
        assert "No incident is like that" in page(ann, "/causes", query)


@pytest.mark.parametrize(
    "query", ["sector=mars", "since=soon", "since=2021-13-01", "since=2021-01-01T00:00:00Z"]
)
def test_what_is_no_sector_and_no_day_is_refused(ann, learned, query):
    assert ann.get("/causes", query).status == 400
    assert ann.get("/causes.json", query).status == 400


def test_where_there_is_none_the_page_says_what_is_missing(ann):
    assert "There is no incident to learn from" in page(ann, "/causes")


def test_nobody_but_this_nodes_people_sees_causes_and_no_token_does(app, learned):
    for token in (learned.own, learned.member("Water works")[0], None):
        for path in ("/causes", "/causes.json"):
            answer = Browser(app, token=token).get(path)
            assert answer.status == 401
            assert b"Colonial" not in answer.body


def test_markup_in_causes_is_text(ann, hub):
    form = f"""
[[steps]]
name = '''{MARKUP}'''
technique = "T1078"
[[steps]]
name = "x"
technique = '''{MARKUP}'''
[[measures]]
measure = "second-factor"
stood = "absent"
evidence = '''{MARKUP}'''
source = {{ title = '''{MARKUP}''' }}
[[causes]]
text = '''{MARKUP}'''
"""
    made = record(hub.node, "x", form=f"name = '''{MARKUP}'''\n{form}", by="Bob")
    for path in ("/causes", f"/incident/{made.id}"):
        assert "<script>alert" not in page(ann, path)
        assert "onerror=alert(2)>" not in page(ann, path)


def test_incidents_that_a_hub_gave_count_without_a_page_of_their_own_unless_ours_alone_are_asked_for(
    ann, hub, monkeypatch
):
    note = 'name = "Ours"\n[[measures]]\nmeasure = "backups"\nstood = "absent"\n'
    ours = record(hub.node, "x", form=note, by="Bob")
    given = msgspec.structs.replace(ours, id="incident--11111111-2222-4333-8444-555555555555", name="Given")

    def known(node, connection, *, mine):
        return [ours] if mine else [ours, given]

    monkeypatch.setattr("tocsin.web.causes.known_incidents", known)
    body = ann.get("/causes").body.decode()
    assert f'<a href="/incident/{ours.id}">Ours</a>' in body
    assert "Given" in body
    assert given.id not in body
    assert "Given" not in ann.get("/causes", "mine=yes").body.decode()
    assert ann.get("/causes.json").json["incidents"] == 2
    assert ann.get("/causes.json", "mine=yes").json["incidents"] == 1
