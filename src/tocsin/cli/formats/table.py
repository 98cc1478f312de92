"""``--format table``: what a person reads in a terminal; the same words with and without colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tocsin.cli.formats.painted import WIDTHS, painter, within
from tocsin.cli.formats.shortfall import missing, not_seen
from tocsin.detect.result import CheckResult, EvidenceFile, Finding, Skip
from tocsin.detect.told.hosts import BETWEEN, actor_of
from tocsin.detect.told.meaning import NOTE_WORDS
from tocsin.detect.told.period import span
from tocsin.detect.told.ranking import worst
from tocsin.detect.told.unread import READABLE, nothing_read, unread_by_reason, unread_files
from tocsin.detect.told.verdict import verdict_of
from tocsin.model.told.escape import one_line, shortened, visible
from tocsin.model.told.number import number
from tocsin.model.told.wrap import columns, wrap

__all__ = ["FILES_SHOWN", "FINDINGS_SHOWN", "GAPS_SHOWN", "NOT_SEEN_SHOWN", "WIDTHS", "render"]

FINDINGS_SHOWN = 25
GAPS_SHOWN = 12
FILES_SHOWN = 20
NOT_SEEN_SHOWN = 10
UNREAD_NAMED = 3
"""Files that are named of those that were not read for the same reason."""

FILE_COLUMNS = 20
"""A file's name stands in a line of its own where the table leaves it less than this."""

NAME_SHOWN = 300
REMEDY_SHOWN = 800
VALUE_SHOWN = 200
LABEL_COLUMNS = 10
ALL_IN_JSON = "--format json lists all"

_STYLES = {
    "hit": "bold red", "cannot_tell": "bold yellow", "not_seen": "bold green", "heading": "bold",
    "critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "label": "dim",
}  # fmt: skip

_Line = list[tuple[str, str]]
"""Pieces of a line, each with the name of its style."""


def render(result: CheckResult, *, width: int = 100, colour: bool = False) -> Iterator[str]:
    """Draw ``result`` as lines of at most ``width`` columns (see ``WIDTHS``), a line a chunk.

    At most ``FINDINGS_SHOWN`` findings are told, and it is said how many more there are.
    """
    width = within(width)
    paint = painter(_STYLES) if colour else None
    for line in _document(result, width):
        yield "".join(paint(text, style) if paint and style else text for text, style in line).rstrip() + "\n"


def _document(result: CheckResult, width: int) -> Iterator[_Line]:
    verdict = verdict_of(result)
    for text in wrap(verdict.sentence, width):
        yield [(text, verdict.kind)]
    if verdict.rest:
        yield from _indented(" ".join(verdict.rest), "", width)
    yield from _findings(result, width)
    yield from _unread(result, width)
    yield from _cannot_tell(result, width)
    yield from _not_checked(result, width)
    yield from _not_seen(result, width)
    yield from _read(result, width)
    yield from _next(result, width)


def _findings(result: CheckResult, width: int) -> Iterator[_Line]:
    if not result.findings:
        return
    yield from _heading(f"FINDINGS ({len(result.findings):,})", width)
    for place, finding in enumerate(worst(result.findings, FINDINGS_SHOWN)):
        if place:
            yield []
        yield from _finding(finding, width)
    more = len(result.findings) - FINDINGS_SHOWN
    if more > 0:
        yield []
        yield from _indented(f"and {more:,} more; --format jsonl lists all", "", width)


def _finding(finding: Finding, width: int) -> Iterator[_Line]:
    badge = f"{finding.severity.upper():<{LABEL_COLUMNS}}"
    for place, text in enumerate(
        wrap(one_line(finding.title, NAME_SHOWN) or "(no name)", width - LABEL_COLUMNS)
    ):
        yield [(" " * LABEL_COLUMNS if place else badge, finding.severity), (text, "heading")]
    actor = actor_of(finding)
    who = f", by {one_line(actor, NAME_SHOWN)}" if actor else ""
    seen = f", seen by {one_line(BETWEEN.join(finding.seen_by), NAME_SHOWN)}" if finding.seen_by else ""
    where = one_line(finding.where, NAME_SHOWN) or "host not known"
    yield from _labelled("where", f"{where}{who}{seen}", width)
    yield from _labelled("when", span(finding.first_seen, finding.last_seen), width)
    yield from _labelled("how often", number(finding.count, "row"), width)
    for example in finding.examples[:1]:
        place_text = f"{visible(shortened(example.file, NAME_SHOWN))}:{example.row}"
        yield from _labelled("example", place_text, width)
        for path, value in example.values.items():
            yield from _labelled("", f"{visible(path)} = {visible(shortened(value, VALUE_SHOWN))}", width)
    for note in finding.notes:
        words = f"{NOTE_WORDS.get(note.kind, visible(note.kind))}: {one_line(note.text, NAME_SHOWN)}"
        yield from _labelled("note", words, width)
    if finding.source:
        yield from _labelled("from", one_line(finding.source, NAME_SHOWN), width)
    if finding.tlp:
        yield from _labelled("share", f"TLP:{visible(finding.tlp.upper())}", width)
    yield from _labelled("id", visible(finding.id), width)


