"""Brokering: a submission passed on so that it does not tell whose it was.

Taken off are the author, every id, the times below a day, whatever STIX does not define, and text with one of the
words that identify; what cannot be cleaned without changing what it means is left out whole. Everything taken is
listed, so that a person sees before anything leaves what stays. New ids come from a secret of the hub (HMAC, RFC
2104): links within a submission survive, the same object has the same new id each time, and who knows the old id
cannot work out the new one. Style and subject may still tell an insider who wrote it; that is why there is a preview.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tocsin.errors import BadInput
from tocsin.model.ids import ID_CONTRIBUTING, sco_id
from tocsin.model.stix import SCO_TYPES
from tocsin.model.timestamp import NS_PER_S, format_instant, parse_timestamp
from tocsin.model.tlp import Tlp, marking_id, tlp_of
from tocsin.sharing.audience import AUDIENCE_EXTENSION
from tocsin.sharing.extension import kept_extensions, linked_texts
from tocsin.sharing.label import NOT_UNDERSTOOD
from tocsin.sharing.marking import read_markings
from tocsin.sharing.stix_properties import (
    FREE_TEXT,
    KEPT_PROPERTIES,
    KEPT_TYPES,
    NEEDED_REFS,
    PUBLIC_SOURCES,
    UNTOUCHED_TIMES,
)

__all__ = ["WITHHELD_TEXT", "Brokered", "Taken", "broker", "the_day"]

WITHHELD_TEXT: Final = "withheld"
"""Stands where a text is taken off that STIX requires."""

_REQUIRED_TEXT: Final = frozenset({"name", "content"})
_UPPER_TIMES: Final = frozenset({"valid_until", "stop_time"})
_DAY_NS: Final = 24 * 3600 * NS_PER_S
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Mn"})
_LEAST_SECRET_BYTES: Final = 16
_TIME: Final = re.compile(r"\s*\d{4}-\d\d-\d\d[Tt ][\d:.]+(?:[Zz]|[+-][\d:]+)?\s*")


@dataclass(frozen=True, slots=True)
class Taken:
    """Something taken off: a property, or with ``path`` "" a whole object. ``why`` is a phrase for a person."""

    object_id: str
    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Brokered:
    """What is left, as new objects, and what was taken off, in the order of the submission.

    ``ids`` tells the new id of each old one that is passed on: for whoever brokers, and for nobody else.
    """

    objects: tuple[dict[str, Any], ...]
    taken: tuple[Taken, ...]
    ids: Mapping[str, str] = field(default_factory=dict, repr=False)


def the_day(time: str, *, after: bool = False) -> str:
    """The beginning of the day (UTC) of a STIX timestamp, or of the day ``after``.

    Raises:
        BadInput: it is none.
    """
    return format_instant((int(parse_timestamp(time)) // _DAY_NS + after) * _DAY_NS)


def broker(
    objects: Sequence[Mapping[str, Any]],
    hub: str,
    secret: bytes,
    now: str,
    identifying: Iterable[str] = (),
    known_ids: Collection[str] = frozenset(),
) -> Brokered:
    """Make a submission the hub's own, without what tells whose it was.

    Args:
        objects: the properties of the submitted objects.
        hub: the identity id of the hub, the new author.
        secret: the hub's, for new ids; whoever has it can tell which old id became which.
        now: the time (RFC 3339) that stands as ``created`` and ``modified``.
        identifying: words that tell who it was: names, domains, addresses. The ids of the authors, and the names of the
            organisations and people among ``objects``, are added. Case, accents and ``[.]`` make no difference.
        known_ids: ids that the hub has published, and of public knowledge bases: references to them stay.

    Raises:
        BadInput: ``secret`` has less than 16 bytes, so that ids could be guessed, or ``now`` is no timestamp.
    """
    if len(secret) < _LEAST_SECRET_BYTES:
        raise BadInput(f"the secret for new ids needs {_LEAST_SECRET_BYTES} bytes or more")
    parse_timestamp(now)
    return _Broker(objects, hub, secret, now, identifying, frozenset(known_ids)).brokered()


class _Broker:
    def __init__(
        self,
        objects: Sequence[Mapping[str, Any]],
        hub: str,
        secret: bytes,
        now: str,
        identifying: Iterable[str],
        known_ids: frozenset[str],
    ) -> None:
        self.objects = objects
        self.hub = hub
        self.secret = secret
        self.now = now
        self.taken: list[Taken] = []
        self.words = _words([*identifying, *_told_by(objects)])
        self.known_ids = {id for id in known_ids if not self.tells(id)}
        self.definitions = {_id(obj): obj for obj in objects if obj.get("type") == "marking-definition"}

    def brokered(self) -> Brokered:
        cleaned = [(obj, self.cleaned(obj)) for obj in self.last_versions()]
        kept = {_id(obj): (obj, clean) for obj, clean in cleaned if clean is not None}
        self.without_what_they_need(kept)
        new_ids = {id: self.new_id(obj, clean) for id, (obj, clean) in kept.items()}
        made = tuple(self.linked(id, clean, new_ids) for id, (_, clean) in kept.items())
        order = {_id(obj): at for at, obj in enumerate(self.objects)}
        return Brokered(
            made, tuple(sorted(self.taken, key=lambda taken: order[taken.object_id])), dict(new_ids)
        )

    def take(self, id: str, path: str, why: str) -> None:
        self.taken.append(Taken(id, path, why))

    def last_versions(self) -> list[Mapping[str, Any]]:
        """Of several versions of an object the last: all get one time, so only one can stay."""
        last: dict[str, Mapping[str, Any]] = {}
        for obj in self.objects:
            id = _id(obj)
            if not id:
                self.take(id, "", "it has no id")
                continue
            if id in last:
                self.take(id, "", "an earlier version of it")
            if id not in last or str(obj.get("modified", "")) >= str(last[id].get("modified", "")):
                last[id] = obj
        return list(last.values())

    # -- one object by itself ----------------------------------------------------------------

    def cleaned(self, obj: Mapping[str, Any]) -> dict[str, Any] | None:
        """The object with its old id and references but nothing that tells whose it is; None if nothing can stay."""
        id, type = _id(obj), str(obj.get("type", ""))
        if type == "marking-definition":
            return self.cleaned_marking(id, obj)
        if type not in KEPT_TYPES:
            self.take(id, "", f"objects of type {type or 'unknown'} are not passed on")
            return None
        if type == "identity" and obj.get("identity_class") != "class":
            self.take(id, "", "it names an organisation or a person")
            return None
        clean: dict[str, Any] = {}
        for key, value in obj.items():
            if key in {"created", "modified"}:
                clean[key] = self.now
            elif key == "granular_markings":
                self.take(id, key, "its markings count for the whole object")
            elif key == "external_references":
                self.keep_public(id, clean, value)
            elif key == "extensions" and key in KEPT_PROPERTIES[type]:
                self.keep_extensions(id, clean, value)
            elif key not in KEPT_PROPERTIES[type]:
                self.take(id, key, "it tells who wrote it, or STIX does not define it here")
            else:
                held = self.day(id, key, value)
                if held is not None:
                    clean[key] = held
        refs = [*_listed(obj.get("object_marking_refs")), *_granular_refs(obj)]
        if refs:
            clean["object_marking_refs"] = list(dict.fromkeys(map(str, refs)))
        left = self.without_words(id, type, clean)
        return left if left is None else self.as_strict(id, obj, left)

    def as_strict(self, id: str, obj: Mapping[str, Any], clean: dict[str, Any]) -> dict[str, Any] | None:
        """``clean`` with its markings as strict as they were, also where a tag that said so was taken off."""
        before, after = read_markings(obj, self.definitions), read_markings(clean, self.definitions)
        if before.tlp > after.tlp:
            if before.tlp == NOT_UNDERSTOOD:
                self.take(id, "", "it has a marking that is not understood and cannot be kept")
                return None
            clean.setdefault("object_marking_refs", []).append(marking_id(Tlp(before.tlp)))
        if before.pap and before.pap != after.pap:
            clean["labels"] = [*_listed(clean.get("labels")), f"PAP:{before.pap.upper()}"]
        return clean

    def cleaned_marking(self, id: str, obj: Mapping[str, Any]) -> dict[str, Any] | None:
        """A marking goes on to bind, or else what it marks is for nobody; it is never loosened."""
        if read_markings({"object_marking_refs": [id]}, {id: obj}).tlp == NOT_UNDERSTOOD:
            self.take(id, "", "it is a marking that is not understood, so what it marks is for nobody")
            return None
        if tlp_of([id]):
            return dict(obj)
        keys = {
            "type",
            "spec_version",
            "id",
            "created",
            "definition_type",
            "definition",
            "name",
            "extensions",
        }
        keys |= {"x_opencti_definition", "x_opencti_definition_type"}
        clean = {key: value for key, value in obj.items() if key in keys}
        if AUDIENCE_EXTENSION not in obj.get("extensions", {}):
            clean["created"] = self.now
        for key in obj:
            if key not in keys:
                self.take(id, key, "it tells who wrote it, or STIX does not define it here")
        if self.tells(clean):
            self.take(id, "", "it holds a word that identifies, so what it marks is for nobody")
            return None
        return clean

    def keep_extensions(self, id: str, clean: dict[str, Any], value: Any) -> None:
        kept = kept_extensions(
            value, lambda path: self.take(id, path, "it tells who wrote it, or is not known here")
        )
        clean["extensions"] = self.withheld(id, kept, "extensions")

    def withheld(self, id: str, held: Any, path: str) -> Any:
        """``held`` without the free texts in it that hold a word that identifies."""
        if isinstance(held, list):
            return [self.withheld(id, one, path) for one in held]
        if not isinstance(held, Mapping):
            return held
        made = {}
        for name, one in held.items():
            if name in FREE_TEXT and isinstance(one, str) and self.tells(one):
                self.take(id, f"{path}.{name}", "it holds a word that identifies")
                made[name] = WITHHELD_TEXT
            else:
                made[name] = self.withheld(id, one, f"{path}.{name}")
        return made

    def keep_public(self, id: str, clean: dict[str, Any], references: Any) -> None:
        public = [
            {"source_name": held["source_name"], "external_id": held["external_id"]}
            for held in _listed(references)
            if isinstance(held, Mapping)
            and str(held.get("source_name", "")).lower() in PUBLIC_SOURCES
            and isinstance(held.get("external_id"), str)
        ]
        if public:
            clean["external_references"] = public
        if public != references:
            self.take(id, "external_references", "only the numbers of public catalogues stay")

    def day(self, id: str, key: str, value: Any) -> Any:
        """``value``, times in it as their day; None for one that cannot be read."""
        if isinstance(value, list):
            return [self.day(id, key, held) for held in value]
        if isinstance(value, Mapping):
            return {name: self.day(id, key, held) for name, held in value.items()}
        if key in UNTOUCHED_TIMES or not isinstance(value, str) or not _TIME.fullmatch(value):
            return value
        try:
            rounded = the_day(value, after=key in _UPPER_TIMES)
        except (BadInput, ValueError, OverflowError):
            self.take(id, key, "it is a time that cannot be read")
            return None
        if rounded != value:
            self.take(id, key, "the time within the day")
        return rounded

    def without_words(self, id: str, type: str, clean: dict[str, Any]) -> dict[str, Any] | None:
        for key in [key for key in clean if key in FREE_TEXT and type not in SCO_TYPES]:
            value = clean[key]
            if not self.tells(value):
                continue
            self.take(id, key, "it holds a word that identifies")
            left = [held for held in value if not self.tells(held)] if isinstance(value, list) else None
            if left:
                clean[key] = left
            elif key in _REQUIRED_TEXT:
                clean[key] = WITHHELD_TEXT
            else:
                del clean[key]
        if self.tells({key: value for key, value in clean.items() if not _is_link(key)}):
            self.take(id, "", "what it says holds a word that identifies")
            return None
        return clean

    def tells(self, value: Any) -> bool:
        return any(word in text for text in map(_folded, _texts(value)) for word in self.words)

    # -- links -------------------------------------------------------------------------------

    def without_what_they_need(self, kept: dict[str, tuple[Mapping[str, Any], dict[str, Any]]]) -> None:
        """Leave out what refers to nothing any more, until nothing more has to go."""
        while True:
            gone = [
                id
                for id, (_, clean) in kept.items()
                for key in NEEDED_REFS.get(clean["type"], ())
                if not any(self.stays(ref, kept) for ref in _listed(clean.get(key, [])))
            ]
            if not gone:
                return
            for id in dict.fromkeys(gone):
                self.take(id, "", "what it speaks of is not passed on")
                del kept[id]

    def stays(self, ref: Any, kept: Collection[str]) -> bool:
        return isinstance(ref, str) and (ref in kept or ref in self.known_ids)

    def linked(self, id: str, clean: dict[str, Any], new_ids: Mapping[str, str]) -> dict[str, Any]:
        """The object with its new id, author and references."""
        made: dict[str, Any] = {}
        for key, value in clean.items():
            if key == "id":
                made[key] = new_ids[id]
            elif key == "object_marking_refs":
                made[key] = [self.marking_ref(ref, new_ids) for ref in value]
            elif key == "extensions" and clean["type"] not in {*SCO_TYPES, "marking-definition"}:
                made[key] = linked_texts(value, new_ids, self.keyed)
            elif key.endswith(("_ref", "_refs")):
                refs = [ref for ref in _listed(value) if self.stays(ref, new_ids)]
                if len(refs) < len(_listed(value)):
                    self.take(id, key, "what it refers to is not passed on")
                mapped = [new_ids.get(ref, ref) for ref in refs]
                if mapped:
                    made[key] = mapped if key.endswith("_refs") else mapped[0]
            elif key != "external_references" or value:
                made[key] = value
        if clean["type"] not in SCO_TYPES and clean["type"] != "marking-definition":
            made["created_by_ref"] = self.hub
        return made

    def marking_ref(self, ref: str, new_ids: Mapping[str, str]) -> str:
        """A marking always stays: one whose definition is not passed on cannot be resolved, and is for nobody."""
        if tlp_of([ref]) or ref in self.known_ids:
            return ref
        if ref in new_ids:
            return new_ids[ref]
        known = read_markings({"object_marking_refs": [ref]}, {}).tlp != NOT_UNDERSTOOD
        return ref if known else self.keyed("marking-definition", ref)

    def new_id(self, obj: Mapping[str, Any], clean: Mapping[str, Any]) -> str:
        """A keyed id; the old one only where it says no more than what the object shows in any case."""
        id, type = _id(obj), clean["type"]
        if type == "marking-definition":
            return id if tlp_of([id]) or _is_audience(clean) else self.keyed(type, id)
        if type in SCO_TYPES:
            parts = [key for key in ID_CONTRIBUTING.get(type, ()) if key in obj]
            whole = all(clean.get(key) == obj[key] and not _is_link(key) for key in parts)
            if whole and id == _sco_id(clean):
                return id
        return self.keyed(type, id)

    def keyed(self, type: str, id: str) -> str:
        digest = hmac.digest(self.secret, id.encode("utf-8", "surrogatepass"), "sha256")
        return f"{type}--{uuid.UUID(bytes=digest[:16], version=4)}"


def _id(obj: Mapping[str, Any]) -> str:
    return str(obj.get("id", ""))


def _sco_id(obj: Mapping[str, Any]) -> str | None:
    try:
        return sco_id(obj)
    except BadInput:
        return None


def _is_link(key: str) -> bool:
    return key in {"id", "created_by_ref"} or key.endswith(("_ref", "_refs"))


def _is_audience(clean: Mapping[str, Any]) -> bool:
    return AUDIENCE_EXTENSION in clean.get("extensions", {})


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]


def _granular_refs(obj: Mapping[str, Any]) -> Iterator[Any]:
    for granular in _listed(obj.get("granular_markings")):
        if not isinstance(granular, Mapping) or "marking_ref" in granular:
            yield granular.get("marking_ref") if isinstance(granular, Mapping) else str(granular)


def _told_by(objects: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The words that identify and stand in the submission itself."""
    for obj in objects:
        for key in ("created_by_ref", "where_sighted_refs"):
            yield from (ref for ref in _listed(obj.get(key)) if isinstance(ref, str))
        if obj.get("type") == "identity" and obj.get("identity_class") != "class":
            yield from (text for text in (obj.get("id"), obj.get("name")) if isinstance(text, str))


def _words(identifying: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({_folded(word).strip() for word in identifying} - {""}))


def _folded(text: str) -> str:
    """One spelling: compatible characters as one, no case, nothing invisible, no accents, defanged dots as dots."""
    decomposed = " ".join(unicodedata.normalize("NFKD", text).split())
    seen = "".join(c for c in decomposed if unicodedata.category(c) not in _INVISIBLE)
    plain = " ".join(seen.casefold().split())
    for dot in ("[.]", "(.)", "{.}", "[dot]", "(dot)", " dot "):
        plain = plain.replace(dot, ".")
    return plain


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield str(key)
            yield from _texts(held)
    elif isinstance(value, (list, tuple)):
        for held in value:
            yield from _texts(held)
