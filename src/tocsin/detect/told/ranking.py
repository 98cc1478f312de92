"""The order in which findings are told: the worst first, then the earliest."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from tocsin.detect.result import SEVERITIES, Finding

__all__ = ["rank", "worst"]

_RANK = {severity: -place for place, severity in enumerate(SEVERITIES)}
_NO_TIME = "~"  # sorts after every timestamp


def rank(finding: Finding) -> tuple[int, str, str]:
    """Return a key that sorts by severity, first time (none last) and id."""
    return _RANK[finding.severity], finding.first_seen or _NO_TIME, finding.id


def worst(findings: Iterable[Finding], most: int) -> list[Finding]:
    """Return the first ``most`` findings in this order, in memory of ``most`` only."""
    return heapq.nsmallest(most, findings, key=rank)
