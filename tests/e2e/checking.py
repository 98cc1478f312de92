"""A whole check in this process: evidence and warnings in, the result as the doors see it out."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tocsin.detect.result import Answer, CheckResult, Finding
from tocsin.model.timestamp import parse_timestamp
from tocsin.service.detect.check import check
from tocsin.service.detect.request import CheckRequest
from tocsin.service.progress import SilentProgress

REPOSITORY = Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data"
LOGS = DATA / "evidence" / "logs"
INDICATORS = DATA / "intel" / "iocs"
WINDOWS = LOGS / "windows"
ZEEK = LOGS / "zeek" / "apt29-day1"
EVTX = LOGS / "evtx"

needs_data = pytest.mark.skipif(not LOGS.is_dir(), reason=f"the real logs are not at {LOGS}")

NOW = parse_timestamp("2026-11-01T00:00:00Z")


def run(
    evidence: Iterable[Path | str], against: Iterable[Path | str], *, cache: Path | None = None, **asked: Any
) -> CheckResult:
    """Check with the defaults of the command line, but no cache and no known-good notes."""
    options: dict[str, Any] = {
        "since": None, "until": None, "as_format": None, "mapping": None, "threads": 2,
        "memory_bytes": 1200 << 20, "known_good": False, "now": NOW, "list_answers": True,
    }  # fmt: skip
    request = CheckRequest(
        evidence=tuple(map(str, evidence)), against=tuple(map(str, against)), cache=cache, **(options | asked)
    )
    result = check(request, SilentProgress())
    assert_adds_up(result)
    return result


def assert_adds_up(result: CheckResult) -> None:
    """Hold a result to what is promised of every one: all that came in went somewhere."""
    totals = result.totals
    assert totals.warnings == totals.hit + totals.not_seen + totals.cannot_tell
    assert totals.warnings == sum(group.count for group in result.groups)
    assert totals.rows == totals.read + totals.skipped
    assert totals.files == len(result.evidence)
    assert totals.files_unread == sum(bool(file.problem) for file in result.evidence)
    for file in result.evidence:
        assert file.rows == file.read + sum(skip.count for skip in file.skipped)
        assert file.format or file.problem, file.file
    assert totals.findings == len(result.findings)
    assert len({finding.id for finding in result.findings}) == len(result.findings)
    if result.answers:
        hit = {answer.warning for answer in result.answers if answer.answer == "hit"}
        assert hit == {finding.warning for finding in result.findings}


def bundle(path: Path, patterns: Mapping[str, str], **more: Any) -> Path:
    """Write STIX 2.1 indicators, one a pattern, each named by its key; the same pattern has the same id.

    Without ``valid_from`` in ``more`` a warning is asked of the evidence's own days.
    """
    objects = [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{_uuid(pattern)}",
            "created": "2021-01-01T00:00:00.000Z",
            "modified": "2021-01-01T00:00:00.000Z",
            "name": name,
            "pattern": pattern,
            "pattern_type": "stix",
            **more,
        }
        for name, pattern in patterns.items()
    ]
    text = json.dumps({"type": "bundle", "id": f"bundle--{_uuid(str(path))}", "objects": objects})
    path.write_text(text, encoding="utf-8")
    return path


def _uuid(text: str) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4)


def findings_of(result: CheckResult, title: str) -> list[Finding]:
    return [finding for finding in result.findings if finding.title == title]


def answer_to(result: CheckResult, title: str) -> Answer:
    (answer,) = [answer for answer in result.answers if answer.title == title]
    return answer


def name_of(file: str) -> str:
    """The file's name, or its name in the archive."""
    return file.rsplit("!/", 1)[-1].rsplit("/", 1)[-1]


Shape = tuple[str, str, str, str, int, tuple[tuple[str, int], ...]]


def shape(finding: Finding) -> Shape:
    """What a finding says of host, actor, time, count and rows."""
    examples = tuple((name_of(example.file), example.row) for example in finding.examples)
    return finding.where, finding.actor, finding.first_seen, finding.last_seen, finding.count, examples
