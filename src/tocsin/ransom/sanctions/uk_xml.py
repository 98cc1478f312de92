"""The UK Sanctions List as XML (UK-Sanctions-List.xml).

Form: as the Foreign, Commonwealth & Development Office publishes it at sanctionslist.fcdo.gov.uk, known from readers of
others (opensanctions/opensanctions, ``gb_fcdo_sanctions``) and their samples. It has no field for addresses of
payments; other information and the statement of reasons are looked through.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tocsin.errors import BadInput
from tocsin.ransom.sanctions.address_in_text import addresses_in
from tocsin.ransom.sanctions.party import UK_SL, ListedAddress, ListVersion, Party
from tocsin.ransom.sanctions.xml_stream import PartyReader, read_chunks, starts_with

__all__ = ["FORM", "is_uk_xml", "read_uk_xml"]

FORM: Final = "uk-sanctions-list-xml"
_NAMES: Final = tuple(f"Name{number}" for number in range(1, 7))
_PROSE: Final = frozenset({"OtherInformation", "UKStatementofReasons"})
_TEXTS: Final = frozenset(
    {
        *_NAMES, *_PROSE, "DateGenerated", "UniqueID", "NameType", "NameNonLatinScript", "RegimeName", "DateDesignated",
    }
)  # fmt: skip
_PRIMARY: Final = "primary name"


def is_uk_xml(head: bytes) -> bool:
    """Whether what begins so may be the list."""
    return starts_with(head, b"Designations")


def read_uk_xml(chunks: Iterable[bytes], name: str = "") -> ListVersion:
    """Read one issue of the list.

    Raises:
        BadInput: it is cut off, is no such list, or brings a document type; with its line and column.
        LimitExceeded: it is larger or deeper than such a list can be.
    """
    return read_chunks(chunks, _Reader(name))


@dataclass(slots=True)
class _Draft:
    """A designation while it is read."""

    id: str = ""
    name: str = ""
    aliases: list[str] = field(default_factory=list)
    regimes: list[str] = field(default_factory=list)
    listed: str = ""
    addresses: list[ListedAddress] = field(default_factory=list)


class _Reader(PartyReader):
    what = "UK Sanctions List"
    list_name = UK_SL
    form = FORM

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.one = _Draft()
        self.parts: dict[str, str] = {}

    def _start(self, tag: str, _: dict[str, str]) -> None:
        self.path.append(tag)
        if len(self.path) == 1 and tag != "Designations":
            raise BadInput("is no UK Sanctions List", where=self.here())
        self.hold_depth()
        if tag == "Designation":
            self.one = _Draft()
        elif tag == "Name":
            self.parts = {}
        elif tag in _TEXTS:
            self.want()

    def _end(self, tag: str) -> None:
        self.path.pop()
        if tag in _TEXTS:
            self._text(tag, self.taken())
        elif tag == "Name":
            self._name()
        elif tag == "Designation":
            self._designation()

    def _text(self, tag: str, text: str) -> None:
        one = self.one
        if tag == "DateGenerated":
            self.issued = _day(text)
        elif tag == "UniqueID":
            one.id = text
        elif tag == "DateDesignated":
            one.listed = _day(text)
        elif tag == "RegimeName":
            one.regimes += [text] if text else []
        elif tag == "NameNonLatinScript":
            one.aliases += [text] if text else []
        elif tag in _PROSE:
            one.addresses += addresses_in(text)
        else:
            self.parts[tag] = text

    def _name(self) -> None:
        name = " ".join(filter(None, (self.parts.get(part, "") for part in _NAMES)))
        if not name:
            return
        if self.parts.get("NameType", _PRIMARY).lower() == _PRIMARY and not self.one.name:
            self.one.name = name
        else:
            self.one.aliases.append(name)

    def _designation(self) -> None:
        one = self.one
        if not one.id:
            raise BadInput("a designation has no UniqueID", where=self.here())
        names = list(dict.fromkeys(filter(None, [one.name, *one.aliases]))) or [one.id]
        self.parties.append(
            Party(
                one.id,
                names[0],
                tuple(names[1:]),
                tuple(dict.fromkeys(one.regimes)),
                one.listed,
                tuple(dict.fromkeys(one.addresses)),
            )
        )


def _day(text: str) -> str:
    """A day that is written 06/07/2026, or 2026-07-06; "" if it is none."""
    parts = text.split("/")
    try:
        return (date(*map(int, reversed(parts))) if len(parts) == 3 else date.fromisoformat(text)).isoformat()
    except (ValueError, OverflowError):
        return ""
