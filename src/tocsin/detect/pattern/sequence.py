"""Whether and where a pattern over several observations occurred (STIX 2.1 section 9.4, 9.5).

The events that its brackets matched go in, occurrences come out. Most answers are found by a sweep that keeps few
spans, each of them a true binding; only the absence of a match needs the full one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tocsin.detect.pattern.event import Event, Matches
from tocsin.detect.pattern.family import Span
from tocsin.detect.pattern.sweep import Sweep, slots_of
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

__all__ = ["Event", "brackets_of", "occurrences", "timed_brackets"]


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
    capacity: Counter[int] = Counter()
    chosen: list[tuple[Event, ...]] = []
    for span in sorted(
        _spans(_simplified(expression, matches), matches), key=lambda one: (one.latest, -one.earliest)
    ):
        events = tuple(sorted(span.observations()))
        need = Counter(event.observation for event in events)
        number = {event.observation: event.number for event in events}
        if all(capacity[key] + count <= number[key] for key, count in need.items()):
            capacity.update(need)
            chosen.append(events)
    return chosen


def _spans(expression: ObservationExpression, matches: Matches) -> list[Span]:
    """Return spans of ``expression``: none exactly when it does not match.

    Families that guard against few other observations are small, and every span is a true binding, so a
    match is mostly found by them. Only its absence needs families as large as the pattern asks for.
    """
    for guarded, limit in ((1, SEQUENCE_STEPS // 20), (3, SEQUENCE_STEPS // 20)):
        for form in (expression, _strengthened(expression)):
            sweep = Sweep(expression, matches, guarded, limit)
            try:
                found = sweep.spans(form, ())
            except LimitExceeded:
                continue
            if found or (sweep.complete and form is expression):
                return found
    return Sweep(expression, matches, slots_of(expression), SEQUENCE_STEPS).spans(expression, ())


def _strengthened(expression: ObservationExpression) -> ObservationExpression:
    """Return an expression whose every binding is one of ``expression``, and easier to find.

    If n of ``a`` all precede n of ``b``, then n times an ``a`` precedes a ``b``.
    """
    match expression:
        case Repeats(FollowedBy() as pair, times):
            return FollowedBy(
                Repeats(_strengthened(pair.left), times), Repeats(_strengthened(pair.right), times)
            )
        case Repeats():
            return Repeats(_strengthened(expression.operand), expression.times)
        case FollowedBy():
            return FollowedBy(_strengthened(expression.left), _strengthened(expression.right))
        case ObservationAnd():
            return ObservationAnd(tuple(map(_strengthened, expression.operands)))
        case ObservationOr():
            return ObservationOr(tuple(map(_strengthened, expression.operands)))
        case Within():
            return Within(_strengthened(expression.operand), expression.window_ns)
        case StartStop():
            return StartStop(_strengthened(expression.operand), expression.start, expression.stop)
        case Bracket():
            return expression


def _simplified(expression: ObservationExpression, matches: Matches) -> ObservationExpression:
    """Return ``expression`` with brackets that matched the same events, joined by AND, counted instead."""
    match expression:
        case ObservationAnd():
            counts: dict[tuple[Event, ...], tuple[Bracket, int]] = {}
            others: list[ObservationExpression] = []
            for operand in (_simplified(operand, matches) for operand in expression.operands):
                bracket, times = (
                    (operand.operand, operand.times) if isinstance(operand, Repeats) else (operand, 1)
                )
                if isinstance(bracket, Bracket):
                    events = tuple(sorted(matches.get(id(bracket), ())))
                    counts[events] = (
                        counts.get(events, (bracket, 0))[0],
                        counts.get(events, (bracket, 0))[1] + times,
                    )
                else:
                    others.append(operand)
            counted = [
                Repeats(bracket, times) if times > 1 else bracket for bracket, times in counts.values()
            ]
            operands = (*counted, *others)
            return operands[0] if len(operands) == 1 else ObservationAnd(operands)
        case Repeats():
            inner = _simplified(expression.operand, matches)
            if isinstance(inner, Repeats):
                return Repeats(inner.operand, inner.times * expression.times)
            return inner if expression.times == 1 else Repeats(inner, expression.times)
        case FollowedBy():
            return FollowedBy(_simplified(expression.left, matches), _simplified(expression.right, matches))
        case ObservationOr():
            return ObservationOr(tuple(_simplified(operand, matches) for operand in expression.operands))
        case Within():
            return Within(_simplified(expression.operand, matches), expression.window_ns)
        case StartStop():
            return StartStop(_simplified(expression.operand, matches), expression.start, expression.stop)
        case Bracket():
            return expression
