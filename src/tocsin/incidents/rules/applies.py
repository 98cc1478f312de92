"""Whether a rule is for this organisation and this incident: yes, no or unknown, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tocsin.incidents.incident import Incident
from tocsin.incidents.rules.incident_fact import of_incident
from tocsin.incidents.rules.profile import Answer, Profile
from tocsin.incidents.rules.rule import Condition, Rule

__all__ = ["Applies", "applies"]


class Applies(msgspec.Struct, frozen=True):
    """The answer. ``why`` are the reasons for it, ``ask`` the facts that are open, of profile and incident."""

    answer: Answer
    why: tuple[str, ...]
    ask: tuple[str, ...] = ()


def applies(rule: Rule, incident: Incident, profile: Profile) -> Applies:
    """Whether ``rule`` is for ``profile`` and ``incident``: all of its conditions have to hold.

    One *no* settles it, whatever else is unknown.
    """
    held = [(each, _answer(each, incident, profile)) for each in rule.applies]
    refused = tuple(each.no for each, answer in held if answer is Answer.NO)
    if refused:
        return Applies(Answer.NO, refused)
    open_ones = [each for each, answer in held if answer is Answer.UNKNOWN]
    if open_ones:
        ask = tuple(dict.fromkeys(fact for each in open_ones for fact in _open(each, incident, profile)))
        return Applies(Answer.UNKNOWN, tuple(f"Not known: {each.yes}" for each in open_ones), ask)
    return Applies(Answer.YES, tuple(_reason(each, incident, profile) for each, _ in held))


def _answer(condition: Condition, incident: Incident, profile: Profile) -> Answer:
    if condition.any:
        return _either(_answer(each, incident, profile) for each in condition.any)
    said = of_incident(condition.fact, incident)
    return said if said is not None else profile.says(condition.fact)


def _either(answers: Iterable[Answer]) -> Answer:
    held = set(answers)
    if Answer.YES in held:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in held else Answer.NO


def _reason(condition: Condition, incident: Incident, profile: Profile) -> str:
    """Of several conditions that hold, the one that does says more than that one of them does."""
    for each in condition.any:
        if _answer(each, incident, profile) is Answer.YES:
            return _reason(each, incident, profile)
    return condition.yes


def _open(condition: Condition, incident: Incident, profile: Profile) -> list[str]:
    if condition.any:
        return [fact for each in condition.any for fact in _open(each, incident, profile)]
    return [condition.fact] if _answer(condition, incident, profile) is Answer.UNKNOWN else []
