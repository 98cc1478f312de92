"""Blocks of evidence made ready in a thread: JSON brought into columns, and rows sieved, while others are checked."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import duckdb
import numpy as np
import pyarrow as pa

from tocsin.detect.readers.interface import Tally
from tocsin.engine.json_paths import JsonPaths
from tocsin.engine.layout import Layout
from tocsin.engine.raw import raw_from_json
from tocsin.engine.sieve import Sieve
from tocsin.engine.texts import NO_ROWS, Rows

__all__ = ["Blocks", "Ready"]

Ready = tuple[Layout, pa.Table, Rows]
"""A raw table, and which of its rows the sieve lets through."""

_WAITING = 1
"""Blocks made ready beyond the one that is checked; each is some times ``limits.BLOCK_BYTES`` of memory."""


class Blocks:
    """A line of blocks. What is given comes out in the same order, ready; ``invalid`` has the rows that were no JSON.

    The thread works on a connection of its own, so that queries of the one given may run meanwhile.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection, sieve: Callable[[Layout], Sieve]) -> None:
        self._database = database.cursor()
        self._sieve = sieve
        self._thread = ThreadPoolExecutor(1, "tocsin-blocks")
        self._line: deque[Future[Ready]] = deque()
        self._paths: dict[tuple[str, str], JsonPaths] = {}
        self.invalid: dict[int, Tally] = {}

    def give(self, layout: Layout, rows: pa.Table) -> Iterator[Ready]:
        """Give a block, rows of JSON (a column ``json``) or a raw table; yield those that are to be checked by now."""
        self._line.append(self._thread.submit(self._made, layout, rows, self._sieve(layout)))
        while len(self._line) > _WAITING:
            yield self._line.popleft().result()

    def rest(self) -> Iterator[Ready]:
        """Yield those that still are in the line."""
        while self._line:
            yield self._line.popleft().result()

    def close(self) -> None:
        """End the thread; what is in the line is lost."""
        self._thread.shutdown(cancel_futures=True)
        self._database.close()

    def _made(self, layout: Layout, rows: pa.Table, sieve: Sieve) -> Ready:
        raw = self._raw(layout, rows) if "json" in rows.column_names else rows
        batches = raw.to_batches()
        starts = np.cumsum([0, *(batch.num_rows for batch in batches)])
        parts = (sieve.rows(batch) + start for batch, start in zip(batches, starts, strict=False))
        return layout, raw, np.concatenate([NO_ROWS, *parts])

    def _raw(self, layout: Layout, lines: pa.Table) -> pa.Table:
        if layout.key not in self._paths:
            self._paths[layout.key] = JsonPaths(layout.fields)
        paths = self._paths[layout.key].of(lines["json"])
        try:
            return raw_from_json(self._database, layout, lines, paths)
        except (duckdb.InvalidInputException, OSError):
            # The second is how Arrow passes the first on, where rows before it were fine.
            broken = self._database.execute(
                "SELECT file, row FROM lines WHERE NOT json_valid(json) ORDER BY file, row"
            )
            for file, row in broken.fetchall():
                self.invalid.setdefault(file, Tally()).skip("not valid JSON", row)
            valid = self._database.sql("SELECT * FROM lines WHERE json_valid(json)").to_arrow_table()
            return raw_from_json(self._database, layout, valid, paths)
