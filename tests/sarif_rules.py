"""What SARIF 2.1.0 (OASIS) requires of what we write."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["hold_to_specification", "locations_of"]

URI = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")


def locations_of(holder: dict[str, Any]) -> list[dict[str, Any]]:
    return [location["physicalLocation"] for location in holder.get("locations", [])]


def hold_to_specification(log: dict[str, Any]) -> None:
    """What SARIF 2.1.0 requires of the properties that we write; each line names its section."""
    assert log["version"] == "2.1.0"  # 3.13.2
    (run,) = log["runs"]  # 3.13.4
    driver = run["tool"]["driver"]  # 3.14.6, 3.18.2
    assert driver["name"] == "tocsin"  # 3.19.8
    rules = driver["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True  # 3.20.14
    for told in invocation["toolExecutionNotifications"]:
        assert told["message"]["text"]  # 3.58.5, 3.11.8
        assert told["level"] in {"none", "note", "warning", "error"}  # 3.58.6
        descriptor = told["descriptor"]  # 3.52.5: the index is that of the descriptor
        assert driver["notifications"][descriptor["index"]]["id"] == descriptor["id"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]  # 3.27.6
        assert result["level"] in {"none", "note", "warning", "error"}  # 3.27.10
        assert result.get("occurrenceCount", 1) >= 1  # 3.27.18
        assert all(isinstance(value, str) for value in result["partialFingerprints"].values())  # 3.27.17
        # 3.11.5: a lone brace would be a placeholder; 3.11.6: no embedded link.
        assert re.sub(r"\{\{|\}\}", "", result["message"]["text"]).count("{") == 0
        assert "](" not in result["message"]["text"]
    for holder in (*run["results"], *invocation["toolExecutionNotifications"]):
        for place in locations_of(holder):
            assert URI.fullmatch(place["artifactLocation"]["uri"])  # 3.4.3, RFC 3986
            assert place.get("region", {"startLine": 1})["startLine"] >= 1  # 3.30.5
