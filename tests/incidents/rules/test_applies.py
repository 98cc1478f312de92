from __future__ import annotations

from itertools import product

import pytest

from incidents.rules.making import book, incident, profile, rule
from tocsin.incidents.incident import Determination, Impact, ImpactCategory, Payment, Ransom, Victim
from tocsin.incidents.rules.applies import applies
from tocsin.incidents.rules.incident_fact import of_incident
from tocsin.incidents.rules.profile import Answer, Profile
from tocsin.incidents.rules.rule import Condition, Rule

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def test_nothing_is_known_of_an_empty_profile_and_that_is_not_no():
    for each in book().rules:
        found = applies(each, incident(kinds=("ransomware",)), Profile())
        assert found.answer is not YES
        if found.answer is NO:  # what the incident itself rules out
            assert each.id in {"nerc-attempt", "nerc-attempt-update", "water-advice"}


def test_a_rule_that_applies_says_why():
    found = applies(rule("sec-8k"), incident(), profile("sec_8k"))

    assert found.answer is YES
    assert found.why == ("You file current reports on Form 8-K.", "It is no false alarm.")


def test_a_rule_that_does_not_apply_says_why_and_asks_nothing():
    found = applies(rule("tsa-pipeline"), incident(), profile(no=["tsa_pipeline"]))

    assert (found.answer, found.why, found.ask) == (
        NO,
        ("TSA has not told you that a pipeline of yours is critical.",),
        (),
    )


def test_what_is_unknown_says_which_facts_would_settle_it():
    found = applies(
        rule("circia-incident"), incident(), profile("critical_sector", no=["above_small_business"])
    )

    assert found.answer is UNKNOWN
    assert found.ask == ("water_over_3300", "circia_criterion")


def test_one_no_settles_it_whatever_else_is_unknown():
    found = applies(rule("circia-incident"), incident(determination=Determination.BLOCKED), profile())

    assert (found.answer, found.ask) == (NO, ())


def test_of_several_criteria_the_one_that_holds_is_the_reason():
    found = applies(rule("circia-incident"), incident(), profile("critical_sector", "water_over_3300"))

    assert found.answer is YES
    assert "more than 3,300 people" in found.why[1]


def test_a_municipal_waterworks_falls_under_the_proposal_alone():
    waterworks = profile(
        "critical_sector",
        "water_over_3300",
        no=[each for each in book().facts if each not in {"critical_sector", "water_over_3300"}],
    )

    held = incident(victim=Victim(sectors=("water",)))
    found = {each for each in book().rules if applies(each, held, waterworks).answer is YES}

    assert {each.id for each in found if not each.supplements} == {"circia-incident", "water-advice"}
    assert not any(each.binding for each in found)
    assert "asks for an assessment and a plan, not for a report" in rule("water-advice").notes[0]
    assert "municipal waterworks" in rule("circia-incident").who
    assert "New Jersey" in rule("circia-incident").who


@pytest.mark.parametrize(
    ("determination", "real", "happened", "attempt"),
    [
        (Determination.SUSPECTED, YES, YES, UNKNOWN),
        (Determination.CONFIRMED, YES, YES, NO),
        (Determination.BLOCKED, YES, NO, YES),
        (Determination.FAILED_ATTEMPT, YES, NO, YES),
        (Determination.FALSE_POSITIVE, NO, NO, NO),
    ],
    ids=lambda held: held.value,
)
def test_the_determination_says_whether_it_happened(determination, real, happened, attempt):
    held = incident(determination=determination)

    assert [of_incident(f"incident.{fact}", held) for fact in ("real", "happened", "attempt")] == [
        real,
        happened,
        attempt,
    ]


@pytest.mark.parametrize(
    ("sectors", "answer"),
    [((), UNKNOWN), (("energy",), YES), (("moon",), UNKNOWN), (("moon", "Water"), YES)],
    ids=["none", "one", "unknown", "of-two"],
)
def test_a_sector_that_the_incident_names_need_not_be_asked_for(sectors, answer):
    held = incident(victim=Victim(sectors=sectors))

    assert of_incident("incident.sector", held) is answer
    if answer is YES:
        assert applies(rule("circia-incident"), held, profile("above_small_business")).answer is YES


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ({}, NO),
        ({"kinds": ("Ransomware",)}, YES),
        ({"ransom": Ransom(amount="5")}, YES),
        ({"ransom": Ransom(payments=(Payment(amount="5"),))}, YES),
    ],
    ids=["nothing", "kind", "demand", "payment"],
)
def test_a_ransom_is_one_that_was_demanded_or_paid(parts, answer):
    assert of_incident("incident.ransom", incident(**parts)) is answer


@pytest.mark.parametrize(
    ("impacts", "answer"),
    [
        ([], UNKNOWN),
        ([(ImpactCategory.AVAILABILITY, 3.9)], UNKNOWN),
        ([(ImpactCategory.AVAILABILITY, 4.0)], YES),
        ([(ImpactCategory.AVAILABILITY, 1.0), (ImpactCategory.AVAILABILITY, 5.0)], YES),
        ([(ImpactCategory.INTEGRITY, 9.0)], UNKNOWN),
    ],
    ids=["none", "short", "four", "one-of-two", "other"],
)
def test_an_outage_is_long_from_four_hours_on_and_a_short_one_may_yet_become_so(impacts, answer):
    held = incident(impacts=tuple(Impact(category=kind, hours=hours) for kind, hours in impacts))

    assert of_incident("incident.long_outage", held) is answer


@pytest.mark.parametrize(
    ("written", "answer"), [("yes", YES), (" No ", NO), ("", UNKNOWN), ("maybe", UNKNOWN)]
)
def test_an_answer_of_the_incident_is_yes_or_no_or_unknown(written, answer):
    assert of_incident("answers.q", incident(answers={"q": written})) is answer


def naive(condition, held):
    """Yes and no as sets of what each fact may be: true in all worlds, in none, or in some."""
    worlds = [
        dict(zip(held, world, strict=True))
        for world in product(*([YES, NO] if value is UNKNOWN else [value] for value in held.values()))
    ]

    def true(one, world):
        return any(true(each, world) for each in one.any) if one.any else world[one.fact] is YES

    found = {true(condition, world) for world in worlds}
    return UNKNOWN if len(found) == 2 else YES if True in found else NO


@pytest.mark.parametrize(
    "values", list(product([YES, NO, UNKNOWN], repeat=3)), ids=lambda held: "-".join(v.value for v in held)
)
def test_any_of_several_is_what_it_is_in_every_world_that_is_possible(values):
    held = dict(zip("abc", values, strict=True))
    inner = Condition(yes="y.", no="n.", any=tuple(Condition(yes="y.", no="n.", fact=each) for each in "bc"))
    outer = Condition(yes="y.", no="n.", any=(Condition(yes="y.", no="n.", fact="a"), inner))
    model = rule("sec-8k")
    made = Rule(**{name: getattr(model, name) for name in Rule.__struct_fields__} | {"applies": (outer,)})

    found = applies(made, incident(), Profile(facts=held))

    assert found.answer is naive(outer, held)
    assert set(found.ask) <= {fact for fact, value in held.items() if value is UNKNOWN}
