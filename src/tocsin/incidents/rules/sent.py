"""What was sent by a rule already, and what happened since: by that a supplement is owed, or not."""

from __future__ import annotations

import msgspec

from tocsin.incidents.incident import Incident, Learned, Told
from tocsin.incidents.moment import Moment
from tocsin.incidents.rules.rule import Rule
from tocsin.incidents.rules.rulebook import Rulebook
from tocsin.incidents.rules.trigger import events, learned_for, not_covered, trigger

__all__ = ["Sent", "last_to", "learned_since", "sent"]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """For a supplement: ``first`` is the report that it completes, ``last`` what was sent of either last.

    ``moment`` starts its clock: the first of what may be missing in what was sent last. If nothing is, and a supplement
    was sent last, it is what that one was owed for. ``done`` is that supplement, ``learned`` what became known since.
    """

    first: Told | None = None
    last: Told | None = None
    moment: Moment | None = None
    done: Told | None = None
    learned: tuple[Learned, ...] = ()


def sent(rule: Rule, incident: Incident, book: Rulebook) -> Sent:
    """How far the reports are that the supplement ``rule`` completes."""
    told = sorted(
        (each for each in incident.told if each.rule in {rule.id, rule.supplements}),
        key=lambda each: each.at.us,
    )
    if not told:
        return Sent()
    happened = _happened(rule, incident, book)
    owed = [each for each in happened if not_covered(each, told[-1])]
    done = told[-1] if not owed and told[-1].rule == rule.id else None
    if done is not None and len(told) > 1:
        owed = [each for each in happened if not_covered(each, told[-2])]
    return Sent(
        first=told[0],
        last=told[-1],
        moment=owed[0] if owed else None,
        done=done,
        learned=learned_since(rule, incident, told[-1], book),
    )


def _happened(rule: Rule, incident: Incident, book: Rulebook) -> list[Moment]:
    """What the clock of a supplement may start from: what started that of its report is no further payment."""
    found = events(rule.clock, incident, rule.names, book.names)
    first = book.rule(rule.supplements).clock
    began = trigger(first, incident) if first.starts == rule.clock.starts else None
    return found if began is None else [each for each in found if each.us > began.us]


def learned_since(rule: Rule, incident: Incident, last: Told, book: Rulebook) -> tuple[Learned, ...]:
    """What became known that matters to ``rule`` and may be missing in what was sent ``last``."""
    found = learned_for(incident.learned, rule.names, book.names)
    return tuple(each for each in found if not_covered(each.at, last))


def last_to(rule: Rule, incident: Incident, book: Rulebook) -> Told | None:
    """What was sent last to the recipient of ``rule``, by it or another rule of its family; None if nothing was."""
    alike = {each.id for each in book.rules if (each.family, each.recipient) == (rule.family, rule.recipient)}
    return max(
        (each for each in incident.told if each.rule in alike), key=lambda each: each.at.us, default=None
    )
