"""The daily file of EPSS is read whole, kept small, and looked up by name."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.inventory.epss import Chance, are_scores, read_scores

HEAD = "#model_version:v2025.03.14,score_date:2026-11-25T00:00:00+0000\ncve,epss,percentile\n"


def read(*lines: str, head: str = HEAD):
    return read_scores((head + "\n".join(lines) + "\n").encode(), "epss.csv")


def test_a_score_is_found_by_its_name_with_its_day():
    scores, lost, unread = read("CVE-2021-26855,0.97523,0.99991", "CVE-2021-1000000,0.00043,0.12")
    assert (lost, unread, len(scores), scores.dated) == (0, (), 2, "2026-11-25")
    assert scores.chance("CVE-2021-26855") == Chance(0.97523, 0.99991, "2026-11-25")
    assert scores.chance("CVE-2021-1000000") == Chance(0.00043, 0.12, "2026-11-25")


@pytest.mark.parametrize(
    "name", ["CVE-2021-26856", "CVE-2020-26855", "GHSA-1", "cve-2021-26855", "CVE-2021-26855 ", ""]
)
def test_what_is_not_listed_has_no_chance_that_is_known(name):
    assert read("CVE-2021-26855,0.5,0.5")[0].chance(name) is None


@pytest.mark.parametrize(
    "line",
    ["CVE-2021-1,0.5,0.5", "CVE-2021-26855,0.5", "CVE-2021-26855,high,0.5", "CVE-2021-26855,1.5,0.5",
     "CVE-2021-26855,nan,0.5", "CVE-2021-26855,-0.1,0.5", "CVE-2021-26855,0.5,0.5,1", "X,0.5,0.5"],
)  # fmt: skip
def test_a_line_that_is_none_is_told_and_the_rest_is_read(line):
    scores, lost, (told,) = read(line, "CVE-2021-26857,0.5,0.5")
    assert (lost, told.place, len(scores)) == (1, "line 3", 1)


def test_of_many_lines_that_are_none_the_first_are_named_and_all_are_counted():
    _, lost, unread = read(*["nothing"] * 9)
    assert (lost, len(unread)) == (9, 5)


@pytest.mark.parametrize("comment", ["", "#model_version:v1\n", "#score_date:2026-13-45T00:00:00\n"])
def test_without_a_day_it_is_of_an_unknown_one(comment):
    scores, _, _ = read("CVE-2021-26855,0.5,0.5", head=f"{comment}cve,epss,percentile\n")
    assert (scores.dated, len(scores)) == ("", 1)


@pytest.mark.parametrize("data", [b"", b"cve,cvss\n", b"{}", b"#model_version:1\n{}"])
def test_another_file_is_none(data):
    assert not are_scores(data)
    with pytest.raises(BadInput, match="no EPSS scores"):
        read_scores(data, "x")


@given(
    st.dictionaries(
        st.tuples(st.integers(1999, 2003), st.integers(1000, 2000)), st.integers(0, 100_000), max_size=60
    )
)
def test_each_is_found_as_a_dictionary_finds_it(listed):
    lines = [f"CVE-{year}-{number},{value / 100_000:.5f},0.5" for (year, number), value in listed.items()]
    scores, lost, _ = read(*lines)
    assert (len(scores), lost) == (len(listed), 0)
    for year in range(1999, 2004):
        for number in range(1000, 2001, 7):
            found = scores.chance(f"CVE-{year}-{number}")
            wanted = listed.get((year, number))
            assert (found is None) == (wanted is None)
            assert found is None or round(found.probability * 100_000) == wanted
