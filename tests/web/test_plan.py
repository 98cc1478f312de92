"""The plan on a page: made apart, shown with its why, its proof and its curve."""

from __future__ import annotations

import re
import threading

import msgspec
import pytest

from tocsin.limits import PLAN_DRAWS, PLAN_LIMIT_S, PLAN_MEASURES
from tocsin.measures.chance import Model
from tocsin.measures.plan import Plan
from tocsin.service.incidents.record import record
from tocsin.service.measures.desk import PlanDesk
from tocsin.service.measures.known import catalogue_of, known
from tocsin.service.measures.plan import Asked, plan
from tocsin.service.measures.plan_process import Question
from tocsin.service.measures.posture import assess
from tocsin.taxii.app import taxii_app
from tocsin.web import plan as plan_page
from tocsin.web.app import application
from web.browser import Browser
from web.things import MARKUP

STEPS = f"""
name = '''{MARKUP}'''
[[steps]]
name = "in"
technique = "T1133"
[[steps]]
name = "on"
technique = "T1078"
[[steps]]
name = "out"
technique = "T1486"
"""


@pytest.fixture
def asked():
    """The questions that were worked on."""
    return []


@pytest.fixture
def ann(hub, asked, monkeypatch):
    """Ann at a node whose plans are made right here, with no hold-out, however slow the machine is."""

    def make(sent):
        question = msgspec.json.decode(sent, type=Question)
        asked.append(question)
        quick = Asked(limit_s=60, hold_out=False, curve=question.asked.curve, draws=question.asked.draws)
        return msgspec.json.encode(
            plan(question.attempts, catalogue_of(), known(), question.wish, Model(), quick)
        )

    monkeypatch.setattr(plan_page, "PlanDesk", lambda: PlanDesk(make))
    record(hub.node, "x", form=STEPS, settings=[("victim.sectors", '["energy"]')], by="Bob")
    app = application(hub.node, taxii_app(hub.node), hosts=["127.0.0.1"], secure=False)
    return Browser(app).signed_in(hub.node, "Ann")


def made(browser, query="against=incidents"):
    for _ in range(500):
        answer = browser.get("/plan.json", query)
        if answer.status == 200:
            return answer.json
        assert (answer.status, answer.headers["retry-after"]) == (202, "2")
        threading.Event().wait(0.02)
    raise AssertionError("it was not made")


def page(browser, query="against=incidents"):
    made(browser, query)
    answer = browser.get("/plan", query)
    assert answer.status == 200
    assert "refresh" not in answer.headers
    return answer.body.decode()


def test_nobody_waits_for_a_plan_and_the_page_asks_again_by_itself(ann):
    answer = ann.get("/plan", "against=incidents")
    assert (answer.status, answer.headers["refresh"]) == (200, "2")
    assert "The plan is being made" in answer.body.decode()


def test_each_measure_has_its_why_and_the_whole_its_proof_and_curve(ann):
    told, body = made(ann, "measures=5"), page(ann, "measures=5")
    head = re.search(r"<h1>(.*?)</h1>", body)[1]
    assert (
        head
        == f"{len(told['measures'])} measures would have stopped {told['stopped']} of {told['of']} attempts"
    )
    assert told["stopped"] > 0
    for one in told["measures"]:
        assert one["id"] in body
    assert "Without it" in body
    assert "proven, under the guesses below" in body
    assert len(re.findall(r"<circle", body)) == len(told["curve"]) == PLAN_MEASURES + 1
    assert len(re.findall(r"dot chosen", body)) == 1
    numbers = re.findall(r'<td class="n">(\d+)</td><td class="n">(\d+)</td>', body)
    assert [(int(a), int(b)) for a, b in numbers] == [(p["measures"], p["stopped"]) for p in told["curve"]]
    assert "style=" not in body
    assert msgspec.convert(told, Plan).stopped == told["stopped"]


