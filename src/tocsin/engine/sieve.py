"""Which rows of a raw table could be hits: what a sieve of a plan's values lets through.

Where the values of an object path can be told from a text as it lies in the log, its rows are sieved
(:mod:`tocsin.engine.text_keys`), a million patterns or one. What cannot (a number, a key of the registry, a value that
is put together of several fields, a pattern without anything to look up) is left to the joins, as a smaller layout:
``rest``.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.detect.binding import BoundPath
from tocsin.detect.mapping import Cast, Column
from tocsin.detect.pattern.fold import folded
from tocsin.detect.plan import Group, Plan
from tocsin.engine.casts import column_type
from tocsin.engine.layout import Layout
from tocsin.engine.needles import NeedleScanner
from tocsin.engine.slow import slow_predicate
from tocsin.engine.text_keys import Keys, Prefixes, can_key, key_shape, odd_rows
from tocsin.engine.texts import Rows, Texts

__all__ = ["Sieve"]


class _Source(NamedTuple):
    """A field, the casts that its text goes through to be a value, and the fields that go before it."""

    field: str
    casts: tuple[Cast, ...]
    before: tuple[str, ...] = ()


_DOTTED = 4
"""The level of a network that is a single address."""


@dataclass(frozen=True, slots=True)
class _Test:
    """What texts of one field are put to."""

    casts: tuple[Cast, ...]
    keys: Keys | None
    prefixes: Prefixes | None
    scanners: tuple[NeedleScanner, ...]

    def rows(self, texts: Texts) -> Iterator[Rows]:
        yield odd_rows(self.casts, texts)
        if self.keys is not None:
            yield self.keys.rows(texts)
        if self.prefixes is not None:
            yield self.prefixes.rows(texts)
        for scanner in self.scanners:
            yield scanner.rows_holding(texts.values)


class Sieve:
    """The sieve of a plan for one layout.

    ``rest`` is the layout of what it cannot tell, None if there is nothing. ``slow`` has the warnings of the slow lane
    that the layout has something for, each with the condition on ``block b`` of rows that it must be put to: of a
    block of ``rest`` as of one of the whole layout. ``prefixes`` gives the octet prefixes of the networks by path.
    """

    def __init__(
        self,
        plan: Plan,
        layout: Layout,
        scanners: Mapping[str, NeedleScanner],
        prefixes: Mapping[str, pa.Table],
    ) -> None:
        self._scanners = scanners
        self._prefixes = prefixes
        self._groups: dict[str, list[Group]] = {}
        for group in plan.groups:
            self._groups.setdefault(group.path, []).append(group)
        self.slow = tuple(
            (warning, predicate)
            for warning in plan.slow
            if (predicate := slow_predicate(plan.expression(warning), layout)) is not None
        )
        slow = {
            path for warning, _ in self.slow for path in plan.reads[plan.warnings["reads"][warning].as_py()]
        }
        paths: dict[_Source, set[str]] = {}
        rest: list[BoundPath] = []
        for bound in layout.bound:
            sources = _sources(layout, bound, self._groups.get(bound.path, ()))
            if sources is None or bound.path in slow:
                rest.append(bound)
            for source in sources or ():
                paths.setdefault(source, set()).add(bound.path)
        # What the slow lane asks for may be no column at all, such as the type of an object.
        self.rest = layout.only(rest) if rest or self.slow else None
        names = layout.raw_names
        self._asked = [
            (names[one.field], one.casts, tuple(sorted(found)), tuple(names[field] for field in one.before))
            for one, found in paths.items()
        ]
        self._tests: dict[tuple[tuple[Cast, ...], tuple[str, ...]], _Test] = {}
        self._building = threading.Lock()

    def rows(self, raw: pa.RecordBatch) -> Rows:
        """The rows of a raw table's batch that may be hits, each once, in order."""
        passed = np.zeros(raw.num_rows, np.bool_)
        texts: dict[str, Texts] = {}

        def of(name: str) -> Texts:
            if name not in texts:
                texts[name] = Texts(raw.column(name))
            return texts[name]

        there = set(raw.schema.names)
        for name, casts, paths, before in self._asked:
            if name in there and not any(first in there and of(first).all_there for first in before):
                for rows in self._test(casts, paths).rows(of(name)):
                    passed[rows] = True
        return np.flatnonzero(passed)

    def _test(self, casts: tuple[Cast, ...], paths: tuple[str, ...]) -> _Test:
        """Return what texts are put to that ``casts`` make values of ``paths``; it is made when first asked for."""
        with self._building:
            key = (casts, paths)
            if key not in self._tests:
                groups = [group for path in paths for group in self._groups.get(path, ())]
                self._tests[key] = _made(casts, groups, self._scanners, self._prefixes)
            return self._tests[key]


