"""STIX objects as they were received (STIX 2.1 and 2.0): the exact bytes are the truth, the rest are views.

Reading never changes a byte of an object: key order, number spelling, escapes, duplicate keys and
unknown properties survive, so hashes and signatures over the bytes stay valid.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import JSON_NESTING
from tocsin.model.ids import ID_CONTRIBUTING
from tocsin.model.json_text import nests_deeper, parts_of, without_escapes
from tocsin.model.timestamp import Instant, parse_timestamp

__all__ = ["SCO_TYPES", "ObjectReading", "StixObject", "read_objects", "write_bundle"]

SCO_TYPES: Final = frozenset(ID_CONTRIBUTING)
"""The types of cyber-observable objects (STIX 2.1 section 6)."""

_ENVELOPE_KEYS = frozenset({"more", "next"})
_DECODER_CHUNK_BYTES = 1 << 20
_NOT_BLANK = re.compile(rb"[^ \t\r\n]")
_LINES_TRIED = 64
_CONTAINERS = 4  # a list of bundles of a list needs three


@dataclass(frozen=True, slots=True)
class _Within:
    """How many lists and bundles a value lies in, and the number of the innermost bundle."""

    level: int = 0
    bundle: int = -1


_ALONE = _Within()


class _Header(msgspec.Struct, gc=False):
    type: str = ""
    id: str = ""
    spec_version: str = ""
    created: str = ""
    modified: str = ""
    objects: msgspec.Raw = msgspec.Raw(b"")


_header = msgspec.json.Decoder(_Header)
_elements = msgspec.json.Decoder(list[msgspec.Raw])
_anything = msgspec.json.Decoder()


class StixObject(msgspec.Struct, frozen=True, dict=True, kw_only=True):
    """One STIX object; ``raw`` is its exact text.

    ``id`` is "" where the object has none. ``spec_version`` is "2.0" or "2.1": an object that does not
    say is 2.1 if it is a cyber-observable object with an id (STIX 2.1 section 3.2), else 2.0. Of a key
    that is given twice the last value counts. ``place`` says where in its source it was
    (``$.objects[3]``, ``line 17``), ``bundle`` which bundle of its source it was in (from 0; -1 for none).
    """

    raw: bytes
    type: str
    id: str = ""
    spec_version: str = "2.1"
    created_text: str = ""
    modified_text: str = ""
    place: str = "$"
    bundle: int = -1

    @cached_property
    def created(self) -> Instant | None:
        """When the object was created; None where it does not say, or not as a timestamp."""
        return _instant(self.created_text)

    @cached_property
    def modified(self) -> Instant | None:
        """When this version was made; None where it does not say, or not as a timestamp."""
        return _instant(self.modified_text)

    @cached_property
    def properties(self) -> dict[str, Any]:
        """All properties, decoded when first asked for; not to be changed.

        Integers are exact up to Python's own limit of digits; a number beyond a float's range is infinite.
        """
        try:
            decoded = _anything.decode(self.raw)
        except msgspec.DecodeError:
            decoded = json.loads(self.raw, parse_int=_integer)
        return dict(decoded)


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """What was read of one source, in its order.

    ``problems`` are the objects (or lines, or whole text) that could not be read, each a
    :class:`~tocsin.errors.BadInput` with its place; nothing is in both.
    """

    objects: tuple[StixObject, ...]
    problems: tuple[BadInput, ...]


def read_objects(data: bytes, name: str = "") -> ObjectReading:
    """Read every STIX object in ``data``.

    ``data`` is UTF-8 JSON: a bundle, one object, a list of either, a TAXII 2.1 envelope, or several of
    these one after another (NDJSON). ``name`` names the source in problems. Never raises for content.
    An object that nests deeper than ``limits.JSON_NESTING`` is a problem.
    """
    reader = _Reader(name)
    reader.read(data.removeprefix(codecs.BOM_UTF8))
    return ObjectReading(tuple(reader.objects), tuple(reader.problems))


def write_bundle(objects: Iterable[StixObject], id: str) -> bytes:
    """Write a bundle that holds each object's exact bytes. ``id`` is the bundle's id.

    A bundle of 2.0 objects only is a STIX 2.0 bundle; any other has no version (STIX 2.1 section 8).
    """
    held = tuple(objects)
    version = b'"spec_version":"2.0",' if held and all(o.spec_version == "2.0" for o in held) else b""
    listed = b',\n"objects":[\n' + b",\n".join(o.raw for o in held) + b"\n]" if held else b""
    return b'{"type":"bundle",' + version + b'"id":' + msgspec.json.encode(id) + listed + b"}\n"


class _Reader:
    """Collects objects and problems of one source."""

    def __init__(self, name: str) -> None:
        self.objects: list[StixObject] = []
        self.problems: list[BadInput] = []
        self.name = name
        self.line: int | None = None
        self.bundles = 0
        self.deep = False
        self.badly_encoded = False

    def read(self, data: bytes) -> None:
        text = data.strip()
        if not text:
            self.problem("is empty", "")
            return
        self.deep = nests_deeper(text, JSON_NESTING)
        self.badly_encoded = not _is_utf8(text)
        if not self.deep and _is_json(text):
            self.value(text, "$")
        elif _is_lines(text):
            self.lines(data)
        else:
            self.documents(text)

    def lines(self, data: bytes) -> None:
        for number, line in enumerate(data.split(b"\n"), start=1):
            text = line.strip()
            if text:
                self.line = number
                self.value(text, "$")

    def documents(self, text: bytes) -> None:
        """Read JSON values one after another, of which at least one is broken or deep."""
        plain = without_escapes(text)
        start = number = 0
        while True:
            path = f"$[{number}]" if number else "$"
            if text[start] not in b"{[":
                self.problem(_not_json(text[start:]), path)
                return
            end = parts_of(text, start, plain).end
            self.value(text[start:end], path)
            following = _NOT_BLANK.search(text, end)
            if following is None:
                return
            start = following.start()
            number += 1

    def value(self, text: bytes, path: str, within: _Within = _ALONE) -> None:
        """Read one JSON value: a list, a bundle, an envelope or an object."""
        if within.level > _CONTAINERS:
            self.problem(f"lies in more than {_CONTAINERS} lists and bundles", path, LimitExceeded)
        elif text.startswith(b"["):
            self.elements(text, path, within)
        elif not text.startswith(b"{"):
            self.problem("is not a STIX object", path)
        elif self.deep and nests_deeper(text, JSON_NESTING):
            if not self.salvage(text, path, within):
                self.problem(f"nests deeper than {JSON_NESTING} levels", path, LimitExceeded)
        else:
            self.entry(text, path, within)

    def entry(self, text: bytes, path: str, within: _Within) -> None:
        try:
            header = _header.decode(text)
        except msgspec.ValidationError as error:
            what, _, inner = str(error).partition(" - at `$")
            self.problem(f"is not a STIX object: {what}", path + inner.rstrip("`"))
            return
        except (msgspec.DecodeError, UnicodeDecodeError):
            before = len(self.problems)
            self.salvage(text, path, within)
            if len(self.problems) == before:
                self.problem(_not_json(text), path)
            return
        listed = bytes(header.objects)
        if header.type == "bundle" or (not header.type and listed.startswith(b"[")):
            self.members(listed, path, within)
        elif self.badly_encoded and not _is_utf8(text):
            self.problem("is not UTF-8 text", path)
        elif header.type:
            self.object(header, text, path, within)
        elif within is not _ALONE or not _ENVELOPE_KEYS.issuperset(_anything.decode(text)):
            self.problem("has no type", path)

    def object(self, header: _Header, text: bytes, path: str, within: _Within) -> None:
        if header.spec_version not in ("", "2.0", "2.1"):
            what = f"is of STIX version {header.spec_version[:20]!r}, not 2.0 or 2.1"
            self.problem(what, f"{path}.spec_version")
            return
        observable = header.type in SCO_TYPES or not header.created
        implied = "2.1" if observable and header.id else "2.0"
        line = f"line {self.line}" if self.line is not None else ""
        self.objects.append(
            StixObject(
                raw=text,
                type=header.type,
                id=header.id,
                spec_version=header.spec_version or implied,
                created_text=header.created,
                modified_text=header.modified,
                place=line if line and path == "$" else f"{line} at {path}" if line else path,
                bundle=within.bundle,
            )
        )

    def members(self, listed: bytes, path: str, within: _Within) -> None:
        """Read what a bundle or envelope lists."""
        bundle = self.bundles
        self.bundles += 1
        if listed.startswith(b"["):
            self.elements(listed, f"{path}.objects", _Within(within.level + 1, bundle))
        elif listed:
            self.problem("is not a list", f"{path}.objects")

    def elements(self, text: bytes, path: str, within: _Within) -> None:
        inside = _Within(within.level + 1, within.bundle)
        for number, element in enumerate(self.split(text, path)):
            self.value(element, f"{path}[{number}]", inside)

    def split(self, text: bytes, path: str) -> list[bytes]:
        if not self.deep:
            try:
                return [bytes(element) for element in _elements.decode(text)]
            except msgspec.DecodeError:
                pass
        parts = parts_of(text)
        found = [text[begin:end] for begin, end in parts.spans]
        if not parts.closed:
            self.problem("ends in the middle", path)
            # What was cut off is not counted a second time, as an object of its own.
            if found and not _is_json(found[-1]):
                found.pop()
        return found

    def salvage(self, text: bytes, path: str, within: _Within) -> bool:
        """Read the members of a broken or deep bundle or envelope; false if it is neither."""
        spans = [text[begin:end] for begin, end in parts_of(text).spans]
        held = dict(zip(spans[::2], spans[1::2], strict=False))
        listed = held.get(b'"objects"', b"")
        if not listed.startswith(b"[") or held.get(b'"type"', b'"bundle"') != b'"bundle"':
            return False
        self.members(listed, path, within)
        return True

    def problem(self, what: str, path: str, kind: type[BadInput] = BadInput) -> None:
        place = Place(file=self.name or None, line=self.line, path=path or None)
        self.problems.append(kind(what, where=place))


def _instant(text: str) -> Instant | None:
    if not text:
        return None
    try:
        return parse_timestamp(text)
    except BadInput:
        return None


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _DECODER_CHUNK_BYTES):
            decoder.decode(data[start : start + _DECODER_CHUNK_BYTES])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _is_lines(text: bytes) -> bool:
    """Whether the lines are values of their own: one of the first is, and none ends in a comma."""
    lines = [line.strip() for line in text.split(b"\n", _LINES_TRIED)[:_LINES_TRIED]]
    if len(lines) < 2 or any(line.endswith(b",") for line in lines):
        return False
    return any(line[:1] in (b"{", b"[") and _is_json(line) for line in lines)


def _not_json(text: bytes) -> str:
    """Say why ``text``, which the strict decoder refused, is not JSON."""
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "is UTF-16 text, not UTF-8"
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except msgspec.DecodeError as error:
        try:
            json.loads(text, parse_int=_integer, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return str(error).replace("JSON is malformed", "is not JSON")
        # The standard library is laxer in this one point.
        return "holds half of a surrogate pair, which is no character"
    return "is not UTF-8 text"


def _refuse(constant: str) -> None:
    raise ValueError(constant)