def test_what_is_asked_for_is_what_is_worked_on(ann, asked):
    assert "of other guesses" not in page(ann)
    body = page(ann, "measures=3&budget=9&against=incidents&draws=yes")
    assert "of other guesses" in body
    first, second = asked
    assert (first.wish.measures, first.wish.budget, first.asked.draws) == (5, None, 0)
    assert (second.wish.measures, second.wish.budget, second.asked.draws) == (3, 9, PLAN_DRAWS)
    assert {one.asked.limit_s for one in asked} == {PLAN_LIMIT_S}
    made(ann, "budget=4&against=incidents")
    assert (asked[-1].wish.measures, asked[-1].wish.budget) == (None, 4)


def test_the_sector_and_the_day_choose_incidents_and_campaigns_are_told_of(ann, asked):
    made(ann, "sector=energy")
    kinds = {one.kind for one in asked[-1].attempts}
    assert kinds == {"incident", "campaign"}
    assert "ATT&amp;CK does not say which sectors" in page(ann, "sector=energy")
    made(ann, "sector=chemical")
    assert {one.kind for one in asked[-1].attempts} == {"campaign"}


def test_incidents_of_others_count_as_they_do_at_the_command_line_unless_ours_alone_are_asked_for(
    ann, asked, monkeypatch
):
    ours = plan_page.known_incidents

    def with_another(node, connection, *, mine):
        held = ours(node, connection, mine=True)
        return held if mine else [*held, msgspec.structs.replace(held[0], id="incident--other", name="Mill")]

    monkeypatch.setattr(plan_page, "known_incidents", with_another)
    made(ann, "against=incidents")
    assert len(asked[-1].attempts) == 2
    made(ann, "against=incidents&mine=yes")
    assert len(asked[-1].attempts) == 1


def test_where_no_incident_is_like_that_nothing_is_worked_on(ann, asked):
    answer = ann.get("/plan", "against=incidents&sector=chemical")
    assert "There is nothing to plan against" in answer.body.decode()
    assert "refresh" not in answer.headers
    assert ann.get("/plan.json", "against=incidents&sector=chemical").status == 404
    assert asked == []


WRONG = [
    ("measures=0", "measures", "no whole number from 1 to 15"),
    ("measures=16", "measures", "no whole number from 1 to 15"),
    ("measures=-1", "measures", "no whole number from 1 to 15"),
    ("measures=x", "measures", "no whole number from 1 to 15"),
    ("budget=46", "budget", "no whole number from 1 to 45"),
    ("budget=1.5", "budget", "no whole number from 1 to 45"),
    ("sector=mars", "sector", "is no sector"),
    ("since=x", "since", "is no day"),
    ("against=all", "against", "is nothing to hold a plan to"),
    ("draws=20", "draws", "is not understood"),
    ("must=moat", "choose", "is no measure of the catalogue"),
    ("have=moat", "choose", "is no measure of the catalogue"),
    ("must=backups&never=backups", "choose", "must be chosen and must never be chosen"),
    ("measures=1&must=backups&must=patching", "choose", "2 measures must be chosen and 1 may be"),
    ("budget=1&must=backups&must=patching", "choose", "and the budget is 1"),
]


@pytest.mark.parametrize(("query", "field", "words"), WRONG, ids=[query for query, *_ in WRONG])
def test_what_cannot_be_asked_is_refused_where_it_stands_in_the_form(ann, asked, query, field, words):
    answer = ann.get("/plan", query)
    assert answer.status == 400
    body = answer.body.decode()
    place = re.search(rf'<p class="wrong" id="e-{field}">(.*?)</p>', body)[1]
    assert words in place
    assert len(re.findall('class="wrong"', body)) == 1
    assert "1 thing is to be mended below" in body
    assert "refresh" not in answer.headers
    machine = ann.get("/plan.json", query)
    assert machine.status == 400
    assert f"{field}: " in machine.json["detail"]
    assert asked == []


