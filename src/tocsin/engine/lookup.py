"""The plan's groups looked up in a block: text, numbers and networks, by joins.

Each function returns SQL that selects (warning, file, row, path, value, exact); separate inner joins, united,
measured faster than one wide left join.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from tocsin.detect.binding import BoundPath
from tocsin.detect.mapping import Column, When
from tocsin.detect.plan import Group, GroupKind, Plan
from tocsin.engine.block import Layout, quoted
from tocsin.engine.casts import column_type, lookup_sql

__all__ = ["Lookup", "values_of", "when_sql"]


def when_sql(conditions: Iterable[When]) -> str:
    """Return the condition on a row of ``block b`` that all of ``conditions`` hold."""
    return " AND ".join(map(_one_of, conditions)) or "true"


def _one_of(when: When) -> str:
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in when.values)
    return f"CAST(b.{quoted('c:' + when.column)} AS VARCHAR) IN ({values})"


@dataclass(frozen=True, slots=True)
class _Prepared:
    number: int
    group: Group
    some_inexact: bool
    levels: tuple[int, ...] = ()


_VERSIONS = {"ipv4-addr:value": "false", "ipv6-addr:value": "true"}
_IPV6 = 6


class Lookup:
    """The groups of a plan, registered with a database once, looked up in each block."""

    def __init__(self, database: duckdb.DuckDBPyConnection, plan: Plan) -> None:
        self.path_number = {path: number for number, path in enumerate(sorted(plan.paths))}
        self.paths = sorted(plan.paths)
        self._by_path: dict[str, list[_Prepared]] = {}
        for number, group in enumerate(plan.groups):
            if group.kind == "needle":
                continue
            rows = _prefixes(group.rows) if group.kind == "range" else group.rows
            database.register(f"group_{number}", rows)
            levels = tuple(sorted(set(rows["level"].to_pylist()))) if group.kind == "range" else ()
            inexact = not all(chunk.true_count == len(chunk) for chunk in group.rows["exact"].chunks)
            self._by_path.setdefault(group.path, []).append(_Prepared(number, group, inexact, levels))

    def queries(self, layout: Layout, *, exact: bool, raw: Collection[str] = ()) -> Iterator[str]:
        """Yield the SELECTs over ``block`` of all groups that ``layout`` has a column for.

        ``raw`` names the columns whose text as it lies in the file is at hand, as ``r:NAME``.
        """
        columns = {column.name: column for column in layout.columns}
        for bound in layout.bound:
            for prepared in self._by_path.get(bound.path, ()):
                if exact or prepared.some_inexact:
                    for value, condition in values_of(bound, columns, raw, prepared.group.kind):
                        yield from self._query(bound, prepared, value, condition, exact=exact)

    def _query(
        self, bound: BoundPath, prepared: _Prepared, value: str, condition: str, *, exact: bool
    ) -> Iterator[str]:
        where = f"{condition} AND {when_sql(bound.when)} AND {'' if exact else 'NOT '}g.exact"
        shown = f"CAST({value} AS VARCHAR)"
        if prepared.group.kind != "range":
            if bound.path in _VERSIONS:
                # Said of the literal, of which there are few: an IPv6 literal is no ipv4-addr's value.
                where += f" AND contains(g.value, ':') = {_VERSIONS[bound.path]}"
            if prepared.group.kind == "text":
                # What logs write for no value; raw text holds it still.
                where += " AND g.value NOT IN ('', '-', '(empty)', 'null')"
            yield self._select(bound, prepared, shown, f"{value} = g.value", where)
            return
        prefixes = _prefix_sql(value)
        for level in prepared.levels:
            if bound.path in _VERSIONS and (level == _IPV6) != (_VERSIONS[bound.path] == "true"):
                continue
            if level == _IPV6:
                within = f"contains({value}, ':') AND address_digits({value}) BETWEEN g.low AND g.high"
                yield self._select(bound, prepared, shown, f"g.level = {_IPV6} AND {within}", where)
            else:
                on = f"g.level = {level} AND {prefixes[level - 1]} = g.prefix"
                confirmed = (
                    f"is_ipv4({value}) AND (g.sure OR address_digits({value}) BETWEEN g.low AND g.high)"
                )
                yield self._select(bound, prepared, shown, on, f"{where} AND {confirmed}")

    def _select(self, bound: BoundPath, prepared: _Prepared, value: str, on: str, where: str) -> str:
        return (
            f"SELECT g.warning, b.file, b.row, b.t, b.h, b.a, {self.path_number[bound.path]}::INTEGER AS path, "
            f"{value} AS value FROM block b JOIN group_{prepared.number} g ON {on} WHERE {where}"
        )


def values_of(
    bound: BoundPath, columns: Mapping[str, Column], raw: Collection[str], kind: GroupKind
) -> tuple[tuple[str, str], ...]:
    """Return (SQL, condition) of the values of ``bound`` to look up; none if they are of another type."""
    if bound.column is None:
        return ((_constant(bound), "true"),) if kind == "text" else ()
    column = columns[bound.column]
    if column_type(column.cast) != ("number" if kind == "number" else "text"):
        return ()
    whole = f"b.{quoted('c:' + bound.column)}"
    if bound.column not in raw or kind != "text":
        return ((whole, "true"),)
    text = f"b.{quoted('r:' + bound.column)}"
    variants = lookup_sql(column.cast, text)
    # Where the field is empty the column may still be joined from others.
    return (*variants, (whole, f"present({text}) IS NULL")) if column.join else variants


def _constant(bound: BoundPath) -> str:
    there = " OR ".join(f"b.{quoted('c:' + column)} IS NOT NULL" for column in bound.presence) or "true"
    constant = "'" + (bound.constant or "").replace("'", "''") + "'"
    return f"CASE WHEN {there} THEN {constant} END"


def _prefix_sql(value: str) -> Sequence[str]:
    """Return the text of the first 1, 2 and 3 octets of a dotted address, and the whole."""
    return (f"split_part({value}, '.', 1)", f"shorter(shorter({value}))", f"shorter({value})", value)


def _prefixes(rows: pa.Table) -> pa.Table:
    """Return networks as the octet prefixes of the addresses in them, so that a hash join finds them.

    A /20 is sixteen prefixes of three octets, a /28 one, to be confirmed on the number (``sure`` is false).
    Level 1 to 3 is the number of octets, 4 a single address, 6 IPv6, which is confirmed alone.
    """
    columns: dict[str, list[object]] = {
        name: [] for name in ("level", "prefix", "sure", "low", "high", "warning", "exact")
    }

    def add(*row: object) -> None:
        for column, item in zip(columns.values(), row, strict=True):
            column.append(item)

    for row in rows.to_pylist():
        low, high, rest = row["low"], row["high"], (row["warning"], row["exact"])
        if len(low) == 32:
            add(_IPV6, "", False, low, high, *rest)
            continue
        first, last = int(low, 16), int(high, 16)
        size = last - first + 1
        level = 4 if size == 1 else 3 if size < 1 << 16 else 2 if size < 1 << 24 else 1
        octets = 8 * (4 - level)
        for number in range(first >> octets, (last >> octets) + 1):
            address = number << octets
            parts = [str(address >> shift & 255) for shift in (24, 16, 8, 0)][:level]
            add(level, ".".join(parts), size >= 1 << octets, low, high, *rest)
    schema = pa.schema(
        [
            ("level", pa.int8()),
            ("prefix", pa.string()),
            ("sure", pa.bool_()),
            ("low", pa.string()),
            ("high", pa.string()),
            ("warning", pa.int32()),
            ("exact", pa.bool_()),
        ]
    )
    return pa.table(list(map(pa.array, columns.values(), schema.types)), schema=schema)