def _sources(layout: Layout, bound: BoundPath, groups: Sequence[Group]) -> list[_Source] | None:
    """Return the texts that tell whether ``bound`` has a value of ``groups``; None if no text does."""
    if bound.column is None:
        # A constant is there in every row of its object, so what equals it is no matter of text.
        named = any(group.kind in ("text", "needle") for group in groups)
        return None if named and _names(groups, bound.constant or "") else []
    column = layout.by_name[bound.column]
    numeric = column_type(column.cast) == "number"
    asked = [group for group in groups if (group.kind == "number") == numeric]
    if not asked or column_type(column.cast) in ("bool", "time"):
        return []
    texts = None if numeric else _texts_of(layout, column)
    if texts is None or not all(_tells(one.casts, group) for one in texts for group in asked):
        return None
    return texts


def _names(groups: Iterable[Group], constant: str) -> bool:
    """Whether a comparison of ``groups`` may hold of a constant."""
    return any(
        group.kind == "needle"
        or bool(
            pc.any(pc.is_in(group.rows["value"], value_set=pa.array([constant, folded(constant)]))).as_py()
        )
        for group in groups
        if group.kind in ("text", "needle")
    )


def _texts_of(layout: Layout, column: Column) -> list[_Source] | None:
    found = [_Source(field, (column.cast,)) for field in column.fields]
    for alternative in column.join:
        if len(alternative) != 1 or alternative[0].column is None:
            return None
        inner = _texts_of(layout, layout.by_name[alternative[0].column])
        if inner is None:
            return None
        found += [_Source(one.field, (*one.casts, column.cast), column.fields) for one in inner]
    return found


def _tells(casts: tuple[Cast, ...], group: Group) -> bool:
    """Whether a text that goes through ``casts`` tells if it may hold a value of ``group``."""
    shape = key_shape(casts)
    if shape is None:
        return False
    if group.kind == "range":
        return casts == (Cast.IP,)
    return group.kind == "needle" or can_key(shape, group.rows["value"].chunks)


def _made(
    casts: tuple[Cast, ...],
    groups: Sequence[Group],
    scanners: Mapping[str, NeedleScanner],
    prefixes_of: Mapping[str, pa.Table],
) -> _Test:
    shape = key_shape(casts)
    assert shape is not None
    values = [group.rows["value"] for group in groups if group.kind == "text"]
    networks = [prefixes_of[group.path] for group in groups if group.kind == "range"]
    prefixes = pa.concat_tables(networks) if networks else None
    if prefixes is not None:
        values.append(prefixes.filter(pc.equal(prefixes["level"], _DOTTED))["prefix"])
    looked_for = [chunk for array in values for chunk in array.chunks if len(chunk)]
    return _Test(
        casts=casts,
        keys=Keys(shape, looked_for) if looked_for else None,
        prefixes=None if prefixes is None else Prefixes(prefixes),
        scanners=tuple(
            scanners[path] for path in dict.fromkeys(group.path for group in groups if group.kind == "needle")
        ),
    )
