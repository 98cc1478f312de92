"""One thing that a bill of materials lists, and what reading a bill gives."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import msgspec

from tocsin.inventory.identity import Identity

__all__ = ["BillOfMaterials", "Component", "Kind", "Unread"]


class Kind(Enum):
    """What a component is, as far as advisories tell the kinds apart."""

    LIBRARY = "library"
    APPLICATION = "application"
    OPERATING_SYSTEM = "operating-system"
    FIRMWARE = "firmware"
    DEVICE = "device"
    OTHER = "other"


class Component(msgspec.Struct, frozen=True, gc=False):
    """What is installed somewhere. ``version`` is as it was written, "" if none was.

    ``place`` is where in the bill it stands (a JSON path, or ``line 12``), ``ref`` what the bill calls it,
    ``parent`` the ref of the component that it is a part of ("" for none). ``source`` is the name of the package
    that it was built from, ``source_version`` its version, where either differs from the component's own (Debian's
    and Red Hat's advisories speak of source packages).
    """

    identity: Identity
    version: str
    kind: Kind
    place: str
    ref: str = ""
    parent: str = ""
    supplier: str = ""
    licences: tuple[str, ...] = ()
    source: str = ""
    source_version: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of an input that could not be read: where (JSON path or ``line N``) and why, in one sentence."""

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class BillOfMaterials:
    """What one document lists. ``components`` and ``unread`` together are all the entries that it holds.

    ``doubts`` are the parts of entries that could not be read though the entry could (a purl that is none, an unknown
    kind): the entry is among ``components`` nevertheless. ``set_aside`` says what else the document holds that is no
    component, by kind, and how many of each (services, statements on vulnerabilities).
    ``format`` is a word such as ``cyclonedx``, ``format_version`` as ``1.6``; ``serial`` the document's own
    identifier; ``made`` when it says that it was made (RFC 3339, "" if it does not say), ``author`` by whom;
    ``subject`` what it is a bill of, if it says; ``depends`` the refs that each ref directly depends on, those that
    are nowhere defined included. ``notes`` are doubts about the document as a whole (a cycle of dependencies, a ref
    given twice).
    """

    format: str
    format_version: str
    components: tuple[Component, ...]
    unread: tuple[Unread, ...] = ()
    doubts: tuple[Unread, ...] = ()
    set_aside: tuple[tuple[str, int], ...] = ()
    serial: str = ""
    made: str = ""
    author: str = ""
    subject: Component | None = None
    depends: tuple[tuple[str, tuple[str, ...]], ...] = ()
    notes: tuple[str, ...] = ()