def test_all_that_is_wrong_is_told_at_once_and_what_was_asked_stays_in_the_form(ann):
    body = ann.get("/plan", "measures=99&sector=mars&must=backups&never=backups").body.decode()
    assert "3 things are to be mended below" in body
    assert re.search(
        r'name="measures"[^>]*value="99" aria-invalid="true" aria-describedby="e-measures"', body
    )
    assert re.search(r'name="must" value="backups"[^>]* checked', body)
    assert re.search(r'name="never" value="backups"[^>]* checked', body)


def test_what_must_and_what_never_is_chosen_is_ticked_and_kept_to(ann, asked):
    query = "against=incidents&must=backups&must=patching&never=second-factor&measures=3"
    told, body = made(ann, query), page(ann, query)
    chosen = {one["id"] for one in told["measures"]}
    assert {"backups", "patching"} <= chosen
    assert "second-factor" not in chosen
    assert (asked[-1].wish.must, asked[-1].wish.never) == ({"backups", "patching"}, {"second-factor"})
    for name, id in (("must", "backups"), ("must", "patching"), ("never", "second-factor")):
        assert re.search(rf'name="{name}" value="{id}"[^>]* checked', body)
    assert len(re.findall(r'type="checkbox"[^>]* checked', body)) == 3
    assert "&amp;must=backups&amp;must=patching&amp;" in body


def test_what_is_ticked_as_standing_counts_for_this_plan_and_is_told_to_lack_evidence(ann, asked):
    query = "against=incidents&have=backups"
    told, body = made(ann, query), page(ann, query)
    assert asked[-1].wish.have == {"backups"}
    assert "backups" not in {one["id"] for one in told["measures"]}
    assert [(one["measure"], one["doubts"]) for one in told["standing"]] == [
        ("backups", ["no evidence is given"])
    ]
    assert "taken to stand for this plan" in body
    assert "but no evidence is given" in body
    made(ann)
    assert asked[-1].wish.have == set()


def test_what_was_noted_with_evidence_stands_and_can_be_left_out(ann, hub, asked):
    assess(hub.node, "backups", "in-place", evidence="restore test", catalogue=catalogue_of(), by="Bob")
    assess(hub.node, "patching", "partly", evidence="half of it", catalogue=catalogue_of(), by="Bob")
    body = page(ann, "against=incidents&have=backups")
    assert asked[-1].wish.have == {"backups"}
    assert "restore test" in body
    assert "no evidence is given (" not in body
    assert "it is there only in part" in body
    assert "restore test" not in page(ann, "against=incidents&without-posture=yes")
    assert asked[-1].wish.have == set()


def test_an_incident_without_steps_is_named_as_left_out(ann, hub):
    record(hub.node, "Strange logins", by="Bob")
    assert "Strange logins is left out" in page(ann)


def test_what_incidents_teach_is_shown_and_moves_the_guesses_only_if_it_is_ticked(ann, hub, asked):
    note = """name = "Odd"
[[steps]]
id = "a"
name = "a"
technique = "T1486"
[[measures]]
measure = "backups"
stood = "failed"
step = "a"
"""
    record(hub.node, "x", form=note, by="Bob")
    body = page(ann, "against=incidents&must=backups")
    assert (
        "It was there in 1 incident and failed in 1; lets 50% through by the guess, 60% after these" in body
    )
    assert "the guesses are used as they are" in body
    assert asked[-1].learned == ()
    body = page(ann, "against=incidents&must=backups&learned=yes")
    assert [one.measure for one in asked[-1].learned] == ["backups"]
    assert "Only incidents are seen" in body


def test_nobody_but_this_nodes_people_sees_a_plan_and_no_token_does(ann, app, hub, asked):
    for token in (hub.own, hub.member("Water works")[0], None):
        for path in ("/plan", "/plan.json"):
            assert Browser(ann.app, token=token).get(path, "against=incidents").status == 401
    assert asked == []


def test_markup_in_the_name_of_an_incident_is_text(ann):
    assert "<script>alert" not in page(ann)
