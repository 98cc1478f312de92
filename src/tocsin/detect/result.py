"""The one document between the check and everything that shows it.

Renderers read only this; ``tocsin check --format json`` is this, encoded. Every struct is frozen.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = [
    "SEVERITIES",
    "Answer",
    "AnswerGroup",
    "CheckResult",
    "EvidenceFile",
    "Example",
    "Finding",
    "Gap",
    "NextStep",
    "Note",
    "Skip",
    "Totals",
    "Why",
]

SCHEMA = "tocsin/check/1"

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
Verdict = Literal["hit", "not_seen", "cannot_tell"]


class Why(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node of the reason: warning > clause > row > value.

    ``kind`` is warning, sequence (AND, OR, FOLLOWEDBY), qualifier, clause (a bracket), row, object or
    comparison; ``text`` says it in the pattern's own words. ``holds`` is its truth for the first example.
    A row has ``file`` and ``row``; a comparison has the ``value`` that it was compared with.
    """

    kind: str
    text: str
    holds: bool
    file: str = ""
    row: int = 0
    value: str = ""
    children: tuple[Why, ...] = ()


class Example(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row that hit: file, row number (1-based), time, and the values that the pattern reads."""

    file: str
    row: int
    time: str = ""
    values: dict[str, str] = {}


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something to weigh with a finding.

    ``kind`` is known-good (widely known to be harmless), shared (used by many, good and bad), sinkhole (now held by
    defenders), before-validity, after-validity or no-time (the rows bear none).
    """

    kind: str
    text: str
    source: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One warning seen on one host, or by one actor, in one window of time, or in rows without any.

    ``where`` is the host; in the rows of a sensor, which is none that is hit, the address of the machine that they
    are about; else "", for one who came to a server is not the host that is hit. ``seen_by`` are the sensors.

    ``id`` is ``finding--`` and a UUIDv5 of warning, host, actor and first time, so the same evidence gives
    the same id. ``count`` is the number of rows (observations) that hit. Times are STIX timestamps, ""
    where the evidence has none. ``confidence`` is the warning's, 0 to 100; None where it gives none.
    """

    id: str
    warning: str
    kind: str
    title: str
    where: str
    actor: str
    first_seen: str
    last_seen: str
    count: int
    severity: Severity
    confidence: int | None
    tlp: str
    pattern: str
    examples: tuple[Example, ...]
    notes: tuple[Note, ...]
    why: Why
    source: str = ""
    description: str = ""
    seen_by: tuple[str, ...] = ()


class Gap(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is missing before *not seen* may be said.

    ``kind`` is log (no such log), field (the log lacks it), time (the rows bear no time), days, host, or unreadable
    (rows or files that could not be read). ``what`` names it in plain words, ``paths`` are the object paths it is
    about, ``remedies`` say how to get it, each a log to get or a thing to do; one or several of them will do.
    """

    kind: str
    what: str
    remedies: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one warning. ``reason`` is one sentence; ``gaps`` only with *cannot tell*."""

    warning: str
    answer: Verdict
    reason: str
    title: str = ""
    gaps: tuple[Gap, ...] = ()
    findings: tuple[str, ...] = ()


class AnswerGroup(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Warnings with one and the same answer, for the same reason: how many, and the first by title.

    Named are 5, or of those *not seen* 200.
    """

    answer: Verdict
    reason: str
    count: int
    gaps: tuple[Gap, ...] = ()
    titles: tuple[str, ...] = ()


class Skip(msgspec.Struct, frozen=True, kw_only=True):
    """Things left out for one reason, and the first places."""

    reason: str
    count: int
    places: tuple[str, ...] = ()


class EvidenceFile(msgspec.Struct, frozen=True, kw_only=True):
    """One evidence stream (a file, or a member of an archive) and what became of it.

    ``format`` is "" where none was recognised; then ``problem`` says why it was not read.
    ``read + sum(skipped) = rows``.
    """

    file: str
    format: str
    mapping: str
    bytes: int
    rows: int
    read: int
    first_time: str = ""
    last_time: str = ""
    hosts: tuple[str, ...] = ()
    skipped: tuple[Skip, ...] = ()
    unmapped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Counts that add up: warnings = hit + not_seen + cannot_tell; rows = read + skipped."""

    warnings: int
    hit: int
    not_seen: int
    cannot_tell: int
    warnings_skipped: int
    warnings_not_checked: int
    files: int
    files_unread: int
    rows: int
    read: int
    skipped: int
    findings: int


class NextStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do next: ``do`` says it in a few words, ``how`` the rest.

    ``see`` is the part of the result that it is about: gaps, unread, or "".
    """

    do: str
    how: str = ""
    see: Literal["", "gaps", "unread"] = ""


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one check found, and what it could not look at. ``took_s`` is wall time.

    ``groups`` holds every warning's answer, grouped; ``answers`` lists them one by one where that was asked for.
    ``next_steps`` are in the order in which they are to be done.
    """

    schema: str = SCHEMA
    tocsin: str
    checked_at: str
    since: str
    until: str
    took_s: float
    totals: Totals
    findings: tuple[Finding, ...]
    answers: tuple[Answer, ...]
    evidence: tuple[EvidenceFile, ...]
    groups: tuple[AnswerGroup, ...] = ()
    warnings_skipped: tuple[Skip, ...] = ()
    warnings_not_checked: tuple[Skip, ...] = ()
    slow: tuple[str, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
