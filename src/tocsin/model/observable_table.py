"""Observable tables: cyber-observable objects as Arrow, one table per object type.

A row is an object; ``observation`` says which observation it belongs to and ``object`` is its place among
that observation's objects. Each object path that yields at most one value is a column; each path with
``[*]`` is a child table with the parent's row, the index and the value. *Same object* is then a row,
AND across types a join on ``observation``. Only the paths asked for become columns: references are
followed then and there, so a cycle of ``_ref`` costs no more than the path is long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tocsin.model.observation import Observation

__all__ = ["ObservableTable", "observable_tables"]

Reader = Callable[[Any, Any], list[Any]]
"""Gives the values of one path: (object, objects of the observation) -> values."""


@dataclass(frozen=True, slots=True)
class ObservableTable:
    """All objects of one type. ``children`` maps a list path to its (parent, index, value) table.

    Text and numbers of one path lie in two columns, ``path`` and ``path#number``, since STIX compares them
    by type; booleans and binaries have none and are compared on the object itself.
    """

    type: str
    rows: pa.Table
    children: dict[str, pa.Table]


def observable_tables(
    observations: Sequence[Observation], paths: Iterable[tuple[str, str, bool, Reader]]
) -> dict[str, ObservableTable]:
    """Return a table for each object type of ``paths``, which are (type, path text, is a list, reader)."""
    by_type: dict[str, list[tuple[str, bool, Reader]]] = {}
    for kind, text, is_list, reader in paths:
        by_type.setdefault(kind, []).append((text, is_list, reader))
    objects: dict[str, list[tuple[int, int, Any, Any]]] = {kind: [] for kind in by_type}
    for number, observation in enumerate(observations):
        for place, key in enumerate(observation.roots):
            properties = observation.objects.get(key)
            type_ = properties.get("type") if properties else None
            if type_ in objects:
                objects[type_].append((number, place, properties, observation.objects))
    return {kind: _table(kind, objects[kind], columns) for kind, columns in by_type.items()}


def _table(
    kind: str, objects: list[tuple[int, int, Any, Any]], columns: list[tuple[str, bool, Reader]]
) -> ObservableTable:
    arrays: dict[str, pa.Array] = {
        "observation": pa.array([number for number, *_ in objects], pa.int64()),
        "object": pa.array([place for _, place, *_ in objects], pa.int32()),
    }
    children: dict[str, pa.Table] = {}
    for text, is_list, reader in columns:
        values = [reader(properties, others) for _, _, properties, others in objects]
        if is_list:
            children[text] = _child(values)
        else:
            single = [found[0] if found else None for found in values]
            arrays[text] = pa.array([_text(value) for value in single], pa.string())
            arrays[f"{text}#number"] = pa.array([_number(value) for value in single], pa.float64())
    return ObservableTable(kind, pa.table(arrays), children)


def _child(values: list[list[Any]]) -> pa.Table:
    flat = [(row, index, value) for row, found in enumerate(values) for index, value in enumerate(found)]
    return pa.table(
        {
            "parent": pa.array([row for row, _, _ in flat], pa.int64()),
            "index": pa.array([index for _, index, _ in flat], pa.int32()),
            "value": pa.array([_text(value) for _, _, value in flat], pa.string()),
            "value#number": pa.array([_number(value) for _, _, value in flat], pa.float64()),
        }
    )


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return value


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
