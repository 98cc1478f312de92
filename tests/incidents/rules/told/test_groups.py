from __future__ import annotations

from incidents.rules.making import at, book, incident, profile, us_of
from tocsin.incidents.incident import Told
from tocsin.incidents.rules.duty import State, due
from tocsin.incidents.rules.told.groups import contradictions_of, grouped, head_words, not_for_you, to_follow

NOW = us_of("2026-11-28 13:00")


def duties(*who, no=(), **held):
    return due([incident(**held)], profile(*who, no=no), book(), NOW)


def test_every_duty_is_in_one_group_or_not_for_you():
    told = (Told(whom="E-ISAC", at=at("2026-11-27 13:00"), rule="nerc-incident"),)
    found = duties("tsa_pipeline", "sec_8k", no=["bank_occ"], detected=at("2026-11-25 09:00"), told=told)
    held = [one for group in grouped(found) for one in group.duties]
    left = [one for one in found if one.state is State.NOT_APPLICABLE and not one.dormant]
    later = [one for one in found if one.dormant]
    assert sorted(one.rule.id for one in (*held, *left, *later)) == sorted(one.rule.id for one in found)
    assert {one.rule.id for one in later} == {
        each.id for each in book().rules if each.supplements not in {"", "nerc-incident"}
    }
    assert [one.rule.id for one in to_follow(held[0], found)] == ["tsa-pipeline-more"]
    assert {rule for rule, _ in not_for_you(found)} == {one.rule.id for one in left}
    assert [one.title for one in grouped(found)] == [
        "Overdue", "If it is for you", "Its clock has not started", "Binds nobody", "Told",
    ]  # fmt: skip


def test_the_head_is_as_loud_as_the_worst_of_them():
    assert head_words(duties("tsa_pipeline", detected=at("2026-11-25 09:00")))[1] == "bad"
    assert head_words(duties("tsa_pipeline", detected=at("2026-11-28 09:00")))[1] == "due"
    words, tone = head_words(duties())
    assert (words[:35], tone) == ("0 reports overdue, 0 due, 10 due if", "heading")
    assert head_words([]) == ("No rule that binds you asks for a report now.", "heading")


def test_what_cannot_be_true_is_told_once_and_not_for_each_rule():
    found = duties(began=at("2026-11-26 09:00"), detected=at("2026-11-25 09:00"))
    assert len(contradictions_of(found)) == 1
    assert contradictions_of(found)[0][1] == "moments.began and moments.detected"


def test_what_was_told_is_in_no_other_group_though_its_rule_binds_nobody():
    told = (Told(whom="CISA", at=at("2026-11-27 13:00"), rule="circia-incident"),)
    found = duties("critical_sector", "above_small_business", believed=at("2026-11-27 09:00"), told=told)
    held = {one.title: [each.rule.id for each in one.duties] for one in grouped(found)}
    assert "circia-incident" in held["Told"]
    assert "circia-incident" not in held.get("Binds nobody", [])
