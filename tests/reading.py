"""What a reader gives, as plain values, for the tests of the readers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tocsin import limits
from tocsin.detect.readers.interface import Reader, Tally

LOGS = Path(__file__).resolve().parents[2] / "shared" / "data" / "evidence" / "logs"

needs_logs = pytest.mark.skipif(not LOGS.is_dir(), reason=f"the real logs are not at {LOGS}")


@dataclass(frozen=True)
class Reading:
    """All rows as (number, {field: value} or JSON text), and the tally as plain values."""

    rows: list[tuple[int, Any]]
    read: int
    skipped: dict[str, tuple[int, list[int]]]
    unmapped: set[str]
    notes: set[str]

    @property
    def there(self) -> int:
        return self.read + sum(count for count, _ in self.skipped.values())


def read(reader: Reader, chunks: Iterable[bytes]) -> Reading:
    """Read ``chunks`` to their end, and check what holds for every reader."""
    tally = Tally()
    rows: list[tuple[int, Any]] = []
    for batch in reader(chunks, tally):
        assert (batch.table is None) != (batch.json is None)
        assert len(batch.rows) > 0
        if batch.json is not None:
            batch.json.validate(full=True)
            values = batch.json.to_pylist()
        else:
            batch.table.validate(full=True)
            values = batch.table.to_pylist() if batch.table.num_columns else [{}] * len(batch.rows)
        assert len(values) == len(batch.rows)
        rows += zip(batch.rows.to_pylist(), values, strict=True)
    assert len(rows) == tally.read
    numbers = [number for number, _ in rows]
    assert numbers == sorted(set(numbers)), "row numbers rise, none comes twice"
    skipped = {reason: (entry.count, entry.rows) for reason, entry in tally.skipped.items()}
    return Reading(rows, tally.read, skipped, tally.unmapped, set(tally.notes))


def chunked(data: bytes, lengths: Sequence[int]) -> list[bytes]:
    """``data`` cut at ``lengths``, again and again; 0 gives an empty chunk."""
    chunks, at, turn = [], 0, 0
    while at < len(data):
        length = lengths[turn % len(lengths)] if any(lengths) else len(data)
        chunks.append(data[at : at + length])
        at, turn = at + length, turn + 1
    return chunks


CUTS: SearchStrategy[list[int]] = st.lists(st.integers(0, 40), min_size=1, max_size=6)


def small_blocks(patch: pytest.MonkeyPatch, block: int, line: int | None = None) -> None:
    """Make blocks (and lines) small, so that little data crosses many borders."""
    patch.setattr(limits, "BLOCK_BYTES", block)
    if line is not None:
        patch.setattr(limits, "LINE_BYTES", line)
