"""``incident report --format json``: a report as one object; versioned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.incidents.rules.report import Report
from tocsin.model.timestamp import format_microseconds

__all__ = ["answer", "render"]


def answer(report: Report) -> dict[str, Any]:
    """The whole report. A question without an answer has an empty list; ``missing`` names those that are required."""
    rule = report.rule
    national = report.national
    return {
        "format": "tocsin-incident-report",
        "version": 1,
        "made": report.made,
        "sent": False,
        "tlp": report.tlp,
        "incident": {"id": report.incident_id, "name": report.incident_name},
        "rule": {
            "id": rule.id,
            "family": rule.family,
            "name": rule.name,
            "status": rule.status.value,
            "as_of": rule.as_of.isoformat(),
            "version": rule.version,
            "recipient": national.recipient if national is not None else rule.recipient,
            "how": rule.how or None,
            "law": national.law if national is not None else None,
            "sources": [
                {
                    "title": each.title,
                    "section": each.section or None,
                    "url": each.url,
                    "day": each.day.isoformat(),
                    "confirmed": each.confirmed,
                    "note": each.note or None,
                }
                for each in rule.sources
            ],
        },
        "due": report.due or None,
        "supplements": rule.supplements or None,
        "told_last": _told(report),
        "learned": [{"what": each.what, "at": format_microseconds(each.at.us)} for each in report.learned],
        "complete": report.complete,
        "missing": [line.id for line in report.missing],
        "sections": [
            {
                "title": section.title or None,
                "questions": [
                    {
                        "id": line.id,
                        "question": line.words,
                        "answers": list(line.answers),
                        "need": line.need.value,
                        "source": line.source,
                        "section": line.section or None,
                        "change": line.change or None,
                        "before": list(line.before) if line.before is not None else None,
                    }
                    for line in section.lines
                ],
            }
            for section in report.sections
        ],
        "follows": [{"what": each.what, "by": each.by} for each in rule.follows],
        "notes": list(report.notes),
    }


def _told(report: Report) -> dict[str, Any] | None:
    told = report.told
    if told is None:
        return None
    return {
        "whom": told.whom,
        "at": format_microseconds(told.at.us),
        "rule": told.rule,
        "reference": told.reference or None,
    }


def render(report: Report) -> Iterator[str]:
    """Write the report as one object, in lines that a person can follow."""
    yield msgspec.json.format(msgspec.json.encode(answer(report)), indent=2).decode() + "\n"
