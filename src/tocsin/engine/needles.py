"""Needles looked for in all values of a column at once, then confirmed by the pattern's own test.

The scanner (Hyperscan, Vectorscan on ARM) reads the Arrow buffer of a batch as it lies, all values one after
another; a needle found across the border of two values is thrown away, and what is left is put to the
comparison itself. So the scanner decides nothing, it only spares work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import hyperscan
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.detect.pattern.compare import Test, test_of
from tocsin.detect.pattern.parse import parse_path
from tocsin.detect.pattern.syntax import Comparison, ComparisonOp
from tocsin.detect.plan import Group

__all__ = ["NeedleScanner"]

# The letters outside of ASCII that a comparison without regard to case takes for ASCII letters: the long s, the dotted
# and the dotless i, the Kelvin sign.
_BECOME_ASCII = {"\u017f": "s", "\u0130": "i", "\u0131": "i", "\u212a": "k"}


class NeedleScanner:
    """The needles of one object path, ready for any number of batches."""

    def __init__(self, group: Group) -> None:
        self.path = group.path
        self._rows = group.rows
        needles: dict[tuple[str, bool], list[int]] = {}
        for row, needle in enumerate(
            zip(group.rows["needle"].to_pylist(), group.rows["any_case"].to_pylist(), strict=True)
        ):
            needles.setdefault(needle, []).append(row)
        self._patterns = list(needles.values())
        self._letters = list(_BECOME_ASCII) if any(any_case for _, any_case in needles) else []
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=[text.encode() for text in (*(needle for needle, _ in needles), *self._letters)],
            ids=list(range(len(needles) + len(self._letters))),
            elements=len(needles) + len(self._letters),
            # Texts are scanned before they are cast too, and a cast may fold letters.
            flags=[hyperscan.HS_FLAG_CASELESS] * len(needles)
            + [hyperscan.HS_FLAG_SINGLEMATCH] * len(self._letters),
            literal=True,
        )
        self._lengths = np.array([len(needle.encode()) for needle, _ in needles])
        self._tests: dict[int, Test] = {}
        self._local = threading.local()

    def scan(self, batches: Iterator[pa.RecordBatch], threads: int) -> Iterator[pa.RecordBatch]:
        """Yield (warning, file, row, exact, value) for values of ``batches`` (file, row, value) that hold.

        Batches are scanned by ``threads`` threads, at most twice as many in memory; the scanner runs outside
        Python's lock.
        """
        with ThreadPoolExecutor(threads) as pool:
            pending = []
            for batch in batches:
                pending.append(pool.submit(self._one, batch))
                if len(pending) > 2 * threads:
                    yield from pending.pop(0).result()
            for future in pending:
                yield from future.result()

    def rows_holding(self, values: pa.StringArray) -> npt.NDArray[np.int64]:
        """Return the rows of ``values`` that hold a needle, whatever the case of its letters."""
        rows: npt.NDArray[np.int64] = np.unique(self._candidates(values)[0])
        return rows

    def _one(self, batch: pa.RecordBatch) -> list[pa.RecordBatch]:
        rows, patterns = self._candidates(batch.column(2))
        kept: list[tuple[int, int]] = []
        values = batch.column(2)
        for row, pattern in zip(rows.tolist(), patterns.tolist(), strict=True):
            value = values[row].as_py()
            kept.extend((row, one) for one in self._patterns[pattern] if self._test(one)(value))
        if not kept:
            return []
        found = pa.array([row for row, _ in kept], pa.int64())
        which = pa.array([one for _, one in kept], pa.int64())
        return [
            pa.RecordBatch.from_arrays(
                [
                    self._rows["warning"].take(which).combine_chunks(),
                    batch.column(0).take(found),
                    batch.column(1).take(found),
                    self._rows["exact"].take(which).combine_chunks(),
                    values.take(found),
                ],
                names=["warning", "file", "row", "exact", "value"],
            )
        ]

    def _candidates(self, values: pa.Array) -> tuple[Any, Any]:
        """Return distinct (row, needle) pairs of the batch where the needle lies within the row's value.

        Without regard to case some letters outside of ASCII are ASCII letters. A batch that holds one is scanned again
        with these in their place.
        """
        _, offsets_buffer, data = values.buffers()
        if data is None or len(values) == 0:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        offsets = np.frombuffer(offsets_buffer, np.int32)[values.offset : values.offset + len(values) + 1]
        start = int(offsets[0])
        ends: list[int] = []
        found: list[int] = []

        def note(needle: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(needle)
            ends.append(end)

        self._database.scan(
            memoryview(data)[start : int(offsets[-1])],  # type: ignore[type-var]  # any buffer will do
            match_event_handler=note,
            scratch=self._scratch(),
        )
        if found and max(found) >= len(self._patterns):
            for letter, plain in _BECOME_ASCII.items():
                values = pc.replace_substring(values, letter, plain)
            return self._candidates(values)
        if not found:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        needles = np.array(found)
        after = np.array(ends) + start
        rows = np.searchsorted(offsets, after, side="left") - 1
        whole = after - self._lengths[needles] >= offsets[rows]
        pairs = np.unique(np.stack([rows[whole], needles[whole]]), axis=1)
        return pairs[0], pairs[1]

    def _scratch(self) -> Any:
        if not hasattr(self._local, "scratch"):
            self._local.scratch = hyperscan.Scratch(self._database)
        return self._local.scratch

    def _test(self, row: int) -> Callable[[Any], bool]:
        if row not in self._tests:
            operator = ComparisonOp(self._rows["operator"][row].as_py())
            value = self._rows["value"][row].as_py()
            any_case = self._rows["any_case"][row].as_py()
            self._tests[row] = test_of(Comparison(parse_path(self.path), operator, value, any_case=any_case))
        return self._tests[row]
