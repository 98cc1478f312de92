"""Decision tables say what to do and by when, and what they had to assume."""

from __future__ import annotations

import csv
import itertools
from importlib.resources import files

import pytest

from real_data import shared
from tocsin.errors import BadInput
from tocsin.inventory.decision_table import parse_table

BOD = "bod-26-04.toml"
COORDINATOR = "cisa-coordinator.toml"


def table(name):
    return parse_table((files("tocsin.data") / "decisions" / name).read_bytes(), name)


def known(**values):
    return values


def test_a_known_row_gives_its_outcome_and_assumes_nothing():
    found = table(BOD).decide(known(in_kev="yes", exposed="yes", automatable="yes", impact="total"))
    assert (found.outcome.days, found.outcome.triage, found.assumed) == (3, True, ())


def test_what_nobody_knows_is_taken_as_the_most_urgent_and_said():
    found = table(BOD).decide(known(in_kev="no", exposed="no", impact="total"))
    assert found.outcome.name == "60 days"
    assert found.assumed == ("automatable",)


def test_a_point_that_changes_nothing_is_not_called_assumed():
    # Not in the catalogue, not exposed, not automatable: partial and total are both mended at the next upgrade.
    found = table(BOD).decide(known(in_kev="no", exposed="no", automatable="no"))
    assert found.outcome.name == "at the next upgrade"
    assert found.outcome.days is None
    assert found.assumed == ()


@pytest.mark.parametrize("name", [BOD, COORDINATOR])
def test_knowing_more_never_makes_it_more_urgent(name):
    held = table(name)
    values = [sorted({row[number] for row in held.rows}) for number in range(len(held.points))]
    for row in itertools.product(*values):
        whole = dict(zip(held.points, row, strict=True))
        exact = held.outcomes.index(held.decide(whole).outcome)
        for point in held.points:
            less = {**whole, point: ""}
            assert held.outcomes.index(held.decide(less).outcome) <= exact


def test_nothing_known_is_the_most_urgent_of_all():
    assert table(BOD).decide({}).outcome.days == 3
    assert table(COORDINATOR).decide({}).outcome.name == "act"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('"no no no total" = "at the next upgrade"\n', ""), "15 rows for 16"),
        (('"no no no total" = "at', '"no no no" = "at'), "combinations"),
        (('"no no no total" = "at the next upgrade"', '"no no no total" = "never"'), "no decision table"),
        (("[rows]", "[columns]"), "no decision table"),
        (("points = [", "points = "), "no decision table"),
    ],
    ids=["a row missing", "a value missing", "an outcome unknown", "no rows", "no toml"],
)
def test_a_table_that_is_not_whole_is_refused(change, words):
    text = (files("tocsin.data") / "decisions" / BOD).read_text(encoding="utf-8")
    assert change[0] in text
    with pytest.raises(BadInput, match=words):
        parse_table(text.replace(*change).encode(), BOD)


@pytest.mark.parametrize(
    ("name", "published"),
    [(BOD, "cisa_bod_26_04_1_0_0.csv"), (COORDINATOR, "cisa_coordinator_2_0_3.csv")],
    ids=["bod-26-04", "coordinator"],
)
def test_each_row_is_the_published_one(name, published):
    words = {
        "fix on system upgrade": "at the next upgrade",
        "3 days & forensic investigation": "3 days and forensic investigation",
    }
    rows = list(csv.reader(shared("intel/ssvc/csv/" + published).read_text(encoding="utf-8").splitlines()))[
        1:
    ]
    told = {
        tuple(value.replace(" ", "-") for value in row[1:-1]): words.get(row[-1], row[-1]) for row in rows
    }
    assert {values: outcome.name for values, outcome in table(name).rows.items()} == told
