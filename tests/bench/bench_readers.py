"""Readers held to their bounds: bytes a second through a whole check, EVTX to the library alone, memory to the input."""

from __future__ import annotations

import statistics
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import evtx
from inputs import bundle, csv_events, equality_patterns, json_events
from measure import FOLDER, alternate, machine, tocsin

from tocsin.detect.readers.evtx_records import evtx_reader
from tocsin.detect.readers.interface import Tally

_ROWS = 2_000_000
_EVTX = (
    Path(__file__).parents[3] / "shared" / "data" / "evidence" / "logs" / "evtx" / "evtx-attack-samples.zip"
)
_EVTX_COPIES = 20
_EVTX_HEADER_BYTES = 4096
_EVTX_CHUNK_BYTES = 64 << 10
_BLOCK_BYTES = 8 << 20
_BARE_EVTX = """
import evtx, sys
for path in sys.argv[1:]:
    for record in evtx.PyEvtxParser(path).records_json():
        pass
"""


def main() -> None:
    """Print the figures."""
    warnings = bundle("equality-1000", equality_patterns(4_000))
    one = FOLDER / "one.jsonl"
    one.write_text('{"dst_ip": "192.0.2.1", "ts": "2021-01-01T00:00:00Z"}\n')
    print(f"Readers: a whole check, 4,000 patterns, {machine()}")
    start, lines, table = alternate(
        *(_check(path, warnings) for path in (one, json_events(_ROWS), csv_events(_ROWS)))
    )
    print(f"  start-up, one event   {start}")
    for name, path, figures, goal in (
        ("NDJSON", json_events(_ROWS), lines, 300),
        ("CSV", csv_events(_ROWS), table, 200),
    ):
        size = path.stat().st_size / 1e6
        print(
            f"  {name:6} {size:,.0f} MB        {figures}: {size / figures.median_s:,.0f} MB/s, "
            f"{size / (figures.median_s - start.median_s):,.0f} without start-up   (goal: {goal})"
        )
    double, half = alternate(
        _check(json_events(2 * _ROWS), warnings), _check(json_events(_ROWS // 2), warnings), runs=2
    )
    print(
        f"  NDJSON four times as large: {half.peak_mb:,.0f} MB becomes {double.peak_mb:,.0f} MB   (goal: flat)"
    )
    _evtx(warnings)


def _evtx(warnings: Path) -> None:
    if not _EVTX.exists():
        print("  EVTX: skipped, the sample files are not here")
        return
    small, large = _small_evtx(), _large_evtx()
    bare = [sys.executable, "-c", _BARE_EVTX]
    for name, folder, paths in (
        ("small files", small, sorted(small.rglob("*.evtx"))),
        ("one file", large, [large]),
    ):
        size = sum(path.stat().st_size for path in paths) / 1e6
        alone, ours = alternate([*bare, *map(str, paths)], _check(folder, warnings), runs=3)
        print(f"  EVTX, {len(paths):,} {name}, {size:,.0f} MB: library alone {alone}")
        print(f"    whole check         {ours}: ratio {alone.median_s / ours.median_s:.2f}")
        library, reader = _cpu_in_turn(
            lambda paths=paths: _by_library(paths), lambda paths=paths: _by_reader(paths)
        )
        print(
            f"    library {library:.2f} s of CPU, reader {reader:.2f} s: ratio {library / reader:.2f}   (goal: 0.8)"
        )


def _small_evtx() -> Path:
    """Return a folder of the samples, twenty times over."""
    folder = FOLDER / "evtx"
    if not folder.exists():
        for copy in range(_EVTX_COPIES):
            with zipfile.ZipFile(_EVTX) as archive:
                archive.extractall(
                    folder / str(copy), [name for name in archive.namelist() if name.endswith(".evtx")]
                )
    return folder


def _large_evtx() -> Path:
    """Return one file of the samples' used chunks, twenty times over; each can be read by itself."""
    path = FOLDER / "large.evtx"
    if not path.exists():
        chunks = [
            data[start : start + _EVTX_CHUNK_BYTES]
            for data in map(Path.read_bytes, sorted((_small_evtx() / "0").rglob("*.evtx")))
            for start in range(_EVTX_HEADER_BYTES, len(data), _EVTX_CHUNK_BYTES)
            if data.startswith(b"ElfChnk\0", start)
        ] * _EVTX_COPIES
        header = struct.pack(
            "<8sQQQIHHHH", b"ElfFile\0", 0, len(chunks) - 1, 1, 128, 1, 3, _EVTX_HEADER_BYTES, len(chunks)
        ).ljust(120, b"\0")
        header += struct.pack("<II", 0, zlib.crc32(header))
        path.write_bytes(b"".join([header.ljust(_EVTX_HEADER_BYTES, b"\0"), *chunks]))
    return path


def _by_library(paths: Sequence[Path]) -> int:
    return sum(sum(1 for _ in evtx.PyEvtxParser(str(path)).records_json()) for path in paths)


def _by_reader(paths: Sequence[Path]) -> int:
    read = evtx_reader(())
    return sum(sum(len(batch.rows) for batch in read(_blocks(path), Tally())) for path in paths)


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


def _cpu_in_turn(*calls: Callable[[], int], runs: int = 5) -> list[float]:
    """Return the median seconds of CPU of each call in this process; all must count the same records."""
    taken: list[list[float]] = [[] for _ in calls]
    for _ in range(runs):
        counts = set()
        for one, call in zip(taken, calls, strict=True):
            began = time.process_time()
            counts.add(call())
            one.append(time.process_time() - began)
        assert len(counts) == 1, counts
    return [statistics.median(one) for one in taken]


def _check(evidence: Path, warnings: Path) -> list[str]:
    return tocsin("check", evidence, "--against", warnings, "--format", "jsonl", "--quiet")


if __name__ == "__main__":
    main()
