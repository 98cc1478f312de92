"""Put what the commands print into the README: ``make reference``. A test holds it current."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(
    r"(<!-- output(?:, first (\d+) lines)?: tocsin (.+?) -->\n```text\n).*?(```\n<!-- /output -->)", re.DOTALL
)
ANSWERS = {0, 1, 7}
COLUMNS = "100"


def main() -> int:
    """Run each command that the README shows, and put its output below it."""
    before = README.read_text(encoding="utf-8")
    after = BLOCK.sub(lambda found: found[1] + _first(_printed(found[3]), found[2]) + found[4], before)
    if after != before:
        README.write_text(after, encoding="utf-8")
        print(README.name)
    return 0


def _first(text: str, lines: str | None) -> str:
    return text if lines is None else "".join(text.splitlines(keepends=True)[: int(lines)])


def _printed(command: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603  the command stands in our own README
            [Path(sys.executable).parent / "tocsin", *command.split()],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": folder, "COLUMNS": COLUMNS},
            stdout=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    if done.returncode not in ANSWERS:
        raise SystemExit(f"`tocsin {command}` exited {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
