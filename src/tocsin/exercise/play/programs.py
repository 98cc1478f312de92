"""The programs that an exercise runs one after the other: the generator first, the plan and the scorer at the end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from tocsin.errors import SourceUnavailable
from tocsin.exercise.nation.generator import Sealed

__all__ = ["generated", "measures", "score"]

_GENERATOR: Final = "tocsin.exercise.nation.generator"
_SCORER: Final = "tocsin.exercise.score.scorer"
_TOCSIN: Final = "from tocsin.cli.main import run; run()"
_MEASURES: Final = 5
_THRESHOLD: Final = 0.05
"""An attempt that succeeds once in twenty counts as stopped."""
_PROOF_S: Final = 20
_SAID: Final = 300
"""Characters of what a program said before it failed."""


def generated(exercise: str, members: int, seed: int, folder: Path) -> Sealed:
    """Let the generator write a nation below ``folder``.

    Raises:
        SourceUnavailable: it failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    words = ["-m", _GENERATOR, exercise, str(members), str(seed), str(folder)]
    return msgspec.json.decode(_said(words, "the generator of the exercise ended"), type=Sealed)


def score(folder: Path) -> None:
    """Let the scorer, which is apart from all else, hold what was seen to the truth.

    Raises:
        SourceUnavailable: it failed.
    """
    _said(["-m", _SCORER, str(folder)], "the scorer of the exercise ended")


def measures(hub: Path, attacks: Sequence[str]) -> dict[str, Any]:
    """What ``tocsin plan`` says at the hub, of the incidents that came to it: ``measures`` and ``plan`` of the result.

    Raises:
        SourceUnavailable: it failed.
    """
    words = ["-c", _TOCSIN, "plan", "--against", "incidents", "--measures", str(_MEASURES), "--draws", "0"]
    words += [
        "--threshold",
        str(_THRESHOLD),
        "--limit",
        str(_PROOF_S),
        "--format",
        "json",
        "--data",
        str(hub),
    ]
    plan = msgspec.json.decode(_said(words, "tocsin plan chose no measures"))
    chosen = [
        {"name": one["name"], "why": one["why"], "stops": [name for name in attacks if name in one["why"]]}
        for one in plan["measures"]
    ]
    return {
        "measures": chosen,
        "plan": {"stopped": plan["stopped"], "of": plan["of"], "threshold": _THRESHOLD},
    }


def _said(words: Sequence[str], failed: str) -> bytes:
    done = subprocess.run([sys.executable, *words], capture_output=True, check=False)
    if done.returncode:
        told = " ".join(done.stderr.decode(errors="replace").split())[-_SAID:]
        raise SourceUnavailable(f"{failed} ({done.returncode}): {told}")
    return done.stdout
