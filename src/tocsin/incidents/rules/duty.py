"""A duty: one rule for one incident at one time, from *not for you* to *overdue*, with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Final

import msgspec

from tocsin.incidents.incident import Incident, Learned, Told
from tocsin.incidents.moment import Moment
from tocsin.incidents.rules.applies import Applies, applies
from tocsin.incidents.rules.clock import Deadline, deadline, local, time_words
from tocsin.incidents.rules.profile import Answer, Fact, Profile
from tocsin.incidents.rules.report import missing
from tocsin.incidents.rules.rule import AFTER, National, Rule, Status
from tocsin.incidents.rules.rulebook import Rulebook
from tocsin.incidents.rules.sent import Sent, sent
from tocsin.incidents.rules.trigger import MOMENT_WORDS, Contradiction, contradictions, trigger
from tocsin.limits import RULES_STALE_DAYS

__all__ = ["Duty", "State", "due", "duty"]

_STATUS_NOTES: Final = {
    Status.PROPOSED: "This rule is only proposed and binds nobody yet.",
    Status.ADVICE: "This is advice; nobody has to follow it.",
}


class State(Enum):
    """How a duty stands. ``unknown``: it may be for you. ``waiting``: its clock has not started."""

    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    RUNNING = "running"
    OVERDUE = "overdue"
    TOLD = "told"


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """One rule for one incident. ``why`` are the reasons for its state.

    ``deadline`` is there wherever its clock has started, also where it is unknown whether the rule applies; then it
    is when the report would be due. ``left_us`` is the time left at ``now_us``, negative once it is over, None
    without a deadline. Of a supplement, ``first`` is the report that it completes, None as long as that was not sent,
    and ``learned`` what became known since the last. ``questions`` are the facts that would settle an *unknown*,
    ``missing`` what a complete report still needs, ``contradictions`` the moments of the incident that cannot all be
    true, ``unconfirmed`` the sources of the rule that were not read themselves.
    """

    rule: Rule
    incident_id: str
    incident_name: str
    state: State
    why: tuple[str, ...]
    now_us: int
    deadline: Deadline | None = None
    left_us: int | None = None
    told: Told | None = None
    first: Told | None = None
    learned: tuple[Learned, ...] = ()
    questions: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    national: National | None = None
    notes: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()

    @property
    def dormant(self) -> bool:
        """Whether it is a supplement to what was not sent yet: nothing is to be done about it before."""
        return bool(self.rule.supplements) and self.first is None


def duty(rule: Rule, incident: Incident, profile: Profile, now_us: int, book: Rulebook) -> Duty:
    """How ``rule`` stands for ``incident`` at ``now_us``.

    Raises:
        BadInput: a time zone that the incident or the profile names is not known, or a moment lies outside the
            calendar.
    """
    so_far = sent(rule, incident, book) if rule.supplements else Sent()
    moment = so_far.moment if rule.supplements else trigger(rule.clock, incident)
    began = trigger(book.rule(rule.supplements).clock, incident) if rule.supplements else moment
    held = _in_force(rule, began) or applies(rule, incident, profile)
    if so_far.first is not None and held.answer is Answer.UNKNOWN:
        # Whoever reported by a rule has taken it to be for them.
        held = Applies(Answer.YES, (f"You told {so_far.first.whom} by {rule.supplements}.",))
    running = moment if moment is not None and moment.us <= now_us else None
    ends = deadline(rule.clock, running, book.calendars, profile.zone) if running is not None else None
    told = so_far.done if rule.supplements else _told(rule, incident)
    state = _state(held, told, ends, now_us)
    country = profile.country or incident.victim.country
    national = next((each for each in rule.national if each.country == country), None)
    return Duty(
        rule=rule,
        incident_id=incident.id,
        incident_name=incident.name,
        state=state,
        why=_why(state, held, rule, moment, now_us, told, so_far),
        now_us=now_us,
        deadline=None if state is State.NOT_APPLICABLE else ends,
        left_us=_left(state, ends, now_us),
        told=told,
        first=so_far.first,
        learned=so_far.learned,
        questions=tuple(book.facts[each] for each in held.ask if each in book.facts and told is None),
        missing=() if state is State.NOT_APPLICABLE else missing(rule, incident),
        contradictions=contradictions(incident),
        national=national,
        notes=tuple(_notes(rule, country, state, national, told, ends, now_us)),
        unconfirmed=tuple(f"{each.title}: {each.note}" for each in rule.sources if not each.confirmed),
    )


def due(incidents: Iterable[Incident], profile: Profile, book: Rulebook, now_us: int) -> list[Duty]:
    """Every duty of ``incidents``, the most urgent first.

    First what binds and has a deadline, by it; then what may bind and could be running; what waits; what is only
    proposed; what was told; and last what is not for this organisation.
    """
    duties = [duty(rule, each, profile, now_us, book) for each in incidents for rule in book.rules]
    return sorted(duties, key=_urgency)


def _in_force(rule: Rule, moment: Moment | None) -> Applies | None:
    """That the rule did not bind yet when its clock would have started; None if it did, or nobody knows."""
    if rule.since is None or moment is None:
        return None
    day = local(moment.us, moment.zone).date()
    if day >= rule.since:
        return None
    return Applies(Answer.NO, (f"It is in force since {rule.since}; what starts its clock was on {day}.",))


def _urgency(one: Duty) -> tuple[int, int, str, str]:
    at = one.deadline.us if one.deadline is not None else None
    # What is to be told as soon as possible is due from the moment on that it starts.
    when = at if at is not None else one.deadline.starts_us if one.deadline is not None else 1 << 62
    if one.state in {State.TOLD, State.NOT_APPLICABLE}:
        return (8 if one.state is State.TOLD else 9, when, one.rule.id, one.incident_id)
    rank = {State.OVERDUE: 0, State.RUNNING: 0, State.UNKNOWN: 1, State.WAITING: 2}[one.state]
    if one.state is State.UNKNOWN and one.deadline is None:
        rank = 3
    return (rank if one.rule.binding else rank + 4, when, one.rule.id, one.incident_id)


def _told(rule: Rule, incident: Incident) -> Told | None:
    return min(
        (each for each in incident.told if each.rule == rule.id), key=lambda each: each.at.us, default=None
    )


def _state(held: Applies, told: Told | None, ends: Deadline | None, now_us: int) -> State:
    if told is not None:
        return State.TOLD
    if held.answer is Answer.NO:
        return State.NOT_APPLICABLE
    if held.answer is Answer.UNKNOWN:
        return State.UNKNOWN
    if ends is None:
        return State.WAITING
    return State.OVERDUE if ends.us is not None and now_us > ends.us else State.RUNNING


def _left(state: State, ends: Deadline | None, now_us: int) -> int | None:
    if ends is None or ends.us is None or state in {State.TOLD, State.NOT_APPLICABLE}:
        return None
    return ends.us - now_us


def _why(
    state: State,
    held: Applies,
    rule: Rule,
    moment: Moment | None,
    now_us: int,
    told: Told | None,
    so_far: Sent,
) -> tuple[str, ...]:
    if state is State.TOLD:
        assert told is not None
        since = " Nothing that is noted happened since." if rule.supplements else ""
        return (f"{told.whom} was told on {time_words(told.at.us, told.at.zone)}.{since}",)
    if state is State.WAITING:
        return (*held.why, _waiting(rule, moment, now_us, so_far))
    if so_far.last is not None and moment is not None:
        return (*held.why, _since(moment, so_far.last, so_far.learned))
    return held.why


def _since(moment: Moment, last: Told, learned: Sequence[Learned]) -> str:
    what = next((f": {each.what.rstrip('.')}" for each in learned if each.at == moment), "")
    return (
        f"Told last: {last.whom}, on {time_words(last.at.us, last.at.zone)}. "
        f"What starts its clock was on {time_words(moment.us, moment.zone)}{what}."
    )


def _waiting(rule: Rule, moment: Moment | None, now_us: int, so_far: Sent) -> str:
    if moment is not None:
        assert moment.us > now_us
        return (
            f"The moment that its clock starts from, {time_words(moment.us, moment.zone)}, lies in the future; "
            "look whether it is right."
        )
    if rule.supplements:
        return _waiting_to_follow(rule, so_far)
    if rule.clock.starts.startswith(AFTER):
        return f"Its clock starts when {rule.clock.starts.removeprefix(AFTER)!r} was sent; nothing says that it was."
    return (
        f"Its clock starts when {MOMENT_WORDS[rule.clock.starts]}; the incident does not say when that was."
    )


def _waiting_to_follow(rule: Rule, so_far: Sent) -> str:
    if so_far.last is None:
        return (
            f"It completes {rule.supplements!r}, which was not sent yet; "
            "what becomes known until then goes into that."
        )
    starts = MOMENT_WORDS.get(rule.clock.starts, "something of substance becomes known")
    return (
        f"Its clock starts when {starts}; nothing of that is noted after the last report, of "
        f"{time_words(so_far.last.at.us, so_far.last.at.zone)}."
    )


def _notes(
    rule: Rule,
    country: str,
    state: State,
    national: National | None,
    told: Told | None,
    ends: Deadline | None,
    now_us: int,
) -> Iterable[str]:
    if state is State.NOT_APPLICABLE:
        return
    if rule.status in _STATUS_NOTES:
        yield _STATUS_NOTES[rule.status]
    if state is State.UNKNOWN and ends is not None:
        yield "If the rule is for you, its clock is running."
    if told is not None and ends is not None and ends.us is not None and told.at.us > ends.us:
        yield "It was told after the deadline."
    if not (said := rule.source(rule.clock.source)).confirmed:
        yield f"Its clock was not read at its source ({said.title}): look whether it is so."
    if rule.national and national is None:
        yield _no_national(rule.national, country)
    age = (_day(now_us) - rule.as_of).days
    if age > RULES_STALE_DAYS:
        yield f"OLD: this rule was looked up {age} days ago, on {rule.as_of}. Look whether it still holds."
    yield from rule.notes
    if ends is not None:
        yield from ends.notes


def _no_national(known: Sequence[National], country: str) -> str:
    if not country:
        return "Say in which country you are established: its law names whom to tell."
    names = ", ".join(each.country for each in known)
    return f"The law of {country} is not among those that are known here ({names}): look whom it names, and by when."


def _day(us: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)).date()
