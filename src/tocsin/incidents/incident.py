"""One incident, as its owner knows it: the one form that every report is made from.

Its parts follow the STIX 2.1 incident extensions (OASIS, ``incident-ef7``) where these have a place for them, and the
questions that reporting rules ask where they have not.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from tocsin.incidents.flow.flow import EMPTY_FLOW, Flow
from tocsin.incidents.moment import Moment

__all__ = [
    "Cause",
    "Determination",
    "Impact",
    "ImpactCategory",
    "Incident",
    "Investigation",
    "Learned",
    "MeasureNote",
    "Moments",
    "Payment",
    "Person",
    "Ransom",
    "Source",
    "Stood",
    "System",
    "Told",
    "Victim",
]


class Determination(Enum):
    """Whether it was an incident at all (``determination`` of the incident core extension)."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    BLOCKED = "blocked"
    FAILED_ATTEMPT = "failed-attempt"
    FALSE_POSITIVE = "false-positive"


class Investigation(Enum):
    """How far the work on it is (``investigation_status``)."""

    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


class ImpactCategory(Enum):
    """What suffered (``impact_category`` of the impact extension)."""

    AVAILABILITY = "availability"
    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    ECONOMIC = "economic"
    EXTERNAL = "external"
    PHYSICAL = "physical"
    TRACEABILITY = "traceability"


class Stood(Enum):
    """How a measure stood when the attack came."""

    ABSENT = "absent"
    FAILED = "failed"
    STOOD = "stood"


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where something is said. ``day`` is when (``YYYY-MM-DD``, "" if it does not say)."""

    title: str
    publisher: str = ""
    url: str = ""
    day: str = ""


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom to ask about it."""

    name: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""


class Victim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who was hit. ``sectors`` are ids of the 16 sectors; ``country`` ISO 3166-1, ``region`` ISO 3166-2 (``US-NC``)."""

    name: str = ""
    sectors: tuple[str, ...] = ()
    naics: str = ""
    country: str = ""
    region: str = ""
    employees: int | None = None
    identifiers: dict[str, str] = {}


class Moments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The moments that reporting rules start their clocks from, None where unknown or not there yet.

    ``began``: the first act of the attacker. ``detected``: somebody here noticed. ``believed``: it could reasonably
    be believed to be a covered incident. ``determined``: the owner determined that it is a reportable one.
    ``material``: it was determined to be material to investors. ``aware``: aware that it is significant. ``paid``: a
    ransom was paid. ``contained`` and ``recovered``: the attacker was out, and things ran again. ``asked``: an
    authority asked for more, the last time. ``fixed``: something against a flaw in a product of one's own was there.
    ``ended``: the owner's work on the incident ended.
    """

    began: Moment | None = None
    detected: Moment | None = None
    believed: Moment | None = None
    determined: Moment | None = None
    material: Moment | None = None
    aware: Moment | None = None
    paid: Moment | None = None
    contained: Moment | None = None
    recovered: Moment | None = None
    asked: Moment | None = None
    fixed: Moment | None = None
    ended: Moment | None = None


