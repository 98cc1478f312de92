from __future__ import annotations

import re

import pytest
from hypothesis import given, settings, strategies as st

from incidents.rules.making import at, book, incident, profile, rule, us_of
from tocsin.cli.formats import incident_due_table
from tocsin.incidents.incident import Told
from tocsin.incidents.rules.duty import due
from tocsin.incidents.rules.profile import Answer, Profile

NOW = us_of("2026-11-28 13:00")
TOLD = (Told(whom="E-ISAC", at=at("2026-11-27 13:00"), rule="nerc-incident"),)
HELD = incident(
    detected=at("2026-11-25 09:00"),
    believed=at("2026-11-27 11:00"),
    material=at("2026-11-25 16:00", "America/New_York"),
    aware=at("2026-11-28 11:00"),
    told=TOLD,
)
WHO = profile(
    "sec_8k", "tsa_pipeline", "critical_sector", "above_small_business", no=["bank_occ", "bank_fed"]
)


def drawn(held=(HELD,), who=WHO, **more):
    return "".join(incident_due_table.render(due(held, who, book(), NOW), **more))


def groups(text):
    """The headings with the rules that stand under each."""
    found = {}
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z ]+", line):
            found[line] = []
        elif found and line.startswith("  rule    "):
            found[list(found)[-1]].append(line.split()[1])
        elif found and list(found)[-1] == "NOT FOR YOU" and line.startswith("- "):
            found[list(found)[-1]].append(line[2:].split(":")[0])
    return found


def test_what_is_late_stands_first_and_what_is_not_for_you_last():
    text = drawn()

    assert text.startswith("1 report overdue, 1 due, 5 due if the rule is for you.\n")
    assert groups(text) == {
        "OVERDUE": ["tsa-pipeline"],
        "DUE": ["sec-8k"],
        "IF IT IS FOR YOU": [
            "nis2-early-warning", "nis2-notification", "bank-fdic", "bank-service-provider", "nis2-final",
        ],
        "BINDS NOBODY": ["circia-incident"],
        "ITS CLOCK HAS NOT STARTED": ["nerc-incident-update"],
        "TOLD": ["nerc-incident"],
        "NOT FOR YOU": ["bank-fed", "bank-occ", "circia-ransom", "nerc-attempt", "water-advice"],
    }  # fmt: skip


def test_a_duty_says_by_when_why_and_what_is_missing():
    text = drawn()

    assert (
        "- Material cybersecurity incident (Form 8-K, Item 1.05): due in 4 days 9 h (Ransomware at\n"
        "  Brookwater)\n  whom    the Securities and Exchange Commission, and by it the public\n  rule    sec-8k\n"
    ) in text
    assert "  due     Wed 2 December 2026 17:30 EST (America/New_York): four business days after you" in text
    assert "  why     You file current reports on Form 8-K. It is no false alarm.\n" in text
    assert "  missing Which registrant is it?" in text
    assert text.count("  answer  Are you an essential or important entity under NIS2? (nis2_entity)\n") == 1
    assert "  answer  as asked above (nis2_entity)\n" in text
    assert (
        "  then    More about a cybersecurity incident of a critical pipeline (TSA): 24 hours after what was\n"
        "          missing became available; not running yet (rule tsa-pipeline-more)\n" in text
    )


def test_nothing_that_is_missing_is_told_as_that():
    answered = incident(
        detected=at("2026-11-28 10:00"), answers={each.id: "a" for each in rule("tsa-pipeline").asks}
    )

    assert "  missing nothing that is required\n" in drawn([answered])


def test_what_may_not_be_for_you_and_runs_nowhere_is_told_by_its_question_alone():
    text = drawn([incident()], profile())

    assert "(OCC): not known whether it is for you" in text
    assert "  rule    bank-occ\n" in text
    assert "  answer  Are you a national bank" in text
    assert "  missing" not in text


def test_moments_that_contradict_one_another_are_told_once_before_the_clocks():
    text = drawn([incident(detected=at("2026-11-28 10:00"), aware=at("2026-11-27 10:00"))])

    assert " ".join(text.split()).count("One of the two is wrong.") == 1
    assert text.splitlines()[1].startswith(
        "! Ransomware at Brookwater, moments.detected and moments.aware: It says"
    )


def test_what_could_steer_a_terminal_is_spelled_out():
    text = drawn([incident(told=(Told(whom="\x1b[2J\u202e", at=at("2026-11-27 13:00"), rule="sec-8k"),))])

    assert "<U+001B>[2J<U+202E> was told" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [40, 72, 120])
def test_no_line_is_wider_than_the_terminal(width):
    assert max(map(len, drawn(width=width).splitlines())) <= width


def test_colours_change_nothing_but_colour():
    assert re.sub(r"\x1b\[[\d;]*m", "", drawn(colour=True)) == drawn()


@settings(max_examples=25)
@given(st.dictionaries(st.sampled_from(sorted(book().facts)), st.sampled_from(Answer)))
def test_every_duty_stands_in_one_group(facts):
    found = groups(drawn(who=Profile(facts=facts)))

    assert sorted(rule for held in found.values() for rule in held) == sorted(
        each.id for each in book().rules if each.supplements in {"", "nerc-incident"}
    )
