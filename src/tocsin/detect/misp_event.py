"""Indicators out of MISP's JSON: events, search results, and the events of a feed (MISP core format).

Source: draft-dulaunoy-misp-core-format. What a MISP attribute means for detection is said by its type and by
``to_ids``; who may see it by tags, of the event and its own, and by *distribution*.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tocsin.detect.indicator_id import INDICATOR_NAMESPACE
from tocsin.detect.indicator_type import classify_as
from tocsin.detect.observable_kind import string_literal
from tocsin.detect.warning import WarningTally
from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import JSON_NESTING, PATTERN_BYTES
from tocsin.model.json_text import nests_deeper
from tocsin.model.tlp import Tlp, marking_id, parse_tlp

__all__ = ["ManifestEntry", "is_misp", "is_misp_manifest", "read_misp", "read_misp_manifest"]

_RECOGNISED = (
    "ip-src ip-dst domain hostname url uri md5 sha1 sha256 sha512 filename filename|md5 filename|sha1"
    " filename|sha256 filename|sha512 malware-sample ip-src|port ip-dst|port hostname|port domain|ip email"
    " email-src email-dst email-reply-to user-agent http-user-agent mutex regkey imphash x509-fingerprint-md5"
    " x509-fingerprint-sha1 x509-fingerprint-sha256"
)
_BY_VALUE: Final = frozenset(_RECOGNISED.split())
"""Types whose values are recognised by their form, as in a typed list."""

_BY_TYPE: Final = {
    "email-subject": "email-message:subject",
    "email-attachment": "file:name",
    "mac-address": "mac-addr:value",
    "ssdeep": "file:hashes.SSDEEP",
    "filename|ssdeep": "file:hashes.SSDEEP",
    "tlsh": "file:hashes.TLSH",
    "filename|tlsh": "file:hashes.TLSH",
    "sha3-256": "file:hashes.'SHA3-256'",
    "sha3-512": "file:hashes.'SHA3-512'",
    "sha224": "file:hashes.'SHA-224'",
    "sha384": "file:hashes.'SHA-384'",
    "windows-service-name": "process:extensions.'windows-service-ext'.service_name",
    "windows-service-displayname": "process:extensions.'windows-service-ext'.display_name",
}
_RENAMED: Final = {"malware-sample": "filename|md5", "http-user-agent": "user-agent", "uri": "url"}

_NOT_FOR_DETECTION: Final = "not meant for detection (to_ids is off)"
_NO_VALUE: Final = "the value is not recognised as what its type says"
_HINT: Final = "give a MISP event, a search result, or a feed's event, as JSON"
_STRICTER_DISTRIBUTION: Final = {"0": Tlp.RED, "4": Tlp.AMBER_STRICT}
"""Own organisation only; a sharing group whose members are not known here."""

_REASONS: Final = 100
_WORDS: Final = 4_000  # characters of a comment or title
_EARLIEST: Final = "1970-01-01T00:00:00.000Z"
_AS = re.compile(r"(?:as)?\s*(\d{1,10})", re.IGNORECASE | re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TRUE: Final = frozenset({"1", "true"})


class ManifestEntry(msgspec.Struct, frozen=True):
    """One event of a feed's ``manifest.json``; its file is ``<uuid>.json``. ``timestamp`` is in Unix seconds."""

    uuid: str
    timestamp: int


def is_misp(head: bytes) -> bool:
    """Whether a JSON text that begins with ``head`` is one that :func:`read_misp` reads."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n[")
    if re.match(rb'\{\s*"(?:Event|response)"\s*:', text):
        return True
    keys = (b'"Attribute"', b'"Orgc"', b'"threat_level_id"', b'"to_ids"')
    return text.startswith(b"{") and b'"pattern"' not in text and sum(key in text for key in keys) >= 2


def is_misp_manifest(head: bytes) -> bool:
    """Whether a JSON text that begins with ``head`` is a feed's manifest."""
    return re.match(rb'\{\s*"[0-9a-fA-F-]{36}"\s*:\s*\{', head.lstrip(b"\xef\xbb\xbf \t\r\n")) is not None


def read_misp_manifest(data: bytes, name: str = "") -> tuple[ManifestEntry, ...]:
    """Read a feed's manifest, the oldest event first. Keys that are no UUID, so no file of a feed, are left out.

    Raises:
        BadInput: it is no JSON object.
    """
    listed = _json(data, name)
    if not isinstance(listed, dict):
        raise BadInput("is no manifest of a MISP feed", where=Place(file=name or None))
    entries = [
        ManifestEntry(key.lower(), _seconds(entry.get("timestamp")))
        for key, entry in listed.items()
        if isinstance(entry, dict) and _uuid(key)
    ]
    return tuple(sorted(entries, key=lambda entry: (entry.timestamp, entry.uuid)))


