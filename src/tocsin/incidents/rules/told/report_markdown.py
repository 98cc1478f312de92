"""A report as Markdown: to read, to change, to paste into a regulator's form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tocsin.incidents.rules.clock import time_words
from tocsin.incidents.rules.report import Line, Report
from tocsin.incidents.rules.rule import Need
from tocsin.incidents.rules.told.words import STATUS_WORDS, told_words
from tocsin.model.told.escape import one_line, visible

__all__ = ["render"]

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|])")
_AT_START: Final = re.compile(r"^(\s*)([#>+=~-]|\d+[.)])", re.MULTILINE)


def render(report: Report) -> Iterator[str]:
    """Write the report, line by line. What is missing stands where its answer belongs, and again at the top."""
    rule = report.rule
    recipient = report.national.recipient if report.national is not None else rule.recipient
    yield f"# {_text(rule.name)}\n\n"
    yield f"Incident: {_text(report.incident_name)}  \n"
    yield f"To: {_text(recipient)}  \n"
    if rule.how:
        yield f"How: {_text(rule.how)}  \n"
    if report.national is not None:
        yield f"Law: {_text(report.national.law)}  \n"
    yield f"Due: {_text(report.due) or 'its clock has not started'}  \n"
    yield f"Status of the rule: {STATUS_WORDS[rule.status]}, looked up {rule.as_of}  \n"
    if report.told is not None:
        yield f"{_text(told_words(report))}  \n"
    yield f"TLP:{report.tlp.upper()}. Written {report.made}; nothing has been sent.\n"
    if report.complete:
        yield "\nNothing that is required is missing.\n"
    else:
        yield f"\n**Not complete.** Missing: {len(report.missing)}\n\n"
        yield from (f"- {_text(line.words)}\n" for line in report.missing)
    yield from _news(report)
    for section in report.sections:
        yield f"\n## {_text(section.title or 'Questions')}\n"
        for line in section.lines:
            yield from _line(line)
    if rule.follows:
        yield "\n## What follows\n\n"
        yield from (f"- {_text(each.what)}: {_text(each.by)}\n" for each in rule.follows)
    yield "\n## Sources\n\n"
    for each in rule.sources:
        place = f", {_text(each.section)}" if each.section else ""
        doubt = "" if each.confirmed else f". **Not confirmed**: {_text(each.note)}"
        yield f"- {_text(each.title)}{place} ({each.day}){doubt}\n"
    if report.notes:
        yield "\n## Notes\n\n"
        yield from (f"- {_text(each)}\n" for each in report.notes)


def _news(report: Report) -> Iterator[str]:
    if report.told is None:
        return
    yield f"\n## What is new since {_text(time_words(report.told.at.us, report.told.at.zone))}\n"
    if report.learned:
        yield "\n"
    for each in report.learned:
        yield f"- {_text(time_words(each.at.us, each.at.zone))}: {_prose(each.what, '  ')}\n"
    for line in report.changed:
        yield from _line(line)
        if line.before:
            yield from ("\nIt was:\n\n", *(f"- {_prose(each, '  ')}\n" for each in line.before))
    if not report.changed:
        yield "\nNo answer is another than then.\n"


def _line(line: Line) -> Iterator[str]:
    mark = f" ({line.change} since then)" if line.change else ""
    yield f"\n**{_text(line.words)}**{mark}\n\n"
    if not line.answers:
        yield "*missing*\n" if line.need is Need.REQUIRED else "*not known yet*\n"
    elif len(line.answers) == 1:
        yield f"{_prose(line.answers[0])}\n"
    else:
        yield from (f"- {_prose(each, '  ')}\n" for each in line.answers)


def _text(text: str) -> str:
    return _AT_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", one_line(text, 2_000)))


def _prose(text: str, indent: str = "") -> str:
    """An answer keeps its lines; nothing in it becomes markup."""
    shown = _MARKUP.sub(r"\\\1", visible(text.strip(), keep="\n"))
    return _AT_START.sub(r"\1\\\2", shown).replace("\n", f"\n{indent}")
