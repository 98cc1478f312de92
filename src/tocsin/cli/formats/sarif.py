"""``--format sarif``: SARIF 2.1.0 (OASIS), for tools that show and track results of analyses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from tocsin.cli.formats.shortfall import shortfalls
from tocsin.detect.result import CheckResult, Example, Finding, Skip
from tocsin.detect.told.period import span
from tocsin.detect.told.verdict import verdict_of
from tocsin.model.told.escape import visible
from tocsin.model.told.number import number
from tocsin.model.told.sarif_text import SCHEMA, artifact_uri, message

__all__ = ["render"]

LEVELS: Final = {"low": "note", "medium": "warning", "high": "error", "critical": "error"}
SCORES: Final = {"low": "3.0", "medium": "5.5", "high": "8.0", "critical": "9.5"}
"""A score of 0 to 10 for each severity, in the middle of its CVSS range, for tools that sort by one."""

NOTIFICATIONS: Final = {
    "verdict": "The answer of the whole check.",
    "cannot-tell": "Something is missing, so that it cannot be told whether a warning occurs.",
    "warning-not-checked": "A warning that this program cannot check.",
    "warning-skipped": "Something in the warnings' files that is no warning.",
    "file-not-read": "An evidence file that was not read.",
    "rows-skipped": "Rows of evidence that could not be read.",
}


def render(result: CheckResult) -> Iterator[str]:
    """Write one run: a rule for each warning that hit, a result a finding, a line each.

    What could not be checked is told by ``invocations[0].toolExecutionNotifications`` (section 3.20.21).
    """
    rules: dict[str, Finding] = {}
    for finding in result.findings:
        rules.setdefault(finding.warning, finding)
    driver = {
        "name": "tocsin",
        "version": visible(result.tocsin),
        "rules": [_rule(id_, finding) for id_, finding in rules.items()],
        "notifications": [
            {"id": id_, "shortDescription": {"text": text}} for id_, text in NOTIFICATIONS.items()
        ],
    }
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": list(_notifications(result))}
    yield f'{{"$schema":{_json(SCHEMA)},"version":"2.1.0","runs":[{{\n"tool":{_json({"driver": driver})},\n'
    yield f'"invocations":{_json([invocation])},\n"columnKind":"unicodeCodePoints",\n"results":['
    index = {id_: place for place, id_ in enumerate(rules)}
    for place, finding in enumerate(result.findings):
        yield (",\n" if place else "\n") + _json(_result(finding, index[finding.warning]))
    yield "\n]}]}\n"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _rule(id_: str, finding: Finding) -> dict[str, Any]:
    return {
        "id": id_,
        "shortDescription": message(finding.title),
        "fullDescription": message(finding.description or finding.title),
        "defaultConfiguration": {"level": LEVELS[finding.severity]},
        "properties": {
            "pattern": finding.pattern,
            "source": finding.source,
            "tags": ["security"],
            "security-severity": SCORES[finding.severity],
        },
    }


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    where = f" on {finding.where}" if finding.where else ""
    when = span(finding.first_seen, finding.last_seen)
    told = f"Seen{where}: {finding.title}. {number(finding.count, 'row')}, {when}."
    notes = "".join(f" Note: {note.text}" for note in finding.notes)
    properties: dict[str, Any] = {
        name: getattr(finding, name)
        for name in (
            "severity",
            "where",
            "actor",
            "seen_by",
            "first_seen",
            "last_seen",
            "count",
            "tlp",
            "kind",
            "source",
        )
    }
    if finding.confidence is not None:
        properties["confidence"] = finding.confidence
    properties["examples"] = finding.examples
    properties["notes"] = finding.notes
    return {
        "ruleId": finding.warning,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": message(told + notes),
        "locations": [_location(example) for example in finding.examples],
        "occurrenceCount": max(finding.count, 1),
        "partialFingerprints": {"findingId/v1": finding.id},
        "properties": properties,
    }


def _location(example: Example) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": artifact_uri(example.file)}}
    if example.row >= 1:
        place["region"] = {"startLine": example.row}
    return {"physicalLocation": place}


def _notifications(result: CheckResult) -> Iterator[dict[str, Any]]:
    verdict = verdict_of(result)
    yield _notification("verdict", " ".join((verdict.sentence, *verdict.rest)), "note")
    for gap in shortfalls(result):
        waiting = f"{number(gap.warnings, 'warning')} cannot be told."
        told = f"{gap.heading}: {gap.what}. {waiting} {' Or: '.join(gap.remedies)}"
        yield _notification("cannot-tell", told)
    yield from _skips("warning-not-checked", result.warnings_not_checked, "warning")
    yield from _skips("warning-skipped", result.warnings_skipped, "note")
    for one in result.evidence:
        if not one.format or one.problem:
            yield _notification(
                "file-not-read", one.problem or "its format was not recognised", "warning", one.file
            )
        for skip in one.skipped:
            told = f"{number(skip.count, 'row')} skipped: {skip.reason} ({', '.join(skip.places)})"
            yield _notification("rows-skipped", told, "warning", one.file)


def _skips(id_: str, skips: Iterable[Skip], level: str) -> Iterator[dict[str, Any]]:
    for skip in skips:
        yield _notification(id_, f"{skip.count:,}: {skip.reason} ({', '.join(skip.places)})", level)


def _notification(id_: str, text: str, level: str = "warning", file: str = "") -> dict[str, Any]:
    told: dict[str, Any] = {
        "descriptor": {"id": id_, "index": list(NOTIFICATIONS).index(id_)},
        "level": level,
        "message": message(text),
    }
    if file:
        told["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": artifact_uri(file)}}}]
    return told
