"""The plan's groups looked up in a block: text, numbers and networks, by joins.

Each function returns SQL that selects (warning, file, row, path, value, exact); separate inner joins, united,
measured faster than one wide left join.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from tocsin.detect.binding import BoundPath
from tocsin.detect.mapping import Column, When
from tocsin.detect.normalise import ignores_case
from tocsin.detect.pattern.parse import parse_path
from tocsin.detect.plan import Group, GroupKind, Plan
from tocsin.engine.block import quoted
from tocsin.engine.casts import ABSENT, column_type
from tocsin.engine.layout import Layout
from tocsin.engine.prefixes import IPV6_LEVEL, octet_prefixes

__all__ = ["Lookup", "value_of", "when_sql"]


def when_sql(conditions: Iterable[When], prefix: str = "b.") -> str:
    """Return the condition on a row of ``block b`` that all of ``conditions`` hold."""
    return " AND ".join(_one_of(when, prefix) for when in conditions) or "true"


def _one_of(when: When, prefix: str) -> str:
    values = ", ".join("'" + value.replace("'", "''") + "'" for value in when.values)
    return f"CAST({prefix}{quoted('c:' + when.column)} AS VARCHAR) IN ({values})"


@dataclass(frozen=True, slots=True)
class _Prepared:
    number: int
    group: Group
    some_inexact: bool
    levels: tuple[int, ...] = ()
    any_case: bool = False


_VERSIONS = {"ipv4-addr:value": "false", "ipv6-addr:value": "true"}


class Lookup:
    """The groups of a plan, registered with a database once, looked up in each block.

    ``prefixes`` has the networks as octet prefixes, by path.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection, plan: Plan) -> None:
        self.path_number = {path: number for number, path in enumerate(sorted(plan.paths))}
        self.paths = sorted(plan.paths)
        self.prefixes: dict[str, pa.Table] = {}
        self._by_path: dict[str, list[_Prepared]] = {}
        for number, group in enumerate(plan.groups):
            if group.kind == "needle":
                continue
            rows = group.rows
            if group.kind == "range":
                rows = self.prefixes[group.path] = octet_prefixes(rows)
            database.register(f"group_{number}", rows)
            levels = tuple(sorted(set(rows["level"].to_pylist()))) if group.kind == "range" else ()
            inexact = not all(chunk.true_count == len(chunk) for chunk in group.rows["exact"].chunks)
            any_case = group.kind == "text" and ignores_case(parse_path(group.path))
            self._by_path.setdefault(group.path, []).append(
                _Prepared(number, group, inexact, levels, any_case)
            )

    def queries(self, layout: Layout, *, exact: bool) -> Iterator[str]:
        """Yield the SELECTs over ``block`` of all groups that ``layout`` has a column for."""
        columns = {column.name: column for column in layout.columns}
        for bound in layout.bound:
            for prepared in self._by_path.get(bound.path, ()):
                value = value_of(bound, columns, prepared.group.kind)
                if value is not None and (exact or prepared.some_inexact):
                    yield from self._query(bound, prepared, value, exact=exact)

    def _query(self, bound: BoundPath, prepared: _Prepared, value: str, *, exact: bool) -> Iterator[str]:
        where = f"{when_sql(bound.when)} AND {'' if exact else 'NOT '}g.exact"
        shown = f"CAST({value} AS VARCHAR)"
        if prepared.group.kind != "range":
            if bound.path in _VERSIONS:
                # Said of the literal, of which there are few: an IPv6 literal is no ipv4-addr's value.
                where += f" AND contains(g.value, ':') = {_VERSIONS[bound.path]}"
            compared = value
            if prepared.group.kind == "text":
                # What logs write for no value; a value that is put together may still be that.
                where += f" AND {value if prepared.any_case else 'g.value'} NOT IN {ABSENT}"
                compared = f"folded({value})" if prepared.any_case else value
            yield self._select(bound, prepared, shown, f"{compared} = g.value", where)
            return
        prefixes = _prefix_sql(value)
        for level in prepared.levels:
            if bound.path in _VERSIONS and (level == IPV6_LEVEL) != (_VERSIONS[bound.path] == "true"):
                continue
            if level == IPV6_LEVEL:
                within = f"contains({value}, ':') AND address_digits({value}) BETWEEN g.low AND g.high"
                yield self._select(bound, prepared, shown, f"g.level = {IPV6_LEVEL} AND {within}", where)
            else:
                on = f"g.level = {level} AND {prefixes[level - 1]} = g.prefix"
                confirmed = (
                    f"is_ipv4({value}) AND (g.sure OR address_digits({value}) BETWEEN g.low AND g.high)"
                )
                yield self._select(bound, prepared, shown, on, f"{where} AND {confirmed}")

    def _select(self, bound: BoundPath, prepared: _Prepared, value: str, on: str, where: str) -> str:
        return (
            "SELECT g.warning, b.file, b.row, b.t, b.h, b.a, b.s, b.m, b.n, "
            f"{self.path_number[bound.path]}::INTEGER AS path, {value} AS value "
            f"FROM block b JOIN group_{prepared.number} g ON {on} WHERE {where}"
        )


def value_of(bound: BoundPath, columns: Mapping[str, Column], kind: GroupKind) -> str | None:
    """Return SQL of the value of ``bound`` to look up; None if it is of another type."""
    if bound.column is None:
        return _constant(bound) if kind == "text" else None
    if column_type(columns[bound.column].cast) != ("number" if kind == "number" else "text"):
        return None
    return f"b.{quoted('c:' + bound.column)}"


def _constant(bound: BoundPath) -> str:
    there = " OR ".join(f"b.{quoted('c:' + column)} IS NOT NULL" for column in bound.presence) or "true"
    constant = "'" + (bound.constant or "").replace("'", "''") + "'"
    return f"CASE WHEN {there} THEN {constant} END"


def _prefix_sql(value: str) -> Sequence[str]:
    """Return the text of the first 1, 2 and 3 octets of a dotted address, and the whole."""
    return (f"split_part({value}, '.', 1)", f"shorter(shorter({value}))", f"shorter({value})", value)
