"""Cases of the peer's own tests: a pattern, observations, and what each of the two says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from conformance.differences import DIFFERENCES

__all__ = ["CASES_FOLDER", "Answer", "Case", "read_cases"]

Answer: TypeAlias = Literal["matched", "not matched", "error"]
"""*error* is a refused pattern; the peer also says it of observations that it cannot read."""

CASES_FOLDER = Path(__file__).parents[3] / "shared" / "data" / "conformance" / "stix-patterns"
_ANSWERS: dict[bool | str, Answer] = {True: "matched", False: "not matched", "error": "error"}


@dataclass(frozen=True, slots=True)
class Case:
    """One line of ``file``. ``observations`` is the JSON text that :func:`read_observations` takes."""

    file: str
    line: int
    pattern: str
    version: str
    observations: bytes
    peer: Answer
    ours: Answer

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def read_cases() -> Iterator[Case]:
    """Every case, with the answer that is right for us; none where the cases are not on this machine."""
    ours = {(difference.file, difference.line): difference.ours for difference in DIFFERENCES}
    for file in ("matcher-v20.jsonl", "matcher-v21.jsonl"):
        path = CASES_FOLDER / file
        if not path.is_file():
            continue
        for line, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
            case = json.loads(text)
            peer = _ANSWERS[case["matched"]]
            yield Case(
                file=file,
                line=line,
                pattern=case["pattern"],
                version=case["stix_version"],
                observations=json.dumps(case["observations"]).encode(),
                peer=peer,
                ours=ours.get((file, line), peer),
            )
