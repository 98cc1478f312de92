"""What an advisory says of one product: which of its versions, and whether they are affected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from tocsin.inventory.identity import Identity

__all__ = ["Claim", "Remedy", "Span", "Status", "Versions"]


class Status(Enum):
    """What is claimed; the words are OpenVEX's."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not_affected"
    FIXED = "fixed"
    UNDER_INVESTIGATION = "under_investigation"


@dataclass(frozen=True, slots=True)
class Span:
    """The versions from ``low`` to ``high``, as the advisory writes them; None is open.

    One version alone is both, inclusive.
    ``fixed`` says that ``high`` (then exclusive) is a version that mends it, so that what comes after is *fixed*,
    not merely *not affected*.
    """

    low: str | None = None
    high: str | None = None
    low_inclusive: bool = True
    high_inclusive: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Versions:
    """Versions of a product, in the order of ``scheme`` (a name of :mod:`tocsin.inventory.version`).

    ``every`` means all there are but those in ``but`` (which stands only beside ``every``). ``unread`` holds texts
    that say which versions and that could not be read: beside them no version is known to lie outside. No span,
    none unread and not ``every`` means that none is named.
    """

    scheme: str = "generic"
    spans: tuple[Span, ...] = ()
    every: bool = False
    but: tuple[Span, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remedy:
    """What the advisory says to do, in its ``text``, and where to read on (``url``).

    ``kind`` is as CSAF names it: ``vendor_fix``, ``mitigation``, ``workaround``, ``no_fix_planned`` or
    ``none_available``; CSAF 2.1 adds ``fix_planned`` and ``optional_patch``. ``restart`` is what has to be
    restarted for it (``none``, ``service``, ``machine``, ...), "" where it does not say.
    """

    kind: str
    text: str
    url: str = ""
    restart: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an advisory.

    ``vulnerability`` is the name of what it is about (a CVE where there is one). ``product`` and ``versions`` say
    of what; ``subcomponents`` of which part of it, if only of a part (VEX). ``platform`` is what it has to run on:
    it narrows the claim and never matches by itself. ``text`` is the product and its versions in the advisory's own
    words, ``place`` the JSON path there, ``why`` the justification or impact statement of a *not affected*.
    ``condition`` is a condition in prose that a person has to judge (a range of serial numbers, a date of
    manufacture). ``by`` is whose word it is where that is not the advisory's publisher, ``stated`` when it was
    said where that is told of the statement itself (VEX): of two that contradict each other the later counts.
    ``title`` is what the vulnerability is called, where a document about several calls it something.
    ``remedies`` stand with those for the fewest products first.
    """

    vulnerability: str
    status: Status
    product: Identity
    versions: Versions
    text: str
    place: str
    subcomponents: tuple[Identity, ...] = ()
    platform: Identity | None = None
    why: str = ""
    condition: str = ""
    remedies: tuple[Remedy, ...] = ()
    by: str = ""
    stated: str = ""
    title: str = ""
