"""Ten million events against a million patterns, held to DuckDB's bare scan of the same columns."""

from __future__ import annotations

import shutil
import sys
from itertools import chain
from pathlib import Path

from inputs import bundle, equality_patterns, parquet_events, text_and_network_patterns
from measure import FOLDER, alternate, machine, tocsin

_SCAN = (
    "import duckdb; duckdb.execute('SET threads = 2'); "
    'duckdb.sql("SELECT sum(strlen(dst_ip)), sum(strlen(domain)), sum(strlen(url)), sum(strlen(sha256)) '
    "FROM read_parquet('{path}')\").fetchall()"
)


def main() -> None:
    """Print the figures."""
    events = parquet_events()
    equality = bundle("equality-1000000", equality_patterns(1_000_000))
    mixed = bundle(
        "mixed-1020000", chain(equality_patterns(1_000_000), text_and_network_patterns(10_000, 10_000))
    )
    print(f"Matching: 10,000,000 events ({events.stat().st_size >> 20} MiB of Parquet), {machine()}")
    for name, warnings, goal in (
        ("1,000,000 equality patterns", equality, 0.6),
        ("and 20,000 more", mixed, 0.3),
    ):
        cache = FOLDER / "cache"
        shutil.rmtree(cache, ignore_errors=True)
        compile_ = _check(FOLDER / "one.jsonl", warnings)
        (FOLDER / "one.jsonl").write_text('{"dst_ip": "192.0.2.1", "ts": "2021-01-01T00:00:00Z"}\n')
        (cold,) = alternate(["env", f"TOCSIN_CACHE_DIR={cache}-cold", *compile_, "--no-cache"], runs=1)
        scan = [sys.executable, "-c", _SCAN.format(path=events)]
        bare, ours, warm = alternate(scan, _check(events, warnings), compile_)
        ratio = bare.median_s / ours.median_s
        print(f"  {name}")
        print(f"    compiled, one event        {cold}   (goal: under 60 s)")
        print(f"    from the cache, one event  {warm}   (goal: under 5 s)")
        print(f"    bare scan                  {bare}")
        print(f"    tocsin check               {ours}   (goal: under 2,000 MB)")
        print(f"    ratio                      {ratio:.2f}   (goal: {goal})")


def _check(evidence: Path, warnings: Path) -> list[str]:
    return tocsin("check", evidence, "--against", warnings, "--format", "jsonl", "--quiet")


if __name__ == "__main__":
    main()
