"""What a check's exit code is, decided from its counts alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.detect.result import CheckResult, Totals

__all__ = ["CLEAN", "FOUND", "NOTHING", "UNCHECKED", "check_exit_code", "exit_code"]

CLEAN = 0
FOUND = 1
NOTHING = 6
UNCHECKED = 7

_RANK = {"low": 0, "medium": 1, "high": 2, "critical": 3, "never": 4}


def exit_code(result: CheckResult, *, fail_on: str, allow_unchecked: bool) -> int:
    """Return the exit code of ``result``; see :func:`check_exit_code`."""
    return check_exit_code(
        (finding.severity for finding in result.findings),
        result.totals,
        fail_on=fail_on,
        allow_unchecked=allow_unchecked,
    )


def check_exit_code(severities: Iterable[str], totals: Totals, *, fail_on: str, allow_unchecked: bool) -> int:
    """Return the first of these that holds.

    1. FOUND: a finding is at least as severe as ``fail_on`` (``never``: none is).
    2. UNCHECKED, unless allowed: a warning could not be told or not be checked, or a file or row not be read.
    3. NOTHING: not one warning, or not one file, was checked. Leave to skip parts is no leave to check
       nothing.
    4. CLEAN.
    """
    if any(_RANK[severity] >= _RANK[fail_on] for severity in severities):
        return FOUND
    unchecked = totals.cannot_tell or totals.warnings_not_checked or totals.files_unread or totals.skipped
    if unchecked and not allow_unchecked:
        return UNCHECKED
    if totals.warnings == 0 or totals.files == totals.files_unread:
        return NOTHING
    return CLEAN
