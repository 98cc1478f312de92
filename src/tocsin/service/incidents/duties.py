"""``incident due`` and ``incident report``: who has to be told by when, and what."""

from __future__ import annotations

from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.incidents.incident import Incident, Told
from tocsin.incidents.rules.duty import Duty, due, duty
from tocsin.incidents.rules.profile import Profile
from tocsin.incidents.rules.profile_file import profile_text, read_profile
from tocsin.incidents.rules.report import Report, report_of
from tocsin.incidents.rules.rule import Rule
from tocsin.incidents.rules.rulebook import Rulebook
from tocsin.incidents.rules.told.words import state_words
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.kept import kept_incidents, newest, own_incidents, short_id
from tocsin.service.incidents.record import keep
from tocsin.service.incidents.rulebook import shipped_rulebook
from tocsin.store.settings import read_setting, write_setting
from tocsin.transparency.entry import Act

__all__ = [
    "duties",
    "keep_profile",
    "kept_profile",
    "open_others",
    "profile_as_text",
    "report",
    "rule_of",
    "tell_of",
]

_PROFILE: Final = "incident-profile"


def duties(node: Node, which: str = "", book: Rulebook | None = None) -> list[Duty]:
    """Every rule for every own incident that is not closed, or for ``which``, the most urgent first.

    Raises:
        NothingToCheck: no incident is called so, or it is not this organisation's own.
        BadInput: several are.
    """
    book = book or shipped_rulebook()
    with node.reading() as connection:
        profile = _profile(read_setting(connection, _PROFILE), book)
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
    book = book or shipped_rulebook()
    with node.reading() as connection:
        incident = newest(connection, which)
        profile = _profile(read_setting(connection, _PROFILE), book)
    chosen = rule_of(book, rule)
    owed = duty(chosen, incident, profile, node.now_us, book)
    return report_of(
        chosen,
        incident,
        made=node.now_text,
        due=state_words(owed),
        country=profile.country,
        notes=owed.notes,
    )


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


def tell_of(node: Node, which: str, told: Told, *, by: str) -> None:
    """Note that somebody was told of an incident: the duty of its rule is done with that.

    Raises:
        NothingToCheck, BadInput: see :func:`~tocsin.service.incidents.kept.newest`.
    """
    with node.reading() as connection:
        before = newest(connection, which)
    keep(node, [msgspec.structs.replace(before, told=(*before.told, told))], by=by)


def profile_as_text(node: Node, book: Rulebook | None = None) -> str:
    """What this organisation says of itself, as a text to fill in."""
    book = book or shipped_rulebook()
    return profile_text(kept_profile(node, book), book)


def kept_profile(node: Node, book: Rulebook | None = None) -> Profile:
    """What this organisation says of itself."""
    with node.reading() as connection:
        return _profile(read_setting(connection, _PROFILE), book or shipped_rulebook())


def keep_profile(node: Node, data: bytes, name: str, *, by: str, book: Rulebook | None = None) -> Profile:
    """Keep what this organisation says of itself.

    Raises:
        BadInput: the text cannot be read.
    """
    book = book or shipped_rulebook()
    profile = read_profile(data, name, book)
    text = profile_text(profile, book)

    def act(connection: Connection) -> None:
        write_setting(connection, _PROFILE, text)
        node.record(connection, Act.INCIDENT, by, {"profile": True}, node.now_us)

    node.write(act)
    return profile


def _profile(text: str | None, book: Rulebook) -> Profile:
    return read_profile(text.encode(), "the profile", book) if text else Profile()
