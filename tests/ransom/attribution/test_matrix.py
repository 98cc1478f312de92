from __future__ import annotations

from hypothesis import given, settings, strategies as st

from ransom.attribution.making import drawn_statements, evidence, statement
from tocsin.ransom.attribution.matrix import Cell, matrix_of
from tocsin.ransom.attribution.statement import name_key


def test_names_are_compared_by_the_evidence_that_does_not_go_with_them():
    court = evidence("A court", inconsistent_with=("a Service",))
    press = evidence("Press", rests_on="A court", inconsistent_with=("A service",))
    blog = evidence("A blog", "Many inputs")
    made = matrix_of([statement("DarkSide", items=[court, press]), statement("A service", items=[blog])])
    assert made.names == ("A service", "DarkSide")
    assert dict(made.inconsistent) == {"A service": 1, "DarkSide": 0}
    assert [row.cells for row in made.rows] == [
        (Cell.CONSISTENT, Cell.NOT_SAID),
        (Cell.INCONSISTENT, Cell.CONSISTENT),
    ]


def test_a_source_that_is_cited_both_ways_counts_against_the_name():
    both = [evidence("A court"), evidence("Press", rests_on="A court", inconsistent_with=("DarkSide",))]
    made = matrix_of([statement("DarkSide", items=both), statement("Nobody", items=[evidence("X")])])
    assert dict(made.inconsistent) == {"DarkSide": 1, "Nobody": 0}


def test_evidence_that_goes_with_all_tells_none_from_another():
    shared = evidence("A court")
    made = matrix_of([statement("DarkSide", items=[shared]), statement("Nobody", items=[shared])])
    assert [row.tells_apart for row in made.rows] == [False]


@settings(deadline=None)
@given(st.lists(drawn_statements(), max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter_and_none_leads(made, random):
    again = made + made[:1]
    random.shuffle(again)
    matrix = matrix_of(again)
    assert matrix == matrix_of(made)
    assert list(map(name_key, matrix.names)) == sorted({name_key(one.named) for one in made})


@settings(deadline=None)
@given(st.lists(drawn_statements(), max_size=5))
def test_counts_are_never_more_than_there_are_independent_sources(made):
    matrix = matrix_of(made)
    assert all(0 <= count <= len(matrix.rows) for count in matrix.inconsistent.values())
    assert sum(matrix.inconsistent.values()) == sum(row.cells.count(Cell.INCONSISTENT) for row in matrix.rows)
