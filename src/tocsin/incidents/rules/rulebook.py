"""All rules that are known: those that ship and an owner's, with the facts that they ask and their calendars."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.incidents.incident import Moments
from tocsin.incidents.rules.business_days import Calendar, read_calendar
from tocsin.incidents.rules.clock import is_zone
from tocsin.incidents.rules.field import is_field
from tocsin.incidents.rules.incident_fact import ANSWERS, INCIDENT_FACTS
from tocsin.incidents.rules.profile import Fact, RuleId, SourceId, Words
from tocsin.incidents.rules.rule import (
    AFTER,
    LEARNED,
    Ask,
    Clock,
    Condition,
    Follow,
    National,
    Rule,
    RuleSource,
    Status,
)
from tocsin.limits import RULE_FILE_BYTES
from tocsin.model.toml_text import decode_toml

__all__ = ["Rulebook", "read_rulebook"]


class Rulebook(msgspec.Struct, frozen=True, kw_only=True):
    """``rules`` in the order of their files, ``facts`` by id, ``calendars`` by name."""

    rules: tuple[Rule, ...]
    facts: Mapping[str, Fact]
    calendars: Mapping[str, Calendar]

    @property
    def names(self) -> frozenset[str]:
        """The ids of all rules, and of their families."""
        return frozenset(name for each in self.rules for name in (each.id, each.family))

    def rule(self, id: str) -> Rule:
        """The rule of that id; the reader has seen that a supplement names one."""
        return next(each for each in self.rules if each.id == id)

    def named(self, name: str) -> tuple[Rule, ...]:
        """The rule of that id, or all of that family.

        Raises:
            BadInput: there is none.
        """
        found = tuple(each for each in self.rules if each.id == name)
        found = found or tuple(each for each in self.rules if each.family == name)
        if not found:
            raise BadInput(
                f"there is no reporting rule {name[:60]!r}",
                hint=f"Known are {', '.join(each.id for each in self.rules) or 'none'}.",
            )
        return found


class _Supplement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is owed once a rule's report was sent and something happens after. The rest is as in that rule.

    ``who`` and ``how`` replace those of the rule where they are given; ``ask`` are questions beside its own.
    """

    id: RuleId
    name: Words
    who: str = ""
    how: str = ""
    clock: Clock
    ask: tuple[Ask, ...] = ()
    notes: tuple[Words, ...] = ()


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule as it is written. ``replaces`` is the id of the rule of an earlier file whose place it takes."""

    id: RuleId
    replaces: str = ""
    name: Words
    recipient: Words
    how: str = ""
    who: Words
    status: Status
    since: date | None = None
    source: Annotated[tuple[SourceId, ...], msgspec.Meta(min_length=1)]
    applies: Annotated[tuple[Condition, ...], msgspec.Meta(min_length=1)]
    clock: Clock
    ask: Annotated[tuple[Ask, ...], msgspec.Meta(min_length=1)]
    follows: tuple[Follow, ...] = ()
    supplement: tuple[_Supplement, ...] = ()
    notes: tuple[Words, ...] = ()
    formats: tuple[Literal["md", "html", "json"], ...] = ("md", "html", "json")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A family of rules with their sources and facts; ``ask`` are questions that each rule of the file asks, first."""

    family: RuleId
    version: Words
    as_of: date
    source: Annotated[tuple[RuleSource, ...], msgspec.Meta(min_length=1)]
    fact: tuple[Fact, ...] = ()
    ask: tuple[Ask, ...] = ()
    national: tuple[National, ...] = ()
    rule: Annotated[tuple[_Rule, ...], msgspec.Meta(min_length=1)]


