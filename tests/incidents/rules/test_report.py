from __future__ import annotations

import pytest

from incidents.rules.making import NAMED, at, book, incident, rule
from tocsin.incidents.flow.flow import Flow, Node
from tocsin.incidents.incident import Impact, ImpactCategory, Payment, Person, Ransom, System, Told, Victim
from tocsin.incidents.rules.report import Earlier, missing, report_of
from tocsin.incidents.rules.rule import Need

MADE = "2026-11-27T12:00:00.000Z"


def full():
    """One incident that answers what every rule asks: written once, reported six times."""
    return incident(
        summary="Files of the office were encrypted; pumps ran by hand.",
        victim=Victim(name="Brookwater", sectors=("water-and-wastewater",), identifiers={"duns": "1"}),
        contact=Person(name="Ann Moss", email="ann@brookwater.example", phone="555 0100"),
        detected=at("2026-11-27 10:00"),
        began=at("2026-11-20 10:00"),
        determined=at("2026-11-27 12:00"),
        paid=at("2026-11-28 12:00"),
        systems=(System(name="SCADA", function="pumps", level="ot", count=1),),
        impacts=(Impact(category=ImpactCategory.AVAILABILITY, hours=12.5),),
        flow=Flow(nodes=(Node(id="1", name="logged in", technique="T1133"),)),
        ransom=Ransom(
            amount="5", asset="BTC", wallets=("bc1q",), payments=(Payment(amount="5", asset="BTC"),)
        ),
        actions_taken=("Accounts were closed.",),
        answers={"malicious": "yes", "cross-border": "no", "banks": "First Bank"},
    )


@pytest.mark.parametrize("each", book().rules, ids=lambda each: each.id)
def test_one_form_answers_every_rule(each):
    report = report_of(each, full(), made=MADE)

    assert report.missing == ()
    assert report.complete
    assert missing(each, full()) == ()


@pytest.mark.parametrize("each", book().rules, ids=lambda each: each.id)
def test_an_empty_form_gives_a_report_that_lists_what_is_missing(each):
    report = report_of(each, incident(), made=MADE)

    required = [ask.id for ask in each.asks if ask.need is Need.REQUIRED]
    assert [line.id for line in report.missing] == required
    assert not report.complete
    assert missing(each, incident()) == tuple(line.words for line in report.missing)
    asked = [line.id for section in report.sections for line in section.lines]
    assert sorted(asked) == sorted(ask.id for ask in each.asks)


def test_what_is_not_known_yet_does_not_make_a_report_incomplete():
    held = incident(
        summary="s",
        actions_taken=("a",),
        detected=at("2026-11-27 10:00"),
        systems=(System(name="x"),),
        **NAMED,
    )

    report = report_of(rule("tsa-pipeline"), held, made=MADE)

    assert report.complete
    open_ones = [line.id for section in report.sections for line in section.lines if not line.answers]
    assert open_ones == ["source-of-threat", "earlier", "more"]


def test_what_was_written_for_the_question_leads_over_the_field():
    held = incident(summary="from the form", answers={"nature": "  for the Commission  "})

    report = report_of(rule("sec-8k"), held, made=MADE)

    assert [line.answers for section in report.sections for line in section.lines if line.id == "nature"] == [
        ("for the Commission",)
    ]


def test_a_question_of_several_fields_has_what_is_in_each_and_nothing_twice():
    ransom = Ransom(wallets=("a", "b"), instructions="by chat", payments=(Payment(wallets=("b", "c")),))

    report = report_of(rule("circia-ransom"), incident(ransom=ransom), made=MADE)

    assert [line.answers for one in report.sections for line in one.lines if line.id == "instructions"] == [
        ("wallets: a", "wallets: b", "instructions: by chat", "wallets: c")
    ]


def test_without_a_country_a_report_goes_by_that_of_the_victim():
    assert (
        report_of(rule("nis2-final"), incident(victim=Victim(country="DE")), made=MADE).national.country
        == "DE"
    )


def test_two_times_say_which_is_which():
    held = incident(began=at("2026-11-20 10:00"), detected=at("2026-11-27 10:00"))

    report = report_of(rule("sec-8k"), held, made=MADE)

    assert [line.answers for one in report.sections for line in one.lines if line.id == "timing"] == [
        ("began: 2026-11-20 10:00Z", "detected: 2026-11-27 10:00Z")
    ]


def test_each_question_says_where_it_comes_from():
    report = report_of(rule("nis2-final"), incident(), made=MADE)

    line = report.sections[1].lines[0]
    assert (line.source, line.section) == ("Directive (EU) 2022/2555 (NIS2)", "Article 23(4)(d)")


@pytest.mark.parametrize(
    ("country", "recipient"), [("DE", "the joint reporting office of BSI and BBK"), ("FR", None)]
)
def test_a_report_goes_to_whom_the_national_law_names(country, recipient):
    report = report_of(rule("nis2-final"), incident(), made=MADE, country=country)

    assert (report.national.recipient if report.national else None) == recipient


# -- what changed since somebody was told ---------------------------------------------------------------


def since(before, **more):
    told = Told(whom="CISA", at=at("2026-11-28 10:00"), rule="tsa-pipeline")
    return Earlier(told=told, incident=before, **more)


def supplement(now, before, **more):
    return report_of(rule("tsa-pipeline-more"), now, made=MADE, earlier=since(before, **more))


def test_a_supplement_says_which_answers_are_new_changed_or_withdrawn():
    before = incident(summary="Billing is down.", indicators=("203.0.113.7",))
    now = incident(summary="Billing and dispatch are down.", systems=(System(name="dispatch"),))

    changed = {line.id: (line.change, line.before) for line in supplement(now, before).changed}

    assert changed == {
        "description": ("changed", ("Billing is down.",)),
        "facility": ("new", ()),
        "source-of-threat": ("withdrawn", ("203.0.113.7",)),
    }


def test_what_is_as_it_was_is_not_marked():
    assert supplement(full(), full()).changed == ()
    assert supplement(full(), full()).complete


def test_that_they_were_told_is_no_news_to_them_but_that_others_were_is():
    mine = Told(whom="CISA", at=at("2026-11-28 10:00"), rule="tsa-pipeline")
    other = Told(whom="FBI", at=at("2026-11-29 10:00"))

    assert supplement(incident(told=(mine,)), incident()).changed == ()
    assert [line.id for line in supplement(incident(told=(mine, other)), incident()).changed] == ["earlier"]


def test_a_first_report_compares_nothing():
    report = report_of(rule("tsa-pipeline"), full(), made=MADE)

    assert report.changed == ()
    assert {line.before for section in report.sections for line in section.lines} == {None}
