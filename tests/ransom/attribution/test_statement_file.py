from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from ransom.attribution.making import ADDRESS
from tocsin.errors import BadInput, LimitExceeded
from tocsin.limits import STATEMENT_FILE_BYTES
from tocsin.ransom.attribution.independence import independent
from tocsin.ransom.attribution.statement import Role, statement_id
from tocsin.ransom.attribution.statement_file import read_statements

ONE = f"""
[[statement]]
address = "{ADDRESS}"
role = "operator"
named = "DarkSide"
said_by = "Ann"
said_on = 2021-06-07
reliability = "B"
credibility = 2

[[statement.evidence]]
source = "A court"
what = "It says so"
day = 2021-06-07
"""


def read(text):
    return read_statements(text.encode(), "said.toml")


def test_a_statement_is_read_whole():
    (one,) = read(ONE)
    assert (one.role, one.named, one.said_on) == (Role.OPERATOR, "DarkSide", dt.date(2021, 6, 7))
    assert (one.reliability, one.credibility, one.stix_confidence) == ("B", 2, 70)
    assert [each.source for each in one.evidence] == ["A court"]


def test_toml_and_json_say_the_same():
    import tomllib

    text = json.dumps(tomllib.loads(ONE), default=str)
    assert read_statements(text.encode(), "said.json") == read(ONE)


def test_an_address_has_one_spelling_so_that_it_is_one_statement():
    (shouted,) = read(ONE.replace(ADDRESS, ADDRESS.upper()))
    assert statement_id(shouted) == statement_id(read(ONE)[0])


def test_a_statement_that_says_anything_else_has_another_id():
    ids = {statement_id(read(ONE.replace("It says so", words))[0]) for words in ("It says so", "It says no")}
    assert len(ids) == 2


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ('role = "operator"', 'role = "boss"', "$.statement[0].role", "boss"),
        ("credibility = 2", "credibility = 7", "$.statement[0].credibility", "<= 6"),
        ('reliability = "B"', 'reliability = "G"', "$.statement[0].reliability", "G"),
        ('named = "DarkSide"', "", "$.statement[0]", "named"),
        ('named = "DarkSide"', 'named = ""', "$.statement[0].named", "length >= 1"),
        ('named = "DarkSide"', 'named = "  "', "$.statement[0].named", "blank"),
        ('said_by = "Ann"', 'said_by = "\\t"', "$.statement[0].said_by", "blank"),
        ('source = "A court"', 'source = " "', "$.statement[0].evidence[0].source", "blank"),
        ('what = "It says so"', 'what = "\\n"', "$.statement[0].evidence[0].what", "blank"),
        (
            "day = 2021-06-07",
            'day = 2021-06-07\ninconsistent_with = ["REvil", " "]',
            "$.statement[0].evidence[0].inconsistent_with[1]",
            "blank",
        ),
        (
            "credibility = 2",
            'credibility = 2\nwould_change = [" "]',
            "$.statement[0].would_change[0]",
            "blank",
        ),
        ("said_on = 2021-06-07", 'said_on = "June"', "$.statement[0].said_on", "RFC3339"),
        ('what = "It says so"', "", "$.statement[0].evidence[0]", "what"),
        ('named = "DarkSide"', 'named = "DarkSide"\ngrade = "B2"', "$.statement[0]", "grade"),
        ('role = "operator"', 'role = "host_state"', "$.statement[0]", "needs the country"),
        (
            'role = "operator"',
            'role = "operator"\ncountry = "RU"',
            "$.statement[0]",
            "neither country nor about",
        ),
        (
            'role = "operator"',
            'role = "operator"\ncluster = "x"',
            "$.statement[0]",
            "about address and cluster",
        ),
        (f'address = "{ADDRESS}"', "", "$.statement[0]", "about nothing"),
        (ADDRESS, ADDRESS.replace("950k", "95bk"), "$.statement[0].address", "character 15: "),
    ],
    ids=lambda value: value[:24] if value else "gone",
)
def test_what_is_wrong_is_said_with_its_place(old, new, path, said):
    with pytest.raises(BadInput) as caught:
        read(ONE.replace(old, new))
    assert said in str(caught.value)
    assert (caught.value.where.file, caught.value.where.path) == ("said.toml", path)


def test_a_statement_without_evidence_is_none():
    with pytest.raises(BadInput, match="evidence"):
        read(ONE.partition("[[statement.evidence]]")[0])


@pytest.mark.parametrize("text", ["", "{", '{"statement": []}', "statement = 7", "x = ["], ids=str)
def test_what_is_no_file_of_statements_is_refused(text):
    with pytest.raises(BadInput):
        read(text)


def test_a_file_that_is_too_large_or_too_deep_is_refused():
    with pytest.raises(LimitExceeded):
        read(ONE + "#" * STATEMENT_FILE_BYTES)
    with pytest.raises(LimitExceeded):
        read("{" + '"x":[' * 100_000)
    with pytest.raises(LimitExceeded):
        read("{" + " " * STATEMENT_FILE_BYTES)


def test_the_example_of_the_how_to_page_is_read():
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "write-a-dossier.md").read_text(encoding="utf-8")
    (one,) = read(page.split("```toml\n")[1].partition("```")[0])
    assert len(independent(one.evidence)) == 1
