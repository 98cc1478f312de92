from __future__ import annotations

import json
import re

import msgspec
import pytest
from hypothesis import given, strategies as st

from incidents.rules.making import at, book, incident, profile, rule, us_of
from tocsin.incidents.incident import Learned, Told, Victim
from tocsin.incidents.rules.duty import due, duty
from tocsin.incidents.rules.profile import Profile
from tocsin.incidents.rules.report import Earlier, report_of
from tocsin.incidents.rules.told import duties_json, report_json, report_markdown
from tocsin.incidents.rules.told.words import due_words, left_words, state_words

MADE = "2026-11-27T12:00:00.000Z"
NOW = us_of("2026-11-29 12:00")


def markdown(rule_id, held, **more):
    return "".join(report_markdown.render(report_of(rule(rule_id), held, made=MADE, **more)))


def test_a_report_that_is_not_complete_says_so_before_all_else():
    text = markdown("nis2-early-warning", incident(victim=Victim(name="Brookwater")), country="DE")

    assert text.startswith(
        "# Early warning (NIS2)\n\n"
        "Incident: Ransomware at Brookwater  \n"
        "To: the joint reporting office of BSI and BBK  \n"
        "How: the way that its law names  \n"
        "Law: BSIG, section 32  \n"
        "Due: its clock has not started  \n"
        "Status of the rule: in force, looked up 2026-11-27  \n"
        "TLP:RED. Written 2026-11-27T12:00:00.000Z; nothing has been sent.\n"
        "\n**Not complete.** Missing: 3\n\n"
        "- Whom can they ask?\n"
        "- Is it suspected to be caused by unlawful or malicious acts?\n"
        "- Could it have an impact across borders?\n"
        "\n## Who reports\n"
        "\n**Which entity is it?**\n\nBrookwater\n"
        "\n**Whom can they ask?**\n\n*missing*\n"
    )
    assert "- The incident notification: within 72 hours of becoming aware\n" in text
    assert "- Directive (EU) 2022/2555 (NIS2), Article 23 (2022-12-14)\n" in text


def test_a_source_that_was_not_read_is_marked():
    assert "(2026-01-16). **Not confirmed**: the directive was not read" in markdown(
        "tsa-pipeline", incident()
    )


def test_a_complete_report_says_that_too():
    held = incident(
        victim=Victim(name="B"), answers={"contact": "c", "malicious": "yes", "cross-border": "no"}
    )

    assert "\nNothing that is required is missing.\n" in markdown("nis2-early-warning", held)


def test_what_is_not_known_yet_is_not_called_missing():
    assert "**Anything else of importance?**\n\n*not known yet*" in markdown("tsa-pipeline", incident())


@pytest.mark.parametrize(
    "nasty",
    [
        "# Sent to CISA",
        "<script>",
        "[a](http://b)",
        "*bold* _x_ `c` |d|",
        "- item",
        "1. item",
        "> quote",
        "===",
        "a\u202eb",
    ],
)
def test_nothing_that_somebody_wrote_becomes_markup(nasty):
    text = markdown("sec-8k", incident(summary=f"first\n{nasty}"))

    answer = text.split("nature and scope?**\n\n")[1].split("\n\n**")[0]
    kept = re.sub(r"\\([\\`*_\[\]<>|#+=~.)\-]|\d+[.)])", r"\1", answer.split("\n", 1)[1])
    assert kept.replace("<U+202E>", "\u202e") == nasty
    assert not re.search(r"(?<!\\)[<\[*`|]|^[#>=-]|^\d+[.)]", answer.replace("<U+202E>", ""), re.MULTILINE)


@given(st.text(max_size=60))
def test_any_text_is_told_whole(text):
    shown = markdown("sec-8k", incident(summary=text, answers={"material-impact": "m"}))

    words = re.findall(r"[A-Za-z]{3,}", text)
    assert all(each in shown for each in words)


def test_json_of_a_report_has_every_question_and_is_said_to_be_unsent():
    report = report_of(rule("sec-8k"), incident(summary="s"), made=MADE, due="Thu", notes=("n",))

    held = json.loads("".join(report_json.render(report)))

    assert (held["format"], held["version"], held["sent"], held["complete"]) == (
        "tocsin-incident-report", 1, False, False,
    )  # fmt: skip
    assert held["missing"] == ["registrant", "timing", "material-impact"]
    asked = [one for section in held["sections"] for one in section["questions"]]
    assert [one["id"] for one in asked] == [each.id for each in rule("sec-8k").asks]
    assert asked[1]["answers"] == ["s"]
    assert (held["due"], held["notes"], held["rule"]["law"]) == ("Thu", ["n"], None)
    assert [each["confirmed"] for each in held["rule"]["sources"]] == [True, False, True, True]


def test_json_of_duties_has_each_with_its_clock():
    told = Told(whom="CISA", at=at("2026-11-28 20:00"), rule="tsa-pipeline", reference="42")
    held = incident(aware=at("2026-11-29 10:00"), detected=at("2026-11-28 10:00"), told=(told,))
    who = profile("nis2_entity", country="DE")

    found = json.loads("".join(duties_json.render(due([held], who, book(), NOW), NOW)))

    assert (found["format"], found["version"], found["now"]) == (
        "tocsin-incident-due", 1, "2026-11-29T12:00:00.000000Z",
    )  # fmt: skip
    by_rule = {each["rule"]["id"]: each for each in found["duties"]}
    assert len(by_rule) == len(book().rules)
    early = by_rule["nis2-early-warning"]
    assert (early["state"], early["due"], early["left_s"]) == (
        "running",
        "2026-11-30T10:00:00.000000Z",
        22 * 3_600,
    )
    assert (early["words"], early["law"]) == ("due in 22 h 0 min", "BSIG, section 32")
    assert by_rule["tsa-pipeline"]["told"] == {
        "whom": "CISA", "at": "2026-11-28T20:00:00.000000Z", "reference": "42",
    }  # fmt: skip
    assert by_rule["sec-8k"]["questions"][0]["fact"] == "sec_8k"


