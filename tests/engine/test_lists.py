"""An array of JSON in a field is as many values."""

from __future__ import annotations

import pyarrow as pa
import pytest

from tocsin.engine.database import connect
from tocsin.engine.lists import first_items, lists_in, one_value_each, rows_with_lists, too_many
from tocsin.limits import LIST_VALUES


@pytest.fixture
def database(tmp_path):
    with connect(threads=1, memory_bytes=200 << 20, temporary=tmp_path) as held:
        yield held


def raw(**columns: list[str | None]) -> pa.Table:
    count = len(next(iter(columns.values())))
    texts = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.table({"file": pa.array([0] * count, pa.int32()), "row": range(count)} | texts)


TEXTS = ['["a","b"]', "x", "[]", "[broken", '[1, null, {"q": 2}]', None, '["z"]']
VALUES = [["a", "b"], ["x"], [None], ["[broken"], ["1", None, '{"q":2}'], [None], ["z"]]


def test_each_value_of_a_list_is_a_row_at_its_place(database):
    found = one_value_each(database, raw(f0=TEXTS), ["f0"]).to_pylist()
    assert [(one["row"], one["f0"]) for one in found] == [
        (row, value) for row, values in enumerate(VALUES) for value in values
    ]


def test_lists_in_two_fields_are_every_combination(database):
    found = one_value_each(database, raw(f0=['["a","b"]'], f1=["[1,2]"], f2=["k"]), ["f0", "f1"]).to_pylist()
    assert sorted((one["f0"], one["f1"], one["f2"]) for one in found) == [
        ("a", "1", "k"),
        ("a", "2", "k"),
        ("b", "1", "k"),
        ("b", "2", "k"),
    ]


def test_columns_and_rows_that_may_hold_lists_are_told():
    table = raw(f0=["x", "[a"], f1=["y", None], f2=[None, '["b"]'])
    assert lists_in(table) == ("f0", "f2")
    assert rows_with_lists(table, ["f0", "f2"]).to_pylist() == [False, True]
    assert rows_with_lists(table, ["f1"]).to_pylist() == [False, False]


def test_the_first_value_stands_for_a_list(database):
    database.register("raw", raw(f0=TEXTS))
    found = database.sql(f"SELECT f0 FROM ({first_items(['f0'])}) ORDER BY row").fetchall()
    assert [value for (value,) in found] == [values[0] for values in VALUES]


def test_a_row_with_too_many_values_is_told_by_its_place(database):
    long = "[" + ",".join(["1"] * (LIST_VALUES // 2)) + "]"
    table = raw(f0=["x", long, long, "y"], f1=["[1]", "[1,2]", "[1,2,3]", None])
    assert too_many(database, table, ["f0", "f1"]) == [(0, 2, 2)]
    assert too_many(database, table, ["f0"]) == []
