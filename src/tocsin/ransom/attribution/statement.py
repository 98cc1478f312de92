"""What a person says of who is behind an address, a cluster or an incident. The program never makes one."""

from __future__ import annotations

import datetime as dt
import uuid
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec

from tocsin.limits import STATEMENT_CHARACTERS, STATEMENT_EVIDENCE
from tocsin.ransom.attribution.admiralty import confidence_of

__all__ = ["Evidence", "Role", "Statement", "Subject", "SubjectKind", "name_key", "statement_id"]

_NAMESPACE: Final = uuid.UUID("5d0c7e55-8a0f-4c53-9d2c-0a7f1f6b7a52")

_Text = Annotated[str, msgspec.Meta(max_length=STATEMENT_CHARACTERS)]
_Needed = Annotated[str, msgspec.Meta(min_length=1, max_length=STATEMENT_CHARACTERS)]
_Hash = Annotated[str, msgspec.Meta(pattern="^(|[0-9a-f]{64})$")]
_Country = Annotated[str, msgspec.Meta(pattern="^(|[A-Z]{2})$")]


class Role(StrEnum):
    """What somebody is said to be. Each is a statement of its own: hosted in a state is not directed by it."""

    OPERATOR = "operator"
    AFFILIATE = "affiliate"
    LAUNDERER = "launderer"
    HOST_STATE = "host_state"
    STATE_DIRECTION = "state_direction"

    @property
    def is_of_state(self) -> bool:
        """Whether it is a state that is named."""
        return self in {Role.HOST_STATE, Role.STATE_DIRECTION}


class SubjectKind(StrEnum):
    """What a statement is about: one address, all that are taken to have one holder with it, or an incident."""

    ADDRESS = "address"
    CLUSTER = "cluster"
    INCIDENT = "incident"


class Subject(msgspec.Struct, frozen=True, order=True, array_like=True):
    """What a statement is about; ``value`` is an address, or the id of an incident."""

    kind: SubjectKind
    value: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One item: which ``source`` says ``what``, of which day.

    ``reference`` is where it can be read, ``sha256`` that of the file. ``rests_on`` is the source that this one has it
    from, "" if it is its own. ``inconsistent_with`` are names that do not go with it.
    """

    source: _Needed
    what: _Needed
    day: dt.date
    reference: _Text = ""
    sha256: _Hash = ""
    rests_on: _Text = ""
    inconsistent_with: Annotated[tuple[_Needed, ...], msgspec.Meta(max_length=STATEMENT_EVIDENCE)] = ()


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One statement: ``named`` has the ``role``, says ``said_by`` of ``organisation`` on ``said_on``.

    Exactly one of ``address``, ``cluster`` (an address of it) and ``incident`` is what it is about. ``country``
    (ISO 3166-1) is there for the roles of a state, and only there; ``about`` is who is hosted or directed by it, "" for
    whoever is behind the subject. ``reliability`` grades the source, ``credibility`` what it says. ``confidence`` (0 to
    100) is as the person gives it. ``would_change`` is what would make the person think otherwise.
    """

    address: _Text = ""
    cluster: _Text = ""
    incident: _Text = ""
    role: Role
    named: _Needed
    said_by: _Needed
    organisation: _Text = ""
    said_on: dt.date
    reliability: Literal["A", "B", "C", "D", "E", "F"]
    credibility: Annotated[int, msgspec.Meta(ge=1, le=6)]
    evidence: Annotated[tuple[Evidence, ...], msgspec.Meta(min_length=1, max_length=STATEMENT_EVIDENCE)]
    confidence: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    country: _Country = ""
    about: _Text = ""
    note: _Text = ""
    would_change: Annotated[tuple[_Needed, ...], msgspec.Meta(max_length=STATEMENT_EVIDENCE)] = ()

    @property
    def subject(self) -> Subject:
        """What it is about."""
        if self.incident:
            return Subject(SubjectKind.INCIDENT, self.incident)
        if self.cluster:
            return Subject(SubjectKind.CLUSTER, self.cluster)
        return Subject(SubjectKind.ADDRESS, self.address)

    @property
    def stix_confidence(self) -> int | None:
        """The confidence in STIX: as the person gives it, else that of the digit; None where neither says any."""
        return confidence_of(self.credibility) if self.confidence is None else self.confidence


def name_key(text: str) -> str:
    """``text`` as two names are compared: without regard to case and to runs of blanks."""
    return " ".join(text.casefold().split())


def statement_id(statement: Statement) -> uuid.UUID:
    """The id of a statement: the same for all that say the same, so that what is added twice is there once."""
    return uuid.uuid5(_NAMESPACE, msgspec.json.encode(statement, order="deterministic").decode())
