"""``gate --format sarif``: SARIF 2.1.0 (OASIS); a result for each rule that fails or cannot be told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tocsin.inventory.gate.summary import Attestation
from tocsin.inventory.gate.verdict import GateResult, Ruling, Verdict
from tocsin.model.told.sarif_text import SCHEMA, artifact_uri, message

__all__ = ["render"]

_SCORES: Final = {"low": "2.0", "medium": "5.0", "high": "8.0", "critical": "9.5"}
"""What tools that sort by ``security-severity`` take a severity for."""
_NOTES: Final = {
    "verdict": "The verdict about the product.",
    "doubt": "A doubt that decides nothing.",
    "not-read": "A part of the bill of materials or of the advisories that could not be read.",
    "stale": "Data that is old, or does not say how old it is.",
}


def render(result: GateResult, attestation: Attestation) -> Iterator[str]:  # noqa: ARG001  drawn like the others
    """Write one run: every rule of the policy, and a result for each that does not pass."""
    told = [one for one in result.rulings if one.answer.verdict is not Verdict.PASS]
    index = {one.id: place for place, one in enumerate(result.rulings)}
    run = {
        "tool": {
            "driver": {
                "name": "tocsin",
                "version": result.tocsin,
                "rules": [_rule(one) for one in result.rulings],
                "notifications": [
                    {"id": name, "shortDescription": {"text": text}} for name, text in _NOTES.items()
                ],
            }
        },
        "invocations": [
            {"executionSuccessful": True, "toolExecutionNotifications": list(_notifications(result))}
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, one, index[one.id]) for one in told],
        "properties": {"verdict": result.verdict.value, "policy": result.policy},
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    yield msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _rule(one: Ruling) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": one.id,
        "shortDescription": message(one.asks),
        "help": message(f"{one.asks} Source: {one.source}."),
        "properties": {"tags": ["security", "supply-chain"], "security-severity": _SCORES[one.severity]},
    }
    return {**rule, "helpUri": one.url} if one.url.startswith(("https://", "http://")) else rule


def _result(result: GateResult, one: Ruling, index: int) -> dict[str, Any]:
    answer = one.answer
    unknown = answer.verdict is Verdict.UNKNOWN
    level = ("warning" if one.required else "note") if unknown else "error"
    remedy = f" {answer.remedy}" if answer.remedy else ""
    return {
        "ruleId": one.id,
        "ruleIndex": index,
        "level": level,
        "message": message(f"{'Cannot be told: ' if unknown else ''}{answer.why}{remedy}"),
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": artifact_uri(result.subjects[0].name)}}}
        ],
        "partialFingerprints": {"tocsin/1": f"{result.product}|{one.id}|{answer.fault}"},
        "properties": {
            "verdict": answer.verdict.value,
            "fault": answer.fault,
            "source": one.source,
            "details": list(answer.details),
        },
    }


def _notifications(result: GateResult) -> Iterator[dict[str, Any]]:
    yield _note("verdict", f"{result.product}: {result.verdict.value}.", "note")
    for note in result.notes:
        yield _note("doubt", note)
    for one in result.not_read:
        yield _note("not-read", f"{one.file} {one.place}: {one.why}")
    for feed in result.feeds:
        if feed.stale:
            yield _note("stale", f"The data of {feed.name} is of {feed.dated or 'an unknown day'}.")


def _note(id_: str, text: str, level: str = "warning") -> dict[str, Any]:
    return {
        "descriptor": {"id": id_, "index": list(_NOTES).index(id_)},
        "level": level,
        "message": message(text),
    }
