"""What is missing before *not seen* may be said, and how many warnings wait for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.detect.result import CheckResult, Gap

__all__ = ["KINDS", "Shortfall", "shortfalls"]

KINDS = {
    "log": "No such log",
    "field": "Field not in the log",
    "time": "Rows bear no time",
    "days": "Days not covered",
    "host": "Host not covered",
    "unreadable": "Could not be read",
}
"""Each kind of gap in plain words; any other is told by its reason alone."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One missing thing. ``warnings`` is the number of warnings that it keeps from being told."""

    kind: str
    what: str
    remedy: str
    warnings: int

    @property
    def heading(self) -> str:
        """The kind in plain words."""
        return KINDS.get(self.kind, "Cannot be decided")


def shortfalls(result: CheckResult) -> list[Shortfall]:
    """Group the gaps of all *cannot tell* answers, the one that most warnings wait for first.

    A warning that lacks several things counts for each. One without a gap counts under its reason. The
    groups hold every answer; the single answers are read where a result has no groups.
    """
    counts: dict[tuple[str, str, str], int] = {}
    for verdict, gaps, reason, count in _answers(result):
        if verdict != "cannot_tell":
            continue
        keys = {(gap.kind, gap.what, gap.remedy) for gap in gaps} or {("", reason, "")}
        for key in keys:
            counts[key] = counts.get(key, 0) + count
    # What one act would mend stands together.
    weight: dict[str, int] = {}
    for (_, _, remedy), count in counts.items():
        weight[remedy] = max(weight.get(remedy, 0), count)
    ordered = sorted(counts.items(), key=lambda item: (-weight[item[0][2]], item[0][2], -item[1], item[0]))
    return [Shortfall(kind, what, remedy, count) for (kind, what, remedy), count in ordered]


def _answers(result: CheckResult) -> Iterator[tuple[str, tuple[Gap, ...], str, int]]:
    if result.groups:
        yield from ((group.answer, group.gaps, group.reason, group.count) for group in result.groups)
    else:
        yield from ((answer.answer, answer.gaps, answer.reason, 1) for answer in result.answers)
