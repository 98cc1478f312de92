"""What a dossier is made from: answers of the other parts, as values."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tocsin.model.tlp import Tlp
from tocsin.ransom.attribution.statement import Statement
from tocsin.ransom.clusters.cluster import Step
from tocsin.ransom.ledger.transaction import Transaction
from tocsin.ransom.links.link import Link
from tocsin.ransom.screening.by_actor import NameScreened
from tocsin.ransom.screening.screening import Screened
from tocsin.ransom.taint.trace import Trace

__all__ = [
    "ClusterPart",
    "Flow",
    "Given",
    "Head",
    "LinkPart",
    "ListPart",
    "Paid",
    "Said",
    "ScreeningPart",
    "TargetKind",
    "TracePart",
]


class TargetKind(StrEnum):
    """What a dossier is about."""

    ADDRESS = "address"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True)
class Head:
    """What it is about: ``name`` as a person says it, ``id`` of the incident ("" of an address), its ``addresses``.

    ``made`` is a STIX timestamp, ``by`` the organisation that makes it and ``by_id`` its STIX id.
    """

    kind: TargetKind
    name: str
    id: str
    addresses: tuple[str, ...]
    made: str
    by: str
    by_id: str
    tlp: Tlp


@dataclass(frozen=True, slots=True)
class Paid:
    """What the owner of the incident noted of a demand or a payment; amounts are decimal numbers as text."""

    words: str
    addresses: tuple[str, ...]
    transactions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListPart:
    """The version of the list that was compared; ``issued`` is its day."""

    name: str
    issued: str
    sha256: str
    parties: int
    addresses: int
    age_days: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class ScreeningPart:
    """A screening as of a day (YYYY-MM-DD); ``compared`` is empty where no list of that time is kept.

    ``unread`` are addresses that hold a typing error, in words; ``names`` are those that the ransom note gives.
    """

    as_of: str
    compared: tuple[ListPart, ...]
    screened: tuple[Screened, ...]
    unread: tuple[str, ...] = ()
    names: tuple[NameScreened, ...] = ()

    @property
    def asked(self) -> tuple[Screened | NameScreened, ...]:
        """Addresses and names alike."""
        return (*self.screened, *self.names)


@dataclass(frozen=True, slots=True)
class LinkPart:
    """The links of the incident to others of the same owner, each with what the other is called."""

    links: tuple[tuple[str, Link], ...]


@dataclass(frozen=True, slots=True)
class ClusterPart:
    """The cluster of ``address``. ``proofs`` are by another address of it; not all of it need have one here."""

    address: str
    addresses: Sequence[str]
    joined_by: Sequence[str]
    proofs: Mapping[str, Sequence[Step]]
    coinjoins_here: Sequence[str]
    is_large: bool


@dataclass(frozen=True, slots=True)
class TracePart:
    """A trace of what was ``asked``: an output or an address, and why it was."""

    asked: str
    why: str
    trace: Trace


@dataclass(frozen=True, slots=True)
class Flow:
    """A transaction with what the ledger knows of each input: satoshi (None: not known) and address ("": none)."""

    transaction: Transaction
    inputs: tuple[tuple[int | None, str], ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as it is kept: by whom and when it was noted (microseconds since 1970), and whether withdrawn.

    ``subject`` is in words. ``apart`` is why it may not be about the same as the dossier, "" if it is. Those of
    one ``holder`` are about one subject: addresses that are taken to have one holder are.
    """

    id: uuid.UUID
    statement: Statement
    noted_us: int
    noted_by: str
    subject: str
    withdrawn_us: int | None = None
    withdrawn_by: str = ""
    withdrawn_why: str = ""
    apart: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """All that a dossier is made from. ``unknown`` are sentences on what could not be answered, and how it could be.

    ``transactions`` is how many are loaded; ``flows`` are those that the traces and clusters name, the first of them.
    ``sources`` are those of the incident as a whole.
    """

    head: Head
    transactions: int
    paid: tuple[Paid, ...] = ()
    screening: ScreeningPart | None = None
    clusters: tuple[ClusterPart, ...] = ()
    traces: tuple[TracePart, ...] = ()
    links: LinkPart | None = None
    said: tuple[Said, ...] = ()
    flows: tuple[Flow, ...] = ()
    flows_left_out: int = 0
    sources: tuple[str, ...] = ()
    unknown: tuple[str, ...] = field(default=())
