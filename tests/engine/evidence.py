"""A small log, its mapping, and the words of patterns over it, for property tests of the engine."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from reference.casts import UNSAID, cast_value
from strategies import Vocabulary
from tocsin.detect.binding import RowBuilder, bound_paths
from tocsin.detect.mapping import Binding, Cast, Column, Mapping, ObjectMap, Scope, When
from tocsin.detect.pattern.parse import parse_path
from tocsin.detect.readers.interface import Batch
from tocsin.engine.layout import Layout
from tocsin.engine.run import Run
from tocsin.model.observation import Observation

__all__ = [
    "FIELDS",
    "MAPPING",
    "WORDS",
    "Row",
    "add_json",
    "add_lines",
    "add_parquet",
    "add_table",
    "observation_of",
    "rows",
]

Row = dict[str, str | None]


def _column(name: str) -> Binding:
    return Binding(column=name)


MAPPING = Mapping(
    "small",
    "a small log",
    Scope.HOST,
    (
        Column("time", ("ts",), Cast.TIME),
        Column("host", ("host",), Cast.LOWER),
        Column("user", ("user",)),
        Column("event", ("id",), Cast.INT),
        Column("image", ("image", "exe"), Cast.BASENAME),
        Column("command", ("win.cmd",)),
        Column("pid", ("pid",), Cast.INT),
        Column("parent", ("parent",)),
        Column("ppid", ("ppid",), Cast.INT),
        Column("sha", ("sha",), Cast.HASH),
        Column("size", ("size",), Cast.FLOAT),
        Column("hidden", ("hidden",), Cast.BOOL),
        Column("src", ("src",), Cast.IP),
        Column("dst", ("dst",), Cast.IP),
        Column("port", ("port",), Cast.INT),
        Column("proto", ("proto",), Cast.PROTOCOL),
        Column("query", ("query",), Cast.DOMAIN),
        Column("server", ("server",), Cast.DOMAIN),
        Column("url", ("url",), Cast.URL),
        Column(
            "address",
            ("full",),
            Cast.URL,
            ((Binding(constant="http://"), _column("server"), Binding(constant=":"), _column("port")),),
        ),
    ),
    (
        ObjectMap(
            "started",
            "process",
            (
                ("command_line", _column("command")),
                ("pid", _column("pid")),
                ("image_ref", Binding(reference="program")),
                ("parent_ref", Binding(reference="parent")),
            ),
            When("event", ("1", "5")),
        ),
        ObjectMap("parent", "process", (("name", _column("parent")), ("pid", _column("ppid")))),
        ObjectMap(
            "program",
            "file",
            (
                ("name", _column("image")),
                ("size", _column("size")),
                ("hashes.'SHA-256'", _column("sha")),
                ("is_hidden", _column("hidden")),
            ),
        ),
        ObjectMap("source", "ip-addr", (("value", _column("src")),)),
        ObjectMap("destination", "ip-addr", (("value", _column("dst")),)),
        ObjectMap(
            "flow",
            "network-traffic",
            (
                ("src_ref", Binding(reference="source")),
                ("dst_ref", Binding(reference="destination")),
                ("dst_port", _column("port")),
                ("protocols[*]", _column("proto")),
                ("extensions.'x-sensor'.kind", Binding(constant="flow")),
            ),
        ),
        ObjectMap("name", "domain-name", (("value", _column("query")),)),
        ObjectMap("by_name", "domain-name", (("value", _column("server")),), partial=True),
        ObjectMap(
            "named_flow",
            "network-traffic",
            (("src_ref", Binding(reference="source")), ("dst_ref", Binding(reference="by_name"))),
            partial=True,
        ),
        ObjectMap("page", "url", (("value", _column("url")),)),
        ObjectMap("site", "url", (("value", _column("address")),), partial=True),
    ),
    time="time",
    host="host",
    actor="user",
)
FIELDS = tuple(dict.fromkeys(field for column in MAPPING.columns for field in column.fields))

_VALUES: dict[str, tuple[str | None, ...]] = {
    "ts": tuple(
        f"2021-03-0{day}T00:00:0{second}{rest}"
        for day, second, rest in (
            (1, 0, "Z"),
            (1, 0, "Z"),
            (1, 0, ".5Z"),
            (1, 1, ""),
            (1, 1, ".5+00:00"),
            (1, 2, "Z"),
            (3, 2, "Z"),
        )
    ),
    "host": ("A", "a", "b", None),
    "user": ("root", "\xe9ve", "-", None),
    "id": ("1", "1", "0x1", "5", "3", None),
    "image": ("C:\\Tools\\evil.exe", "/opt/evil.exe", "evil.exe", "r\xe9sum\xe9", "other", "(empty)", None),
    "exe": ("evil.exe", "x", None, None),
    "win.cmd": (
        "evil.exe --steal now",
        "EVIL.EXE --steal",
        "e\u0301vil",
        "a\nb",
        "it's",
        "%",
        "_",
        "",
        "100%sure",
        "back\\slash",
        "null",
        None,
    ),
    "pid": ("4", "0x4", "5", "9007199254740993", "-1", "-", None),
    "parent": ("w3wp.exe", "w3wp", "cmd", "", None),
    "ppid": ("4", "6", None),
    "sha": ("AB12", "ab12", "cd34", None),
    "size": ("4", "4.0", "1.5", "1e3", None),
    "hidden": ("true", "F", "1", "maybe", None),
    "src": (
        "10.0.0.1",
        "10.0.0.1:80",
        "10[.]0[.]0[.]1",
        "10.0.1.7",
        "2001:DB8::1",
        "[2001:db8::1]:443",
        "::ffff:10.0.0.1",
        "host",
        None,
    ),
    "dst": ("10.0.0.1", "10.255.255.255", "192.0.2.7", "2001:db8:0:1::", "::1", "-", None),
    "port": ("80", "443", "0", None),
    "proto": ("6", "TCP", "udp", None),
    "query": ("Evil.example.", "evil[.]example", "sub.evil.example", "good.example", None),
    "server": ("evil.example", "GOOD.example", "-", None),
    "url": ("hxxp://evil[.]example/a", "http://evil.example/a", "http://good.example/?q=evil.example", None),
    "full": ("http://evil.example:80", None, None),
}

_POOLS: dict[str, tuple[Any, ...]] = {
    "text": (
        "evil.exe", "evil.exe --steal now", "r\xe9sum\xe9", "re\u0301sume\u0301", "\xe9vil", "w3wp.exe", "it's", "a\nb", "back\\slash",
        "100%sure", "", "-", "flow", "tcp",
    ),
    "number": (4, 80, 4.0, 1.5, 9007199254740993, 9007199254740992, 9007199254740992.0, 1000, -1, 10**30, 0),
    "boolean": (True, False),
    "hash": ("AB12", "ab12", "cd34", "ef"),
    "domain": ("evil.example", "Evil.Example.", "good.example", "10.0.0.1"),
    "address": (
        "10.0.0.1", "10.0.0.0/8", "10.0.0.1/32", "10.0.0.0/24", "10.0.1.0/25", "0.0.0.0/0", "192.0.2.4/30", "10.0.0.0/15", "2001:db8::1",
        "2001:DB8::/32", "::/0", "::ffff:10.0.0.1", "192.0.2.7", "10.0.0.0/20",
    ),
    "url": ("http://evil.example/a", "http://evil.example:80", "http://good.example/", "http://GOOD.example:443"),
}  # fmt: skip
_USUAL = {
    "command_line": "text", "name": "text", "pid": "number", "size": "number", "SHA-256": "hash", "is_hidden": "boolean",
    "dst_port": "number", "kind": "text",
}  # fmt: skip


@functools.cache
def _paths() -> tuple[tuple[Any, str], ...]:
    found = []
    for text in dict.fromkeys(bound.path for bound in bound_paths(MAPPING)):
        path = parse_path(text)
        last = path.steps[-1]
        usual = _USUAL.get(str(last), "text")
        if last == "value":
            usual = {"url": "url", "domain-name": "domain"}.get(path.type, "address")
        found.append((path, usual))
    return tuple(found)


def _path(random: Random) -> tuple[Any, str]:
    path, usual = random.choice(_paths())
    if usual == "address" and path.type == "network-traffic" and random.randrange(3) == 0:
        usual = "domain"
    return path, usual


WORDS = Vocabulary(
    _path,
    _POOLS,
    likes=(
        "%evil%",
        "evil%",
        "%.exe",
        "%steal%",
        "_vil.exe",
        "%",
        "W3WP%",
        "10.0.0.%",
        "%\xe9%",
        "%db8%",
        "a_b",
        "%'s",
        "100\\%%",
    ),
    regexes=(
        "evil",
        r"^evil\.exe",
        "(?i)EVIL",
        "steal|w3wp",
        r"evil\.(?:exe|example)",
        "^10\\.",
        r"\(?:?evil",
        "db8::",
        "\xe9",
        "^.$",
        "it's",
        "^$",
    ),
)


def rows(random: Random, count: int) -> list[Row]:
    """``count`` rows; a field that no log has is None or not there."""
    found = []
    for _ in range(count):
        row = {field: random.choice(_VALUES[field]) for field in FIELDS}
        found.append({field: text for field, text in row.items() if text is not None or random.randrange(2)})
    return found


_BUILDER = RowBuilder(MAPPING)


def values_of(row: Row) -> dict[str, Any]:
    """The cast columns of a row, by the plain reference."""
    found: dict[str, Any] = {}
    for column in MAPPING.columns:
        texts = [row.get(field) for field in column.fields]
        text = next(
            (one for one in texts if one is not None and cast_value(Cast.TEXT, one) is not None), None
        )
        for alternative in column.join if text is None else ():
            pieces = [piece.constant or found[piece.column or ""] for piece in alternative]
            if all(piece is not None for piece in pieces):
                text = "".join(map(str, pieces))
                break
        value = None if text is None else cast_value(column.cast, text)
        assert value is not UNSAID, (column.name, text)
        found[column.name] = value
    return found


def observation_of(row: Row, number: int = 1) -> Observation:
    """What the mapping says that a row is."""
    values = values_of(row)
    return _BUILDER.observation(str(number), [values], (values["time"] or 0) * 1000)


def _numbers(first: int, count: int) -> pa.Array:
    return pa.array(range(first, first + count), pa.int64())


def add_json(run: Run, layout: Layout, some: Sequence[Row], first: int = 1, file: int = 0) -> None:
    """Give rows to a run as one batch of JSON objects, ``win.cmd`` nested."""
    lines = [
        json.dumps({field: text for field, text in row.items() if "." not in field} | _nested(row))
        for row in some
    ]
    add_lines(run, layout, lines, first, file)


def add_lines(run: Run, layout: Layout, lines: Sequence[str], first: int = 1, file: int = 0) -> None:
    """Give lines of JSON to a run as one batch."""
    _drain(run.add_batches(file, layout, [Batch(_numbers(first, len(lines)), json=pa.array(lines))]))


def _nested(row: Row) -> dict[str, Any]:
    return {"win": {"cmd": row["win.cmd"]}} if "win.cmd" in row else {}


def _batch(some: Sequence[Row], fields: Sequence[str]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pa.array([row.get(field) for row in some], pa.string()) for field in fields], list(fields)
    )


def add_table(run: Run, layout: Layout, some: Sequence[Row], first: int = 1, file: int = 0) -> None:
    """Give rows to a run as one batch of columns."""
    table = _batch(some, layout.fields)
    _drain(run.add_batches(file, layout, [Batch(_numbers(first, len(some)), table=table)]))


def add_parquet(run: Run, layout: Layout, some: Sequence[Row], path: Path, file: int = 0) -> None:
    """Give rows to a run as a Parquet file, which ``path`` names."""
    pq.write_table(pa.Table.from_batches([_batch(some, FIELDS)]), path)
    _drain(run.add_parquet(file, layout, path))


def _drain(counts: Iterable[int]) -> None:
    for _ in counts:
        pass
