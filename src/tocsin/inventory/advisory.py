"""What somebody publishes about vulnerabilities: whose word, of when, and what it claims."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from tocsin.inventory.claim import Claim
from tocsin.inventory.component import Unread

__all__ = ["STATEMENTS_OF_MAKERS", "Advisory", "Exploited", "Form", "Revision", "Stakes"]


class Form(Enum):
    """In which form an advisory comes."""

    KEV = "kev"
    CVE = "cve"
    OSV = "osv"
    CSAF = "csaf"
    OPENVEX = "openvex"
    CYCLONEDX_VEX = "cyclonedx-vex"


STATEMENTS_OF_MAKERS: Final = frozenset({Form.OPENVEX, Form.CYCLONEDX_VEX})
"""What a maker states once and for all is no feed that has to be current, and says nothing of what it does not name."""


@dataclass(frozen=True, slots=True)
class Exploited:
    """What CISA's catalogue of known exploited vulnerabilities says of one: days as ``YYYY-MM-DD``."""

    added: str
    due: str
    action: str
    ransomware: bool


@dataclass(frozen=True, slots=True)
class Stakes:
    """What is at stake with one vulnerability, by whoever judged it; "" or None where nobody did.

    ``exploitation`` (``none``, ``public poc``, ``active``), ``automatable`` (``yes``, ``no``) and ``impact``
    (``partial``, ``total``) are the SSVC decision points of CISA's coordinator table; ``cvss`` the vectors, newest
    version first, ``score`` the base score of the first that has one; ``epss`` a probability.
    """

    exploitation: str = ""
    automatable: str = ""
    impact: str = ""
    cvss: tuple[str, ...] = ()
    score: float | None = None
    epss: float | None = None
    exploited: Exploited | None = None
    weaknesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """What a publisher says of one state of its document."""

    number: str
    date: str
    summary: str


@dataclass(frozen=True, slots=True)
class Advisory:
    """One document, or one record of a feed.

    ``id`` is what its publisher calls it, ``aliases`` the other names of the same vulnerability (for a document
    with several: none). ``published`` and ``modified`` are RFC 3339, "" where it does not say. ``withdrawn`` is
    when it was taken back ("" if it was not; a rejected CVE is): then it claims nothing. ``sectors`` are the words
    of the document, unmapped. ``draft`` says that it is not yet its publisher's word (CSAF's tracking status),
    ``revision`` which state of the document it is, ``severity`` how severe its publisher calls it, in its own words.
    ``stakes`` are by vulnerability. ``unread`` are the parts that could not be read. The rest is what else CSAF asks of
    a document's head, "" in other forms: ``category`` of the document, ``status`` of its tracking, ``namespace`` and
    ``publisher_category`` of who publishes it, ``form_version`` of CSAF itself, ``history`` what the
    publisher says of each revision.
    """

    id: str
    form: Form
    publisher: str
    title: str = ""
    text: str = ""
    url: str = ""
    published: str = ""
    modified: str = ""
    withdrawn: str = ""
    aliases: tuple[str, ...] = ()
    tlp: str = ""
    sectors: tuple[str, ...] = ()
    draft: bool = False
    revision: str = ""
    severity: str = ""
    claims: tuple[Claim, ...] = ()
    stakes: tuple[tuple[str, Stakes], ...] = ()
    unread: tuple[Unread, ...] = ()
    category: str = ""
    status: str = ""
    namespace: str = ""
    publisher_category: str = ""
    form_version: str = ""
    history: tuple[Revision, ...] = ()
