"""Warnings compiled into what one pass over the evidence needs: a plan, which is data.

Comparisons of all patterns are grouped by (object path, operator) into Arrow tables, so that a million
patterns are a few joins. Each row points at its warning and says whether it alone decides it (*exact*)
or only finds rows that the pattern itself must still be put to.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from tocsin.detect.anchor import anchors_of, is_exact
from tocsin.detect.needle import needle_of
from tocsin.detect.normalise import LookedUpAs, composed, looked_up_as, normalise_expression
from tocsin.detect.pattern.evaluate import atoms_of
from tocsin.detect.pattern.fold import folded
from tocsin.detect.pattern.parse import parse_path, parse_pattern
from tocsin.detect.pattern.sequence import brackets_of
from tocsin.detect.pattern.subnet import parse_subnet
from tocsin.detect.pattern.syntax import Bracket, Comparison, ComparisonOp, ObservationExpression
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.errors import BadInput, PatternError
from tocsin.limits import PATTERN_BYTES
from tocsin.model.timestamp import NS_PER_S, parse_timestamp

__all__ = ["Group", "GroupKind", "Plan", "compile_plan"]

WARNING_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("pattern", pa.string()),
        pa.field("version", pa.dictionary(pa.int8(), pa.string())),
        pa.field("name", pa.string()),
        pa.field("description", pa.string()),
        pa.field("valid_from", pa.string()),
        pa.field("valid_until", pa.string()),
        pa.field("tlp", pa.string()),
        pa.field("confidence", pa.int16()),
        pa.field("severity", pa.string()),
        pa.field("labels", pa.list_(pa.string())),
        pa.field("source", pa.string()),
        pa.field("place", pa.string()),
        pa.field("reads", pa.int32()),
        pa.field("first_day", pa.int32()),
        pa.field("last_day", pa.int32()),
    ]
)
"""One row a warning. ``reads`` indexes :attr:`Plan.reads`; ``first_day`` and ``last_day`` are those of its period, in
days since 1970-01-01, null where it is open."""

GroupKind = str
"""``text`` (string equality), ``number`` (numeric equality), ``range`` (networks) or ``needle`` (literal text).

