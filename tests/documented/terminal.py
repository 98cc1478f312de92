"""A shell on a machine of its own, in which the commands of a page are typed one after the other."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from e2e.nodes import free_port

__all__ = ["HERE", "ROOT", "Block", "Terminal", "blocks"]

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
TIMEOUT_S = 120
ANSWERS = (0, 1, 7)
"""What a verb that answers may exit with; nothing else may happen to a command of a page."""

_FENCE = re.compile(r"^( *)```(sh|console)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page, and the line that it begins at."""

    page: str
    line: int
    text: str

    @property
    def first(self) -> str:
        """Its first line, which is what it goes by."""
        return self.text.splitlines()[0]


def blocks(path: Path) -> list[Block]:
    """The blocks of commands of a page. Of a ``console`` block what follows a ``$`` is typed, the rest is output."""
    page, found = path.read_text(encoding="utf-8"), []
    for fence in _FENCE.finditer(page):
        indent, kind, text = fence.groups()
        text = re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)
        if kind == "console":
            text = "".join(f"{one}\n" for one in re.findall(r"^\$ ((?:.*\\\n)*.*)$", text, re.MULTILINE))
        line = page.count("\n", 0, fence.start()) + 2
        found.append(Block(str(path.relative_to(ROOT)), line, text))
    return found


class Terminal:
    """A folder to stand in, a home, and ``tocsin``, ``python`` and ``make`` as a person finds them."""

    def __init__(self, folder: Path, socket: str) -> None:
        self.folder = folder / "checkout"
        self.said = folder / "said"
        home, path = folder / "home", folder / "bin"
        for one in (self.folder, self.said, home, path):
            one.mkdir()
        (self.folder / "src").symlink_to(ROOT / "src")
        shutil.copy(ROOT / "Makefile", self.folder)
        self.path = path
        self.program("tocsin", f'exec "{sys.executable}" -S -E "{HERE / "tocsin_client.py"}" "$@"')
        self.program("python", f'exec "{sys.executable}" "$@"')
        self.program("make", f'exec "{shutil.which("make")}" -o .venv/.run "$@"')
        self.program("mail", "cat > /dev/null")
        (self.folder / ".venv").mkdir()
        (self.folder / ".venv/bin").symlink_to(path)
        self.environment = {
            "PATH": f"{path}:{os.environ['PATH']}",
            "HOME": str(home),
            "TOCSIN_DATA": str(home / "node"),
            "TOCSIN_CACHE_DIR": str(folder / "cache"),
            "PYTHONPATH": str(ROOT / "src"),
            "COLUMNS": "100",
            "USER": "ann",
            "DOCUMENTED_SOCKET": socket,
            "DOCUMENTED_SAID": str(self.said),
        }

    @cached_property
    def port(self) -> int:
        """A port at which nobody listens."""
        return free_port()

    def program(self, name: str, does: str) -> None:
        """Put a program of that name in the way of the shell."""
        (self.path / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        (self.path / name).chmod(0o755)

    def at(self, node: str) -> None:
        """Go on at another node: its folder is ``node`` in the home."""
        self.environment["TOCSIN_DATA"] = str(Path(self.environment["HOME"], node))
        (self.said / "state").unlink(missing_ok=True)

    def type(self, text: str, where: str, codes: tuple[int, ...] = ()) -> None:
        """Type commands; each has to do what commands of a page do.

        Raises:
            AssertionError: one could not be run, or exits as none of a page may.
        """
        noted = 'trap \'code=$?; echo "$code $BASH_COMMAND" >> "$DOCUMENTED_SAID/failed"\' ERR\n'
        said = 'said() { cat "$DOCUMENTED_SAID/$1"; }\n'
        keep = '[ -e "$DOCUMENTED_SAID/state" ] && . "$DOCUMENTED_SAID/state"\n'
        after = '\ntrap - ERR; { declare -f; echo "cd \\"$PWD\\"; export TOCSIN_DATA=\\"$TOCSIN_DATA\\""; } > "$DOCUMENTED_SAID/state"\n'
        for name in ("failed", "commands"):
            (self.said / name).unlink(missing_ok=True)
        done = subprocess.run(
            ["bash", "-E", "-u", "-o", "pipefail", "-c", keep + said + noted + text + after],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_S,
        )
        told = f"{where}\n{text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert done.returncode == 0, told
        bad = [one for one in self._lines("commands") if json.loads(one)["code"] not in (*ANSWERS, *codes)]
        assert not bad, f"{bad}\n{told}"
        answered = {f"{json.loads(one)['code']}" for one in self._lines("commands")}
        strange = [one for one in self._lines("failed") if one.partition(" ")[0] not in answered]
        assert not strange, f"{strange}\n{told}"

    def _lines(self, name: str) -> list[str]:
        path = self.said / name
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def close(self) -> None:
        """End the nodes that were served here."""
        for pid in self._lines("served"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGTERM)