def _cannot_tell(result: CheckResult, width: int) -> Iterator[_Line]:
    groups = missing(result)
    if not groups:
        return
    totals = result.totals
    yield from _heading(
        f"CANNOT TELL ({totals.cannot_tell:,} of {number(totals.warnings, 'warning')}): what is missing",
        width,
    )
    room = GAPS_SHOWN
    for group in groups:
        if room <= 0:
            break
        for lack in group.lacks[:room]:
            what = f"{lack.heading}: {one_line(lack.what, NAME_SHOWN)}  ({number(lack.warnings, 'warning')})"
            yield from _indented(what, "- ", width)
        room -= len(group.lacks)
        for place, remedy in enumerate(group.remedies):
            lead = f"{'Or' if place else 'To mend it'}{remedy.aim}"
            yield from _indented(f"{lead}: {one_line(remedy.text, REMEDY_SHOWN)}", "    ", width)
    if (more := sum(len(group.lacks) for group in groups) - GAPS_SHOWN) > 0:
        yield from _indented(f"and {more:,} more; {ALL_IN_JSON}", "", width)


def _not_checked(result: CheckResult, width: int) -> Iterator[_Line]:
    if result.warnings_not_checked:
        yield from _heading(f"NOT CHECKED ({number(result.totals.warnings_not_checked, 'warning')})", width)
        yield from _skips(result.warnings_not_checked, width)
    if result.slow:
        yield from _heading(
            f"SLOW PATTERNS ({len(result.slow):,}): no fixed text to look for, checked row by row",
            width,
        )
        for warning in result.slow[:GAPS_SHOWN]:
            yield from _indented(visible(shortened(warning, NAME_SHOWN)), "- ", width)
        if len(result.slow) > GAPS_SHOWN:
            yield from _indented(f"and {len(result.slow) - GAPS_SHOWN:,} more; {ALL_IN_JSON}", "", width)


def _not_seen(result: CheckResult, width: int) -> Iterator[_Line]:
    totals = result.totals
    if not totals.not_seen:
        return
    yield from _heading(f"NOT SEEN ({totals.not_seen:,} of {number(totals.warnings, 'warning')})", width)
    yield from _indented("The logs cover what these read, and they are not in them.", "", width)
    shown = not_seen(result)[:NOT_SEEN_SHOWN]
    for title in shown:
        yield from _indented(one_line(title, NAME_SHOWN) or "(no name)", "- ", width)
    if totals.not_seen > len(shown):
        yield from _indented(f"and {totals.not_seen - len(shown):,} more; {ALL_IN_JSON}", "", width)


def _read(result: CheckResult, width: int) -> Iterator[_Line]:
    totals = result.totals
    yield from _heading("WHAT WAS READ", width)
    there = f"{number(totals.files, 'file')}, {number(totals.rows, 'row')}"
    told = f"{there}: {totals.read:,} read, {totals.skipped:,} skipped"
    yield from _indented(told, "", width)
    warnings = number(totals.warnings, "warning")
    if totals.warnings_skipped:
        warnings += (
            f"; {number(totals.warnings_skipped, 'thing')} in their files skipped that are no warnings"
        )
    yield from _indented(warnings, "", width)
    known = [one for one in result.evidence if one.format and (one.rows or not one.problem)]
    yield from _files(known, width)
    skipped = _by_reason(known)
    if skipped:
        yield from _heading("SKIPPED ROWS", width)
        yield from _skips(skipped, width)
    if result.warnings_skipped:
        yield from _heading("SKIPPED IN THE WARNINGS' FILES", width)
        yield from _skips(result.warnings_skipped, width)


