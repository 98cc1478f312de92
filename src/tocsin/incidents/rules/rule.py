"""One reporting rule, as data: whom it is for, from when its clock runs and how long, and what it asks.

The files are ``data/rules``; ``rule_file`` reads them. Words are for a person who decides under pressure, so every
condition says why it holds and why it does not.
"""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Annotated, Final

import msgspec

from tocsin.incidents.rules.profile import RuleId, SourceId, Words

__all__ = [
    "AFTER",
    "LEARNED",
    "Ask",
    "Clock",
    "Condition",
    "Follow",
    "National",
    "Need",
    "Rule",
    "RuleSource",
    "Status",
]

Count = Annotated[int, msgspec.Meta(ge=1, le=3_660)]

AFTER: Final = "told:"
"""``starts = "told:RULE"``: the clock starts when what that rule asks for was sent."""

LEARNED: Final = "learned"
"""``starts = "learned"``: the clock of a supplement starts when something of substance becomes known."""


class Status(Enum):
    """Whether a rule binds: in force, only proposed, or somebody's advice."""

    IN_FORCE = "in-force"
    PROPOSED = "proposed"
    ADVICE = "advice"


class Need(Enum):
    """Whether a report is complete without an answer: ``when-known`` may follow later."""

    REQUIRED = "required"
    WHEN_KNOWN = "when-known"


class RuleSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where something is said. ``day`` is that of the text.

    ``confirmed``: the text itself, or a copy of it, was read for this file; where it was not, ``note`` says what was.
    """

    id: SourceId
    title: Words
    section: str = ""
    url: Annotated[str, msgspec.Meta(pattern=r"^https://\S+$")]
    day: date
    confirmed: bool
    note: str = ""


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition for a rule to apply: either ``fact``, or ``any`` of several.

    A fact is one of the profile, or of the incident (``incident.ransom``; ``incident_fact`` lists them). ``yes`` and
    ``no`` are told as the reason.
    """

    yes: Words
    no: Words
    fact: str = ""
    any: tuple[Condition, ...] = ()


class Clock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From which moment, and how long.

    ``starts`` is a moment of the incident (``detected``), ``told:RULE``, or for a supplement ``learned``. One of
    ``hours``, ``business_days``, ``calendar_days``, ``months`` or ``at_once`` says how long. Hours are exact. Days and
    months end with the day in ``zone`` (IANA; "" is the clock that the moment was read from), or at ``until``
    (``HH:MM``) on it. ``holidays`` names the calendar of business days.
    """

    starts: Words
    words: Words
    source: SourceId
    hours: Count | None = None
    business_days: Count | None = None
    calendar_days: Count | None = None
    months: Count | None = None
    at_once: bool = False
    holidays: str = ""
    zone: str = ""
    until: Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$")] = ""


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question of a report. ``fields`` are those of the incident that answer it, in dotted form.

    Without a field the answer is looked for in ``answers`` of the incident, under ``id``; with one, too, and it
    leads. ``group`` is the heading that it stands under.
    """

    id: RuleId
    words: Words
    fields: tuple[str, ...] = ()
    need: Need = Need.REQUIRED
    group: str = ""
    source: SourceId
    section: str = ""


class Follow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is owed after the report: what, and by when, in words."""

    what: Words
    by: Words
    source: SourceId


class National(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The law of one country that carries a rule out; ``country`` is ISO 3166-1."""

    country: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2}$")]
    law: Words
    recipient: Words
    since: date
    as_of: date
    source: SourceId
    note: str = ""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule. ``who`` says in plain words whom it is for, ``recipient`` who is told and ``how`` by which way.

    It was looked up on the day ``as_of``. ``since`` is when it began to bind, None where it does not. A supplement
    names the rule whose report it completes: it is owed once that was sent and its own clock starts after.
    """

    id: str
    family: str
    name: str
    recipient: str
    how: str
    who: str
    status: Status
    since: date | None
    as_of: date
    version: str
    sources: tuple[RuleSource, ...]
    applies: tuple[Condition, ...]
    clock: Clock
    asks: tuple[Ask, ...]
    follows: tuple[Follow, ...] = ()
    national: tuple[National, ...] = ()
    notes: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("md", "html", "json")
    supplements: str = ""

    @property
    def binding(self) -> bool:
        """Whether it is in force."""
        return self.status is Status.IN_FORCE

    @property
    def names(self) -> frozenset[str]:
        """What something that became known may name it by: its id, that of the rule it completes, its family."""
        return frozenset(filter(None, (self.id, self.supplements, self.family)))

    def source(self, id: str) -> RuleSource:
        """The source of that id; the reader has seen that there is one."""
        return next(each for each in self.sources if each.id == id)
