"""``--format sarif``: SARIF 2.1.0 (OASIS), for tools that show and track results of analyses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from tocsin.inventory.exposure import Exposure, InventoryResult
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Verdict
from tocsin.inventory.told.advice import (
    basis,
    chance_words,
    deed,
    outcome_words,
    sector_words,
    state_words,
    title_of,
)
from tocsin.model.told.escape import one_line
from tocsin.model.told.sarif_text import SCHEMA, artifact_uri, message

__all__ = ["render"]

_LEVELS: Final = {Verdict.AFFECTED: "error", Verdict.UNKNOWN: "warning"}
_LONGEST: Final = 1_000
_NOTES: Final = {
    "no-data": "No advisories that were read speak of products of this kind.",
    "not-read": "A part of the inventory or of the advisories that could not be read.",
    "stale": "Advisories that are old, or do not say how old they are.",
}


def render(result: InventoryResult) -> Iterator[str]:
    """Write one run: a rule a vulnerability, a result for each product that is affected or may be, a line each.

    What could not be told is in ``invocations[0].toolExecutionNotifications`` (section 3.20.21).
    """
    told = [one for one in result.exposures if one.verdict in _LEVELS]
    rules: dict[str, Exposure] = {}
    for one in told:
        rules.setdefault(one.judgement.vulnerability, one)
    driver = {
        "name": "tocsin",
        "version": result.tocsin,
        "rules": [_rule(name, one) for name, one in rules.items()],
        "notifications": [{"id": name, "shortDescription": {"text": text}} for name, text in _NOTES.items()],
    }
    invocation = {"executionSuccessful": True, "toolExecutionNotifications": list(_notes(result))}
    yield f'{{"$schema":{_json(SCHEMA)},"version":"2.1.0","runs":[{{\n"tool":{_json({"driver": driver})},\n'
    yield f'"invocations":{_json([invocation])},\n"columnKind":"unicodeCodePoints",\n"results":['
    index = {name: place for place, name in enumerate(rules)}
    for place, one in enumerate(told):
        yield (",\n" if place else "\n") + _json(_result(one, index[one.judgement.vulnerability]))
    yield "\n]}]}\n"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _rule(name: str, one: Exposure) -> dict[str, Any]:
    score = one.stakes.score
    properties: dict[str, Any] = {"tags": ["security", "vulnerability"]}
    if score is not None:
        properties["security-severity"] = f"{score:.1f}"
    url = one.judgement.match.advisory.url
    rule = {
        "id": name,
        "shortDescription": message(title_of(one) or name),
        "help": message(f"{deed(one)}. {one.rule.words}"),
        "properties": properties,
    }
    return {**rule, "helpUri": url} if url.startswith(("https://", "http://")) else rule


def _result(one: Exposure, index: int) -> dict[str, Any]:
    name = one.judgement.vulnerability
    what = "is affected by" if one.verdict is Verdict.AFFECTED else "may be affected by"
    where = f" at {one.site}" if one.site else ""
    due = "".join(f" {words}" for words in (outcome_words(one), *_why_first(one)) if words)
    return {
        "ruleId": name,
        "ruleIndex": index,
        "level": _LEVELS[one.verdict],
        "message": message(
            f"{shown(one.component)}{where} {what} {name}. {one.rule.words} {basis(one)}.{due}"
        ),
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": artifact_uri(one.bill)}},
                "logicalLocations": [{"fullyQualifiedName": one.place or shown(one.component)}],
            }
        ],
        # A viewer lists what is suppressed apart, with who accepted it and why (section 3.35).
        **({"suppressions": [_suppression(one)]} if one.treatment.is_settled else {}),
        "partialFingerprints": {"tocsin/1": f"{one.site}|{shown(one.component)}|{name}"},
        "properties": _properties(one),
    }


def _properties(one: Exposure) -> dict[str, Any]:
    held: dict[str, Any] = {"verdict": one.verdict.value, "rule": one.rule.value, "due": one.due}
    if one.chance is not None:
        held["epss"] = one.chance.probability
    return {**held, "sectors": list(one.sectors)} if one.sectors else held


def _why_first(one: Exposure) -> list[str]:
    return [f"{words[:1].upper()}{words[1:]}." for words in (sector_words(one), chance_words(one)) if words]


def _suppression(one: Exposure) -> dict[str, Any]:
    treatment = one.treatment
    words = state_words(treatment) + (f": {treatment.why}" if treatment.why else "")
    return {"kind": "external", "status": "accepted", "justification": one_line(words, _LONGEST)}


def _notes(result: InventoryResult) -> Iterator[dict[str, Any]]:
    for one in result.no_data:
        yield _note(
            "no-data",
            f"{one.releases:,} {one.kind}: no feed of advisories about such was read, so nothing is known of them.",
        )
    for feed in result.feeds:
        if feed.stale:
            yield _note("stale", f"What {feed.name} gave is of {feed.dated or 'an unknown day'}.")
    for part in result.not_read:
        yield _note("not-read", f"{part.file} {part.place}: {part.why}")


def _note(name: str, text: str) -> dict[str, Any]:
    return {
        "descriptor": {"id": name, "index": list(_NOTES).index(name)},
        "level": "warning",
        "message": message(text),
    }
