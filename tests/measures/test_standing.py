from __future__ import annotations

from datetime import date

import pytest

from tocsin.errors import BadInput
from tocsin.measures.standing import NotCounted, Standing, joined, read_standing

TODAY = date(2026, 11, 27)


def read(text):
    return read_standing(text.encode(), "have.toml", {"a", "b", "c", "d"}, TODAY)


def test_what_stands_counts_with_evidence_and_a_day_and_what_has_none_is_told():
    held = read("""
[[have]]
measure = "a"
evidence = "audit of March, page 4"
date = 2026-03-01
[[have]]
measure = "b"
date = 2026-03-01
[[have]]
measure = "c"
evidence = "seen"
[[have]]
measure = "d"
evidence = "planned"
date = 2026-11-28
""")
    assert held.standing == (Standing(measure="a", evidence="audit of March, page 4", day="2026-03-01"),)
    assert held.not_counted == (
        NotCounted(measure="b", why="no evidence is given"),
        NotCounted(measure="c", why="the evidence has no date"),
        NotCounted(measure="d", why="the evidence is dated 2026-11-28, which is still to come"),
    )
    assert held.measures == {"a"}


def test_evidence_of_today_counts_and_a_blank_is_none():
    assert read('[[have]]\nmeasure = "a"\nevidence = "x"\ndate = 2026-11-27').measures == {"a"}
    assert read('[[have]]\nmeasure = "a"\nevidence = "  "\ndate = 2026-11-27').measures == set()


def test_what_is_there_in_part_is_told_and_what_is_absent_or_unknown_is_not_said_to_stand():
    tables = [
        f'[[have]]\nmeasure = "{id}"\nstate = "{state}"\nevidence = "x"\ndate = 2026-11-27\n'
        for id, state in [("a", "partly"), ("b", "absent"), ("c", "unknown"), ("d", "in-place")]
    ]
    held = read("".join(tables))
    assert held.measures == {"d"}
    assert held.not_counted == (NotCounted(measure="a", why="it is there only in part"),)
    assert held.named == {"a", "b", "c", "d"}


def test_of_two_lists_the_first_goes_before_whatever_it_says():
    first = read('[[have]]\nmeasure = "a"\nstate = "absent"\n[[have]]\nmeasure = "b"\n')
    then = read("".join(f'[[have]]\nmeasure = "{id}"\nevidence = "x"\ndate = 2026-11-27\n' for id in "abc"))
    both = joined(first, then)
    assert both.measures == {"c"}
    assert [one.measure for one in both.not_counted] == ["b"]
    assert both.named == {"a", "b", "c"}
    hollow = read('[[have]]\nmeasure = "a"\n[[have]]\nmeasure = "d"\n')
    assert [one.measure for one in joined(first, hollow).not_counted] == ["b", "d"]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('[[have]]\nmeasure = "x"', "have.toml at $.have[0].measure", "'x' is no measure"),
        ('[[have]]\nmeasure = "a"\n[[have]]\nmeasure = "a"', "have.toml at $.have[1].measure", "twice"),
        ('[[have]]\nmeasure = "a"\ndate = "soon"', "have.toml at $.have[0].date", "date"),
        ('[[have]]\nmeasure = "a"\nproof = "x"', "have.toml at $.have[0]", "unknown field"),
        ("have", "have.toml", "is no TOML"),
    ],
    ids=range(5),
)
def test_what_is_wrong_is_refused_with_its_place(text, place, words):
    with pytest.raises(BadInput) as caught:
        read(text)
    assert str(caught.value.where) == place
    assert words in caught.value.what
