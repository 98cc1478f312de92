"""What a page about a verdict of the gate says, wherever it is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup, escape

from tocsin.inventory.gate.summary import Attestation
from tocsin.inventory.gate.verdict import GateResult, Verdict
from tocsin.inventory.told.gate_words import HEADLINES

__all__ = ["DETAILS", "FILTERS", "page_of"]

DETAILS: Final = 5
"""Cases told of each rule, so that the page stays one to print; JSON has all."""

_ORDER: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS)
_SAID: Final = {
    "fail": ("fails", "fail"),
    "unknown": ("is unknown", "are unknown"),
    "pass": ("passes", "pass"),
}
_DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_TITLES: Final = {"fail": "What fails", "unknown": "What is not known", "pass": "What passes"}


def page_of(result: GateResult, attestation: Attestation) -> dict[str, Any]:
    """What the template ``gate_answer`` and those that it is in stand on."""
    groups = [
        (verdict.value, [one for one in result.rulings if one.answer.verdict is verdict])
        for verdict in _ORDER
    ]
    told = [(verdict, rulings) for verdict, rulings in groups if rulings]
    return {
        "result": result,
        "headline": HEADLINES[result.verdict],
        "counts": ", ".join(
            f"{len(rulings):,} {_SAID[verdict][len(rulings) > 1]}" for verdict, rulings in told
        ),
        "groups": told,
        "attestation": attestation,
        "titles": _TITLES,
        "details": DETAILS,
    }


def _whole_days(text: str) -> str:
    """``text`` as markup in which no day is broken at its hyphens."""
    return Markup(_DAY.sub(r'<span class="day">\g<0></span>', str(escape(text))))  # noqa: S704  it is escaped


def _sha256(digests: Sequence[tuple[str, str]]) -> str:
    return dict(digests).get("sha256", "")


FILTERS: Final[Mapping[str, Callable[[Any], str]]] = {"digest": _sha256, "whole_days": _whole_days}
"""What the templates of the page call."""
