from __future__ import annotations

import re
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given, settings, strategies as st

from incidents.rules.making import OWN, book
from strategies import examples
from tocsin.errors import BadInput, LimitExceeded
from tocsin.incidents.rules.field import is_field
from tocsin.incidents.rules.rule import Need, Status
from tocsin.incidents.rules.rulebook import read_rulebook
from tocsin.limits import RULE_FILE_BYTES
from tocsin.service.incidents.rulebook import with_own


def read(text, **files):
    return read_rulebook(
        {key: held.encode() for key, held in files.items()} | {"own.toml": text.encode()}, {}
    )


def changed(old, new):
    assert old in OWN
    return OWN.replace(old, new, 1)


FOLDER = files("tocsin") / "data" / "rules"
SHIPPED = sorted(each.name for each in FOLDER.iterdir() if each.name.endswith(".toml"))
OFFERED = sorted(each.name for each in (FOLDER / "offered").iterdir())


@pytest.mark.parametrize("name", SHIPPED)
def test_each_file_that_ships_can_be_read_alone(name):
    folder = files("tocsin") / "data"
    calendar = {"us-federal.toml": (folder / "calendars" / "us-federal.toml").read_bytes()}

    found = read_rulebook({name: (folder / "rules" / name).read_bytes()}, calendar)

    assert {each.family for each in found.rules} == {name.removesuffix(".toml")}


def test_the_families_of_the_issue_ship():
    assert {each.family for each in book().rules} == {"bank", "circia", "nerc", "nis2", "sec", "tsa", "water"}


def offered():
    """All rules that are offered, as they stand beside those that ship."""
    known = {each.id: each for each in book().rules}
    found = with_own({name: (FOLDER / "offered" / name).read_bytes() for name in OFFERED})
    return [each for each in found.rules if known.get(each.id) != each]


def test_what_is_offered_goes_together_with_what_ships():
    assert {each.family for each in offered()} == {"cra", "dfars", "doe-417", "hipaa", "new-jersey", "tsa"}
    assert not {each.id for each in offered()} & {each.id for each in book().rules} - {
        "tsa-pipeline",
        "tsa-pipeline-more",
    }


@pytest.mark.parametrize("rule", [*book().rules, *offered()], ids=lambda each: f"{each.family}-{each.id}")
def test_each_rule_that_ships_says_what_a_person_needs(rule):
    assert rule.who.endswith(".")
    assert rule.recipient
    assert rule.asks[0].id in {"name", "registrant"}
    assert any(ask.need is Need.REQUIRED for ask in rule.asks)
    assert all(ask.words.endswith("?") for ask in rule.asks)
    assert all(is_field(field) for ask in rule.asks for field in ask.fields)
    assert all(each.yes.endswith(".") and each.no.endswith(".") for each in rule.applies)
    assert all(each.url.startswith("https://") and each.day <= rule.as_of for each in rule.sources)
    assert all(each.note for each in rule.sources if not each.confirmed)


@pytest.mark.parametrize("fact", book().facts.values(), ids=lambda each: each.id)
def test_each_fact_is_a_question_and_is_used_by_a_rule(fact):
    def facts(conditions):
        return {name for each in conditions for name in ({each.fact} | facts(each.any))}

    assert fact.question.endswith("?")
    assert any(fact.id in facts(rule.applies) for rule in book().rules)


def test_circia_is_proposed_water_has_advice_and_all_else_is_in_force():
    assert {(each.family, each.status) for each in book().rules if not each.binding} == {
        ("circia", Status.PROPOSED),
        ("water", Status.ADVICE),
    }
    assert all(each.since for each in book().rules if each.binding)


def test_the_law_of_germany_is_named_with_its_day():
    national = book().named("nis2-final")[0].national[0]

    assert (national.country, national.law) == ("DE", "BSIG, section 32")
    assert national.since == date(2025, 12, 6)


def test_a_rule_is_found_by_its_id_and_a_family_by_its_name():
    assert [each.id for each in book().named("sec-8k")] == ["sec-8k"]
    assert len(book().named("bank")) == 4
    with pytest.raises(BadInput, match="no reporting rule 'moon'"):
        book().named("moon")


def test_an_owner_adds_a_rule_beside_those_that_ship():
    found = with_own({"own.toml": OWN.encode()})

    assert len(found.rules) == len(book().rules) + 1
    assert found.named("own")[0].clock.hours == 5


def test_an_owner_puts_a_rule_in_the_place_of_one_that_ships():
    text = changed('id = "own"', 'id = "tsa-pipeline"\nreplaces = "tsa-pipeline"')

    found = with_own({"own.toml": text.encode()})

    assert found.named("tsa-pipeline")[0].name == "Our rule"
    gone = {each.id for each in book().rules} - {each.id for each in found.rules}
    assert gone == {"tsa-pipeline-more"}  # its supplement goes with it


def test_questions_of_the_file_come_before_those_of_the_rule():
    text = OWN + '\n[[ask]]\nid = "first"\nwords = "First?"\nsource = "law"\n'

    assert [each.id for each in read(text).rules[0].asks] == ["first", "name"]


