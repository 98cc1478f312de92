"""Which of the fields asked for a block of JSON holds at all.

A mapping names many fields that a log might have; extracting one that is nowhere costs as much as one that is. One
scan for the quoted keys, each reported once, tells which are worth it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import hyperscan
import pyarrow as pa

__all__ = ["KeyFinder"]

# An escape with the end of a string and a colon after it: only keys are followed by one.
_ESCAPED_KEY = rb'\\u00[0-9a-fA-F]{2}[^"]{0,200}"\s*:'


class KeyFinder:
    """Finds the JSON paths of ``fields`` that rows can have."""

    def __init__(self, fields: Iterable[str]) -> None:
        self._paths = {field: _spellings(field) for field in fields}
        keys = sorted({key for paths in self._paths.values() for path in paths for key in path})
        self._keys = keys
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        if keys:
            self._database.compile(
                expressions=[f'"{key}"'.encode() for key in keys],
                ids=list(range(len(keys))),
                elements=len(keys),
                flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(keys),
                literal=True,
            )
        self._escapes = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._escapes.compile(
            expressions=[_ESCAPED_KEY], ids=[0], elements=1, flags=[hyperscan.HS_FLAG_SINGLEMATCH]
        )

    def paths(self, rows: pa.ChunkedArray) -> Mapping[str, list[str]]:
        """Return, for each field that ``rows`` may have, the JSON paths to try, in order.

        Where a key is written with escapes, which no logger does, all are tried.
        """
        found = self._found(rows) if self._keys else set()
        there: dict[str, list[str]] = {}
        for field, paths in self._paths.items():
            some = [_json_path(path) for path in paths if found.issuperset(path)]
            if some:
                there[field] = some
        return there

    def _found(self, rows: pa.ChunkedArray) -> set[str]:
        found: set[str] = set()

        def note(key: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            found.add(self._keys[key])

        for chunk in rows.chunks:
            data = chunk.buffers()[2]
            if data is not None and len(found) < len(self._keys):
                view = memoryview(data)
                self._database.scan(view, match_event_handler=note)  # type: ignore[type-var]  # any buffer will do
                self._escapes.scan(view, match_event_handler=lambda *_: found.update(self._keys))  # type: ignore[type-var]
        return found


def _spellings(field: str) -> list[tuple[str, ...]]:
    """Return the ways in which a dotted field may be nested: step by step, or as one key."""
    steps = tuple(field.split("."))
    return [steps] if len(steps) == 1 else [steps, (field,)]


def _json_path(path: tuple[str, ...]) -> str:
    # DuckDB's JSON paths know no escape for a quote inside a key, and no log has one.
    return "$." + ".".join('"' + key.replace('"', "") + '"' for key in path)
