"""The EU's consolidated list of financial sanctions as XML, version 1.1 (xmlFullSanctionsList_1_1).

Form: as the European Commission publishes it at webgate.ec.europa.eu/fsd/fsf (namespace
``http://eu.europa.ec/fpi/fsd/export``), known from readers of others and their samples. It has no field for addresses
of payments; what stands in remarks and in numbers of identification is looked through.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tocsin.errors import BadInput
from tocsin.ransom.sanctions.address_in_text import addresses_in
from tocsin.ransom.sanctions.party import EU_FSF, ListedAddress, ListVersion, Party
from tocsin.ransom.sanctions.xml_stream import PartyReader, read_chunks, starts_with

__all__ = ["FORM", "is_eu_xml", "read_eu_xml"]

FORM: Final = "eu-fsf-xml-1.1"
_SPACE: Final = b"http://eu.europa.ec/fpi/fsd/export"
_DAY: Final = 10


def is_eu_xml(head: bytes) -> bool:
    """Whether what begins so may be the list."""
    return starts_with(head, b"export") and _SPACE in head


def read_eu_xml(chunks: Iterable[bytes], name: str = "") -> ListVersion:
    """Read one issue of the list.

    Raises:
        BadInput: it is cut off, is no such list, or brings a document type; with its line and column.
        LimitExceeded: it is larger or deeper than such a list can be.
    """
    return read_chunks(chunks, _Reader(name))


@dataclass(slots=True)
class _Draft:
    """An entity while it is read."""

    id: str = ""
    names: list[str] = field(default_factory=list)
    programmes: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    addresses: list[ListedAddress] = field(default_factory=list)


class _Reader(PartyReader):
    what = "list of the EU"
    list_name = EU_FSF
    form = FORM

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.one = _Draft()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.path.append(tag)
        if len(self.path) == 1:
            if tag != "export" or attributes.get("xmlns", "").encode() != _SPACE:
                raise BadInput("is no consolidated list of the EU, as XML 1.1", where=self.here())
            self.issued = _day(attributes.get("generationDate", ""))
        self.hold_depth()
        one = self.one
        if tag == "sanctionEntity":
            self.one = _Draft(attributes.get("euReferenceNumber", "") or attributes.get("logicalId", ""))
            self.one.days.append(_day(attributes.get("designationDate", "")))
        elif tag == "nameAlias":
            one.names.append(attributes.get("wholeName", "").strip())
        elif tag == "regulation":
            one.programmes.append(attributes.get("programme", ""))
            one.days.append(_day(attributes.get("publicationDate", "")))
        elif tag == "identification":
            one.addresses += addresses_in(attributes.get("number", ""))
        elif tag == "remark":
            self.want()

    def _end(self, tag: str) -> None:
        self.path.pop()
        if tag == "remark":
            self.one.addresses += addresses_in(self.taken())
        elif tag == "sanctionEntity":
            self._entity()

    def _entity(self) -> None:
        one = self.one
        if not one.id:
            raise BadInput("an entity has no number", where=self.here())
        names = list(dict.fromkeys(filter(None, one.names))) or [one.id]
        self.parties.append(
            Party(
                one.id,
                names[0],
                tuple(names[1:]),
                tuple(dict.fromkeys(filter(None, one.programmes))),
                min(filter(None, one.days), default=""),
                tuple(dict.fromkeys(one.addresses)),
            )
        )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:_DAY]).isoformat()
    except ValueError:
        return ""
