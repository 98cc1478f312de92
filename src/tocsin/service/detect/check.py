"""Are we hit? Evidence against warnings, and the answer to each warning."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

import msgspec

from tocsin import __version__
from tocsin.detect.answer import Answers, Period
from tocsin.detect.binding import bound_paths
from tocsin.detect.coverage import Coverage, Remedy
from tocsin.detect.mapping_file import MappingFile, read_mapping
from tocsin.detect.plan import Plan
from tocsin.detect.result import (
    AnswerGroup,
    CheckResult,
    EvidenceFile,
    Finding,
    Gap,
    Skip,
    Totals,
)
from tocsin.detect.told.next_steps import next_steps
from tocsin.detect.warning import WarningTally
from tocsin.engine.run import FileTimes, Outcome, Run
from tocsin.errors import BadInput, NothingToCheck, Place, SourceUnavailable, UsageError
from tocsin.model.timestamp import NS_PER_S, format_instant, parse_timestamp
from tocsin.service.detect.findings import findings_of
from tocsin.service.detect.intake import FORMATS, FileReport, Intake
from tocsin.service.detect.mappings import shipped_mappings
from tocsin.service.detect.notes import known_good_notes, no_notes
from tocsin.service.detect.request import CheckRequest
from tocsin.service.detect.warnings import read_plan
from tocsin.service.progress import Progress
from tocsin.sources.evidence import find_streams
from tocsin.sources.stream import Stream, Unread

__all__ = ["check"]

_NS_PER_DAY = 86_400 * NS_PER_S


def check(request: CheckRequest, progress: Progress, stdin: BinaryIO | None = None) -> CheckResult:
    """Check evidence against warnings; ``stdin`` is what ``-`` names.

    Raises:
        UsageError: the evidence's format is none that can be read.
        SourceUnavailable: none of the evidence, none of the warnings, or not the mapping file can be opened.
        BadInput: warnings or the mapping file cannot be read.
        NothingToCheck: no evidence, or no warning, was found.
    """
    began = time.monotonic()
    if request.as_format is not None and request.as_format not in FORMATS:
        near = "".join(f"Did you mean {one!r}? " for one in get_close_matches(request.as_format, FORMATS, 1))
        raise UsageError(
            f"{request.as_format!r} is no format of evidence",
            hint=f"{near}Known: {', '.join(sorted(FORMATS))}.",
        )
    plan, tally = read_plan(request.against, request.cache, progress, stdin)
    mappings = _mappings(request.mapping)
    found = list(find_streams(request.evidence, stdin))
    if not found:
        raise NothingToCheck(
            f"there is no file in {', '.join(request.evidence)}", hint="Name log files or a folder."
        )
    _refuse_unopened(found)
    outcome, reports = _run(request, plan, mappings, found, progress)
    notes = known_good_notes() if request.known_good else no_notes
    findings = findings_of(plan, outcome, reports, notes)
    answers = _answers(request, plan, outcome, reports, mappings, findings)
    groups = answers.groups()
    evidence = [_evidence_file(report, outcome.files.get(number)) for number, report in enumerate(reports)]
    result = CheckResult(
        tocsin=__version__,
        checked_at=format_instant(request.now),
        since=request.since or "",
        until=request.until or "",
        took_s=round(time.monotonic() - began, 3),
        totals=_totals(plan, tally, groups, evidence, findings),
        findings=tuple(findings),
        groups=groups,
        answers=tuple(answers) if request.list_answers else (),
        evidence=tuple(evidence),
        warnings_skipped=_skips(tally.skipped),
        warnings_not_checked=_skips(tally.not_checked),
        slow=tuple(
            plan.warnings["name"][one].as_py() or plan.warnings["id"][one].as_py() for one in plan.slow
        ),
    )
    return msgspec.structs.replace(result, next_steps=next_steps(result))


def _refuse_unopened(found: Sequence[Stream | Unread]) -> None:
    """Refuse evidence of which nothing could be opened. What could not beside others is reported with them."""
    unopened = [one for one in found if isinstance(one, Unread) and one.unopened]
    if not unopened or any(isinstance(one, Stream) or not (one.by_rule or one.unopened) for one in found):
        return
    others = f" (nor can {len(unopened) - 1:,} more)" if len(unopened) > 1 else ""
    raise SourceUnavailable(
        f"cannot be opened: {unopened[0].reason}{others}",
        where=Place(unopened[0].name),
        hint="Check the name and your right to read it.",
    )


def _run(
    request: CheckRequest,
    plan: Plan,
    mappings: Sequence[MappingFile],
    found: Sequence[Stream | Unread],
    progress: Progress,
) -> tuple[Outcome, Sequence[FileReport]]:
    """Put the plan to the evidence that was found; return what came of it, and of each stream."""
    since, until = _instant(request.since), _instant(request.until)
    progress.stage("reading evidence")
    with (
        tempfile.TemporaryDirectory(prefix="tocsin-") as temporary,
        Run(
            plan,
            threads=request.threads,
            memory_bytes=request.memory_bytes,
            temporary=Path(temporary),
            since_us=None if since is None else since // 1000,
            until_us=None if until is None else until // 1000,
        ) as run,
    ):
        intake = Intake(run, plan, mappings, request.as_format)
        for one in found:
            if isinstance(one, Stream):
                intake.take(one, progress)
            elif not one.by_rule:
                intake.refuse(one.name, one.reason)
        progress.stage("deciding")
        outcome = run.finish()
    for number, refused in outcome.refused.items():
        report = intake.reports[number]
        report.tally.take(refused)
        report.tally.read -= sum(skipped.count for skipped in refused.skipped.values())
    return outcome, intake.reports


def _mappings(path: Path | None) -> Sequence[MappingFile]:
    if path is None:
        return shipped_mappings()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as problem:
        raise SourceUnavailable(f"the mapping file {path} cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise BadInput(
            "the mapping file is no UTF-8 text", where=Place(str(path)), hint="Save it as UTF-8."
        ) from problem
    # A person's own mapping is meant: it goes before all others that fit.
    return (read_mapping(text, str(path)),)


def _instant(text: str | None) -> int | None:
    return None if text is None else int(parse_timestamp(text) // 1)


def _answers(
    request: CheckRequest,
    plan: Plan,
    outcome: Outcome,
    reports: Sequence[FileReport],
    mappings: Sequence[MappingFile],
    findings: Sequence[Finding],
) -> Answers:
    coverage = Coverage(outcome.seen, concerned=request.hosts, remedies=_remedies(plan, mappings, reports))
    by_warning: dict[str, list[str]] = {}
    for finding in findings:
        by_warning.setdefault(finding.warning, []).append(finding.id)
    ids = plan.warnings["id"]
    hit = {
        ordinal: tuple(by_warning[ids[ordinal].as_py()])
        for ordinal in {group.warning for group in outcome.hits}
    }
    days = [seen.day for seen in outcome.seen if seen.day is not None]
    since, until = _instant(request.since), _instant(request.until)
    return Answers(
        plan,
        coverage,
        hit=hit,
        undecided=outcome.undecided,
        timeless=outcome.timeless,
        unreadable=_unreadable(reports),
        asked=Period(
            None if since is None else since // _NS_PER_DAY,
            None if until is None else (until - 1) // _NS_PER_DAY,
        ),
        evidence=Period(min(days, default=None), max(days, default=None)),
        today=int(request.now // _NS_PER_DAY),
    )


_USUAL_LOGS = ("windows-evtx", "zeek-json", "iis-w3c", "exchange-httpproxy", "access-combined")
"""The logs that a small site can get, the first to be advised."""


_SAY_WHOLE = (
    "It was read. If it holds every connection, as the log of a firewall or of flows does, say so in a mapping file of "
    "your own: whole = true."
)


def _remedies(
    plan: Plan, mappings: Sequence[MappingFile], reports: Sequence[FileReport]
) -> dict[str, tuple[Remedy, ...]]:
    found: dict[str, dict[Remedy, None]] = {}
    read = {report.mapping for report in reports}
    usual = {name: number for number, name in enumerate(_USUAL_LOGS)}
    asked = plan.paths
    # What was read and may be all that is needed comes before what is still to be got.
    for mapping in sorted(
        mappings, key=lambda one: (one.name not in read, usual.get(one.name, len(usual)), one.name)
    ):
        of, title = mapping.mapping, mapping.mapping.title
        remedy = Remedy(title, " ".join(of.remedy.split()), of.scope)
        for bound in bound_paths(of):
            if bound.path not in asked:
                continue
            if not bound.partial:
                found.setdefault(bound.path, {})[remedy] = None
            elif bound.unsaid and mapping.name in read:
                found.setdefault(bound.path, {})[Remedy(title, _SAY_WHOLE, of.scope)] = None
    return {path: tuple(remedies) for path, remedies in found.items()}


def _unreadable(reports: Sequence[FileReport]) -> tuple[Gap, ...]:
    """Name what is a log, or may be one, and could not be read to the end."""
    gaps = []
    for report in reports:
        rows = sum(skip.count for skip in report.tally.skipped.values())
        if report.broken or (report.format and report.problem):
            gaps.append(Gap(kind="unreadable", what=f"{report.name}: {report.problem or report.broken}"))
        elif rows:
            gaps.append(
                Gap(
                    kind="unreadable",
                    what=f"{rows:,} {'row' if rows == 1 else 'rows'} of {report.name} could not be read",
                )
            )
    return tuple(gaps)


def _evidence_file(report: FileReport, times: FileTimes | None) -> EvidenceFile:
    skipped = tuple(
        Skip(reason=reason, count=one.count, places=tuple(f"row {row}" for row in one.rows))
        for reason, one in sorted(report.tally.skipped.items())
    )
    times = times or FileTimes()
    return EvidenceFile(
        file=report.name,
        format=report.format,
        mapping=report.mapping,
        bytes=report.bytes,
        rows=report.tally.read + sum(one.count for one in skipped),
        read=report.tally.read,
        first_time="" if times.first_us is None else format_instant(times.first_us * 1000),
        last_time="" if times.last_us is None else format_instant(times.last_us * 1000),
        hosts=tuple(sorted(times.hosts)),
        skipped=skipped,
        unmapped=tuple(sorted(report.tally.unmapped - report.mapped)),
        notes=tuple(report.tally.notes),
        problem=report.problem,
    )


def _totals(
    plan: Plan,
    tally: WarningTally,
    groups: Sequence[AnswerGroup],
    evidence: Sequence[EvidenceFile],
    findings: Sequence[Finding],
) -> Totals:
    counts = {
        verdict: sum(group.count for group in groups if group.answer == verdict)
        for verdict in ("hit", "not_seen", "cannot_tell")
    }
    return Totals(
        warnings=plan.warnings.num_rows,
        hit=counts["hit"],
        not_seen=counts["not_seen"],
        cannot_tell=counts["cannot_tell"],
        warnings_skipped=sum(count for count, _ in tally.skipped.values()),
        warnings_not_checked=sum(count for count, _ in tally.not_checked.values()),
        files=len(evidence),
        files_unread=sum(bool(file.problem) for file in evidence),
        rows=sum(file.rows for file in evidence),
        read=sum(file.read for file in evidence),
        skipped=sum(file.rows - file.read for file in evidence),
        findings=len(findings),
    )


def _skips(counts: dict[str, tuple[int, list[str]]]) -> tuple[Skip, ...]:
    return tuple(
        Skip(reason=reason, count=count, places=tuple(places))
        for reason, (count, places) in sorted(counts.items())
    )