The values of ``text`` are folded where :func:`tocsin.detect.normalise.ignores_case` says so of the path.
"""

_GROUP_SCHEMAS = {
    "text": pa.schema([("value", pa.string()), ("warning", pa.int32()), ("exact", pa.bool_())]),
    "number": pa.schema([("value", pa.float64()), ("warning", pa.int32()), ("exact", pa.bool_())]),
    # Addresses as 32 hexadecimal digits (IPv4 as its eight), so that both versions order as text.
    "range": pa.schema(
        [
            ("cidr", pa.string()),
            ("low", pa.string()),
            ("high", pa.string()),
            ("warning", pa.int32()),
            ("exact", pa.bool_()),
        ]
    ),
    "needle": pa.schema(
        [
            ("needle", pa.string()),
            ("operator", pa.string()),
            ("value", pa.string()),
            ("any_case", pa.bool_()),
            ("warning", pa.int32()),
            ("exact", pa.bool_()),
        ]
    ),
}


@dataclass(frozen=True, slots=True)
class Group:
    """All comparisons of one kind with one object path (``path`` as text)."""

    kind: GroupKind
    path: str
    rows: pa.Table


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look for.

    ``warnings`` has a row a warning, in the order given. ``reads`` holds the sets of object paths that
    patterns read, each sorted. ``slow`` lists warnings with a bracket that no group finds: it is put to all
    rows that have what it reads.
    """

    warnings: pa.Table
    groups: tuple[Group, ...]
    reads: tuple[tuple[str, ...], ...]
    slow: tuple[int, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        """All object paths that any pattern reads."""
        return frozenset(path for paths in self.reads for path in paths)

    def expression(self, warning: int) -> ObservationExpression:
        """Return the tree of one warning's pattern, its literals normalised."""
        text = self.warnings["pattern"][warning].as_py()
        version = self.warnings["version"][warning].as_py()
        return normalise_expression(parse_pattern(text, version).expression)


_DOUBLE_EXACT = 1 << 53

# One comparison of a plain path with a plain string, which is what nearly every indicator is. A path that
# needs quotes inside is taken too; escapes in the value are left to the parser.
_SIMPLE = re.compile(r"\[\s*([a-z0-9-]+:[A-Za-z0-9_.'-]+)\s*={1,2}\s*'([^'\\]*)'\s*\]")


@dataclass(slots=True)
class _Builder:
    columns: dict[str, list[object]] = field(
        default_factory=lambda: {name: [] for name in WARNING_SCHEMA.names}
    )
    groups: dict[tuple[str, str], list[list[object]]] = field(default_factory=dict)
    reads: dict[tuple[str, ...], int] = field(default_factory=dict)
    slow: list[int] = field(default_factory=list)
    paths: dict[str, tuple[int, list[list[object]], LookedUpAs] | None] = field(default_factory=dict)

    def group(self, kind: str, path: str) -> list[list[object]]:
        key = (kind, path)
        if key not in self.groups:
            self.groups[key] = [[] for _ in _GROUP_SCHEMAS[kind]]
        return self.groups[key]

    def read(self, paths: Iterable[str]) -> int:
        key = tuple(sorted(set(paths)))
        return self.reads.setdefault(key, len(self.reads))

    def simple_path(self, raw: str) -> tuple[int, list[list[object]], LookedUpAs] | None:
        """Return, for a path as written, what every simple warning on it needs; None if it needs the parser."""
        if raw not in self.paths:
            self.paths[raw] = self._simple_path(raw)
        return self.paths[raw]

    def _simple_path(self, raw: str) -> tuple[int, list[list[object]], LookedUpAs] | None:
        try:
            path = parse_path(raw)
        except PatternError:
            return None
        if path.steps[-1] in ("type", "id"):
            # No anchor: it is put to every row.
            return None
        return self.read([str(path)]), self.group("text", str(path)), looked_up_as(path)


def compile_plan(warnings: Iterable[Warning_], tally: WarningTally) -> Plan:
    """Compile ``warnings``; those whose pattern does not compile are counted in ``tally`` as not checked."""
    builder = _Builder()
    for warning in warnings:
        ordinal = len(builder.columns["id"])
        compiled = _compile_simple(builder, warning, ordinal)
        if compiled is None:
            try:
                compiled = _compile(builder, warning, ordinal)
            except PatternError as problem:
                tally.read -= 1
                tally.leave_unchecked(f"its pattern does not compile: {problem}", warning.place or warning.id)
                continue
        _append(builder, warning, compiled)
    return Plan(
        warnings=pa.table(
            [pa.array(builder.columns[name.name], name.type) for name in WARNING_SCHEMA],
            schema=WARNING_SCHEMA,
        ),
        groups=tuple(
            Group(
                kind,
                path,
                pa.table(
                    [pa.array(c, f.type) for c, f in zip(columns, _GROUP_SCHEMAS[kind], strict=True)],
                    schema=_GROUP_SCHEMAS[kind],
                ),
            )
            for (kind, path), columns in sorted(builder.groups.items())
            if columns[0]
        ),
        reads=tuple(builder.reads),
        slow=tuple(builder.slow),
    )


def _append(builder: _Builder, warning: Warning_, reads: int) -> None:
    columns = builder.columns
    for name in WARNING_SCHEMA.names[:-3]:
        columns[name].append(getattr(warning, name))
    columns["reads"].append(reads)
    columns["first_day"].append(_day(warning.valid_from[:10]))
    columns["last_day"].append(_day(warning.valid_until[:10]))


@functools.cache
def _day(date: str) -> int | None:
    try:
        return int(parse_timestamp(f"{date}T00:00:00Z") // (86_400 * NS_PER_S))
    except BadInput:
        return None


def _compile_simple(builder: _Builder, warning: Warning_, ordinal: int) -> int | None:
    # What is longer may be too long in bytes; the parser says so.
    found = _SIMPLE.fullmatch(warning.pattern) if len(warning.pattern) <= PATTERN_BYTES // 4 else None
    known = builder.simple_path(found[1]) if found else None
    if found is None or known is None:
        return None
    reads, columns, texts_of = known
    texts = texts_of(found[2])
    for text in texts:
        columns[0].append(text)
        columns[1].append(ordinal)
        columns[2].append(True)
    return reads if texts else None


def _compile(builder: _Builder, warning: Warning_, ordinal: int) -> int:
    expression = normalise_expression(parse_pattern(warning.pattern, warning.version).expression)
    brackets = list(brackets_of(expression))
    reads = builder.read(str(atom.path) for bracket in brackets for atom in atoms_of(bracket.expression))
    anchored = [(bracket, anchors_of(bracket)) for bracket in brackets]
    simple = isinstance(expression, Bracket) and is_exact(expression) and anchored[0][1] is not None
    if any(anchors is None for _, anchors in anchored):
        builder.slow.append(ordinal)
    for _, anchors in anchored:
        for anchor in anchors or ():
            _add_anchor(builder, anchor, ordinal, exact=simple)
    return reads


def _add_anchor(builder: _Builder, anchor: Comparison, ordinal: int, *, exact: bool) -> None:
    path = str(anchor.path)
    match anchor.op:
        case ComparisonOp.EQ | ComparisonOp.IN:
            values = anchor.value if isinstance(anchor.value, tuple) else (anchor.value,)
            for value in values:
                if isinstance(value, str):
                    text = folded(composed(value)) if anchor.any_case else value
                    _add(builder.group("text", path), text, ordinal, exact)
                elif isinstance(value, (int, float)):
                    # Beyond 2**53 several whole numbers are one double, so equality only finds candidates.
                    sure = exact and abs(value) < _DOUBLE_EXACT
                    _add(builder.group("number", path), float(value), ordinal, sure)
        case ComparisonOp.ISSUBSET:
            assert isinstance(anchor.value, str)
            subnet = parse_subnet(anchor.value)
            assert subnet is not None
            digits = 8 if subnet.version == 4 else 32
            low, high = f"{subnet.low:0{digits}x}", f"{subnet.high:0{digits}x}"
            _add(builder.group("range", path), anchor.value, low, high, ordinal, exact)
        case _:
            _add(
                builder.group("needle", path),
                needle_of(anchor),
                anchor.op.value,
                anchor.value,
                anchor.any_case,
                ordinal,
                exact,
            )


def _add(columns: Sequence[list[object]], *row: object) -> None:
    for column, value in zip(columns, row, strict=True):
        column.append(value)
