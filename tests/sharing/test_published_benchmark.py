"""What is published of a sector holds bands, and what is read back is what was told."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.limits import MEASURES
from tocsin.sharing.benchmark import BANDS, Cell, bands_of
from tocsin.sharing.published_benchmark import (
    Told,
    benchmark_id,
    benchmark_object,
    read_benchmark,
    told_of,
)

TIMES = ("2026-11-27T00:00:00.000Z", "2026-11-28T00:00:00.000Z")
HUB = "identity--6f1d9b7e-3c52-4a8e-9b7d-2f4c5a6e8d10"


def cell(having, lacking, measure="backups"):
    names = [f"member{number}" for number in range(having + lacking)]
    return Cell(measure, "energy", "2026-10-01", frozenset(names[:having]), frozenset(names[having:]))


def written(*cells):
    return benchmark_object(benchmark_id(HUB, "energy"), HUB, "energy", "Energy", cells, TIMES)


@given(st.integers(10, 300).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_what_is_read_is_what_was_told_and_neither_count_nor_names(drawn):
    having, of = drawn
    made = cell(having, of - having)
    body = written(made)
    found = read_benchmark(body)
    assert (found.sector, dict(found.measures)) == ("energy", {"backups": told_of(made)})
    assert b"member" not in body
    held = msgspec.json.decode(body)["measures"]["backups"]
    assert set(held) == {"band", "as_of", "responders_at_least"}
    same = next(one for one in bands_of(of) if one.holds(having))
    again = same.least if having != same.least else same.most
    assert written(cell(again, of - again)) == body


@pytest.mark.parametrize("of", [10, 30, 100])
def test_every_band_has_words_and_a_share(of):
    for band in bands_of(of):
        told = Told(low=band.low, high=band.high, day="2026-10-01", size=10)
        assert told.words
        assert told.share


def test_these_are_the_words():
    told = [Told(low=one, high=one, day="", size=10) for one in BANDS]
    assert [(one.words, one.share) for one in told] == [
        ("few", "at most 1 of 10"),
        ("some", "more than 1 of 10, fewer than 2 of 5"),
        ("about half", "2 to 3 of 5"),
        ("most", "more than 3 of 5, fewer than 9 of 10"),
        ("nearly all", "at least 9 of 10"),
    ]
    assert Told(low="most", high="nearly-all", day="", size=10).words == "most or nearly all"


def test_each_sector_has_an_id_of_its_own_and_a_new_one_once_it_was_withdrawn():
    ids = {benchmark_id(HUB, "energy"), benchmark_id(HUB, "chemical"), benchmark_id(HUB, "energy", 1)}
    assert len(ids) == 3


def test_what_is_no_benchmark_is_refused():
    good = msgspec.json.decode(written(cell(6, 5)))
    measure = good["measures"]["backups"]
    for bad in (
        b"7",
        b"\xff",
        msgspec.json.encode({**good, "sector": 7}),
        msgspec.json.encode({**good, "measures": {"x": {**measure, "band": ["some", "most"]}}}),
        msgspec.json.encode({**good, "measures": {"x": {**measure, "band": ["all"]}}}),
        msgspec.json.encode({**good, "measures": {"x": {**measure, "responders_at_least": 11}}}),
        msgspec.json.encode({**good, "measures": {str(one): measure for one in range(MEASURES + 1)}}),
    ):
        with pytest.raises(BadInput):
            read_benchmark(bad)
    assert read_benchmark(msgspec.json.encode({**good, "more": 1})).sector == "energy"
