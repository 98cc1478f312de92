"""Which of the fields asked for a log of JSON holds at all, and where.

A mapping names many fields that a log might have; extracting one that is nowhere costs as much as one that is. A scan
for the quoted keys, each looked for until it is found once, tells which are worth it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import hyperscan
import pyarrow as pa

__all__ = ["JsonPaths"]

# An escape with the end of a string and a colon after it: only keys are followed by one.
_ESCAPED_KEY = rb'\\u00[0-9a-fA-F]{2}[^"]{0,200}"\s*:'
_NEEDS_NO_ESCAPE = frozenset(map(chr, range(0x20, 0x7F))) - frozenset('"\\/')


class JsonPaths:
    """The JSON pointers (RFC 6901) of ``fields`` that the rows of a log can have, for its blocks one after another."""

    def __init__(self, fields: Iterable[str]) -> None:
        self._paths = {field: _spellings(field) for field in fields}
        keys = {key for paths in self._paths.values() for path in paths for key in path}
        # A key that may be written with escapes is always taken to be there.
        self._found = {key for key in keys if not _NEEDS_NO_ESCAPE.issuperset(key)}
        self._missing = sorted(keys - self._found)
        self._scanner = _scanner(self._missing)
        self._escapes = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._escapes.compile(
            expressions=[_ESCAPED_KEY], ids=[0], elements=1, flags=[hyperscan.HS_FLAG_SINGLEMATCH]
        )

    def of(self, rows: pa.ChunkedArray) -> Mapping[str, list[str]]:
        """Return, for each field that ``rows`` may have, the pointers to try, in order.

        Where a key is written with escapes, which no logger does, all are tried.
        """
        self._look(rows)
        there: dict[str, list[str]] = {}
        for field, paths in self._paths.items():
            some = [_pointer(path) for path in paths if self._found.issuperset(path)]
            if some:
                there[field] = some
        return there

    def _look(self, rows: pa.ChunkedArray) -> None:
        found: set[str] = set()

        def note(key: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            found.add(self._missing[key])

        for chunk in rows.chunks:
            data = chunk.buffers()[2]
            if data is not None and len(found) < len(self._missing):
                view = memoryview(data)
                self._scanner.scan(view, match_event_handler=note)  # type: ignore[type-var]  # any buffer will do
                self._escapes.scan(view, match_event_handler=lambda *_: found.update(self._missing))  # type: ignore[type-var]
        if found:
            self._found |= found
            self._missing = [key for key in self._missing if key not in found]
            self._scanner = _scanner(self._missing)


def _scanner(keys: list[str]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    if keys:
        database.compile(
            expressions=[f'"{key}"'.encode() for key in keys],
            ids=list(range(len(keys))),
            elements=len(keys),
            flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(keys),
            literal=True,
        )
    return database


def _spellings(field: str) -> list[tuple[str, ...]]:
    """Return the ways in which a dotted field may be nested: step by step, or as one key."""
    steps = tuple(field.split("."))
    return [steps] if len(steps) == 1 else [steps, (field,)]


def _pointer(path: tuple[str, ...]) -> str:
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in path)
