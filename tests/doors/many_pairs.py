"""Hold many pairs of a reader and a version to the rules: ``python tests/doors/many_pairs.py 100000 [SEED]``."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from doors.matrix import Matrix
from doors.world import World


def main(wanted: int, seed: int) -> int:
    """Make worlds until so many pairs were held to the rules; 1 if one was wrong."""
    pairs = scanned = requests = wrong = worlds = 0
    routes: Counter[str] = Counter()
    started = time.monotonic()
    while pairs < wanted:
        with tempfile.TemporaryDirectory() as folder:
            world = World(Path(folder), seed + worlds)
            world.grow(50)
            world.leave()
            matrix = Matrix(world)
            matrix.run(one_by_one=0.2)
            world.close()
        worlds += 1
        pairs += matrix.pairs
        scanned += matrix.scanned
        requests += matrix.requests
        wrong += len(matrix.wrong)
        routes += matrix.by_route
        for line in matrix.wrong[:20]:
            print(f"world {world.seed}: {line}")
        if worlds % 10 == 0:
            print(f"{pairs:,} pairs, {wrong} wrong", flush=True)
    took = time.monotonic() - started
    print(
        f"{pairs:,} pairs of reader and version in {worlds} worlds, {requests:,} requests, {took:.0f} s; "
        f"{scanned:,} hidden versions looked for in pages: {wrong} wrong"
    )
    for route, count in sorted(routes.items()):
        print(f"{count:>10,}  {route}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000))