@pytest.mark.parametrize(
    ("text", "what", "path"),
    [
        ("family = ", "is no TOML", None),
        (changed('family = "ours"\n', ""), "family", "$"),
        (OWN + "moon = 1\n", "moon", "$.rule[0].ask[0]"),
        (changed("hours = 5", "hour = 5"), "hour", "$.rule[0].clock"),
        (changed("hours = 5", "hours = 0"), ">= 1", "$.rule[0].clock.hours"),
        (changed("hours = 5", "hours = 5\nmonths = 1"), "one of hours", "$.rule[0].clock"),
        (changed("hours = 5", ""), "one of hours", "$.rule[0].clock"),
        (changed("hours = 5", "business_days = 5"), "calendar of their holidays", "$.rule[0].clock"),
        (changed("hours = 5", 'business_days = 5\nholidays = "moon"'), "'moon' that is not", "$.rule[0].clock"),
        (changed("hours = 5", 'calendar_days = 5\nzone = "Mars/Olympus"'), "Mars/Olympus", "$.rule[0].clock"),
        (changed("hours = 5", 'hours = 5\nzone = "UTC"'), "hours are exact", "$.rule[0].clock"),
        (changed("hours = 5", 'calendar_days = 5\nuntil = "25:00"'), "regex", "$.rule[0].clock.until"),
        (changed('starts = "detected"', 'starts = "felt"'), "'felt', which is no moment", "$.rule[0].clock"),
        (changed('starts = "detected"', 'starts = "told:moon"'), "after 'moon', which is no rule", "$.rule[0].clock.starts"),
        (changed('status = "in-force"', 'status = "perhaps"'), "perhaps", "$.rule[0].status"),
        (changed("since = 2026-01-01\n", ""), "since when", "$.rule[0].since"),
        (changed('status = "in-force"', 'status = "advice"'), "since when", "$.rule[0].since"),
        (changed("as_of = 2026-11-27", 'as_of = "yesterday"'), "RFC3339", "$.as_of"),
        (changed("day = 2026-01-01", "day = 2026-02-30"), "is no TOML", None),
        (changed("https://example.org/law", "http://example.org/law"), "regex", "$.source[0].url"),
        (changed("confirmed = true", "confirmed = false"), "has no note", "$.rule[0].source"),
        (changed("confirmed = true", 'confirmed = true\nmoon = "x"'), "moon", "$.source[0]"),
        (changed('source = ["law"]', "source = []"), "length >= 1", "$.rule[0].source"),
        (changed('source = ["law"]', 'source = ["lore"]'), "'lore' that is not", "$.rule[0].source"),
        (changed('hours = 5\nwords = "five hours"\nsource = "law"', 'hours = 5\nwords = "five hours"'), "source", "$.rule[0].clock"),
        (changed('fields = ["victim.name"]\nsource = "law"', 'fields = ["victim.name"]\nsource = "x"'), "'x' that is not", "$.rule[0].ask"),
        (changed("victim.name", "victim.shoe"), "'victim.shoe', which an incident does not have", "$.rule[0].ask"),
        (changed('question = "Is it ours?"\nsource = "law"', 'question = "Is it ours?"\nsource = "x"'), "'x' that is not", "$.fact[0]"),
        (changed('fact = "ours"', 'fact = "theirs"'), "'theirs' that no file", "$.rule[0].applies[0]"),
        (changed('fact = "ours"\n', ""), "either a fact or any", "$.rule[0].applies[0]"),
        (changed('fact = "ours"', 'fact = "answers.moon"'), "'moon', which the rule does not ask", "$.rule[0].applies[0]"),
        (changed('id = "own"', 'id = "Own Rule"'), "regex", "$.rule[0].id"),
        (changed('id = "own"', 'id = "own"\nreplaces = "moon"'), "'moon' that is not known", "$.rule[0].id"),
        (OWN + '[[ask]]\nid = "name"\nwords = "Who?"\nsource = "law"\n', "'name' twice", "$.rule[0].ask"),
        (OWN + '[[fact]]\nid = "ours"\nquestion = "?"\nsource = "law"\n', "'ours' again", "$.fact[1]"),
        (OWN + OWN[OWN.index("[[source]]") : OWN.index("[[fact]]")], "two sources", "$.rule[0].source"),
        (OWN + OWN[OWN.index("[[rule]]") :], "'own' again", "$.rule[1].id"),
    ],
    ids=lambda held: re.sub(r"\W+", "-", held)[:40] if held and len(held) < 80 else "-",
)  # fmt: skip
def test_a_file_that_is_wrong_says_where(text, what, path):
    with pytest.raises(BadInput, match=what) as caught:
        read(text)

    if path is not None:
        assert (caught.value.where.file, caught.value.where.path) == ("own.toml", path)


def test_what_is_no_toml_is_told_with_its_line():
    with pytest.raises(BadInput, match="no TOML") as caught:
        read(OWN + "hours ==\n")

    assert caught.value.where.line == OWN.count("\n") + 1


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(LimitExceeded, match="reporting rules has more than 1 MiB"):
        read(OWN + "#" * RULE_FILE_BYTES)


def outcome(text):
    try:
        return read(text), None
    except BadInput as error:
        return None, error


LINES = OWN.splitlines()


@settings(max_examples=examples(150))
@given(
    st.lists(st.integers(0, len(LINES) - 1), max_size=3),
    st.lists(st.tuples(st.integers(0, len(LINES)), st.sampled_from([*LINES, "x = 1", "[rule]", "[[rule.applies.any]]", "\x00"])), max_size=3),
)  # fmt: skip
def test_a_file_with_lines_lost_or_added_is_read_or_refused_with_its_name(lost, added):
    lines = [line for place, line in enumerate(LINES) if place not in lost]
    for place, line in added:
        lines.insert(min(place, len(lines)), line)

    found, error = outcome("\n".join(lines))

    assert found.rules if found else error.where.file == "own.toml"


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_refused_and_break_nothing(data):
    with pytest.raises(BadInput):
        read_rulebook({"own.toml": data}, {})


def test_an_id_of_a_rule_that_ships_is_not_taken_in_silence():
    with pytest.raises(BadInput, match="'sec-8k' again") as caught:
        with_own({"own.toml": changed('id = "own"', 'id = "sec-8k"').encode()})

    assert "replaces" in caught.value.hint