def read_misp(data: bytes, name: str, tally: WarningTally) -> Iterator[bytes]:
    """Yield a STIX 2.1 indicator for each attribute that is meant for detection, counting what became of each.

    ``data`` is an event (with or without ``{"Event": ...}`` around it), a list of such, or a search result
    (``{"response": ...}``); ``name`` is the file's name. Attributes of objects are read as those of the event. An
    indicator's id is ``indicator--`` and the attribute's UUID, as misp-stix has it, and it is modified when the
    attribute or its event last was, so the same bytes always give the same objects. A deleted attribute is a
    revoked indicator. Tags are labels; of TLP tags the strictest is the marking, and one that is not known counts as
    TLP:RED. Where there is none, a distribution of only the own organisation is TLP:RED, one of a sharing group
    TLP:AMBER+STRICT.
    ``seen = read + skipped + not checked``.

    Raises:
        BadInput: it is no JSON, or holds no event and no attribute.
        LimitExceeded: it nests deeper than ``limits.JSON_NESTING``.
    """
    found = list(_events(_json(data, name), "$"))
    if not found:
        raise BadInput("is JSON, but holds no MISP event", where=Place(file=name or None), hint=_HINT)
    for event, path in found:
        yield from _Event(event, path, tally).indicators()


def _json(data: bytes, name: str) -> Any:
    where = Place(file=name or None)
    text = data.removeprefix(b"\xef\xbb\xbf")
    if nests_deeper(text, JSON_NESTING):
        raise LimitExceeded(f"nests deeper than {JSON_NESTING} levels", where=where)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"is not JSON: {error}", where=where, hint=_HINT) from error


def _events(value: Any, path: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    if isinstance(value, list):
        for number, element in enumerate(value):
            yield from _events(element, f"{path}[{number}]")
    elif isinstance(value, dict):
        inner = next((key for key in ("Event", "response") if isinstance(value.get(key), dict | list)), "")
        if inner and not (inner == "Event" and "to_ids" in value):
            yield from _events(value[inner], f"{path}.{inner}")
        elif any(isinstance(value.get(key), list) for key in ("Attribute", "Object")) or "info" in value:
            yield value, path


class _Event:
    """Makes the indicators of one event, or of one list of attributes."""

    def __init__(self, event: Mapping[str, Any], path: str, tally: WarningTally) -> None:
        self.event = event
        self.path = path
        self.tally = tally

    def indicators(self) -> Iterator[bytes]:
        for attribute, path, gone in self.attributes():
            self.tally.seen += 1
            if not isinstance(attribute, dict):
                self.tally.leave_unchecked("not a MISP attribute", path)
                continue
            # Results of a search for attributes name each one's own event.
            own = attribute.get("Event")
            made = self.indicator(attribute, own if isinstance(own, dict) else self.event, path, gone=gone)
            if made is not None:
                self.tally.read += 1
                yield made

    def attributes(self) -> Iterator[tuple[Any, str, bool]]:
        """Each attribute, its place, and whether what holds it is deleted."""
        gone = _is(self.event.get("deleted"))
        for number, attribute in enumerate(_list(self.event.get("Attribute"))):
            yield attribute, f"{self.path}.Attribute[{number}]", gone
        for number, holder in enumerate(_list(self.event.get("Object"))):
            if isinstance(holder, dict):
                path = f"{self.path}.Object[{number}].Attribute"
                for place, attribute in enumerate(_list(holder.get("Attribute"))):
                    yield attribute, f"{path}[{place}]", gone or _is(holder.get("deleted"))

    def indicator(
        self, attribute: Mapping[str, Any], event: Mapping[str, Any], path: str, *, gone: bool
    ) -> bytes | None:
        type, value = str(attribute.get("type", "")).lower(), attribute.get("value")
        if not _is(attribute.get("to_ids")):
            self.tally.skip(_NOT_FOR_DETECTION, path)
            return None
        if not isinstance(value, str) or not value.strip():
            self.tally.leave_unchecked("the value is missing or no text", path)
            return None
        pattern = _pattern(type, value.strip())
        if not pattern:
            reason = f"MISP type {type[:40]!r} is not read" if pattern is None else _NO_VALUE
            counted = self.tally.not_checked
            if reason not in counted and len(counted) >= _REASONS:
                reason = "MISP type (others) is not read"
            self.tally.leave_unchecked(reason, path)
            return None
        return msgspec.json.encode(_object(attribute, event, pattern, gone=gone))


def _object(
    attribute: Mapping[str, Any], event: Mapping[str, Any], pattern: str, *, gone: bool
) -> dict[str, Any]:
    # A tag of the event marks what is in it, so the event's own changes make new versions, too.
    modified = _instant(max(_seconds(attribute.get("timestamp")), _seconds(event.get("timestamp"))))
    created = min(_day(event.get("date")) or modified, modified)
    seen = _date_time(attribute.get("first_seen"))
    tags = [*_tags(event), *_tags(attribute)]
    label = _label(tags, (event.get("distribution"), attribute.get("distribution")))
    made: dict[str, Any] = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": _id(attribute, event, pattern),
        "created": created,
        "modified": modified,
    }
    if gone or _is(attribute.get("deleted")):
        made["revoked"] = True
    if title := _words(event.get("info")):
        made["name"] = title
    if comment := _words(attribute.get("comment")):
        made["description"] = comment
    made |= {
        "pattern": pattern,
        "pattern_type": "stix",
        "pattern_version": "2.1",
        "valid_from": seen or created,
    }
    if labels := [tag for tag in dict.fromkeys(tags) if _tlp_tag(tag) is None]:
        made["labels"] = labels
    if (whole := _uuid(event.get("uuid"))) is not None:
        made["external_references"] = [{"source_name": "MISP event", "external_id": whole}]
    if label is not None:
        made["object_marking_refs"] = [marking_id(label)]
    return made


