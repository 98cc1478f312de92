from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

from incidents.rules.making import NAMED, at, book, incident, profile, wall
from tocsin.incidents.incident import Impact, ImpactCategory, Learned, Told, Victim
from tocsin.incidents.rules.duty import State, duty
from tocsin.incidents.rules.report import report_of
from tocsin.service.incidents.rulebook import with_own

DOCS = Path(__file__).parents[3] / "docs"
PAGE = DOCS / "how-to" / "add-a-reporting-rule.md"


OFFERED = files("tocsin") / "data" / "rules" / "offered"


def hipaa():
    return with_own({"hipaa.toml": (OFFERED / "hipaa.toml").read_bytes()})


def insurer():
    (text,) = re.findall(r"^```toml\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return with_own({"insurer.toml": text.encode()})


def breach(**answers):
    return incident(
        detected=at("2026-11-27 10:00", "America/Chicago"),
        answers=answers,
        summary="Records were copied.",
        victim=Victim(name="Brookwater Clinic"),
        impacts=(Impact(category=ImpactCategory.CONFIDENTIALITY, information="phi", people=812),),
        actions_taken=("The account was closed.",),
    )


def test_the_rule_that_the_page_shows_is_one_with_a_supplement():
    found = insurer()
    first, more = found.named("insurer")
    began = incident(detected=at("2026-11-27 10:00", "America/Chicago"), summary="s", **NAMED)
    told = (Told(whom="the insurer", at=at("2026-11-27 12:00", "America/Chicago"), rule=first.id),)
    known = (Learned(what="A claim came in", at=at("2026-11-28 09:00", "America/Chicago")),)

    stands = duty(first, began, profile("insured"), began.moments.detected.us, found)
    later = incident(told=told, learned=known, **NAMED)

    assert wall(stands.deadline.us, "America/Chicago") == "2026-11-28 10:00:00"
    assert report_of(first, began, made="2026-11-27T12:00:00.000Z").complete
    again = duty(more, later, profile("insured"), known[0].at.us, found)
    assert (again.state, wall(again.deadline.us, "America/Chicago")) == (
        State.RUNNING,
        "2026-12-03 23:59:59.999999",
    )


def test_a_breach_of_health_information_is_told_in_sixty_days():
    found = hipaa()
    (rule,) = found.named("hipaa")
    held = breach(unsecured="yes", **{"five-hundred": "yes"})

    stands = duty(rule, held, profile("hipaa_covered_entity"), held.moments.detected.us, found)

    assert stands.state is State.RUNNING
    assert wall(stands.deadline.us, "America/Chicago") == "2027-01-26 23:59:59.999999"
    assert stands.missing == ()
    assert report_of(rule, held, made="2026-11-27T12:00:00.000Z").complete


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ({"unsecured": "no", "five-hundred": "yes"}, State.NOT_APPLICABLE),
        ({"unsecured": "yes"}, State.UNKNOWN),
        ({}, State.UNKNOWN),
    ],
    ids=["encrypted", "number-unknown", "all-unknown"],
)
def test_a_condition_can_be_the_answer_to_a_question_of_the_rule(answers, state):
    found = hipaa()
    held = breach(**answers)

    assert (
        duty(
            found.named("hipaa")[0], held, profile("hipaa_covered_entity"), held.moments.detected.us, found
        ).state
        is state
    )


def test_the_table_of_the_explanation_names_each_family_with_its_length():
    page = (DOCS / "explanation" / "whom-to-tell.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}

    wanted = {
        "CIRCIA, incident": ("circia-incident", "72 hours"),
        "CIRCIA, ransom": ("circia-ransom", "24 hours"),
        "SEC, Form 8-K, Item 1.05": ("sec-8k", "4 business days"),
        "TSA, Pipeline-2021-01": ("tsa-pipeline", "24 hours"),
        "NERC, CIP-008-6": ("nerc-incident", "1 hour"),
        "NIS2, Article 23": ("nis2-early-warning", "24 hours"),
        "US banking": ("bank-occ", "36 hours"),
    }
    found = hipaa()
    for title, (id, length) in wanted.items():
        (rule,) = found.named(id)
        told = rule.clock.hours or rule.clock.business_days
        assert length in rows[title]
        assert length.startswith(f"{told} ")
        assert ("**proposed**" in rows[title]) is not rule.binding


def test_the_table_of_what_follows_has_each_supplement_that_ships_with_its_length():
    page = (DOCS / "explanation" / "whom-to-tell.md").read_text(encoding="utf-8")
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("| ")}

    wanted = {
        "SEC, Form 8-K": {"sec-8k-amendment": "4 business days"},
        "CIRCIA, incident (proposed)": {"circia-incident-supplement": "24 hours"},
        "CIRCIA, ransom (proposed)": {"circia-ransom-further": "24 hours"},
        "TSA": {"tsa-pipeline-more": "24 hours"},
        "NERC": {"nerc-incident-update": "7 calendar days", "nerc-attempt-update": "7 calendar days"},
        "NIS2, notification": {"nis2-intermediate": "at once"},
        "NIS2, final report": {"nis2-final-after-progress": "a month"},
    }
    rules = {each.id: each for each in book().rules if each.supplements}
    assert rules.keys() == {id for held in wanted.values() for id in held}
    for title, held in wanted.items():
        for id, length in held.items():
            clock = rules[id].clock
            number = clock.hours or clock.business_days or clock.calendar_days
            assert f"| {length} |" in rows[title] or f"read as {length}" in rows[title]
            assert number is None or length.startswith(f"{number} ")
            assert (clock.months, clock.at_once) == (1 if length == "a month" else None, length == "at once")
