"""MITRE ATT&CK's bundles (STIX 2.0 and 2.1), for enterprises and for industrial control, read into knowledge.

Objects that lie in several bundles count once. What was revoked or deprecated is kept of techniques alone, so that an
old id still leads to its successor.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import KNOWLEDGE_BYTES, KNOWLEDGE_NESTING
from tocsin.measures.knowledge import Adversary, Knowledge, Mitigation, Software, Tactic
from tocsin.measures.technique import Technique
from tocsin.model.json_text import nests_deeper

__all__ = ["AttackRead", "Skipped", "read_attack"]

_MATRICES: Final = {
    "mitre-attack": "enterprise",
    "mitre-ics-attack": "ics",
    "enterprise-attack": "enterprise",
    "ics-attack": "ics",
}
"""By the names of kill chains and of domains."""

_TECHNIQUE: Final = re.compile(r"T[0-9]{4}(\.[0-9]{3})?")
_MITIGATION: Final = re.compile(r"M[0-9]{4}")
_SOFTWARE: Final = ("malware", "tool")
_READ: Final = frozenset(
    {"attack-pattern", "course-of-action", "campaign", "intrusion-set", "x-mitre-tactic", "x-mitre-matrix"}
    | set(_SOFTWARE)
)
_RELATIONS: Final = frozenset({"uses", "mitigates", "revoked-by", "attributed-to"})
_KINDS: Final[dict[str, Literal["campaign", "group"]]] = {"campaign": "campaign", "intrusion-set": "group"}


@dataclass(frozen=True, slots=True)
class Skipped:
    """An object, or a part of one, that could not be read: where, and why."""

    where: Place
    why: str


@dataclass(frozen=True, slots=True)
class AttackRead:
    """What was read of some bundles. ``objects`` counts those in them, whatever they are."""

    knowledge: Knowledge
    objects: int
    skipped: tuple[Skipped, ...]


class _Reference(msgspec.Struct):
    source_name: str = ""
    external_id: str = ""


class _Phase(msgspec.Struct):
    kill_chain_name: str
    phase_name: str


class _Head(msgspec.Struct):
    type: str
    relationship_type: str = ""


class _Relation(msgspec.Struct):
    relationship_type: str
    source_ref: str
    target_ref: str
    revoked: bool = False
    x_mitre_deprecated: bool = False


class _Object(msgspec.Struct):
    id: str
    type: str
    name: str
    modified: str = ""
    revoked: bool = False
    x_mitre_deprecated: bool = False
    external_references: list[_Reference] = []
    kill_chain_phases: list[_Phase] = []
    x_mitre_domains: list[str] = []
    x_mitre_shortname: str = ""
    tactic_refs: list[str] = []
    first_seen: str = ""
    last_seen: str = ""
    aliases: list[str] = []
    x_mitre_aliases: list[str] = []

    @property
    def attack_id(self) -> str:
        """Its id in ATT&CK, "" if it names none."""
        named = (one for one in self.external_references if one.source_name.startswith("mitre-"))
        return next((one.external_id for one in named), "")

    @property
    def other_names(self) -> tuple[str, ...]:
        """What else it is called."""
        return tuple(one for one in dict.fromkeys((*self.aliases, *self.x_mitre_aliases)) if one != self.name)

    @property
    def old(self) -> bool:
        return self.revoked or self.x_mitre_deprecated

    @property
    def matrices(self) -> set[str]:
        """The matrices that it belongs to, of those that are read."""
        chains = {_MATRICES.get(one.kill_chain_name) for one in self.kill_chain_phases}
        return {one for one in chains | {_MATRICES.get(one) for one in self.x_mitre_domains} if one}


class _Bundle(msgspec.Struct):
    type: Literal["bundle"]
    objects: list[msgspec.Raw]


@dataclass(slots=True)
class _Heap:
    """What lies in the bundles, before it is put together."""

    objects: dict[str, _Object] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    relations: list[tuple[_Relation, Place]] = field(default_factory=list)
    matrices: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    count: int = 0


def read_attack(bundles: Iterable[tuple[str, bytes]], version: str) -> AttackRead:
    """Read bundles, each with its name; ``version`` is ATT&CK's, which the bundles do not always say.

    An object that cannot be read is skipped and named, the rest counts.

    Raises:
        BadInput: a file is no STIX bundle, or there is no technique in all of them.
        LimitExceeded: one is larger than ``limits.KNOWLEDGE_BYTES`` or nests deeper than ``KNOWLEDGE_NESTING``.
    """
    heap = _Heap()
    for name, data in bundles:
        _take(heap, name, data)
    techniques = _techniques(heap)
    if not techniques:
        raise BadInput(
            "no technique of ATT&CK is in there", hint="Give enterprise-attack.json or ics-attack.json."
        )
    pairs = _pairs(heap, techniques)
    adversaries = _adversaries(heap, pairs)
    knowledge = Knowledge(
        version=version,
        tactics=_tactics(heap),
        techniques=_successors(heap, techniques),
        mitigations=_mitigations(heap, pairs),
        adversaries=adversaries,
        software=_software(heap, {id for one in adversaries for id in one.software}),
    )
    return AttackRead(knowledge, heap.count, tuple(heap.skipped))


def _take(heap: _Heap, name: str, data: bytes) -> None:
    where = Place(file=name)
    if len(data) > KNOWLEDGE_BYTES:
        raise LimitExceeded(f"has more than {KNOWLEDGE_BYTES >> 20} MiB", where=where)
    if nests_deeper(data, KNOWLEDGE_NESTING):
        raise LimitExceeded(f"nests deeper than {KNOWLEDGE_NESTING} levels", where=where)
    try:
        held = msgspec.json.decode(data, type=_Bundle)
    except msgspec.DecodeError as error:
        raise BadInput(f"is no STIX bundle: {str(error).replace('`', chr(39))}", where=where) from error
    except UnicodeDecodeError as error:
        raise BadInput("is not UTF-8", where=where) from error
    for number, raw in enumerate(held.objects):
        heap.count += 1
        place = Place(file=name, path=f"$.objects[{number}]")
        try:
            _take_one(heap, raw, place)
        except (msgspec.ValidationError, UnicodeDecodeError) as error:
            what, _, path = str(error).partition(" - at `$")
            heap.skipped.append(
                Skipped(Place(name, path=f"{place.path}{path.rstrip('`')}"), what.replace("`", "'"))
            )


def _take_one(heap: _Heap, raw: msgspec.Raw, place: Place) -> None:
    head = msgspec.json.decode(raw, type=_Head)
    if head.type == "relationship":
        if head.relationship_type in _RELATIONS:
            heap.relations.append((msgspec.json.decode(raw, type=_Relation), place))
    elif head.type in _READ:
        one = msgspec.json.decode(raw, type=_Object)
        before = heap.objects.get(one.id)
        if one.type == "x-mitre-matrix":
            heap.matrices.append(one.id)
        if before is None or before.modified <= one.modified:
            heap.objects[one.id], heap.places[one.id] = one, place


def _techniques(heap: _Heap) -> dict[str, Technique]:
    """By STIX id, without what became of those that were revoked."""
    found: dict[str, Technique] = {}
    for one in _of(heap, "attack-pattern", _TECHNIQUE):
        found[one.id] = Technique(
            id=one.attack_id,
            name=one.name,
            tactics=tuple(dict.fromkeys(phase.phase_name for phase in one.kill_chain_phases)),
            matrices=tuple(sorted(one.matrices)),
            deprecated=one.x_mitre_deprecated and not one.revoked,
        )
    return found


def _of(heap: _Heap, kind: str, pattern: re.Pattern[str]) -> Iterator[_Object]:
    for one in heap.objects.values():
        if one.type == kind:
            if pattern.fullmatch(one.attack_id):
                yield one
            elif not one.old:
                heap.skipped.append(
                    Skipped(heap.places[one.id], f"has no id of ATT&CK's: {one.attack_id[:40]!r}")
                )


def _successors(heap: _Heap, techniques: dict[str, Technique]) -> tuple[Technique, ...]:
    """With what took their place; where an id stands for two, the one that is still in use."""
    following: dict[str, str] = {}
    for relation, place in heap.relations:
        if relation.relationship_type == "revoked-by" and relation.source_ref in techniques:
            if relation.target_ref in techniques:
                following[relation.source_ref] = techniques[relation.target_ref].id
            else:
                heap.skipped.append(
                    Skipped(place, f"was revoked for {relation.target_ref[:60]}, which is not there")
                )
    found: dict[str, Technique] = {}
    for stix_id, one in techniques.items():
        revoked = heap.objects[stix_id].revoked
        if one.id not in found or not revoked:
            successor = following.get(stix_id, "") if revoked else ""
            old = one.deprecated or (revoked and not successor)
            found[one.id] = msgspec.structs.replace(one, revoked_by=successor, deprecated=old)
    return tuple(found[name] for name in sorted(found))


def _pairs(heap: _Heap, techniques: dict[str, Technique]) -> dict[str, tuple[str, ...]]:
    """Ids of the techniques that each campaign and group used and each mitigation speaks of, by its STIX id."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for relation, place in heap.relations:
        wanted = {"uses": _KINDS, "mitigates": ("course-of-action",)}.get(relation.relationship_type, ())
        kind = relation.source_ref.partition("--")[0]
        if (
            kind not in wanted
            or relation.revoked
            or relation.x_mitre_deprecated
            or not relation.target_ref.startswith("attack-pattern--")
        ):
            continue
        missing = [one for one in (relation.source_ref, relation.target_ref) if one not in heap.objects]
        if missing:
            heap.skipped.append(Skipped(place, f"refers to {missing[0][:80]}, which is not there"))
        elif relation.target_ref in techniques:
            found[relation.source_ref].add(techniques[relation.target_ref].id)
    return {key: tuple(sorted(names)) for key, names in found.items()}


