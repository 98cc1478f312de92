from __future__ import annotations

import pytest

from ransom.attribution.making import evidence, statement
from tocsin.ransom.attribution.change import weaknesses
from tocsin.ransom.attribution.statement import Role

TWO = (evidence("A court"), evidence("A blog"))


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (statement(), "rests on one source (A court)"),
        (
            statement(items=[evidence("A"), evidence("B", rests_on="A")]),
            "All 2 pieces of evidence rest on one source (A)",
        ),
        (statement(items=TWO, credibility=6), "cannot be judged (6)"),
        (statement(items=TWO, reliability="F"), "cannot be judged (F)"),
        (statement(items=TWO, role=Role.HOST_STATE, country="RU"), "nothing of that state's direction"),
    ],
    ids=["one", "one-of-two", "digit", "letter", "state"],
)
def test_what_a_statement_hangs_on_is_said(made, said):
    (found,) = weaknesses(made)
    assert said in found


def test_of_a_statement_with_two_sources_and_both_grades_nothing_is_said():
    assert weaknesses(statement(items=TWO)) == ()


def test_evidence_that_does_not_go_with_its_own_name_is_said_and_no_other():
    against = evidence("A blog", inconsistent_with=("darkside", "Nobody"))
    (found,) = weaknesses(statement(items=[evidence("A court"), against]))
    assert found == "Some of its own evidence is said not to go with DarkSide."
    assert weaknesses(statement("Bob", items=[evidence("A court"), against])) == ()
