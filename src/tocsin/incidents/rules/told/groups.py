"""Duties as a person goes through them: what is late first, what is not for this organisation last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from tocsin.incidents.rules.duty import Duty, State
from tocsin.model.told.number import number

__all__ = ["Group", "contradictions_of", "grouped", "head_words", "not_for_you", "to_follow"]

Tone = Literal["bad", "due", "heading", "good"]


class Group(NamedTuple):
    """Duties of one urgency under their heading; ``tone`` is how loud it is."""

    title: str
    tone: Tone
    duties: tuple[Duty, ...]


_GROUPS: Final[tuple[tuple[str, Tone, Callable[[Duty], bool]], ...]] = (
    ("Overdue", "bad", lambda one: one.rule.binding and one.state is State.OVERDUE),
    ("Due", "due", lambda one: one.rule.binding and one.state is State.RUNNING),
    ("If it is for you", "due", lambda one: one.rule.binding and one.state is State.UNKNOWN),
    ("Its clock has not started", "heading", lambda one: one.rule.binding and one.state is State.WAITING),
    ("Binds nobody", "heading", lambda one: not one.rule.binding and one.state is not State.TOLD),
    ("Told", "good", lambda one: one.state is State.TOLD),
)


def grouped(duties: Sequence[Duty]) -> list[Group]:
    """``duties`` in groups, in their order.

    What is not for this organisation is in none, and a supplement only once the report that it completes was sent.
    """
    owed = [one for one in duties if one.state is not State.NOT_APPLICABLE and not one.dormant]
    found = [Group(title, tone, tuple(filter(belongs, owed))) for title, tone, belongs in _GROUPS]
    return [one for one in found if one.duties]


def head_words(duties: Sequence[Duty]) -> tuple[str, Tone]:
    """How many are overdue, due, and due if their rule is for this organisation."""
    late, running, asked = (
        sum(one.rule.binding and one.state is state and not one.dormant for one in duties)
        for state in (State.OVERDUE, State.RUNNING, State.UNKNOWN)
    )
    if not (late or running or asked):
        return "No rule that binds you asks for a report now.", "heading"
    words = f"{number(late, 'report')} overdue, {running:,} due, {asked:,} due if the rule is for you."
    return words, "bad" if late else "due" if running else "heading"


def contradictions_of(duties: Sequence[Duty]) -> list[tuple[str, str, str]]:
    """What cannot be true of an incident: its name, the fields and the words, each once."""
    return list(
        dict.fromkeys(
            (one.incident_name, " and ".join(each.fields), each.words)
            for one in duties
            for each in one.contradictions
        )
    )


def to_follow(one: Duty, duties: Sequence[Duty]) -> list[Duty]:
    """The supplements that ``one`` will want once it was sent, and that are not in a group of their own yet."""
    return [
        each
        for each in duties
        if each.dormant and each.rule.supplements == one.rule.id and each.incident_id == one.incident_id
    ]


def not_for_you(duties: Sequence[Duty]) -> list[tuple[str, str]]:
    """The rules (ids) that are not for this organisation, each with its first reason."""
    held = (one for one in duties if one.state is State.NOT_APPLICABLE and not one.dormant)
    return list(dict.fromkeys((one.rule.id, one.why[0]) for one in held))
