"""What a person asks when they check evidence against warnings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tocsin.model.timestamp import Instant

__all__ = ["CheckRequest"]


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """One check.

    ``evidence`` and ``against`` are files, folders, globs or ``-`` (stdin), as typed. ``since`` (included)
    and ``until`` (excluded) are STIX timestamps that bound what is looked at, None where unbounded.
    ``as_format`` names the evidence's format where it should not be recognised, ``mapping`` a mapping file.
    ``cache`` is the folder for compiled warnings, None to keep none. ``known_good`` asks for notes on widely
    known harmless values. ``now`` is the time of the check. ``hosts`` are those whose logs should be there.
    ``list_answers`` asks for every warning's answer, one by one, beside their groups.
    """

    evidence: tuple[str, ...]
    against: tuple[str, ...]
    since: str | None
    until: str | None
    as_format: str | None
    mapping: Path | None
    cache: Path | None
    threads: int
    memory_bytes: int
    known_good: bool
    now: Instant
    hosts: tuple[str, ...] = ()
    list_answers: bool = False