class System(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something that was hit: ``function`` is what it does, ``level`` is ``it`` or ``ot``, ``count`` how many."""

    name: str
    function: str = ""
    level: str = ""
    count: int | None = None


class Impact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What it did. ``degree`` is how much of availability was lost, in percent.

    ``information`` is the kind of data or control, ``loss`` what became of it, in the extension's words. ``records``
    and ``people`` are counts, ``amount`` money in ``currency`` (ISO 4217 or a ticker), ``hours`` how long.
    """

    category: ImpactCategory
    description: str = ""
    degree: int | None = None
    information: str = ""
    loss: str = ""
    records: int | None = None
    people: int | None = None
    hours: float | None = None
    amount: str = ""
    currency: str = ""
    kind: str = ""
    start: Moment | None = None
    end: Moment | None = None


class Payment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A payment of a ransom. ``amount`` is a decimal number as text in ``asset`` (``BTC``, ``USD``).

    ``wallets`` are the addresses that it went to. ``transactions`` are their ids, or ``TXID:N`` where it is known which
    output (from 0) was the payment.
    """

    amount: str = ""
    asset: str = ""
    at: Moment | None = None
    payer: str = ""
    wallets: tuple[str, ...] = ()
    transactions: tuple[str, ...] = ()
    outcome: str = ""


class Ransom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What was demanded, to where, and what was paid.

    ``note_names`` are the family of ransomware or the attackers that the note itself names: what it says, and no more.
    """

    amount: str = ""
    asset: str = ""
    at: Moment | None = None
    wallets: tuple[str, ...] = ()
    note_names: tuple[str, ...] = ()
    instructions: str = ""
    payments: tuple[Payment, ...] = ()


class MeasureNote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one measure (an id of the catalogue) stood; ``step`` is the node of the flow that it is about, "" for all."""

    measure: str
    stood: Stood
    step: str = ""
    evidence: str = ""
    source: Source | None = None


class Cause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What somebody says the cause was. Of several the better sourced leads; none is ever overwritten.

    ``technique`` or ``measure`` names it, ``step`` the node that it is about; ``stated`` is the day of the statement.
    ``weight`` is how good the source is: 3 the victim under oath, a court or a regulator; 2 the victim, its responder
    or a government; 1 the press or a database; 0 nobody named.
    """

    text: str
    technique: str = ""
    measure: str = ""
    step: str = ""
    source: Source | None = None
    stated: str = ""
    weight: int = 0


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody was told: ``rule`` is the id of the rule that asked for it, "" if none did."""

    whom: str
    at: Moment
    rule: str = ""
    reference: str = ""


class Learned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something of substance that became known at ``at``: what has been sent already wants a supplement.

    ``rules`` are the ids of the rules, or of their families, that it matters to; all, if empty.
    """

    what: str
    at: Moment
    rules: tuple[str, ...] = ()


class Incident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """All that is known of one incident. ``id`` is that of its STIX object; only it and ``name`` have to be there.

    ``whose`` says whom it happened to, or who told of it, where that is not this organisation; "" for its own.
    ``kinds`` are words of ``incident-type-ov`` (``ransomware``). ``vulnerabilities`` are CVE ids, ``indicators`` STIX
    patterns or plain values, ``actors`` the names that somebody gave the attacker, ``software`` those of malware and
    tools, ``answers`` what else a rule asks, by the id of its question. ``foreign`` are the objects of the bundle that
    it came from which the form has no place for.
    """

    id: str
    name: str
    whose: str = ""
    summary: str = ""
    kinds: tuple[str, ...] = ()
    determination: Determination = Determination.SUSPECTED
    investigation: Investigation = Investigation.NEW
    criticality: int | None = None
    victim: Victim = Victim()
    contact: Person = Person()
    moments: Moments = Moments()
    systems: tuple[System, ...] = ()
    impacts: tuple[Impact, ...] = ()
    flow: Flow = EMPTY_FLOW
    ransom: Ransom | None = None
    detected_by: tuple[str, ...] = ()
    vulnerabilities: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    software: tuple[str, ...] = ()
    measures: tuple[MeasureNote, ...] = ()
    causes: tuple[Cause, ...] = ()
    actions_taken: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()
    learned: tuple[Learned, ...] = ()
    answers: dict[str, str] = {}
    sources: tuple[Source, ...] = ()
    tlp: str = "red"
    created_us: int = 0
    changed_us: int = 0
    foreign: tuple[dict[str, Any], ...] = ()
    rest: dict[str, Any] = {}

    @property
    def is_own(self) -> bool:
        """Whether it is this organisation's own, which has to report it; a campaign tells of what others had."""
        return not self.whose and self.kinds != ("campaign",)