@pytest.mark.parametrize(
    ("rule_id", "moments", "who", "words"),
    [
        ("tsa-pipeline", {"detected": "2026-11-29 10:00"}, ["tsa_pipeline"], "due in 22 h 0 min"),
        ("tsa-pipeline", {"detected": "2026-11-27 11:00"}, ["tsa_pipeline"], "overdue by 1 day 1 h"),
        ("tsa-pipeline", {"detected": "2026-11-29 10:00"}, [], "due in 22 h 0 min, if it is for you"),
        ("tsa-pipeline", {"detected": "2026-11-27 11:00"}, [], "overdue by 1 day 1 h, if it is for you"),
        ("tsa-pipeline", {}, [], "not known whether it is for you"),
        ("tsa-pipeline", {}, ["tsa_pipeline"], "its clock has not started"),
        (
            "bank-service-provider",
            {"determined": "2026-11-29 10:00"},
            [],
            "as soon as possible, if it is for you",
        ),
    ],
)
def test_how_a_duty_stands_is_told_in_a_few_words(rule_id, moments, who, words):
    held = incident(**{name: at(text) for name, text in moments.items()})

    assert state_words(duty(rule(rule_id), held, profile(*who), NOW, book())) == words


def test_what_is_over_or_not_for_you_has_no_clock():
    told = Told(whom="CISA", at=at("2026-11-28 20:00"), rule="tsa-pipeline")

    assert state_words(duty(rule("tsa-pipeline"), incident(told=(told,)), Profile(), NOW, book())) == "told"
    assert state_words(duty(rule("sec-8k"), incident(), profile(no=["sec_8k"]), NOW, book())) == "not for you"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 min"),
        (59, "0 min"),
        (60, "1 min"),
        (3_600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 day"),
        (2 * 86_400 + 7_200, "2 days 2 h"),
    ],
)
def test_time_left_is_cut_and_never_rounded_up(seconds, words):
    assert left_words(seconds * 1_000_000) == words


def test_a_duty_is_plain_data():
    assert msgspec.json.encode(duties_json.answer(due([incident()], Profile(), book(), NOW), NOW))


EARLIER = Earlier(
    told=Told(whom="CISA", at=at("2026-11-28 20:00"), rule="tsa-pipeline", reference="INC-7"),
    incident=incident(summary="Billing is down."),
    learned=(Learned(what="Dispatch\n# is down", at=at("2026-11-29 09:00")),),
)


def test_a_supplement_says_to_what_and_what_is_new_before_all_answers():
    text = markdown("tsa-pipeline-more", incident(summary="Dispatch is down."), earlier=EARLIER)

    assert (
        "A supplement to tsa-pipeline. Told last: CISA, on Sat 28 November 2026 20:00 UTC, by tsa-pipeline, "
        "their number INC-7.  \n" in text
    )
    assert (
        "\n## What is new since Sat 28 November 2026 20:00 UTC\n\n"
        "- Sun 29 November 2026 09:00 UTC: Dispatch\n  \\# is down\n" in text
    )
    assert "(changed since then)\n\nDispatch is down.\n\nIt was:\n\n- Billing is down.\n" in text
    assert text.index("What is new") < text.index("## Who reports")


def test_a_supplement_in_which_no_answer_is_another_says_so():
    text = markdown("tsa-pipeline-more", EARLIER.incident, earlier=EARLIER)

    assert "\nNo answer is another than then.\n" in text


def test_json_of_a_supplement_has_what_was_and_what_is():
    report = report_of(rule("tsa-pipeline-more"), incident(summary="x"), made=MADE, earlier=EARLIER)

    held = json.loads("".join(report_json.render(report)))

    assert (held["supplements"], held["told_last"]) == (
        "tsa-pipeline",
        {"whom": "CISA", "at": "2026-11-28T20:00:00.000000Z", "rule": "tsa-pipeline", "reference": "INC-7"},
    )
    assert held["learned"] == [{"what": "Dispatch\n# is down", "at": "2026-11-29T09:00:00.000000Z"}]
    asked = {one["id"]: one for section in held["sections"] for one in section["questions"]}
    assert (asked["description"]["change"], asked["description"]["before"]) == (
        "changed",
        ["Billing is down."],
    )
    assert (asked["name"]["change"], asked["name"]["before"]) == (None, [])


def test_json_of_a_first_report_compares_nothing():
    held = json.loads("".join(report_json.render(report_of(rule("sec-8k"), incident(), made=MADE))))

    assert (held["supplements"], held["told_last"], held["learned"]) == (None, None, [])
    assert {one["before"] for section in held["sections"] for one in section["questions"]} == {None}


def test_a_report_that_is_printed_says_by_when_on_the_clock():
    held = incident(detected=at("2026-11-29 10:00", "America/New_York"))
    told = Told(whom="CISA", at=at("2026-11-29 20:00"), rule="tsa-pipeline")

    def words(**more):
        return due_words(duty(rule("tsa-pipeline"), incident(**more), profile("tsa_pipeline"), NOW, book()))

    assert words(detected=at("2026-11-29 02:00", "America/New_York")) == (
        "Mon 30 November 2026 02:00 EST (America/New_York), due in 19 h 0 min"
    )
    assert words() == "its clock has not started"
    assert words(detected=held.moments.detected, told=(told,)) == "told"
