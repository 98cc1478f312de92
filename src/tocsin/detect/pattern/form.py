"""A pattern's time logic in its simplest form, over the events that its brackets matched.

Equal in meaning to the tree, and mostly much smaller: START and STOP are gone (they hold of each observation by
itself), OR of single observations is one set, AND and REPEATS of sets are one :class:`Quota`, and FOLLOWEDBY, which is
associative, is one row of parts. What cannot match for want of observations is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tocsin.detect.pattern.event import Event, Matches
from tocsin.detect.pattern.quota import Quota
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
from tocsin.model.timestamp import Instant

__all__ = [
    "Either",
    "Form",
    "InOrder",
    "InTime",
    "Together",
    "followed",
    "form_of",
    "in_order",
    "quotas_of",
    "rebuilt",
    "slots_of",
    "times",
    "together",
]

_Periods = tuple[tuple[Instant, Instant], ...]
_Events = tuple[Event, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """AND: all parts, each as often as it says."""

    parts: tuple[tuple[Form, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class InOrder:
    """FOLLOWEDBY: all that an earlier part uses begins by the time that all of a later one end."""

    parts: tuple[Form, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    """OR: one of the parts."""

    parts: tuple[Form, ...]


@dataclass(frozen=True, slots=True, eq=False)
class InTime:
    """WITHIN."""

    part: Form
    window_ns: Instant


Form: TypeAlias = Quota | Together | InOrder | Either | InTime


def form_of(expression: ObservationExpression, matches: Matches, periods: _Periods = ()) -> Form | None:
    """Return the form of ``expression`` over what its brackets matched within ``periods``; None if it cannot match."""
    match expression:
        case Bracket():
            events = tuple(
                sorted(event for event in matches.get(id(expression), ()) if _overlaps(event, periods))
            )
            return Quota(((events, 1),)) if events else None
        case ObservationOr():
            found = [form_of(operand, matches, periods) for operand in expression.operands]
            return _either([one for one in found if one is not None])
        case ObservationAnd():
            return together([(form_of(operand, matches, periods), 1) for operand in expression.operands])
        case FollowedBy():
            return in_order([form_of(part, matches, periods) for part in followed(expression)])
        case Within():
            part = form_of(expression.operand, matches, periods)
            # One observation lies within any window.
            if part is None or (isinstance(part, Quota) and part.slots == 1):
                return part
            return InTime(part, expression.window_ns)
        case StartStop():
            return form_of(expression.operand, matches, (*periods, (expression.start, expression.stop)))
        case Repeats():
            return times(form_of(expression.operand, matches, periods), expression.times)


def _overlaps(event: Event, periods: _Periods) -> bool:
    return all(start < stop and event.first < stop and event.last >= start for start, stop in periods)


def followed(expression: FollowedBy) -> Iterator[ObservationExpression]:
    """Yield the parts of FOLLOWEDBYs in a row, left to right."""
    stack: list[ObservationExpression] = [expression]
    while stack:
        one = stack.pop()
        if isinstance(one, FollowedBy):
            stack += (one.right, one.left)
        else:
            yield one


def _either(parts: list[Form]) -> Form | None:
    """Return one of ``parts``; single observations of several sets are one of their union."""
    single = [part for part in parts if isinstance(part, Quota) and part.slots == 1]
    others = [part for part in parts if part not in single]
    if len(single) > 1:
        union = tuple(sorted({event for part in single for event in part.kinds}))
        single = [Quota(((union, 1),))]
    whole = (*single, *others)
    return whole[0] if len(whole) == 1 else Either(whole) if whole else None


def together(parts: list[tuple[Form | None, int]]) -> Form | None:
    """Return all of ``parts``, each so often, those that are quotas as one."""
    needs: dict[_Events, int] = {}
    others: list[tuple[Form, int]] = []
    stack = list(reversed(parts))
    while stack:
        part, copies = stack.pop()
        match part:
            case None:
                return None
            case Quota():
                for events, count in part.needs:
                    needs[events] = needs.get(events, 0) + count * copies
            case Together():
                stack += [(inner, count * copies) for inner, count in reversed(part.parts)]
            case _:
                others.append((part, copies))
    if any(sum(event.number for event in events) < count for events, count in needs.items()):
        return None
    whole = ([(Quota(tuple(needs.items())), 1)] if needs else []) + others
    return whole[0][0] if len(whole) == 1 and whole[0][1] == 1 else Together(tuple(whole))


def times(part: Form | None, count: int) -> Form | None:
    """Return ``part`` so often."""
    return together([(part, count)])


def in_order(parts: list[Form | None]) -> Form | None:
    """Return ``parts`` one after another. So many of one set in a row are that many of it: any can be put in order."""
    row: list[Form] = []
    for part in parts:
        if part is None:
            return None
        for one in part.parts if isinstance(part, InOrder) else (part,):
            if row and (held := _of_one_set(row[-1])) is not None and held == _of_one_set(one):
                merged = together([(row.pop(), 1), (one, 1)])
                if merged is None:
                    return None
                row.append(merged)
            else:
                row.append(one)
    return row[0] if len(row) == 1 else InOrder(tuple(row))


def _of_one_set(form: Form) -> _Events | None:
    return form.needs[0][0] if isinstance(form, Quota) and len(form.needs) == 1 else None


def slots_of(form: Form) -> int:
    """How many observations one binding of ``form`` uses at most."""
    match form:
        case Quota():
            return form.slots
        case Together():
            return sum(count * slots_of(part) for part, count in form.parts)
        case InOrder():
            return sum(map(slots_of, form.parts))
        case Either():
            return max(map(slots_of, form.parts))
        case InTime():
            return slots_of(form.part)


def quotas_of(form: Form) -> Iterator[Quota]:
    """Yield the quotas of ``form``, left to right."""
    match form:
        case Quota():
            yield form
        case Together():
            for part, _ in form.parts:
                yield from quotas_of(part)
        case InOrder() | Either():
            for part in form.parts:
                yield from quotas_of(part)
        case InTime():
            yield from quotas_of(form.part)


def rebuilt(form: Form, change: Callable[[Quota], Form | None]) -> Form | None:
    """Return ``form`` with each quota changed."""
    match form:
        case Quota():
            return change(form)
        case Together():
            return together([(rebuilt(part, change), count) for part, count in form.parts])
        case InOrder():
            return in_order([rebuilt(part, change) for part in form.parts])
        case Either():
            return _either([one for part in form.parts if (one := rebuilt(part, change)) is not None])
        case InTime():
            part = rebuilt(form.part, change)
            return None if part is None else InTime(part, form.window_ns)
