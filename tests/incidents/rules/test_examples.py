"""The four incidents that ship, held to every rule."""

from __future__ import annotations

from importlib.resources import files

import pytest

from incidents.rules.making import book, profile, us_of
from tocsin.incidents.form import read_whole_form
from tocsin.incidents.incident import Incident
from tocsin.incidents.rules.duty import State, due
from tocsin.incidents.rules.report import report_of
from tocsin.incidents.rules.told import duties_json, report_json, report_markdown

EXAMPLES = sorted(
    (each for each in (files("tocsin") / "data/examples/incidents").iterdir() if each.name.endswith(".toml")),
    key=lambda each: each.name,
)
NOW = us_of("2026-11-27 12:00")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_an_incident_that_ships_has_its_duties_and_reports(example):
    held = read_whole_form(example.read_text(encoding="utf-8"), Incident(id="incident--1", name=""))
    duties = due([held], profile(*book().facts, country="DE"), book(), NOW)

    assert State.TOLD not in {each.state for each in duties}
    assert not duties[0].contradictions
    assert "".join(duties_json.render(duties, NOW))
    for each in book().rules:
        report = report_of(each, held, made="2026-11-27T12:00:00.000Z")
        assert "".join(report_markdown.render(report))
        assert "".join(report_json.render(report))


def test_tsa_wrote_its_directive_after_the_attack_on_colonial_pipeline():
    (example,) = (each for each in EXAMPLES if each.name.startswith("colonial"))
    held = read_whole_form(example.read_text(encoding="utf-8"), Incident(id="incident--1", name=""))

    found, more = (
        each for each in due([held], profile("tsa_pipeline"), book(), NOW) if each.rule.family == "tsa"
    )

    assert more.why == found.why
    assert found.why == ("It is in force since 2021-05-28; what starts its clock was on 2021-05-07.",)


def test_the_ransom_of_colonial_pipeline_is_reported_from_what_was_noted():
    (example,) = (each for each in EXAMPLES if each.name.startswith("colonial"))
    held = read_whole_form(example.read_text(encoding="utf-8"), Incident(id="incident--1", name=""))

    (rule,) = book().named("circia-ransom")
    answers = {
        line.id: line.answers for part in report_of(rule, held, made="x").sections for line in part.lines
    }

    assert any("75" in each for each in answers["paid"])
    assert answers["instructions"]
    assert answers["transactions"]
