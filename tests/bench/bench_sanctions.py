"""How long OFAC's list takes, as Advanced XML (121 MB): ``python tests/bench/bench_sanctions.py``.

Held to the bare parser, which looks at every byte and keeps nothing, in turn in processes of their own.
"""

from __future__ import annotations

import bz2
import shutil
import sys

from measure import FOLDER, alternate, machine

from real_data import shared

PACKED = "intel/ofac/sdn_advanced-2025-11-19.xml.bz2"
CHUNKS = "iter(lambda: file.read(1 << 20), b'')"
BARE = f"""
import sys
from xml.parsers import expat
parser = expat.ParserCreate()
with open(sys.argv[1], "rb") as file:
    for chunk in {CHUNKS}:
        parser.Parse(chunk, False)
parser.Parse(b"", True)
"""
OURS = f"""
import sys
from tocsin.ransom.sanctions.advanced_xml import read_advanced_xml
with open(sys.argv[1], "rb") as file:
    read_advanced_xml({CHUNKS}, sys.argv[1])
"""


def main() -> None:
    """Unpack the list once, read it five times in turn with the bare parser, and print both."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "sdn_advanced.xml"
    if not path.exists():
        # By pieces: a child counts the peak of its parent as its own.
        with bz2.open(shared(PACKED)) as packed, path.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
    bare, ours = alternate(*([sys.executable, "-c", code, str(path)] for code in (BARE, OURS)))
    print(machine())
    print(f"SDN Advanced XML, {path.stat().st_size / 1e6:.0f} MB: {ours}; {ours.median_cpu_s:.2f} s of CPU")
    print(f"the bare parser: {bare}; {bare.median_cpu_s:.2f} s of CPU")
    print(f"times the bare parser, CPU: {ours.median_cpu_s / bare.median_cpu_s:.1f}; goal < 15 s, < 300 MB")


if __name__ == "__main__":
    main()
