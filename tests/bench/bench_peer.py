"""stix2-matcher side by side: 100 patterns on 10,000 observations, the most it finishes in a minute."""

from __future__ import annotations

import json
import time
from pathlib import Path

from inputs import equality_patterns
from measure import FOLDER, machine
from stix2matcher.matcher import Pattern

from tocsin.detect.plan import compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine.run import Run
from tocsin.model.observed import read_observations

_PATTERNS, _OBSERVATIONS = 100, 10_000


def main() -> None:
    """Print the figures."""
    patterns = list(equality_patterns(_PATTERNS))
    observed = [_observation(number) for number in range(_OBSERVATIONS)]
    print(f"Peer: {_PATTERNS} patterns x {_OBSERVATIONS:,} observations as STIX objects, {machine()}")
    began = time.perf_counter()
    theirs = sum(bool(Pattern(pattern, stix_version="2.0").match(observed)) for pattern in patterns)
    peer_s = time.perf_counter() - began
    data = json.dumps(observed).encode()
    walls = []
    for _ in range(5):
        began = time.perf_counter()
        plan = compile_plan(
            (Warning_(id=str(n), pattern=text) for n, text in enumerate(patterns)), WarningTally()
        )
        with Run(plan, threads=2, memory_bytes=1 << 30, temporary=FOLDER) as run:
            run.add_observations(0, read_observations(data))
            ours = len({hit.warning for hit in run.finish().hits})
        walls.append(time.perf_counter() - began)
    assert ours == theirs, (ours, theirs)
    pairs = _PATTERNS * _OBSERVATIONS
    wall = sorted(walls)[len(walls) // 2]
    print(f"  stix2-matcher 3.0.0       {peer_s:.2f} s, {peer_s / pairs * 1e9:,.0f} ns a pair")
    print(
        f"  ours, from STIX bytes     {wall:.3f} s, {wall / pairs * 1e9:,.1f} ns a pair: {peer_s / wall:,.0f} times"
    )
    print("  ours at scale: bench_matching.py's check is 10,000,000 x 1,000,000 pairs")


def _observation(number: int) -> dict[str, object]:
    bad = number % 100 == 0
    word = f"bad{number // 100 % 25}" if bad else f"h{number}"
    return {
        "type": "observed-data",
        "id": f"observed-data--{number:08d}-0000-4000-8000-000000000000",
        "created": "2021-03-02T00:00:00Z",
        "modified": "2021-03-02T00:00:00Z",
        "first_observed": "2021-03-02T00:00:00Z",
        "last_observed": "2021-03-02T00:00:00Z",
        "number_observed": 1,
        "objects": {
            "0": {"type": "ipv4-addr", "value": f"10.0.{number // 250 % 250}.{number % 250}"},
            "1": {"type": "domain-name", "value": f"{word}.example"},
            "2": {"type": "url", "value": f"http://{word}.example/p"},
            "3": {"type": "network-traffic", "dst_ref": "0", "protocols": ["tcp"]},
            "4": {"type": "file", "hashes": {"SHA-256": f"{number:064x}"}},
        },
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    assert Path(FOLDER).is_dir()
    main()
