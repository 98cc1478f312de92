"""Whether and where a pattern over several observations occurred (STIX 2.1 section 9.4, 9.5).

The events that its brackets matched go in, occurrences come out. Most answers are found by a sweep that keeps few
spans, each of them a true binding; only the absence of a match needs the full one.
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.detect.pattern.contest import contest_of, dealt
from tocsin.detect.pattern.event import Event, Matches
from tocsin.detect.pattern.family import Span
from tocsin.detect.pattern.form import (
    Either,
    Form,
    InOrder,
    InTime,
    Together,
    followed,
    form_of,
    in_order,
    quotas_of,
    rebuilt,
    slots_of,
    times,
    together,
)
from tocsin.detect.pattern.quota import Quota
from tocsin.detect.pattern.sweep import Sweep, Work, disjoint
from tocsin.detect.pattern.syntax import (
    Bracket,
    FollowedBy,
    ObservationAnd,
    ObservationExpression,
    ObservationOr,
    Repeats,
    StartStop,
    Within,
)
from tocsin.errors import LimitExceeded
from tocsin.limits import SEQUENCE_STEPS
from tocsin.model.timestamp import Instant

__all__ = ["Event", "brackets_of", "followed", "occurrences", "timed_brackets"]


def brackets_of(expression: ObservationExpression) -> Iterator[Bracket]:
    """Yield the brackets of ``expression``, left to right."""
    match expression:
        case Bracket():
            yield expression
        case ObservationAnd() | ObservationOr():
            for operand in expression.operands:
                yield from brackets_of(operand)
        case FollowedBy():
            yield from brackets_of(expression.left)
            yield from brackets_of(expression.right)
        case Within() | Repeats() | StartStop():
            yield from brackets_of(expression.operand)


def timed_brackets(expression: ObservationExpression, *, timed: bool = False) -> Iterator[Bracket]:
    """Yield the brackets of ``expression`` of whose observations it is asked when they were made."""
    match expression:
        case Bracket():
            if timed:
                yield expression
        case ObservationAnd() | ObservationOr():
            for operand in expression.operands:
                yield from timed_brackets(operand, timed=timed)
        case FollowedBy():
            yield from timed_brackets(expression.left, timed=True)
            yield from timed_brackets(expression.right, timed=True)
        case Repeats():
            yield from timed_brackets(expression.operand, timed=timed)
        case Within() | StartStop():
            yield from timed_brackets(expression.operand, timed=True)


def occurrences(expression: ObservationExpression, matches: Matches) -> list[tuple[Event, ...]]:
    """Return occurrences of ``expression``, earliest first; none if it does not match.

    Each is the events of one binding, in time order. For one bracket, or several joined by OR, every event
    that matches is one. Otherwise they are disjoint and chosen greedily, the earliest and tightest first:
    there is one exactly when the expression matches, and how many more there are is a lower bound.

    Raises:
        LimitExceeded: deciding it takes more than ``SEQUENCE_STEPS`` steps.
    """
    if isinstance(expression, ObservationOr):
        found = {events: None for operand in expression.operands for events in occurrences(operand, matches)}
        return sorted(found)
    form = form_of(expression, matches)
    if form is None:
        return []
    try:
        return _occurring(form)
    except (LimitExceeded, RecursionError):
        raise LimitExceeded(
            f"its time logic takes more than {SEQUENCE_STEPS:,} steps on this evidence",
            hint="narrow the evidence with --since, or split the pattern",
        ) from None


def _occurring(form: Form) -> list[tuple[Event, ...]]:
    # In proportion to the events: all but long patterns take ten or fifteen steps for each in the passes below.
    steps = SEQUENCE_STEPS + 20 * len(
        {event.observation for quota in quotas_of(form) for event in quota.kinds}
    )
    part, window = (form.part, form.window_ns) if isinstance(form, InTime) else (form, None)
    if isinstance(part, Quota):
        return list(part.occurrences(window, Sweep(part.slots, limit=steps).step))
    return [tuple(sorted(span.observations())) for span in disjoint(_spans(form, Work(steps)), steps)]


def _spans(form: Form, cheap: Work) -> list[Span]:
    """Return spans of ``form``: none exactly when it does not match. Passes over all events share ``cheap``.

    If it does not even match when observations may be used twice, and what AND joins may be in any order, it does
    not match. Where it then does tells which events are worth looking at.
    """
    found = cheap.spans(form, loose=True)[0]
    if not found or not (contest_of(form).all or _repeats(form)):
        return found
    loose = _loosened(form)
    near = cheap.spans(loose, loose=True)[0] if loose is not None else []
    easy, hard = Work(SEQUENCE_STEPS), Work(SEQUENCE_STEPS)
    spans: list[Span] = []
    left: list[Form] = []
    for part in _parts(form, near):
        decided = _easily(part, easy)
        if decided is None:
            decided = _dealt(part, cheap)
            left += [] if decided else [part]
        spans += decided
    for part in left:
        try:
            spans += hard.spans(part, contest_of(part).all, guarded=slots_of(form))[0]
        except LimitExceeded:
            # What was found elsewhere is a match whatever is here.
            if spans:
                break
            raise
    return spans


def _parts(form: Form, near: list[Span]) -> Iterator[Form]:
    """Yield ``form`` over the events around each of the spans ``near``, where all that matches lies within a window.

    A match that is no better than a span of ``near`` and no longer than the window lies at most a window from it.
    """
    if not isinstance(form, InTime):
        if near:
            yield form
        return
    window = form.window_ns
    runs: list[list[Instant]] = []
    for start, stop in sorted((span.latest - window, span.earliest + window) for span in near):
        if runs and start <= runs[-1][1]:
            runs[-1][1] = max(runs[-1][1], stop)
        else:
            runs.append([start, stop])
    for start, stop in runs:
        part = rebuilt(form, lambda quota, start=start, stop=stop: quota.between(start, stop))  # type: ignore[misc]
        if part is not None:
            yield part


def _easily(form: Form, work: Work) -> list[Span] | None:
    """Return spans by families that guard against few other observations; None if these do not tell.

    Such families are small, and every span is a true binding, so a match among not too many events is found by them.
    """
    contested, strong = contest_of(form).all, _strengthened(form)
    for guarded in (1, 3):
        for one in (form, strong):
            if one is None:
                continue
            try:
                found, complete = work.spans(one, contested, guarded=guarded, most=SEQUENCE_STEPS // 20)
            except LimitExceeded:
                continue
            if found or (complete and one is form):
                return found
    return None


def _dealt(form: Form, work: Work) -> list[Span]:
    """Return spans where each contested observation is dealt to one part: not all that there are, but very cheaply."""
    contest = contest_of(form)
    ways = [(False, contest.all)]
    if contest.at_a_moment:
        # What is later is another observation, so these need not be dealt.
        ways.insert(0, (True, frozenset(contest.anywhere)))
    found: list[Span] = []
    for strict, contested in ways:
        for one in dealt(form, contested):
            try:
                found += work.spans(one, strict=strict, greedy=True)[0]
            except LimitExceeded:
                return found
    return found


def _repeats(form: Form) -> bool:
    """Whether a part of ``form`` that is no quota is repeated."""
    match form:
        case Quota():
            return False
        case Together():
            return any(copies > 1 or _repeats(part) for part, copies in form.parts)
        case InOrder() | Either():
            return any(map(_repeats, form.parts))
        case InTime():
            return _repeats(form.part)


def _loosened(form: Form) -> Form | None:
    """Return a form that matches wherever ``form`` does, with less asked: what AND joins need not be in any order."""
    match form:
        case Quota():
            return form
        case Together():
            return together([(_counted(part), copies) for part, copies in form.parts])
        case InOrder():
            return in_order([_loosened(part) for part in form.parts])
        case Either():
            parts = tuple(one for part in form.parts if (one := _loosened(part)) is not None)
            return Either(parts) if parts else None
        case InTime():
            part = _loosened(form.part)
            return None if part is None else InTime(part, form.window_ns)


def _counted(form: Form) -> Form | None:
    """Return what ``form`` needs, without its order and time."""
    match form:
        case Together():
            return together([(_counted(part), copies) for part, copies in form.parts])
        case InOrder():
            return together([(_counted(part), 1) for part in form.parts])
        case InTime():
            return _counted(form.part)
        case _:
            return form


def _strengthened(form: Form) -> Form | None:
    """Return a form whose every binding is one of ``form``, and easier to find.

    If n of ``a`` all precede n of ``b``, then n times an ``a`` precedes a ``b``.
    """
    match form:
        case Together():
            return together([_repeated(_strengthened(part), copies) for part, copies in form.parts])
        case InOrder():
            return in_order([_strengthened(part) for part in form.parts])
        case Either():
            parts = tuple(one for part in form.parts if (one := _strengthened(part)) is not None)
            return Either(parts) if parts else None
        case InTime():
            part = _strengthened(form.part)
            return None if part is None else InTime(part, form.window_ns)
        case _:
            return form


def _repeated(form: Form | None, copies: int) -> tuple[Form | None, int]:
    if isinstance(form, InOrder) and copies > 1:
        return in_order([times(part, copies) for part in form.parts]), 1
    return form, copies
