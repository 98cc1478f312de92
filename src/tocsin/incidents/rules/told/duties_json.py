"""``incident due --format json``: every duty with its state, deadline and what is missing; versioned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from tocsin.incidents.rules.duty import Duty
from tocsin.incidents.rules.told.words import state_words
from tocsin.model.timestamp import format_microseconds

__all__ = ["answer", "render"]


def answer(duties: Iterable[Duty], now_us: int) -> dict[str, Any]:
    """All duties in their order. ``due`` is null where no clock runs, or it is *as soon as possible*."""
    return {
        "format": "tocsin-incident-due",
        "version": 1,
        "now": format_microseconds(now_us),
        "duties": [_duty(each) for each in duties],
    }


def _duty(one: Duty) -> dict[str, Any]:
    ends, told = one.deadline, one.told
    return {
        "incident": {"id": one.incident_id, "name": one.incident_name},
        "rule": {
            "id": one.rule.id,
            "family": one.rule.family,
            "name": one.rule.name,
            "status": one.rule.status.value,
            "as_of": one.rule.as_of.isoformat(),
        },
        "recipient": one.national.recipient if one.national is not None else one.rule.recipient,
        "law": one.national.law if one.national is not None else None,
        "state": one.state.value,
        "supplements": one.rule.supplements or None,
        "dormant": one.dormant,
        "learned": [{"what": each.what, "at": format_microseconds(each.at.us)} for each in one.learned],
        "words": state_words(one),
        "why": list(one.why),
        "clock": one.rule.clock.words,
        "started": format_microseconds(ends.starts_us) if ends is not None else None,
        "due": format_microseconds(ends.us) if ends is not None and ends.us is not None else None,
        "due_words": ends.words if ends is not None else None,
        "steps": list(ends.steps) if ends is not None else [],
        "left_s": one.left_us // 1_000_000 if one.left_us is not None else None,
        "told": {
            "whom": told.whom,
            "at": format_microseconds(told.at.us),
            "reference": told.reference or None,
        }
        if told is not None
        else None,
        "questions": [
            {"fact": each.id, "question": each.question, "help": each.help or None} for each in one.questions
        ],
        "missing": list(one.missing),
        "contradictions": [{"fields": list(each.fields), "what": each.words} for each in one.contradictions],
        "notes": list(one.notes),
        "unconfirmed": list(one.unconfirmed),
    }


def render(duties: Iterable[Duty], now_us: int) -> Iterator[str]:
    """Write the duties as one object, in lines that a person can follow."""
    yield msgspec.json.format(msgspec.json.encode(answer(duties, now_us)), indent=2).decode() + "\n"
