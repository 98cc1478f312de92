"""``--format html``: one self-contained page for people, on screen and paper. No script, nothing loaded."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from html import unescape
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tocsin.cli.formats.explain_tree import why_words
from tocsin.cli.formats.paper import Above, paper_of
from tocsin.cli.formats.shortfall import Missing, missing, not_seen
from tocsin.cli.formats.timeline import timeline_of
from tocsin.detect.result import SEVERITIES, CheckResult, Finding, Why
from tocsin.detect.told.hosts import actor_of, hit_hosts, hosts_of, named
from tocsin.detect.told.meaning import NOTE_ADVICE, NOTE_WORDS, meaning
from tocsin.detect.told.period import day, moment, span
from tocsin.detect.told.ranking import worst
from tocsin.detect.told.unread import nothing_read, unread_files
from tocsin.detect.told.verdict import verdict_of
from tocsin.model.tlp import parse_tlp
from tocsin.model.told.escape import one_line, shortened, visible
from tocsin.model.told.number import number
from tocsin.model.told.wrap import wrap

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["CARDS", "GAPS", "GLANCE", "ROWS", "render"]

CARDS: Final = 50
"""Findings told in full; the rest are rows of a table."""

GLANCE: Final = 6
"""With more findings than these, a table of the cards stands before them."""

ROWS: Final = 1_000
"""Findings on the page in all; beyond these it says where the rest is."""

GAPS: Final = 100
FILES: Final = 100
NOT_SEEN: Final = 1_000
"""Warnings that were not seen and are named, in a list that is folded."""

WHY_NODES: Final = 200
WHY_DEPTH: Final = 40
VALUE_WHOLE: Final = 400
"""A longer value is folded behind its first characters."""

CHUNK: Final = 64
"""Template pieces joined to one chunk."""


_SEE: Final = {"gaps": ("gaps", "What is missing"), "unread": ("appendix", "Appendix")}
"""Where on the page that stands which a step is about, and under which heading."""

_TAG: Final = re.compile(r"<[^>]*>")


def render(result: CheckResult) -> Iterator[str]:
    """Draw the report. Every string of ``result`` is text in it, with invisible characters spelled out."""
    template = _template()
    context = _context(result)
    above = _above(template, context)
    context["paper"] = paper_of(context["first"], len(result.findings), context["lacking"], above)
    stream = template.stream(context)
    stream.enable_buffering(CHUNK)
    yield from stream


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    def shown(value: Any) -> Any:
        # Line breaks stay: the style sheet decides whether they show.
        return visible(value, keep="\n") if type(value) is str else value

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=shown, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "moment": moment, "day": day, "meaning": meaning, "line": one_line, "why": why_words,
        "short": shortened, "hosts": hosts_of, "actor": actor_of, "named": named, "clip": _clip,
    }  # fmt: skip
    environment.globals |= {
        "span": span, "number": number, "note_words": NOTE_WORDS, "note_advice": NOTE_ADVICE,
        "whole": VALUE_WHOLE, "glance": GLANCE, "see": _SEE,
    }  # fmt: skip
    folder = files("tocsin") / "data" / "templates"
    style = (folder / "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    # The style sheet is ours, the only markup that is passed in; its hash must be that of the very bytes.
    environment.globals |= {"style": Markup(style), "style_hash": digest}  # noqa: S704
    return environment.from_string((folder / "report.html.j2").read_text("utf-8"))


def _context(result: CheckResult) -> dict[str, Any]:
    shown = worst(result.findings, ROWS)
    lacking = missing(result)
    gaps = sum(len(one.lacks) for one in lacking)
    evidence = result.evidence
    read = [one for one in evidence if one.format and (one.rows or not one.problem)]
    unread = unread_files(result)
    return {
        "result": result,
        "totals": result.totals,
        "verdict": verdict_of(result),
        "tlp": _tlp(result.findings),
        "cards": [(place, one, *_why(one.why)) for place, one in enumerate(shown[:CARDS], start=1)],
        "first": shown,
        "lacking": lacking,
        "rows": shown[CARDS:],
        "left_out": len(result.findings) - len(shown),
        "severities": [
            (severity, sum(one.severity == severity for one in result.findings))
            for severity in reversed(SEVERITIES)
        ],
        "missing": _first(lacking, GAPS),
        "gaps": gaps,
        "gaps_left_out": max(gaps - GAPS, 0),
        "not_seen": not_seen(result)[:NOT_SEEN],
        "timeline": timeline_of(result),
        "period": _period(result),
        "hosts": sorted({host for one in evidence for host in one.hosts}.union(hit_hosts(result.findings))),
        "logs": sorted({one.mapping or one.format for one in read}),
        "nothing_read": nothing_read(result),
        "files": read[:FILES],
        "files_left_out": len(read) - min(len(read), FILES),
        "unread": unread[:FILES],
        "unread_names": [one.file for one in unread],
        "unread_left_out": len(unread) - min(len(unread), FILES),
    }


def _above(template: Template, context: dict[str, Any]) -> Above:
    """Return what the page says above and below its findings, as text: how much room there is depends on it."""

    def texts(block: str, tag: str) -> list[str]:
        drawn = "".join(template.blocks[block](template.new_context(context)))
        return [
            unescape(_TAG.sub("", text)) for text in re.findall(f"<{tag}>(.*?)</{tag}>", drawn, re.DOTALL)
        ]

    return Above(
        verdict=context["verdict"].sentence,
        rest=" ".join(context["verdict"].rest),
        facts=texts("facts", "dd"),
        steps=texts("steps", "li"),
        timeline=bool(context["timeline"]),
        notes_below=2 * bool(context["unread"]) + bool(context["result"].warnings_not_checked),
    )


def _tlp(findings: Iterable[Finding]) -> tuple[str, str] | None:
    """Return the strictest label among the findings, as written and as a style's name."""
    labels = [label for one in findings if (label := parse_tlp(one.tlp)) is not None]
    return (max(labels).label, max(labels).text.partition("+")[0]) if labels else None


