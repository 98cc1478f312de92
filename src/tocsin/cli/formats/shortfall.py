"""What is missing before *not seen* may be said, and how many warnings wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.detect.result import CheckResult, Gap

__all__ = ["KINDS", "Remedy", "Shortfall", "remedies", "shortfalls"]

KINDS = {
    "log": "No such log",
    "field": "Field not in the log",
    "time": "Rows bear no time",
    "days": "Days not covered",
    "host": "Host not covered",
    "unreadable": "Could not be read",
}
"""Each kind of gap in plain words; any other is told by its reason alone."""

_Key = tuple[str, str, str]
"""Kind, what is missing and the remedy: what makes two gaps one."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One missing thing. ``what`` is a clause; ``warnings`` is the number of warnings that wait for it."""

    kind: str
    what: str
    remedy: str
    warnings: int
    paths: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The kind in plain words."""
        return KINDS.get(self.kind, "Cannot be decided")


@dataclass(frozen=True, slots=True)
class Remedy:
    """One act, what it would mend, and how many warnings wait for it; ``text`` is "" where none is known."""

    text: str
    warnings: int
    mends: tuple[Shortfall, ...]


def remedies(result: CheckResult) -> list[Remedy]:
    """Group the gaps of all *cannot tell* answers by remedy, the one that most warnings wait for first.

    A warning that lacks several things counts once for each of them, and once for each of their remedies. One
    without a gap counts under its reason. The groups hold every answer; the single answers are read where a
    result has no groups.
    """
    counts: dict[_Key, int] = {}
    paths: dict[_Key, dict[str, None]] = {}
    waiting: dict[str, int] = {}
    for verdict, gaps, reason, count in _answers(result):
        if verdict != "cannot_tell":
            continue
        keys: set[_Key] = {("", reason, "")} if not gaps else set()
        for gap in gaps:
            key = (gap.kind, gap.what, gap.remedy)
            keys.add(key)
            paths.setdefault(key, {}).update(dict.fromkeys(gap.paths))
        for key in keys:
            counts[key] = counts.get(key, 0) + count
        for text in {remedy for _, _, remedy in keys}:
            waiting[text] = waiting.get(text, 0) + count
    mends: dict[str, list[Shortfall]] = {}
    for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        kind, what, remedy = key
        held = Shortfall(kind, what, remedy, count, tuple(paths.get(key, ())))
        mends.setdefault(remedy, []).append(held)
    found = [Remedy(text, waiting[text], tuple(held)) for text, held in mends.items()]
    return sorted(found, key=_weight)


def shortfalls(result: CheckResult) -> list[Shortfall]:
    """Return the gaps in the order of :func:`remedies`: what one act would mend stands together."""
    return [one for remedy in remedies(result) for one in remedy.mends]


def _weight(remedy: Remedy) -> tuple[int, bool, str]:
    # No one act mends what has no remedy, so each of these stands for itself.
    return -(remedy.warnings if remedy.text else remedy.mends[0].warnings), not remedy.text, remedy.text


def _answers(result: CheckResult) -> Iterator[tuple[str, tuple[Gap, ...], str, int]]:
    if result.groups:
        yield from ((group.answer, group.gaps, group.reason, group.count) for group in result.groups)
    else:
        yield from ((answer.answer, answer.gaps, answer.reason, 1) for answer in result.answers)
