"""How a duty stands, in a person's words."""

from __future__ import annotations

from tocsin.incidents.rules.clock import time_words
from tocsin.incidents.rules.duty import Duty, State
from tocsin.incidents.rules.report import Report
from tocsin.incidents.rules.rule import Status

__all__ = ["STATUS_WORDS", "due_words", "left_words", "state_words", "told_words"]

_US_PER_MINUTE = 60_000_000

STATUS_WORDS = {
    Status.IN_FORCE: "in force",
    Status.PROPOSED: "proposed, binds nobody yet",
    Status.ADVICE: "advice",
}


def state_words(one: Duty) -> str:
    """``due in 3 h 20 min``, ``overdue by 2 days 1 h``, ``as soon as possible``, ``its clock has not started``."""
    if one.state is State.TOLD:
        return "told"
    if one.state is State.NOT_APPLICABLE:
        return "not for you"
    if one.deadline is None:
        return (
            "its clock has not started" if one.state is State.WAITING else "not known whether it is for you"
        )
    if one.left_us is None:
        words = "as soon as possible"
    elif one.left_us < 0:
        words = f"overdue by {left_words(-one.left_us)}"
    else:
        words = f"due in {left_words(one.left_us)}"
    return f"{words}, if it is for you" if one.state is State.UNKNOWN else words


def due_words(one: Duty) -> str:
    """By when on the clock, and how long that is from now: what is printed is read later."""
    if one.deadline is None or one.deadline.us is None or one.state is State.TOLD:
        return state_words(one)
    return f"{one.deadline.words}, {state_words(one)}"


def told_words(report: Report) -> str:
    """What a report completes: ``A supplement to sec-8k. Told last: the SEC, ...``; "" if it is the first."""
    told = report.told
    if told is None:
        return ""
    number = f", their number {told.reference}" if told.reference else ""
    what = f"A supplement to {report.rule.supplements}" if report.rule.supplements else "Not the first"
    last = f"{told.whom}, on {time_words(told.at.us, told.at.zone)}, by {told.rule}{number}"
    return f"{what}. Told last: {last}."


def left_words(us: int) -> str:
    """A length of time in two units, cut to the minute, so that more is never told than there is."""
    minutes = us // _US_PER_MINUTE
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days} {'day' if days == 1 else 'days'}{f' {hours} h' if hours else ''}"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
