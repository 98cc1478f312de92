"""Readers held to their bounds: bytes a second through a whole check, EVTX to the library alone, memory to the input."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from inputs import bundle, csv_events, equality_patterns, json_events
from measure import FOLDER, alternate, machine, tocsin

_ROWS = 2_000_000
_EVTX = (
    Path(__file__).parents[3] / "shared" / "data" / "evidence" / "logs" / "evtx" / "evtx-attack-samples.zip"
)
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
    folder = FOLDER / "evtx"
    if not folder.exists():
        for copy in range(20):
            with zipfile.ZipFile(_EVTX) as archive:
                archive.extractall(
                    folder / str(copy), [name for name in archive.namelist() if name.endswith(".evtx")]
                )
    paths = sorted(map(str, folder.rglob("*.evtx")))
    bare, ours = alternate([sys.executable, "-c", _BARE_EVTX, *paths], _check(folder, warnings), runs=3)
    print(f"  EVTX library alone    {bare}")
    print(f"  EVTX checked          {ours}: ratio {bare.median_s / ours.median_s:.2f}   (goal: 0.8)")


def _check(evidence: Path, warnings: Path) -> list[str]:
    return tocsin("check", evidence, "--against", warnings, "--format", "jsonl", "--quiet")


if __name__ == "__main__":
    main()