def read_rulebook(files: Mapping[str, bytes], calendars: Mapping[str, bytes]) -> Rulebook:
    """Read files of rules by their names, in their order, and calendars by theirs.

    Raises:
        BadInput: a file is no TOML, has a word or value that none has, names a fact, source, field, moment,
            calendar, zone or rule that is not there, or says an id twice; with the place.
    """
    known = {held.name: held for name, data in calendars.items() for held in [read_calendar(data, name)]}
    read = {
        name: decode_toml(data, name, _File, "file of reporting rules", RULE_FILE_BYTES)
        for name, data in files.items()
    }
    facts = _facts(read)
    rules: dict[str, Rule] = {}
    places: dict[str, Place] = {}
    for name, held in read.items():
        for number, written in enumerate(held.rule):
            where = f"$.rule[{number}]"
            for path, what in _faults(held, written, facts, known):
                raise BadInput(what, where=Place(file=name, path=f"{where}{path}"))
            _place(rules, written, held, Place(file=name, path=f"{where}.id"))
            places[written.id] = Place(file=name, path=f"{where}.clock.starts")
            for at, each in enumerate(written.supplement):
                path = f"{where}.supplement[{at}]"
                _free(rules, each.id, Place(file=name, path=f"{path}.id"))
                rules[each.id] = _supplement(each, rules[written.id])
                places[each.id] = Place(file=name, path=f"{path}.clock.starts")
    _require_known_starts(rules.values(), places)
    return Rulebook(rules=tuple(rules.values()), facts=facts, calendars=known)


def _facts(read: Mapping[str, _File]) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for name, held in read.items():
        sources = {each.id for each in held.source}
        for number, fact in enumerate(held.fact):
            where = Place(file=name, path=f"$.fact[{number}]")
            if fact.id in facts:
                raise BadInput(f"says the fact {fact.id!r} again", where=where)
            if fact.source not in sources:
                raise BadInput(f"names a source {fact.source!r} that is not in the file", where=where)
            facts[fact.id] = fact
    return facts


def _place(rules: dict[str, Rule], written: _Rule, held: _File, where: Place) -> None:
    if written.replaces:
        gone = [each.id for each in rules.values() if written.replaces in {each.id, each.supplements}]
        if not gone:
            raise BadInput(
                f"replaces a rule {written.replaces[:60]!r} that is not known before it", where=where
            )
        for id in gone:
            del rules[id]
    _free(rules, written.id, where)
    rules[written.id] = _rule(written, held)


def _free(rules: Mapping[str, Rule], id: str, where: Place) -> None:
    if id in rules:
        raise BadInput(
            f"says the id {id!r} again",
            where=where,
            hint=f'Write replaces = "{id}" to put it in its place.',
        )


def _supplement(written: _Supplement, first: Rule) -> Rule:
    return msgspec.structs.replace(
        first,
        id=written.id,
        name=written.name,
        who=" ".join(written.who.split()) or first.who,
        how=written.how or first.how,
        clock=written.clock,
        asks=written.ask + first.asks,
        follows=(),
        notes=written.notes,
        supplements=first.id,
    )


def _rule(written: _Rule, held: _File) -> Rule:
    return Rule(
        id=written.id,
        family=held.family,
        name=written.name,
        recipient=written.recipient,
        how=written.how,
        who=" ".join(written.who.split()),
        status=written.status,
        since=written.since,
        as_of=held.as_of,
        version=held.version,
        sources=held.source,
        applies=written.applies,
        clock=written.clock,
        asks=held.ask + written.ask,
        follows=written.follows,
        national=held.national,
        notes=written.notes,
        formats=written.formats,
    )


def _faults(
    held: _File, written: _Rule, facts: Mapping[str, Fact], calendars: Mapping[str, Calendar]
) -> Iterator[tuple[str, str]]:
    ids = [each.id for each in held.source]
    if len(set(ids)) != len(ids):
        yield ".source", "the file has two sources of one id"
    for each in held.source:
        if not each.confirmed and not each.note:
            yield (
                ".source",
                f"the source {each.id!r} is not confirmed and has no note that says what was read",
            )
    yield from _unknown_sources(held, written)
    if (written.status is Status.IN_FORCE) != (written.since is not None):
        yield ".since", "a rule that is in force says since when, and no other does"
    asks = held.ask + written.ask
    for what in _ask_faults(asks):
        yield ".ask", what
    for number, condition in enumerate(written.applies):
        for what in _condition_faults(condition, facts, {ask.id for ask in asks}):
            yield f".applies[{number}]", what
    for what in _clock_faults(written.clock, calendars):
        yield ".clock", what
    for number, more in enumerate(written.supplement):
        yield from _supplement_faults(f".supplement[{number}]", more, asks, calendars)


