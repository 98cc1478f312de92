"""``incident due`` and ``incident report``: who has to be told by when, and what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.incidents.incident import Incident, Learned, Told
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.incidents.rules.duty import Duty, due, duty
from tocsin.incidents.rules.profile import Profile
from tocsin.incidents.rules.profile_file import profile_text, read_profile
from tocsin.incidents.rules.report import Earlier, Report, report_of
from tocsin.incidents.rules.rule import Rule
from tocsin.incidents.rules.rulebook import Rulebook
from tocsin.incidents.rules.sent import last_to, learned_since
from tocsin.incidents.rules.told.words import due_words
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.kept import (
    Version,
    as_told,
    kept_incidents,
    newest,
    own_incidents,
    short_id,
    versions,
)
from tocsin.service.incidents.record import keep
from tocsin.service.incidents.rulebook import node_rulebook, rulebook_of
from tocsin.store.settings import read_setting, write_setting
from tocsin.transparency.entry import Act

__all__ = [
    "duties",
    "keep_profile",
    "kept_profile",
    "learn_of",
    "now_here",
    "open_others",
    "profile_as_text",
    "report",
    "rule_of",
    "tell_of",
]

_PROFILE: Final = "incident-profile"
_MINUTE_US: Final = 60_000_000


def duties(node: Node, which: str = "", book: Rulebook | None = None) -> list[Duty]:
    """Every rule for every own incident that is not closed, or for ``which``, the most urgent first.

    Raises:
        NothingToCheck: no incident is called so, or it is not this organisation's own.
        BadInput: several are.
    """
    with node.reading() as connection:
        book = book or rulebook_of(connection)
        profile = _profile(connection)
        chosen = [_own(newest(connection, which))] if which else own_incidents(connection)
    open_ones = [one for one in chosen if which or one.investigation.value != "closed"]
    return due(open_ones, profile, book, node.now_us)


def open_others(node: Node) -> list[Incident]:
    """The incidents of others that were imported and are not closed: nothing of them is due."""
    with node.reading() as connection:
        kept = kept_incidents(connection)
    return [one for one in kept if not one.is_own and one.investigation.value != "closed"]


def _own(one: Incident) -> Incident:
    if not one.is_own:
        raise NothingToCheck(
            f"{one.name} is not yours: nobody has to be told of it by you",
            hint=f"If it is yours: tocsin incident import FILE --own, or edit {short_id(one)} and empty whose.",
        )
    return one


def report(node: Node, which: str, rule: str, book: Rulebook | None = None) -> Report:
    """What a rule asks of an incident, answered as far as it is known; what is not is missing.

    ``rule`` is the id of a rule, or of a family that has one rule for this incident.

    Raises:
        NothingToCheck: no incident is called so.
        BadInput: there is no such rule, or the family has several.
    """
    with node.reading() as connection:
        book = book or rulebook_of(connection)
        noted = versions(connection, which)
        profile = _profile(connection)
    incident = noted[-1].incident
    chosen = rule_of(book, rule)
    owed = duty(chosen, incident, profile, node.now_us, book)
    earlier, doubt = _earlier(chosen, noted, book)
    return report_of(
        chosen,
        incident,
        made=node.now_text,
        due=due_words(owed),
        country=profile.country,
        notes=(*doubt, *owed.notes),
        earlier=earlier,
    )


def _earlier(rule: Rule, noted: Sequence[Version], book: Rulebook) -> tuple[Earlier | None, tuple[str, ...]]:
    """What the recipient of ``rule`` was told last, and a note if what was known then is not kept."""
    incident = noted[-1].incident
    told = last_to(rule, incident, book)
    if told is None:
        return None, ()
    then = as_told(noted, told)
    learned = learned_since(rule, incident, told, book)
    doubt = (
        ("What was known when it was told is not noted; changes are those since it was first noted here.",)
        if then.changed_us > told.at.us + _MINUTE_US
        else ()
    )
    return Earlier(told=told, incident=then.incident, learned=learned), doubt


def rule_of(book: Rulebook, name: str) -> Rule:
    """The rule of an id or, where it has but one, of a family.

    Raises:
        BadInput: there is none, or there are several.
    """
    found = [one for one in book.rules if one.id == name] or [one for one in book.rules if one.family == name]
    if not found:
        known = ", ".join(sorted(one.id for one in book.rules))
        raise BadInput(f"there is no rule {name[:60]!r}", hint=f"The rules are: {known}.")
    if len(found) > 1:
        raise BadInput(
            f"{name} has {len(found)} rules", hint=f"Name one: {', '.join(one.id for one in found)}."
        )
    return found[0]


def now_here(node: Node) -> Moment:
    """This second on the clock of the organisation."""
    return Moment(node.now_us - node.now_us % 1_000_000, Fidelity.SECOND, kept_profile(node).zone)


def tell_of(node: Node, which: str, told: Told, *, by: str) -> Incident:
    """Note that somebody was told of an incident: the duty of its rule is done with that.

    Raises:
        NothingToCheck, BadInput: see :func:`~tocsin.service.incidents.kept.newest`.
    """
    with node.reading() as connection:
        before = newest(connection, which)
    return keep(node, [msgspec.structs.replace(before, told=(*before.told, told))], by=by)[0]


def learn_of(node: Node, which: str, learned: Learned, *, by: str) -> Incident:
    """Note that something of substance became known: the clocks of supplements start with that.

    Raises:
        NothingToCheck, BadInput: see :func:`~tocsin.service.incidents.kept.newest`.
        BadInput: it names a rule that is not in force here.
    """
    with node.reading() as connection:
        book = rulebook_of(connection)
        before = newest(connection, which)
    for name in learned.rules:
        book.named(name)
    return keep(node, [msgspec.structs.replace(before, learned=(*before.learned, learned))], by=by)[0]


def profile_as_text(node: Node, book: Rulebook | None = None) -> str:
    """What this organisation says of itself, as a text to fill in: what the rules that are in force here ask."""
    book = book or node_rulebook(node)
    held = kept_profile(node)
    asked = {fact: answer for fact, answer in held.facts.items() if fact in book.facts}
    return profile_text(msgspec.structs.replace(held, facts=asked), book)


def kept_profile(node: Node) -> Profile:
    """What this organisation says of itself, also to questions that no rule in force here asks any more."""
    with node.reading() as connection:
        return _profile(connection)


def keep_profile(node: Node, data: bytes, name: str, *, by: str, book: Rulebook | None = None) -> Profile:
    """Keep what this organisation says of itself.

    Raises:
        BadInput: the text cannot be read.
    """
    book = book or node_rulebook(node)
    said = read_profile(data, name, book)
    # Rules that are out of force now may be taken on again: what was answered to them stays.
    others = {fact: answer for fact, answer in kept_profile(node).facts.items() if fact not in book.facts}
    profile = msgspec.structs.replace(said, facts={**said.facts, **others})
    text = profile_text(profile, book)

    def act(connection: Connection) -> None:
        write_setting(connection, _PROFILE, text)
        node.record(connection, Act.INCIDENT, by, {"profile": True}, node.now_us)

    node.write(act)
    return profile


def _profile(connection: Connection) -> Profile:
    text = read_setting(connection, _PROFILE)
    return read_profile(text.encode(), "the profile") if text else Profile()
