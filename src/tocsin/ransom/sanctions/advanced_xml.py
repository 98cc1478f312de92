"""OFAC's SDN list as Advanced XML, read as it streams by: as a tree it would take ten times its size.

Form: "Advanced Sanctions Data Model" of OFAC, version 3, the schema at sanctionslistservice.ofac.treas.gov.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tocsin.errors import BadInput, Place
from tocsin.ransom.sanctions.party import OFAC_SDN, ListedAddress, ListVersion, Party
from tocsin.ransom.sanctions.xml_stream import XmlReader, read_chunks, starts_with

__all__ = ["FORM", "is_advanced_xml", "read_advanced_xml"]

FORM: Final = "sdn-advanced-xml"
_CURRENCY: Final = "Digital Currency Address"
_NAMES: Final = frozenset({"FeatureType", "SanctionsType"})
_TEXTS: Final = frozenset(
    {"FeatureType", "SanctionsType", "NamePartValue", "VersionDetail", "Comment", "Year", "Month", "Day"}
)
_DATES: Final = frozenset({"Date", "DateOfIssue"})
# They make up nearly half of the file, and nothing in them is kept.
_LEFT_OUT: Final = frozenset({"Locations", "IDRegDocuments", "ProfileRelationships"})


def is_advanced_xml(head: bytes) -> bool:
    """Whether what begins so may be the list as Advanced XML."""
    return starts_with(head, b"Sanctions")


def read_advanced_xml(chunks: Iterable[bytes], name: str = "") -> ListVersion:
    """Read one issue of the list.

    Raises:
        BadInput: it is cut off, is no such list, or brings a document type, by which a small file can unfold to a
            huge one; with its line and column.
        LimitExceeded: it is larger or deeper than such a list can be.
    """
    return read_chunks(chunks, _Reader(name))


@dataclass(slots=True)
class _Draft:
    """A party while it is read."""

    id: str
    name: str = ""
    aliases: list[str] = field(default_factory=list)
    addresses: list[ListedAddress] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)


class _Reader(XmlReader):
    """Takes the events of the parser to parties and entries."""

    what = "list of OFAC"

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.attributes: Mapping[str, str] = {}
        self.issued = ""
        self.day: list[int] = []
        self.types: dict[str, dict[str, str]] = {one: {} for one in _NAMES}
        self.parties: list[_Draft] = []
        self.party: _Draft | None = None
        self.alias_primary = False
        self.parts: list[str] = []
        self.ticker: str | None = None
        self.profile = ""
        self.is_programme = False
        self.entries: dict[str, tuple[list[str], list[str]]] = {}
        self.ends: Mapping[str, Callable[[str], None]] = {
            "FeatureType": self._type,
            "SanctionsType": self._type,
            "DateOfIssue": self._date_of_issue,
            "NamePartValue": self._name_part,
            "DocumentedName": self._documented_name,
            "VersionDetail": self._detail,
            "DistinctParty": self._party_ends,
            "Comment": self._comment,
            "Date": self._date,
            "Year": self._part_of_day,
            "Month": self._part_of_day,
            "Day": self._part_of_day,
        }

    # -- events -----------------------------------------------------------------------------------

    def end(self, digest: str) -> ListVersion:
        self.finish()
        if not self.issued:
            raise BadInput("the list does not say on which day it was issued", where=Place(self.name or None))
        if not self.parties or not self.entries:
            raise BadInput("the list names no party, or no entry of one", where=Place(self.name or None))
        return ListVersion(
            OFAC_SDN, self.issued, digest, FORM, tuple(self._finished(one) for one in self.parties)
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        path = self.path
        path.append(tag)
        if len(path) <= 2 and tag not in _DATES:
            if len(path) == 1 and tag != "Sanctions":
                raise BadInput("is no list of OFAC in Advanced XML", where=self.here())
            return
        if path[1] in _LEFT_OUT:
            return
        self.hold_depth()
        if tag in _DATES:
            self.day = []
        elif tag in _TEXTS:
            self.want()
            self.attributes = attributes
        elif tag == "DistinctParty":
            self.party = _Draft(attributes.get("FixedRef", ""))
        elif tag == "Profile" and self.party is not None:
            self.party.profiles.append(attributes.get("ID", ""))
        elif tag == "Alias":
            self.alias_primary = attributes.get("Primary") == "true"
        elif tag == "Feature":
            self.ticker = self._ticker(attributes.get("FeatureTypeID", ""))
        elif tag == "SanctionsEntry":
            self.profile = attributes.get("ProfileID", "")
            self.entries.setdefault(self.profile, ([], []))
        elif tag == "SanctionsMeasure":
            kind = self.types["SanctionsType"].get(attributes.get("SanctionsTypeID", ""), "")
            self.is_programme = kind == "Program"

    def _end(self, tag: str) -> None:
        self.path.pop()
        if tag in self.ends and (len(self.path) < 2 or self.path[1] not in _LEFT_OUT):
            self.ends[tag](self.taken())

    # -- what they mean ---------------------------------------------------------------------------

    def _ticker(self, kind: str) -> str | None:
        name = self.types["FeatureType"].get(kind, "")
        return name.removeprefix(_CURRENCY).lstrip(" -") if name.startswith(_CURRENCY) else None

    def _type(self, text: str) -> None:
        tag = "FeatureType" if self.path[-1] == "FeatureTypeValues" else "SanctionsType"
        self.types[tag][self.attributes.get("ID", "")] = text

    def _part_of_day(self, text: str) -> None:
        if self.path[-1] in _DATES and text.isdecimal():
            self.day.append(int(text))

    def _taken_day(self) -> str:
        held, self.day = self.day, []
        try:
            return date(*held[:3]).isoformat()
        except (TypeError, ValueError, OverflowError):
            return ""

    def _date_of_issue(self, _: str) -> None:
        self.issued = self._taken_day()

    def _date(self, _: str) -> None:
        day = self._taken_day()
        if day and self.path[-1] == "EntryEvent" and self.profile in self.entries:
            self.entries[self.profile][1].append(day)

    def _name_part(self, text: str) -> None:
        self.parts.append(text)

    def _documented_name(self, _: str) -> None:
        name, self.parts = " ".join(filter(None, self.parts)), []
        if self.party is None or not name:
            return
        if self.alias_primary and not self.party.name:
            self.party.name = name
        else:
            self.party.aliases.append(name)

    def _detail(self, text: str) -> None:
        if self.ticker is not None and self.party is not None and text:
            self.party.addresses.append(ListedAddress(self.ticker, text))

    def _party_ends(self, _: str) -> None:
        if self.party is not None:
            self.parties.append(self.party)
        self.party = None

    def _comment(self, text: str) -> None:
        if self.path[-1] == "SanctionsMeasure" and self.is_programme and text:
            self.entries[self.profile][0].append(text)

    def _finished(self, one: _Draft) -> Party:
        held = [self.entries[profile] for profile in one.profiles if profile in self.entries]
        days = [day for _, days in held for day in days]
        return Party(
            one.id,
            one.name,
            tuple(dict.fromkeys(one.aliases)),
            tuple(dict.fromkeys(programme for programmes, _ in held for programme in programmes)),
            min(days, default=""),
            tuple(dict.fromkeys(one.addresses)),
        )