def _files(files: list[EvidenceFile], width: int) -> Iterator[_Line]:
    if not files:
        return
    shown = files[:FILES_SHOWN]
    names = [visible(one.mapping or one.format) for one in shown]
    first = min(max(map(columns, ("log", *names))), 24, width - 28)
    beside = width - first - 30 >= FILE_COLUMNS
    yield [(f"{'log':<{first}}  {'rows':>13}  {'skipped':>11}{'  file' if beside else ''}", "label")]
    for name, one in zip(names, shown, strict=True):
        skipped = sum(skip.count for skip in one.skipped)
        lead = f"{name[:first]:<{first}}  {one.rows:>13,}  {skipped:>11,}  "
        file = visible(shortened(one.file, NAME_SHOWN))
        if beside:
            yield from _indented(file, lead, width)
        else:
            yield [(lead, "")]
            yield from _indented(file, "    ", width)
        for note in one.notes:
            yield from _indented(one_line(note, NAME_SHOWN), "    note: ", width)
    if len(files) > FILES_SHOWN:
        yield from _indented(f"and {len(files) - FILES_SHOWN:,} more; {ALL_IN_JSON}", "", width)


def _unread(result: CheckResult, width: int) -> Iterator[_Line]:
    groups = unread_by_reason(result)
    if not groups:
        return
    count = len(unread_files(result))
    yield from _heading(f"NOT READ ({count:,} of {number(result.totals.files, 'file')})", width)
    for group in groups[:FILES_SHOWN]:
        names = ", ".join(visible(shortened(file, NAME_SHOWN)) for file in group.files[:UNREAD_NAMED])
        if len(group.files) > UNREAD_NAMED:
            names += f" and {len(group.files) - UNREAD_NAMED:,} more"
        lead = f"{len(group.files):,} files: " if len(group.files) > 1 else ""
        yield from _indented(f"{lead}{names}: {one_line(group.reason, NAME_SHOWN)}", "- ", width)
    if (more := sum(len(group.files) for group in groups[FILES_SHOWN:])) > 0:
        yield from _indented(f"and {more:,} more; {ALL_IN_JSON}", "", width)
    if not nothing_read(result):
        # Where nothing was, it is what to do next.
        yield from _indented(READABLE, "", width)


def _next(result: CheckResult, width: int) -> Iterator[_Line]:
    yield from _heading("WHAT TO DO NEXT", width)
    for place, step in enumerate(result.next_steps, start=1):
        yield from _indented(f"{step.do} {step.how}".rstrip(), f"{place}. ", width)
    if result.findings:
        first = worst(result.findings, 1)[0].id
        yield from _indented(
            "Why a finding is one: write the findings with --format jsonl --output findings.jsonl, then",
            "",
            width,
        )
        yield from _indented(f"tocsin explain findings.jsonl {visible(first)}", "    ", width)
    yield from _indented("A report to print or hand on: --format html --output report.html", "", width)


def _by_reason(files: Iterable[EvidenceFile]) -> tuple[Skip, ...]:
    counts: dict[str, tuple[int, tuple[str, ...]]] = {}
    for one in files:
        for skip in one.skipped:
            count, places = counts.get(skip.reason, (0, ()))
            own = tuple(f"{one.file} {place}" for place in skip.places)
            counts[skip.reason] = (count + skip.count, (*places, *own)[:3])
    ordered = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))
    return tuple(Skip(reason=reason, count=count, places=places) for reason, (count, places) in ordered)


def _skips(skips: tuple[Skip, ...], width: int) -> Iterator[_Line]:
    for skip in skips[:GAPS_SHOWN]:
        places = ", ".join(visible(shortened(place, NAME_SHOWN)) for place in skip.places[:3])
        at = f" ({'first: ' if skip.count > 1 else ''}{places})" if places else ""
        yield from _indented(f"{skip.count:,}: {one_line(skip.reason, NAME_SHOWN)}{at}", "- ", width)
    if len(skips) > GAPS_SHOWN:
        yield from _indented(f"and {len(skips) - GAPS_SHOWN:,} more reasons; {ALL_IN_JSON}", "", width)


def _heading(text: str, width: int) -> Iterator[_Line]:
    yield []
    for line in wrap(text, width):
        yield [(line, "heading")]


def _labelled(label: str, text: str, width: int) -> Iterator[_Line]:
    for place, line in enumerate(wrap(text, width - LABEL_COLUMNS)):
        yield [
            ("" if place else label, "label"),
            (" " * (LABEL_COLUMNS - (0 if place else len(label))), ""),
            (line, ""),
        ]


def _indented(text: str, lead: str, width: int) -> Iterator[_Line]:
    for place, line in enumerate(wrap(text, width - len(lead))):
        yield [(" " * len(lead) if place else lead, ""), (line, "")]