# -- what an attribute means ------------------------------------------------------------------


def _pattern(type: str, value: str) -> str | None:
    """The pattern that finds ``value``; "" if it is not what ``type`` says, None if the type is not read."""
    if len(value) > PATTERN_BYTES // 16:
        return ""
    if type == "stix2-pattern":
        return value
    if type in _BY_VALUE:
        found = classify_as(_RENAMED.get(type, type), value)
        return " OR ".join(dict.fromkeys(one.pattern for one in found))
    if type == "as":
        number = _AS.fullmatch(value)
        return f"[autonomous-system:number = {int(number[1])}]" if number else ""
    if type == "regkey|value":
        key, bar, content = value.partition("|")
        key = key.strip().rstrip("\\")
        if not bar or not key:
            return ""
        both = f"windows-registry-key:values[*].data = {string_literal(content)}"
        return f"[windows-registry-key:key = {string_literal(key)} AND {both}]"
    path = _BY_TYPE.get(type)
    if path is None:
        return None
    text = value.rsplit("|", 1)[-1].strip() if "|" in type else value
    if type == "mac-address":
        text = text.lower().replace("-", ":")
    elif type.startswith("sha"):
        text = text.lower()
    return f"[{path} = {string_literal(text)}]" if text else ""


def _id(attribute: Mapping[str, Any], event: Mapping[str, Any], pattern: str) -> str:
    own = _uuid(attribute.get("uuid"))
    if own is None:
        own = str(uuid.uuid5(INDICATOR_NAMESPACE, f"{_uuid(event.get('uuid')) or ''}\n{pattern}"))
    return f"indicator--{own}"


# -- tags -------------------------------------------------------------------------------------


def _tags(holder: Mapping[str, Any]) -> list[str]:
    names = [tag.get("name") for tag in _list(holder.get("Tag")) if isinstance(tag, dict)]
    return [name.strip() for name in names if isinstance(name, str) and name.strip()]


def _tlp_tag(tag: str) -> Tlp | None:
    """The label that a tag says; one that is not understood is the strictest. None for other tags."""
    if not tag.lower().startswith("tlp:"):
        return None
    return parse_tlp(tag.replace('"', "").replace("=", ":"))


def _label(tags: Sequence[str], distributions: Sequence[Any]) -> Tlp | None:
    """The strictest label that tags say; without any, what the distribution comes to."""
    said = [tag for tag in tags if tag.lower().startswith("tlp:")]
    if said:
        return max(Tlp.RED if (label := _tlp_tag(tag)) is None else label for tag in said)
    limits = [_STRICTER_DISTRIBUTION.get(str(one)) for one in distributions]
    return max((one for one in limits if one is not None), default=None)


# -- values -----------------------------------------------------------------------------------


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _is(value: Any) -> bool:
    return str(value).lower() in _TRUE


def _uuid(value: Any) -> str | None:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) and len(value) == 36 else None
    except ValueError:
        return None


def _words(value: Any) -> str:
    return value.strip()[:_WORDS] if isinstance(value, str) else ""


def _seconds(value: Any) -> int:
    text = str(value).partition(".")[0]
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 11 else 0


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _day(value: Any) -> str:
    """The first moment of a day, "" if it is none."""
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return ""
    moment = f"{value}T00:00:00.000Z"
    return moment if _date_time(moment) else ""


def _date_time(value: Any) -> str:
    """A time with an offset, in STIX's spelling; "" if it is none."""
    if not isinstance(value, str):
        return ""
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return ""
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when
    try:
        return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return ""