def _supplement_faults(
    path: str, written: _Supplement, asks: Collection[Ask], calendars: Mapping[str, Calendar]
) -> Iterator[tuple[str, str]]:
    for what in _clock_faults(written.clock, calendars, learned=True):
        yield f"{path}.clock", what
    for what in _ask_faults(written.ask, asks):
        yield f"{path}.ask", what


def _ask_faults(asks: Collection[Ask], before: Collection[Ask] = ()) -> Iterator[str]:
    seen = {each.id for each in before}
    for ask in asks:
        if ask.id in seen:
            yield f"asks {ask.id!r} twice"
        seen.add(ask.id)
        for field in ask.fields:
            if not is_field(field):
                yield f"{ask.id!r} is to be answered by {field[:60]!r}, which an incident does not have"


def _unknown_sources(held: _File, written: _Rule) -> Iterator[tuple[str, str]]:
    named = {
        ".source": written.source,
        ".clock.source": (written.clock.source,),
        ".ask": [each.source for each in held.ask + written.ask],
        ".follows": [each.source for each in written.follows],
        ".supplement": [
            source
            for each in written.supplement
            for source in (each.clock.source, *(ask.source for ask in each.ask))
        ],
        ".national": [each.source for each in held.national],
    }
    known = {each.id for each in held.source}
    for path, ids in named.items():
        for id in ids:
            if id not in known:
                yield path, f"names a source {id!r} that is not in the file"


def _condition_faults(
    condition: Condition, facts: Mapping[str, Fact], asks: Collection[str]
) -> Iterator[str]:
    fact = condition.fact
    if bool(fact) == bool(condition.any):
        yield "a condition is either a fact or any of several"
    elif fact.startswith(ANSWERS) and fact.removeprefix(ANSWERS) not in asks:
        yield f"waits for an answer to {fact.removeprefix(ANSWERS)[:60]!r}, which the rule does not ask"
    elif fact and not fact.startswith(ANSWERS) and fact not in facts and fact not in INCIDENT_FACTS:
        yield f"asks a fact {fact[:60]!r} that no file of rules has"
    for each in condition.any:
        yield from _condition_faults(each, facts, asks)


def _clock_faults(clock: Clock, calendars: Mapping[str, Calendar], *, learned: bool = False) -> Iterator[str]:
    lengths = (clock.hours, clock.business_days, clock.calendar_days, clock.months)
    if sum(each is not None for each in lengths) + clock.at_once != 1:
        yield "says how long by one of hours, business_days, calendar_days, months or at_once"
    if (clock.business_days is not None) != bool(clock.holidays):
        yield "business days need the calendar of their holidays, and nothing else does"
    elif clock.holidays and clock.holidays not in calendars:
        yield f"names a calendar {clock.holidays[:60]!r} that is not known"
    if clock.zone and not is_zone(clock.zone):
        yield f"names a time zone {clock.zone[:60]!r} that is not known"
    if (clock.hours is not None or clock.at_once) and (clock.zone or clock.until):
        yield "hours are exact: they have neither zone nor until"
    starts = {*Moments.__struct_fields__, *([LEARNED] if learned else [])}
    if not clock.starts.startswith(AFTER) and clock.starts not in starts:
        yield f"starts from {clock.starts[:60]!r}, which is no moment of an incident"


def _require_known_starts(rules: Collection[Rule], places: Mapping[str, Place]) -> None:
    ids = {each.id for each in rules}
    for each in rules:
        after = each.clock.starts.removeprefix(AFTER)
        if after != each.clock.starts and after not in ids:
            raise BadInput(
                f"the clock of {each.id!r} starts after {after[:60]!r}, which is no rule",
                where=places[each.id],
            )
