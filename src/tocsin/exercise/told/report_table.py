"""``exercise report`` in a terminal: what happened, what was slow, what was missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tocsin.exercise.score.result import AttackResult, Result, Times
from tocsin.exercise.told.report import (
    LIMITS,
    MissedAlike,
    affected_words,
    answer_words,
    changed,
    headline,
    hub_words,
    missed_alike,
    played,
    step_medians,
    targets,
    times_words,
    tone,
    undecided,
)
from tocsin.exercise.told.words import (
    KINDS,
    STEPS,
    UNKNOWN,
    bytes_words,
    duration,
    moment_words,
    percent,
    sentences,
)
from tocsin.model.told.escape import one_line
from tocsin.model.told.number import number
from tocsin.model.told.wrap import wrap

__all__ = ["MISSED_SHOWN", "render"]

MISSED_SHOWN: Final = 8
"""Reasons, or wrong answers, that are told; ``--format json`` lists all."""

_NAMES: Final = 3
_LABEL: Final = 20
_MARKS: Final = {True: "met", False: "NOT MET", None: "not known"}


def render(result: Result, *, width: int = 100) -> Iterator[str]:
    """Lines of at most ``width`` columns, at least 60, each with its line break."""
    wide = max(width, 60)
    for line in _document(result, wide):
        yield line.rstrip() + "\n"


def _document(result: Result, width: int) -> Iterator[str]:
    yield from wrap(f"{'!' if tone(result) == 'fail' else ''} {headline(result)}.".strip(), width)
    for text in (played(result), changed(result), *undecided(result)):
        yield from wrap(text, width)
    for attack in result.attacks:
        yield from _attack(attack, width)
    yield from _wrong(result, width)
    yield from _left(result, width)
    yield from _asked(result, width)
    yield from _rest(result, width)


def _attack(attack: AttackResult, width: int) -> Iterator[str]:
    yield ""
    first = next((one.name for one in attack.owners if one.first_victim), "")
    by = f", by {one_line(first, 80)}" if first else ""
    yield from wrap(
        f"{one_line(attack.name, 80)}: first report {moment_words(attack.first_report)}{by}", width
    )
    if attack.happened:
        yield from _labelled("in life", one_line(attack.happened), width)
    yield from _labelled("affected", affected_words(attack), width)
    could = (
        f"{attack.decidable:,}; {attack.right:,} had the right answer, {attack.within_4h:,} with a next step within"
        " four hours"
    )
    yield from _labelled("could know", could, width)
    knew = f"{attack.knew:,} of {attack.affected:,} ({percent(attack.knew, attack.affected)})"
    yield from _labelled("knew", knew, width)
    yield from _labelled('false "not seen"', f"{attack.false_not_seen:,}", width)
    yield from _labelled("by machines", _quantiles(attack.transport_s), width)
    yield from _labelled("with people", _quantiles(attack.with_people_s), width)
    steps = "; ".join(f"{STEPS.get(name, name)} {duration(s)}" for name, s in step_medians(attack).items())
    if steps:
        yield from _labelled("a step's median", one_line(steps, 600), width)
    missed = missed_alike(attack)
    for place, group in enumerate(missed[:MISSED_SHOWN]):
        yield from _labelled("" if place else "missed", _missed(group), width)
    if (more := len(missed) - MISSED_SHOWN) > 0:
        yield from _labelled("", f"and {more:,} more reasons; --format json lists all", width)


def _quantiles(times: Times) -> str:
    return times_words(times.p50, times.p95, times.last)


def _missed(group: MissedAlike) -> str:
    could = "could have been known" if group.decidable else "could not be known"
    why = f": {one_line(group.why, 200)}" if group.why else ""
    why += (
        f'; {one_line(group.owners[0], 60)} was told "{one_line(group.example, 140)}"'
        if group.example
        else ""
    )
    names = ", ".join(one_line(name, 60) for name in group.owners[:_NAMES])
    more = f" and {len(group.owners) - _NAMES:,} more" if len(group.owners) > _NAMES else ""
    kind = KINDS.get(group.kind, group.kind)
    return f"{kind}, {could}; {answer_words(group.answer)}{why} ({names}{more})"


def _wrong(result: Result, width: int) -> Iterator[str]:
    for head, lines in (
        ('FALSE "NOT SEEN"', [line for one in result.attacks for line in one.false_not_seen_list]),
        ("FALSE ALARMS", [line for one in result.attacks for line in one.false_alarms_list]),
    ):
        if not lines:
            continue
        yield from ("", f"{head} ({len(lines):,})")
        for line in lines[:MISSED_SHOWN]:
            said = f"{one_line(line.name, 60)}: {one_line(line.what, 120)}: {answer_words(line.answer)}"
            yield from _indented(said, width)
        if (more := len(lines) - MISSED_SHOWN) > 0:
            yield from _indented(f"and {more:,} more; --format json lists all", width)


def _left(result: Result, width: int) -> Iterator[str]:
    yield from ("", "WHAT LEFT THE MEMBERS")
    for one in result.left:
        yield f"  {one.count:>9,}  {bytes_words(one.bytes):>12}  {one_line(one.kind, 60)}"
    if told := hub_words(result):
        yield from _indented(told, width)
    looked = result.looked
    if not looked.bodies:
        yield from _indented(f"Whether evidence left is {UNKNOWN}: nothing was written down.", width)
        return
    found = number(result.evidence_left, "private word was", "private words were") + " found in it"
    yield from _indented(
        f"{found}: {looked.words:,} were looked for in {bytes_words(looked.bytes)}, {', '.join(looked.forms)}.",
        width,
    )
    for word in result.evidence_left_list[:MISSED_SHOWN]:
        said = f"{word.node}, line {word.line}: {one_line(word.word, 80)} of {word.owner} ({word.how})"
        yield from _indented(said, width)


def _asked(result: Result, width: int) -> Iterator[str]:
    yield from ("", "BESIDE WHAT IS ASKED OF 64 MEMBERS AT MOST SPEED")
    for one in targets(result):
        yield from _indented(f"{_MARKS[one.met]}: {one.what}: {one.figure} ({one.wanted})", width)


def _rest(result: Result, width: int) -> Iterator[str]:
    if result.measures:
        together = f": together {result.plan.stopped:,} of {result.plan.of:,} stopped" if result.plan else ""
        yield from ("", f"MEASURES CHOSEN{together}")
        for measure in result.measures:
            stops = ", ".join(map(one_line, measure.stops)) or "none of these attacks by itself"
            yield from _indented(f"{one_line(measure.name)}: stops {stops}", width)
    if result.faults:
        yield from ("", "FAULTS")
        for fault in result.faults:
            yield from _indented(one_line(sentences(fault.name, fault.what, fault.effect), 800), width)
    yield from ("", "COST")
    cpu = f"{result.cpu_s_per_member:.1f} s" if result.cpu_s_per_member is not None else UNKNOWN
    processes = f"{result.processes:,}" if result.processes is not None else UNKNOWN
    yield from _indented(f"processor time of a member: {cpu}; processes: {processes}", width)
    for text in (*result.problems, *result.scorer_problems)[:MISSED_SHOWN]:
        yield from _indented(f"Not in order: {one_line(text)}", width)
    yield from ("", "WHAT THESE FIGURES DO NOT PROVE")
    for text in LIMITS:
        yield from _indented(text, width)
    for name, text in result.distributions.items():
        yield from _indented(f"drawn, {one_line(STEPS.get(name, name), 60)}: {one_line(text, 400)}", width)


def _labelled(label: str, text: str, width: int) -> Iterator[str]:
    for place, line in enumerate(wrap(text, width - _LABEL)):
        yield f"  {'' if place else label:<{_LABEL - 2}}{line}"


def _indented(text: str, width: int) -> Iterable[str]:
    for place, line in enumerate(wrap(text, width - 4)):
        yield f"{'    ' if place else '  - '}{line}"
