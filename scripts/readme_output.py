"""Put what the commands print into the README: ``make reference``. A test holds it current.

Each command runs at one moment, :data:`NOW`, so that days and ages stay; where a node is needed, at one of
:data:`NODES`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

__all__ = ["BLOCK", "NODES", "main", "printed", "shown"]

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(
    r"(<!-- output(?: at (.+?))?(?:, first (\d+) lines)?: tocsin (.+?) -->\n```text\n)(.*?)(```\n<!-- /output -->)",
    re.DOTALL,
)
ANSWERS = {0, 1, 7}
COLUMNS = "100"
NOW = 1_795_780_800
"""27 November 2026, 12:00 UTC."""
PROFILE = """country = "US"
zone = "America/New_York"
[facts]
critical_sector = "yes"
tsa_pipeline = "yes"
"""
NODES = {
    "a node": ["init --name Brookwater --sector water"],
    "a gas utility": [
        "init --name 'Valley Gas' --sector energy",
        "incident profile --from -",
        "incident new 'Billing is encrypted' --set 'moments.detected=2026-11-27 05:00 America/New_York'",
    ],
    "a node with four incidents": [
        "init --name Brookwater --sector water",
        "incident import src/tocsin/data/examples/incidents",
    ],
}
"""What was typed at a node before, by the words that the README's marks call it."""

_AT_NOW = (
    f"import time; time.time = lambda: {NOW}.0; time.time_ns = lambda: {NOW} * 10**9\n"
    "from tocsin.cli.main import run; run()"
)


def main() -> int:
    """Run each command that the README shows, and put its output below it."""
    before = README.read_text(encoding="utf-8")
    after = BLOCK.sub(lambda found: found[1] + shown(found[4], found[2], found[3]) + found[6], before)
    if after != before:
        README.write_text(after, encoding="utf-8")
        print(README.name)
    return 0


def shown(command: str, node: str | None, lines: str | None) -> str:
    """A command as it is typed, and the first so many lines that it prints, at that node or at none."""
    typed = f"$ tocsin {command}".replace(" --against", " \\\n    --against")
    told = printed(command, node).splitlines(keepends=True)
    return f"{typed}\n" + "".join(told[: int(lines)] if lines else told).rstrip("\n") + "\n"


def printed(command: str, node: str | None) -> str:
    """What a command prints, at that node or at none.

    Raises:
        SystemExit: it ended as no command of the README may.
    """
    with tempfile.TemporaryDirectory() as folder:
        for typed in NODES[node] if node else ():
            _run(typed, folder)
        return _run(command, folder)


@cache
def _environment() -> dict[str, str]:
    path = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "PATH": os.environ["PATH"],
        "COLUMNS": COLUMNS,
        "PYTHONPATH": os.pathsep.join(path),
        "USER": "ann",
    }


def _run(command: str, folder: str) -> str:
    done = subprocess.run(  # noqa: S603  the command stands in our own README
        [sys.executable, "-c", _AT_NOW, *shlex.split(command)],
        cwd=ROOT,
        env={**_environment(), "HOME": folder, "TOCSIN_DATA": f"{folder}/node"},
        input=PROFILE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    if done.returncode not in ANSWERS:
        raise SystemExit(f"`tocsin {command}` exited {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
