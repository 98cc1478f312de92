"""Which form a file of advisories has, and its records one by one.

A form is known by members that it must have: ``vulnerabilities`` with ``catalogVersion`` (KEV), ``dataType`` with
``containers`` (CVE 5), ``document`` (CSAF), ``@context`` of OpenVEX, ``bomFormat`` (CycloneDX), ``id`` with
``affected`` or ``modified`` (OSV). CVE, OSV, CSAF and VEX also come as a list, or as JSON lines, of such documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import Final

import msgspec

from tocsin import limits
from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.inventory.advisories.csaf import read_csaf
from tocsin.inventory.advisories.cve import read_cve
from tocsin.inventory.advisories.cyclonedx_vex import read_cyclonedx_vex
from tocsin.inventory.advisories.decoding import Parts
from tocsin.inventory.advisories.kev import read_kev
from tocsin.inventory.advisories.openvex import read_openvex
from tocsin.inventory.advisories.osv import read_osv
from tocsin.inventory.advisory import Advisory, Form
from tocsin.inventory.component import Unread
from tocsin.model.json_text import nests_deeper

__all__ = ["form_of", "read_advisories"]

Record = bytes | msgspec.Raw
_Read = Callable[[Record, Parts], Advisory | None]

_READERS: Final[dict[Form, _Read]] = {
    Form.CVE: read_cve,
    Form.OSV: read_osv,
    Form.CSAF: read_csaf,
    Form.OPENVEX: read_openvex,
    Form.CYCLONEDX_VEX: read_cyclonedx_vex,
}

_PROBED: Final = 100
"""Records by which a file is known: one of them has to be of a form that is known."""
_BOM: Final = b"\xef\xbb\xbf"
_NO_BLANK: Final = re.compile(rb"[^ \t\r\n]")
_NUL: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


class _Probe(msgspec.Struct):
    """Only whether the members are there counts; none is decoded."""

    document: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    containers: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    cve_metadata: msgspec.Raw | msgspec.UnsetType = msgspec.field(name="cveMetadata", default=msgspec.UNSET)
    bom_format: msgspec.Raw | msgspec.UnsetType = msgspec.field(name="bomFormat", default=msgspec.UNSET)
    context: msgspec.Raw | msgspec.UnsetType = msgspec.field(name="@context", default=msgspec.UNSET)
    statements: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    vulnerabilities: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    catalog_version: msgspec.Raw | msgspec.UnsetType = msgspec.field(
        name="catalogVersion", default=msgspec.UNSET
    )
    date_released: msgspec.Raw | msgspec.UnsetType = msgspec.field(name="dateReleased", default=msgspec.UNSET)
    id: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    affected: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    modified: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


_PROBE: Final = msgspec.json.Decoder(_Probe)
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])
_ANY: Final = msgspec.json.Decoder(msgspec.Raw)


def form_of(record: Record) -> Form | None:
    """The form of one document; None if it is of none that is known, or no JSON object."""
    try:
        found = _PROBE.decode(record)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    there = {name for name in _Probe.__struct_fields__ if getattr(found, name) is not msgspec.UNSET}
    if {"containers", "cve_metadata"} <= there:
        return Form.CVE
    if "bom_format" in there:
        return Form.CYCLONEDX_VEX
    if {"context", "statements"} <= there:
        return Form.OPENVEX
    if {"catalog_version", "vulnerabilities"} <= there:
        return Form.KEV
    if "document" in there:
        return Form.CSAF
    if "id" in there and there & {"affected", "modified"}:
        return Form.OSV
    return None


def read_advisories(data: bytes, name: str, *, form: str = "") -> Iterator[Advisory | Unread]:
    """Read the advisories in ``data``, in their order, and say of each record that is none why not.

    Args:
        data: one document, a list of documents, or a document a line; UTF-8, with or without a byte order mark.
        name: what the input is called, for the errors.
        form: the value of a :class:`Form` that every record must have; "" finds out for each.

    Returns:
        An advisory or an :class:`Unread` for each record, so that the counts add up. A KEV catalogue gives a record
        an entry, every other document is one record.

    Raises:
        BadInput: it is no JSON, in no form that is known, or ``form`` is none (at once, before the first record).
        LimitExceeded: it is larger than :data:`tocsin.limits.ADVISORY_BYTES`.
    """
    wanted = _wanted(form)
    if len(data) > limits.ADVISORY_BYTES:
        raise LimitExceeded(
            f"the file has more than {limits.ADVISORY_BYTES >> 20} MiB",
            where=Place(file=name),
            hint="split it",
        )
    clean = _clean(data, name)
    records = _records(clean, name)
    first = list(islice(records, _PROBED))
    _check_any(first, name, wanted)
    return _read_all(chain(first, records), wanted)


def _wanted(form: str) -> Form | None:
    if not form:
        return None
    try:
        return Form(form)
    except ValueError:
        known = ", ".join(held.value for held in Form)
        raise BadInput(f"there is no form '{form}'", hint=f"these are known: {known}") from None


def _clean(data: bytes, name: str) -> bytes:
    clean = data.removeprefix(_BOM)
    first = _first_byte(clean)
    if not first:
        raise BadInput("the file is empty", where=Place(file=name))
    if first not in {b"{", b"["}:
        raise BadInput(
            "this is no JSON object or list",
            where=Place(name, 1, 1),
            hint="advisories are read as JSON in UTF-8",
        )
    # No name holds a NUL, and databases refuse one.
    return _NUL.sub(rb"\1\\ufffd", clean) if b"\\u0000" in clean else clean


def _first_byte(data: bytes) -> bytes:
    """The first byte that is no blank, b"" if there is none."""
    found = _NO_BLANK.search(data)
    return found[0] if found else b""


def _records(data: bytes, name: str) -> Iterator[tuple[str, Record]]:
    """The documents in ``data``, each with its place ("" for the only one); lines are cut off as they are needed."""
    try:
        _ANY.decode(data)
        if _first_byte(data) == b"[":
            return ((f"$[{at}]", record) for at, record in enumerate(_LIST.decode(data)))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if b"\n" not in data or not any(form_of(line) for _, line in islice(_lines(data), _PROBED)):
            what = f"the JSON cannot be read: {_told(error)}"
            raise BadInput(what, where=_place(data, name, error)) from None
        return _lines(data)
    return iter((("", data),))


def _lines(data: bytes) -> Iterator[tuple[str, Record]]:
    start, number = 0, 1
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if line := data[start:end].strip():
            yield f"line {number}", line
        start, number = end + 1, number + 1


def _told(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it nests too deep"
    return re.sub(r"\s*\(byte \d+\)", "", str(error)).removeprefix("JSON is malformed: ")


def _place(data: bytes, name: str, error: Exception) -> Place:
    found = re.search(r"\(byte (\d+)\)", str(error))
    if not found:
        return Place(file=name)
    at = int(found[1])
    before = data[:at]
    return Place(name, before.count(b"\n") + 1, at - (before.rfind(b"\n") + 1) + 1)


def _check_any(records: list[tuple[str, Record]], name: str, wanted: Form | None) -> None:
    forms = {form for _, record in records if (form := form_of(record))}
    if not forms:
        raise BadInput(
            "this is no advisory in a form that is known",
            where=Place(file=name),
            hint="KEV, CVE 5, OSV, CSAF, OpenVEX and CycloneDX are read",
        )
    if wanted and wanted not in forms:
        found = ", ".join(sorted(form.value for form in forms))
        raise BadInput(f"this is {found}, not {wanted.value}", where=Place(file=name))


def _read_all(records: Iterable[tuple[str, Record]], wanted: Form | None) -> Iterator[Advisory | Unread]:
    for place, record in records:
        form = form_of(record)
        if nests_deeper(bytes(record), limits.ADVISORY_NESTING):
            yield Unread(place or "$", f"it nests deeper than {limits.ADVISORY_NESTING} levels")
        elif form is None:
            yield Unread(place or "$", "it is in no form that is known, or no JSON")
        elif wanted and form is not wanted:
            yield Unread(place or "$", f"it is {form.value}, not {wanted.value}")
        elif form is Form.KEV:
            yield from _read_catalogue(record, place)
        else:
            yield _read_one(record, place, _READERS[form])


def _read_one(record: Record, place: str, read: _Read) -> Advisory | Unread:
    parts = Parts()
    advisory = read(record, parts)
    if advisory is None:
        why = "; ".join(f"{held.place}: {held.why}" for held in parts.unread[:3])
        return Unread(place or "$", why or "it says nothing")
    return advisory


class _Catalogue(msgspec.Struct):
    date_released: msgspec.Raw = msgspec.field(name="dateReleased", default=msgspec.Raw(b""))
    vulnerabilities: msgspec.Raw = msgspec.Raw(b"")


def _read_catalogue(record: Record, place: str) -> Iterator[Advisory | Unread]:
    parts = Parts()
    catalogue = parts.one(record, _Catalogue, "$") or _Catalogue()
    released = parts.text(catalogue.date_released, "$.dateReleased")
    entries = parts.each(catalogue.vulnerabilities, msgspec.Raw, "$.vulnerabilities")
    for where, entry in entries:
        yield _read_one(entry, f"{place} {where}".strip(), partial(read_kev, released=released))
    yield from parts.unread
