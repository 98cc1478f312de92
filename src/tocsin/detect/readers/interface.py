"""What a reader is: bytes in, batches of declared columns out. Pure: it opens nothing.

A reader never stops at a bad row. It counts it, names its place and the reason, and goes on, so that
``rows read + rows skipped = rows there``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from tocsin.limits import SKIPPED_EXAMPLES

__all__ = ["Batch", "Reader", "ReaderFactory", "Skipped", "Tally"]


@dataclass(slots=True)
class Skipped:
    """Rows skipped for one reason: how many, and the first places (``row 17``)."""

    count: int = 0
    rows: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """What became of one evidence stream's rows. ``notes`` are things a person should know (a truncated end)."""

    read: int = 0
    skipped: dict[str, Skipped] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unmapped: set[str] = field(default_factory=set)

    def skip(self, reason: str, row: int, count: int = 1) -> None:
        """Count ``count`` skipped rows, the first of which is ``row`` (1-based)."""
        entry = self.skipped.setdefault(reason, Skipped())
        entry.count += count
        if len(entry.rows) < SKIPPED_EXAMPLES:
            entry.rows.append(row)

    def take(self, other: Tally) -> None:
        """Count the rows that ``other`` has as skipped."""
        for reason, skipped in other.skipped.items():
            entry = self.skipped.setdefault(reason, Skipped())
            entry.count += skipped.count
            entry.rows = sorted({*entry.rows, *skipped.rows})[:SKIPPED_EXAMPLES]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one stream.

    ``rows`` is an int64 array: each row's number in the file, 1-based, as a person would find it (a line
    number for line formats, a record number for EVTX). Exactly one of the following is set:

    - ``table``: string columns named by *field* (those that the reader was asked for, those it has);
    - ``json``: one string column of JSON objects, from which ``engine`` extracts the asked fields.
    """

    rows: pa.Array
    table: pa.RecordBatch | None = None
    json: pa.Array | None = None


class Reader(Protocol):
    """Reads one stream of one format."""

    def __call__(self, chunks: Iterable[bytes], tally: Tally) -> Iterator[Batch]:
        """Yield batches of the rows in ``chunks`` (byte blocks cut anywhere), counting into ``tally``.

        Never raises for content. ``tally.unmapped`` receives the names of fields seen but not asked for
        (the first of the file is enough).
        """
        ...


ReaderFactory = Callable[[Sequence[str]], Reader]
"""Makes a reader that reads the fields named."""