def _joined(heap: _Heap, kind: str, target: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The ids of what each campaign and group uses, or is attributed to, by its STIX id; what is old is left out."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for relation, place in heap.relations:
        wanted = relation.relationship_type == kind and relation.source_ref.partition("--")[0] in _KINDS
        old = relation.revoked or relation.x_mitre_deprecated
        if not wanted or old or relation.target_ref.partition("--")[0] not in target:
            continue
        one = heap.objects.get(relation.target_ref)
        if one is None:
            heap.skipped.append(Skipped(place, f"refers to {relation.target_ref[:80]}, which is not there"))
        elif not one.old:
            found[relation.source_ref].add(one.attack_id)
    return {key: tuple(sorted(names)) for key, names in found.items()}


def _software(heap: _Heap, used: set[str]) -> tuple[Software, ...]:
    found = [
        Software(id=one.attack_id, name=one.name, aliases=one.other_names)
        for kind in _SOFTWARE
        for one in _of(heap, kind, re.compile(r"S[0-9]{4}"))
        if not one.old and one.attack_id in used
    ]
    return tuple(sorted(found, key=lambda one: one.id))


def _mitigations(heap: _Heap, pairs: dict[str, tuple[str, ...]]) -> tuple[Mitigation, ...]:
    found = [
        Mitigation(
            id=one.attack_id,
            name=one.name,
            matrices=tuple(sorted(one.matrices)),
            techniques=pairs.get(one.id, ()),
        )
        for one in _of(heap, "course-of-action", _MITIGATION)
        if not one.old
    ]
    return tuple(sorted(found, key=lambda one: one.id))


def _adversaries(heap: _Heap, pairs: dict[str, tuple[str, ...]]) -> tuple[Adversary, ...]:
    software, groups = _joined(heap, "uses", _SOFTWARE), _joined(heap, "attributed-to", ("intrusion-set",))
    found = [
        Adversary(
            id=one.attack_id,
            name=one.name,
            kind=kind,
            began=_day(heap, one, one.first_seen, "first_seen"),
            ended=_day(heap, one, one.last_seen, "last_seen"),
            techniques=pairs.get(one.id, ()),
            aliases=one.other_names,
            groups=groups.get(one.id, ()),
            software=software.get(one.id, ()),
        )
        for stix, kind in _KINDS.items()
        for one in _of(heap, stix, re.compile(r"[CG][0-9]{4}"))
        if not one.old
    ]
    return tuple(sorted(found, key=lambda one: one.id))


def _day(heap: _Heap, one: _Object, text: str, name: str) -> str:
    if not text:
        return ""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        place = heap.places[one.id]
        heap.skipped.append(
            Skipped(Place(place.file, path=f"{place.path}.{name}"), f"is no day: {text[:40]!r}")
        )
        return ""


def _tactics(heap: _Heap) -> tuple[Tactic, ...]:
    """In the order of the matrices; one that only a later matrix has comes after the one that it follows there."""
    order: list[str] = []
    names: dict[str, str] = {}
    for matrix in heap.matrices:
        place = 0
        for reference in heap.objects[matrix].tactic_refs:
            one = heap.objects.get(reference)
            if one is None or not one.x_mitre_shortname:
                continue
            names.setdefault(one.x_mitre_shortname, one.name)
            if one.x_mitre_shortname not in order:
                order.insert(place, one.x_mitre_shortname)
            place = order.index(one.x_mitre_shortname) + 1
    return tuple(Tactic(id=one, name=names[one]) for one in order)
