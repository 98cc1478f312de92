"""How long the public TagPacks of ransomware take: ``python tests/bench/bench_tagpacks.py``.

Held to PyYAML with its parser in C, which constructs the same packs and checks nothing, in turn in processes of their own.
"""

from __future__ import annotations

import gzip
import sys

from measure import FOLDER, alternate, machine

from real_data import shared

PACKS = ("ransomware", "ransomwhere", "ofac")
PEER = """
import sys, yaml
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        yaml.load(file.read(), Loader=yaml.CSafeLoader)
"""
OURS = """
import sys
from tocsin.ransom.labels.tagpack import read_tagpack
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        read_tagpack(file.read(), path)
"""


def main() -> None:
    """Unpack the packs once, read them five times in turn with the peer, and print both."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in PACKS:
        path = FOLDER / f"{name}.yaml"
        path.write_bytes(gzip.decompress(shared(f"intel/tagpacks/{name}.yaml.gz").read_bytes()))
        paths.append(str(path))
    peer, ours = alternate(*([sys.executable, "-c", code, *paths] for code in (PEER, OURS)))
    print(machine())
    print(f"three TagPacks, 15,207 tags: {ours}; {ours.median_cpu_s:.2f} s of CPU")
    print(f"PyYAML's CSafeLoader: {peer}; {peer.median_cpu_s:.2f} s of CPU")
    print(f"times CSafeLoader, CPU: {ours.median_cpu_s / peer.median_cpu_s:.2f}")


if __name__ == "__main__":
    main()
