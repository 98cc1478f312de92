"""Indicators out of STIX 2.0 and 2.1 JSON (STIX 2.1 sections 4.7 and 8; STIX 2.0 part 2 section 2.5)."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

import msgspec

from tocsin.detect.indicator_id import indicator_id
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import JSON_NESTING
from tocsin.model.json_text import nests_deeper
from tocsin.model.stix import read_objects
from tocsin.model.timestamp import parse_timestamp
from tocsin.model.tlp import Tlp, tlp_of, tlp_of_marking

__all__ = ["read_bundle"]

_CONTAINERS: Final = 4  # a list of bundles of a list needs three
_REASONS: Final = 100
_ENVELOPE_KEYS: Final = frozenset({"more", "next", "objects"})
_HINT: Final = "give a STIX 2.0 or 2.1 bundle, or a plain list (one value a line, or CSV)"
_NOT_BLANK = re.compile(rb"[^ \t\r\n]")
_BYTE = re.compile(r"\(byte (\d+)\)")

_DEEP: Final = f"nests deeper than {JSON_NESTING} levels"
_OLDER: Final = "older version of the same object"
_AGAIN: Final = "same object as before"
_OTHERWISE: Final = "another pattern under the id and time of an object before"


class _Object(msgspec.Struct, gc=False):
    """The few fields that are read, of any STIX object; all others are passed over undecoded."""

    type: str = ""
    id: str = ""
    spec_version: str = ""
    created: str = ""
    modified: str = ""
    name: str = ""
    description: str = ""
    pattern: str | None = None
    pattern_type: str = "stix"
    pattern_version: str = ""
    valid_from: str = ""
    valid_until: str = ""
    revoked: bool = False
    confidence: int | None = None
    labels: tuple[str, ...] = ()
    indicator_types: tuple[str, ...] = ()
    object_marking_refs: tuple[str, ...] = ()
    objects: msgspec.Raw = msgspec.Raw(b"")


_object = msgspec.json.Decoder(_Object)
_elements = msgspec.json.Decoder(list[msgspec.Raw])
_anything = msgspec.json.Decoder()

_FIELD_TYPES: Final[dict[str, type]] = {"revoked": bool, "confidence": int}


class _Left(msgspec.Struct, frozen=True):
    """Why the newest version of an indicator gives no warning."""

    reason: str
    place: str
    checkable: bool = False


def _pattern_of(outcome: Warning_ | _Left) -> str | None:
    return outcome.pattern if isinstance(outcome, Warning_) else None


def read_bundle(data: bytes, name: str, tally: WarningTally) -> Iterator[Warning_]:
    """Yield a warning for each indicator in STIX JSON, counting into ``tally`` what became of each object.

    ``data`` is UTF-8: a bundle, one object, a list of either, a TAXII 2.1 envelope, or NDJSON of these.
    ``name`` is the file's name, kept as ``source``; ``place`` is a JSON path (``$.objects[3]``) or a line.
    Of several versions of one id the one modified last counts; if that is revoked, the indicator is. So
    nothing is yielded before all is read. Where a file is broken, what can be read of it is.
    ``seen = read + skipped + not checked`` once all warnings are taken.

    Raises:
        BadInput: nothing of ``data`` can be read; ``where`` has line and column.
        LimitExceeded: likewise, because it nests deeper than ``limits.JSON_NESTING``.
    """
    reader = _BundleReader(name, tally)
    text = data.removeprefix(codecs.BOM_UTF8)
    if not reader.read(text):
        reader = _salvaged(name, tally, text)
    yield from reader.warnings()


class _BundleReader:
    """Collects the newest version of each indicator and counts the rest."""

    def __init__(self, name: str, tally: WarningTally) -> None:
        self.name = name
        self.tally = tally
        self.newest: dict[str, tuple[str, Warning_ | _Left]] = {}
        self.markings: dict[str, Tlp] = {}
        self.marked: dict[str, tuple[str, ...]] = {}
        self.tlp: dict[tuple[str, ...], tuple[str, bool]] = {}

    def read(self, text: bytes) -> bool:
        """Read a sound document or NDJSON; false, and nothing counted, if it is neither."""
        start = _NOT_BLANK.search(text)
        opening = start[0] if start else b""
        if opening == b"[":
            return self.elements(text, "$", 0)
        if opening != b"{":
            return False
        end = text.find(b"\n")
        following = _NOT_BLANK.search(text, end) if end >= 0 else None
        if following is not None and following[0] == b"{" and _decoded(text[:end]) is not None:
            for number, line in enumerate(io.BytesIO(text), start=1):
                stripped = line.strip()
                if stripped:
                    self.add(stripped, f"line {number}")
            return True
        found = _decoded(text)
        if found is None:
            return False
        if not found.type and not found.objects and not _is_envelope(text):
            raise BadInput(
                "is JSON, but holds no STIX object", where=Place(file=self.name or None), hint=_HINT
            )
        self.take(found, text, "$", 0)
        return True

    def add(self, raw: bytes, place: str, level: int = 0) -> None:
        """Read one JSON value: an object, or a list, bundle or envelope of such."""
        if raw.startswith(b"["):
            if level >= _CONTAINERS or not self.elements(raw, place, level + 1):
                self.leave_unchecked("not a STIX object", place)
            return
        found = _decoded(raw)
        if found is None:
            self.leave_unchecked(_DEEP if nests_deeper(raw, JSON_NESTING) else "not JSON", place)
        else:
            self.take(found, raw, place, level)

    def take(self, found: _Object, raw: bytes, place: str, level: int) -> None:
        if found.type == "indicator":
            if nests_deeper(raw, JSON_NESTING):
                self.leave_unchecked(_DEEP, place)
            else:
                self.tally.seen += 1
                self.indicator(found, place)
        elif found.type == "bundle" or (not found.type and found.objects):
            self.members(found.objects, place, level)
        elif found.type:
            if found.type == "marking-definition":
                self.marking(raw)
            self.skip(self._reason("not an indicator", found.type, self.tally.skipped), place)
        elif not _is_envelope(raw):
            self.leave_unchecked("not a STIX object", place)

    def members(self, listed: msgspec.Raw, place: str, level: int) -> None:
        """Read what a bundle or envelope lists; nothing is a list too."""
        path = f"{place} at $" if place.startswith("line") else place
        if listed and (level >= _CONTAINERS or not self.elements(listed, f"{path}.objects", level + 1)):
            self.leave_unchecked("not a list of objects", f"{path}.objects")

    def elements(self, listed: bytes | msgspec.Raw, path: str, level: int) -> bool:
        try:
            elements = _elements.decode(listed)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        for number, element in enumerate(elements):
            self.add(bytes(element), f"{path}[{number}]", level)
        return True

    def marking(self, raw: bytes) -> None:
        if nests_deeper(raw, JSON_NESTING):
            return
        definition = _value(raw)
        if not isinstance(definition, dict):
            return
        label = tlp_of_marking(definition)
        id = definition.get("id")
        if label is not None and isinstance(id, str):
            self.markings[id] = label

    def indicator(self, found: _Object, place: str) -> None:
        outcome = self.judge(found, place)
        id = outcome.id if isinstance(outcome, Warning_) else found.id
        if not id:
            self.count(outcome)
            return
        modified = found.modified or found.created
        before = self.newest.get(id)
        if before is None:
            self.newest[id] = modified, outcome
        elif _is_later(modified, before[0]):
            self.newest[id] = modified, outcome
            self.tally.skip(_OLDER, before[1].place)
        elif modified != before[0]:
            self.tally.skip(_OLDER, place)
        elif isinstance(outcome, Warning_) and _pattern_of(before[1]) not in (outcome.pattern, None):
            # Which of the two is meant cannot be told; neither may be dropped in silence.
            self.tally.leave_unchecked(_OTHERWISE, place)
        else:
            self.tally.skip(_AGAIN, place)

    def judge(self, found: _Object, place: str) -> Warning_ | _Left:
        if found.revoked:
            return _Left("revoked", place, checkable=True)
        pattern = found.pattern
        if pattern is None:
            return _Left(
                "the pattern is missing or no text", f"{place}.pattern" if place[0] == "$" else place
            )
        language = found.pattern_type.lower()
        if language != "stix":
            return _Left(self._reason("pattern language", language, self.tally.not_checked, " "), place)
        version = found.pattern_version or ("2.1" if found.spec_version == "2.1" else "2.0")
        if version not in ("2.0", "2.1"):
            return _Left(self._reason("pattern version", version, self.tally.not_checked, " "), place)
        id = found.id or indicator_id(pattern)
        confidence = found.confidence
        return Warning_(
            id=id,
            pattern=pattern,
            version=version,
            name=found.name,
            description=found.description,
            valid_from=found.valid_from,
            valid_until=found.valid_until,
            tlp=self.label(id, found.object_marking_refs),
            confidence=confidence if confidence is not None and 0 <= confidence <= 100 else -1,
            labels=tuple(dict.fromkeys((*found.indicator_types, *found.labels))),
            source=self.name,
            place=place,
        )

    def label(self, id: str, refs: tuple[str, ...]) -> str:
        """The label of well-known markings; those that the file itself defines may stand further down."""
        if not refs:
            return ""
        known = self.tlp.get(refs)
        if known is None:
            known = self.tlp[refs] = tlp_of(refs), all(tlp_of((ref,)) for ref in refs)
        if not known[1]:
            self.marked[id] = refs
        return known[0]

    def warnings(self) -> Iterator[Warning_]:
        for id, (_, outcome) in self.newest.items():
            self.count(outcome)
            if isinstance(outcome, _Left):
                continue
            if self.markings and id in self.marked:
                label = tlp_of(self.marked[id], known=self.markings)
                yield msgspec.structs.replace(outcome, tlp=label)
            else:
                yield outcome

    def count(self, outcome: Warning_ | _Left) -> None:
        if isinstance(outcome, Warning_):
            self.tally.read += 1
        elif outcome.checkable:
            self.tally.skip(outcome.reason, outcome.place)
        else:
            self.tally.leave_unchecked(outcome.reason, outcome.place)

    def skip(self, reason: str, place: str) -> None:
        self.tally.seen += 1
        self.tally.skip(reason, place)

    def leave_unchecked(self, reason: str, place: str) -> None:
        self.tally.seen += 1
        self.tally.leave_unchecked(reason, place)

    @staticmethod
    def _reason(what: str, which: str, counted: dict[str, Any], between: str = ": ") -> str:
        """``what: which``; without ``which`` once a file has named so many that the list would be no help."""
        reason = f"{what}{between}{which[:40]}"
        return reason if reason in counted or len(counted) < _REASONS else f"{what}{between}(others)"


def _is_later(first: str, second: str) -> bool:
    try:
        return parse_timestamp(first) > parse_timestamp(second)
    except BadInput:
        return first > second


def _value(raw: bytes) -> Any:
    """The JSON value, UNSET if it is none: text that is in no field of ours is decoded here first."""
    try:
        return _anything.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.UNSET


def _decoded(raw: bytes) -> _Object | None:
    """The fields of one object; those of another type than STIX says are left out. None if it is no JSON."""
    try:
        return _object.decode(raw)
    except msgspec.ValidationError:
        pass
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    given = _value(raw)
    if given is msgspec.UNSET:
        return None
    found = _Object()
    if not isinstance(given, dict):
        return found
    for key, default in zip(_Object.__struct_fields__, _Object.__struct_defaults__, strict=True):
        value = given.get(key)
        if key == "objects":
            found.objects = msgspec.Raw(msgspec.json.encode(value)) if key in given else msgspec.Raw(b"")
        elif isinstance(default, tuple):
            listed = value if isinstance(value, list) else []
            setattr(found, key, tuple(item for item in listed if isinstance(item, str)))
        elif isinstance(value, _FIELD_TYPES.get(key, str)) and (
            key == "revoked" or not isinstance(value, bool)
        ):
            setattr(found, key, value)
    return found


def _is_envelope(raw: bytes) -> bool:
    """Whether ``raw`` is a TAXII envelope that holds nothing (TAXII 2.1 section 3.7)."""
    given = _value(raw)
    return isinstance(given, dict) and _ENVELOPE_KEYS.issuperset(given)


# -- broken text ------------------------------------------------------------------------------


def _salvaged(name: str, tally: WarningTally, text: bytes) -> _BundleReader:
    """Read what can be read of a text that is broken, deep or of a rare form.

    Raises:
        BadInput: nothing can.
    """
    reading = read_objects(text, name)
    if not reading.objects and reading.problems:
        _refuse(reading.problems, name, text)
    reader = _BundleReader(name, tally)
    for found in reading.objects:
        reader.add(found.raw, found.place)
    for problem in reading.problems:
        where = problem.where
        place = f"line {where.line}" if where and where.line else (where and where.path) or "$"
        reader.leave_unchecked(problem.what, place)
    return reader


def _refuse(problems: tuple[BadInput, ...], name: str, text: bytes) -> NoReturn:
    problem = problems[0]
    line, column = _line_and_column(text, _fault(text))
    path = problem.where.path if problem.where else None
    where = Place(file=name or None, line=line, column=column, path=path)
    what = _BYTE.sub("", problem.what).rstrip()
    raise type(problem)(what, where=where, hint=None if isinstance(problem, LimitExceeded) else _HINT)


def _fault(text: bytes) -> int:
    """The offset at which ``text`` stops being JSON."""
    try:
        text.decode()
        msgspec.json.decode(text, type=msgspec.Raw)
    except UnicodeDecodeError as error:
        return error.start
    except msgspec.DecodeError as error:
        found = _BYTE.search(str(error))
        return int(found[1]) if found else len(text)
    except RecursionError:
        return 0
    return 0


def _line_and_column(text: bytes, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count(b"\n") + 1, len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