def _period(result: CheckResult) -> str:
    """Return the period that was asked for, else the one that the logs cover."""
    if result.since or result.until:
        begin = f"from {moment(result.since)}" if result.since else ""
        end = f"to {moment(result.until)}" if result.until else ""
        return f"{begin} {end} UTC".strip()
    firsts = [one.first_time for one in result.evidence if one.first_time]
    lasts = [one.last_time for one in result.evidence if one.last_time]
    if not firsts or not lasts:
        return "not known: the logs bear no time"
    begin, end = day(min(firsts)), day(max(lasts))
    return begin if begin == end else f"{begin} to {end}"


def _first(lacking: list[Missing], most: int) -> list[Missing]:
    """Return the groups of the first ``most`` gaps."""
    kept = []
    for one in lacking:
        if most <= 0:
            break
        kept.append(replace(one, lacks=one.lacks[:most]))
        most -= len(one.lacks)
    return kept


def _clip(text: str, width: int) -> str:
    """Return prose as one line of at most ``width`` columns, cut at a blank where there is one."""
    line = one_line(text, width * 4)
    head = next(wrap(line, width))
    return head if head == line else f"{head} ..."


def _why(root: Why) -> tuple[Why, int]:
    """Return the reason cut to what a page holds, and how many nodes are left out."""
    kept = _cut(root, [WHY_NODES], WHY_DEPTH)
    return kept, _size(root) - _size(kept)


def _size(root: Why) -> int:
    count, waiting = 0, [root]
    while waiting:
        node = waiting.pop()
        count += 1
        waiting.extend(node.children)
    return count


def _cut(node: Why, budget: list[int], depth: int) -> Why:
    budget[0] -= 1
    children = []
    for child in node.children:
        if budget[0] <= 0 or depth <= 0:
            break
        children.append(_cut(child, budget, depth - 1))
    return msgspec.structs.replace(node, children=tuple(children))
