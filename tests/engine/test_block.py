from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.detect.mapping import Binding, Cast, Column, Mapping, ObjectMap, Scope, When
from tocsin.engine.block import make_block, quoted
from tocsin.engine.database import connect
from tocsin.engine.json_paths import JsonPaths
from tocsin.engine.layout import layout_of
from tocsin.engine.raw import raw_from_json, raw_from_parquet


def column(name: str) -> Binding:
    return Binding(column=name)


MAPPING = Mapping(
    "m",
    "M",
    Scope.HOST,
    (
        Column("time", ("ts", "@timestamp"), Cast.TIME),
        Column("host", ("host.name",)),
        Column("kind", ("kind",)),
        Column("id", ("id",), Cast.INT),
        Column("name", ("name", "file.name")),
        Column("size", ("size",), Cast.INT),
        Column("server", ("server",)),
        Column(
            "url",
            ("url",),
            Cast.URL,
            ((Binding(constant="http://it's/"), column("server")), (Binding(constant="x"), column("size"))),
        ),
        Column("unused", ("unused",)),
    ),
    (
        ObjectMap("f", "file", (("name", column("name")), ("size", column("size"))), When("id", ("1",))),
        ObjectMap("u", "url", (("value", column("url")),)),
    ),
    time="time",
    host="host",
    kind="kind",
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def database(folder):
    with connect(threads=1, memory_bytes=256 << 20, temporary=folder / "spill") as held:
        yield held


def test_a_name_is_quoted_as_sql_asks():
    assert quoted('a"b') == '"a""b"'


# -- the three forms ------------------------------------------------------------------------------------

PATHS = ("file:name", "file:size", "url:value")
ROWS = [
    {"ts": "2021-03-02T08:15:00Z", "host.name": "h", "kind": "k", "name": "a", "size": "7", "server": "s"},
    {"ts": "-", "name": "-", "file.name": "b", "size": "x", "url": "hxxp://u"},
    {"ts": "never", "@timestamp": "2021-03-02T08:15:01Z", "name": "", "file.name": "null"},
    {},
]
EXPECTED = [
    {"t": 1614672900000000, "h": "h", "k": "k", "name": "a", "size": 7, "url": "http://it's/s"},
    {"t": None, "h": None, "k": None, "name": "b", "size": None, "url": "http://u"},
    {"t": 1614672901000000, "h": None, "k": None, "name": None, "size": None, "url": None},
    {"t": None, "h": None, "k": None, "name": None, "size": None, "url": None},
]


def held(database) -> list[dict]:
    rows = database.sql(
        'SELECT t, h, k, "c:name" AS name, "c:size" AS size, "c:url" AS url FROM block ORDER BY file, row'
    ).to_arrow_table()
    return rows.to_pylist()


def from_json(database, lines: list[str], paths=PATHS, mapping: Mapping = MAPPING) -> None:
    layout = layout_of(mapping, paths)
    table = pa.table(
        {"file": pa.array([0] * len(lines), pa.int32()), "row": range(1, len(lines) + 1), "json": lines}
    )
    make_block(
        database, layout, raw_from_json(database, layout, table, JsonPaths(layout.fields).of(table["json"]))
    )


def from_table(database, names: dict[str, list], paths=PATHS, mapping: Mapping = MAPPING) -> None:
    layout = layout_of(mapping, paths)
    count = len(next(iter(names.values())))
    arrays = {layout.raw_names[field]: pa.array(texts, pa.string()) for field, texts in names.items()}
    make_block(
        database,
        layout,
        pa.table({"file": pa.array([0] * count, pa.int32()), "row": range(1, count + 1)} | arrays),
    )


def from_parquet(database, source, file: int = 0, paths=PATHS, parts: int = 1) -> None:
    layout = layout_of(MAPPING, paths)
    batches = [batch for part in raw_from_parquet(layout, source, file, parts) for batch in part]
    make_block(database, layout, pa.Table.from_batches(batches))


def test_a_block_from_json_objects_with_nested_and_dotted_keys(database):
    from_json(
        database,
        [
            '{"ts": "2021-03-02T08:15:00Z", "host": {"name": "h"}, "kind": "k", "name": "a", "size": 7, "server": "s"}',
            '{"ts": "-", "name": "-", "file.name": "b", "size": "x", "url": "hxxp://u"}',
            '{"ts": "never", "@timestamp": "2021-03-02T08:15:01Z", "name": "", "file": {"name": "null"}}',
            "{}",
        ],
    )
    assert held(database) == EXPECTED


def test_a_block_from_columns(database):
    fields = ["ts", "@timestamp", "host.name", "kind", "name", "file.name", "size", "server", "url"]
    from_table(database, {field: [row.get(field) for row in ROWS] for field in fields})
    assert held(database) == EXPECTED


def written(folder: Path, file: str = "a.parquet", **columns) -> Path:
    path = folder / file
    pq.write_table(pa.table(columns), path)
    return path


def test_a_block_from_a_parquet_file(database, folder):
    fields = ["ts", "@timestamp", "host.name", "kind", "name", "file.name", "size", "server", "url"]
    path = written(
        folder, **{field: pa.array([row.get(field) for row in ROWS], pa.string()) for field in fields}
    )
    from_parquet(database, path, 7)
    assert held(database) == EXPECTED
    assert database.sql("SELECT file, row FROM block").fetchall() == [(7, 1), (7, 2), (7, 3), (7, 4)]


def test_json_values_of_every_kind_are_read_as_text(database):
    from_json(
        database,
        [
            f'{{"name": {one}, "size": {one}}}'
            for one in ("7", "7.0", "true", "null", '"7"', '{"a": 1}', "[7]", '"\\u00e9\\ud83d\\ude00"')
        ],
    )
    found = held(database)
    assert [row["name"] for row in found] == [
        "7",
        "7.0",
        "true",
        None,
        "7",
        '{"a":1}',
        "[7]",
        "\xe9\U0001f600",
    ]
    assert [row["size"] for row in found] == [7, 7, None, None, 7, None, None, None]


def test_a_nested_key_goes_before_a_dotted_one(database):
    from_json(database, ['{"file.name": "dotted", "file": {"name": "nested"}}', '{"file.name": "dotted"}'])
    assert [row["name"] for row in held(database)] == ["nested", "dotted"]


def test_fields_with_odd_names_are_read(database):
    odd = ["it's", "a b", "$x", "a[0]", "\xe9", "select", "a.b'c"]
    mapping = Mapping(
        "o",
        "O",
        Scope.HOST,
        tuple(Column(one, (one,)) for one in odd),
        (ObjectMap("o", "x-o", tuple((f"p{n}", column(one)) for n, one in enumerate(odd))),),
    )
    line = (
        '{"it\'s": "1", "a b": "2", "$x": "3", "a[0]": "4", "\xe9": "5", "select": "6", "a": {"b\'c": "7"}}'
    )
    from_json(database, [line], [f"x-o:p{n}" for n in range(len(odd))], mapping)
    listed = ", ".join(quoted(f"c:{one}") for one in odd)
    assert database.sql(f"SELECT {listed} FROM block").fetchall() == [tuple("1234567")]


def test_parquet_columns_of_other_types_are_read_as_text(database, folder):
    moment = dt.datetime(2021, 3, 2, 8, 15, tzinfo=dt.UTC)
    path = written(
        folder,
        ts=pa.array([moment], pa.timestamp("us", "UTC")),
        size=pa.array([7], pa.int8()),
        name=pa.array([5.5]),
        server=pa.array([True]),
    )
    from_parquet(database, path)
    assert held(database) == [
        {"t": 1614672900000000, "h": None, "k": None, "name": "5.5", "size": 7, "url": "http://it's/true"}
    ]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Paris"])
def test_a_timestamp_of_any_unit_is_its_instant(database, folder, unit, zone):
    path = written(folder, ts=pa.array([1614672900], pa.timestamp("s", zone)).cast(pa.timestamp(unit, zone)))
    from_parquet(database, path)
    assert held(database)[0]["t"] == 1614672900000000


@pytest.mark.parametrize("parts", [1, 2, 5])
def test_a_parquet_file_is_read_in_parts_whose_rows_keep_their_numbers(database, folder, parts):
    pq.write_table(pa.table({"name": [f"n{n}" for n in range(11)]}), folder / "a.parquet", row_group_size=3)
    from_parquet(database, folder / "a.parquet", parts=parts)
    found = database.sql('SELECT row, "c:name" FROM block ORDER BY row').fetchall()
    assert found == [(n + 1, f"n{n}") for n in range(11)]


def test_the_bytes_of_a_parquet_file_are_read_as_the_file_is(database, folder):
    from_parquet(database, written(folder, name=["a"]).read_bytes())
    assert held(database)[0]["name"] == "a"


def test_nested_and_binary_columns_of_parquet_are_read_as_text(database, folder):
    path = written(folder, name=pa.array([["a", "b"]]), server=pa.array([b"s"]))
    from_parquet(database, path)
    assert (held(database)[0]["name"], held(database)[0]["url"]) == ('["a","b"]', "http://it's/s")


def test_a_field_may_be_named_by_an_asterisk(database):
    mapping = Mapping(
        "o", "O", Scope.HOST, (Column("v", ("*",)),), (ObjectMap("o", "x-o", (("p", column("v")),)),)
    )
    from_json(database, ['{"*": "1"}'], ["x-o:p"], mapping)
    assert database.sql('SELECT "c:v" FROM block').fetchall() == [("1",)]


def test_a_file_is_read_whatever_its_name(database, folder):
    path = written(folder, "a[1].parquet", name=["a"])
    from_parquet(database, path)
    assert held(database)[0]["name"] == "a"


def test_a_timestamp_may_feed_any_column(database, folder):
    path = written(folder, name=pa.array([1614672900], pa.timestamp("s")))
    from_parquet(database, path)
    assert held(database)[0]["name"].startswith("2021-03-02")


def test_fields_that_differ_in_case_alone_are_two(database):
    mapping = Mapping(
        "c",
        "C",
        Scope.HOST,
        (Column("a", ("name",)), Column("b", ("Name",))),
        (ObjectMap("o", "x-o", (("a", column("a")), ("b", column("b")))),),
    )
    from_table(database, {"name": ["1"], "Name": ["2"]}, ["x-o:a", "x-o:b"], mapping)
    assert database.sql('SELECT "c:a", "c:b" FROM block').fetchall() == [("1", "2")]


def test_a_field_that_holds_no_time_is_passed_over_for_the_next(database):
    from_json(database, ['{"ts": "never", "@timestamp": "2021-03-02T08:15:01Z"}'])
    assert held(database)[0]["t"] == 1614672901000000
