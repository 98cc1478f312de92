"""Statements of attribution as STIX: a relationship only where a person said it, a note with both grades of it.

Operator, affiliate and launderer are ``attributed-to`` a ``threat-actor``. A host state is where one is ``located-at``,
and never what something is attributed to; direction is told of the actor, which is ``attributed-to`` who directs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tocsin.limits import DOSSIER_ADDRESSES
from tocsin.model.timestamp import format_instant
from tocsin.ransom.attribution.independence import independent
from tocsin.ransom.attribution.statement import Evidence, Role, SubjectKind, name_key
from tocsin.ransom.dossier.attributed import grade_words, said_claim
from tocsin.ransom.dossier.parts import ClusterPart, Said
from tocsin.ransom.dossier.stix.ledger_objects import wallet
from tocsin.ransom.dossier.stix.names import ATTRIBUTION, made_id

__all__ = ["Common", "held_together", "said_objects"]

Common = Mapping[str, Any]
"""What every object of a dossier bears: version, author, marking."""

_WEB: Final = ("https://", "http://")


def said_objects(
    said: Sequence[Said], clusters: Sequence[ClusterPart], common: Common
) -> list[dict[str, Any]]:
    """The statements with what they name; a withdrawn one is revoked."""
    # The same name is one object, as old as the first statement that gives it: of equal ids the first counts.
    ordered = sorted(said, key=lambda one: (one.noted_us, one.id))
    return [each for one in ordered for each in _objects(one, clusters, common)]


def held_together(subject: str, addresses: Sequence[str], common: Common, at: str) -> list[dict[str, Any]]:
    """What one holder is taken to have: an ``infrastructure`` that consists of addresses, ``subject`` in words."""
    author = common["created_by_ref"]
    infrastructure = {
        "type": "infrastructure",
        **common,
        "id": made_id("infrastructure", author, subject),
        "created": at,
        "modified": at,
        "name": subject,
    }
    found = [wallet(one) for one in addresses[:DOSSIER_ADDRESSES]]
    return [
        *found,
        infrastructure,
        *(_relationship(infrastructure["id"], "consists-of", one["id"], common, at) for one in found),
    ]


def _objects(one: Said, clusters: Sequence[ClusterPart], common: Common) -> Iterator[dict[str, Any]]:
    statement, at = one.statement, format_instant(one.noted_us * 1000)
    subject, beside = _subject(one, clusters, common, at)
    yield from beside
    source, target = subject, _actor(statement.named, common, at)
    if statement.role.is_of_state:
        actor = _actor(statement.about or f"Whoever is behind {one.subject}", common, at)
        source, target = actor["id"], _state(one, common, at)
        yield actor
    yield target
    type = "located-at" if statement.role is Role.HOST_STATE else "attributed-to"
    tied = _relationship(source, type, target["id"], common, at, str(one.id))
    yield tied | _said(one)
    yield _note(one, list(dict.fromkeys([tied["id"], subject])), common, at)


def _state(one: Said, common: Common, at: str) -> dict[str, Any]:
    """Where somebody is, or who directs them."""
    statement = one.statement
    if statement.role is Role.HOST_STATE:
        return _named("location", statement.named, common, at, country=statement.country)
    return _named("identity", statement.named, common, at)


def _subject(
    one: Said, clusters: Sequence[ClusterPart], common: Common, at: str
) -> tuple[str, list[dict[str, Any]]]:
    """The id of what a statement is about, and the objects that it takes. An incident is never copied."""
    kind, value = one.statement.subject.kind, one.statement.subject.value
    if kind is SubjectKind.INCIDENT:
        return value, []
    members: Sequence[str] = [value]
    if kind is SubjectKind.CLUSTER:
        members = next((part.addresses for part in clusters if value in part.addresses), members)
    objects = held_together(one.subject[0].upper() + one.subject[1:], members, common, at)
    return next(each["id"] for each in objects if each["type"] == "infrastructure"), objects


def _actor(name: str, common: Common, at: str) -> dict[str, Any]:
    return _named("threat-actor", name, common, at)


def _named(type: str, name: str, common: Common, at: str, **more: str) -> dict[str, Any]:
    id = made_id(type, common["created_by_ref"], name_key(name), *more.values())
    return {"type": type, **common, "id": id, "created": at, "modified": at, "name": name, **more}


def _relationship(
    source: str, type: str, target: str, common: Common, at: str, statement: str = ""
) -> dict[str, Any]:
    return {
        "type": "relationship",
        **common,
        "id": made_id("relationship", common["created_by_ref"], source, type, target, statement),
        "created": at,
        "modified": at,
        "relationship_type": type,
        "source_ref": source,
        "target_ref": target,
    }


def _said(one: Said) -> dict[str, Any]:
    statement = one.statement
    told: dict[str, Any] = {"description": said_claim(one).words}
    if statement.stix_confidence is not None:
        told["confidence"] = statement.stix_confidence
    if one.withdrawn_us is not None:
        told |= {"revoked": True, "modified": format_instant(max(one.withdrawn_us, one.noted_us + 1) * 1000)}
    told["external_references"] = [_reference(each) for each in statement.evidence]
    extension: dict[str, Any] = {
        "extension_type": "property-extension",
        "role": statement.role.value,
        "said_by": statement.said_by,
        "said_on": statement.said_on.isoformat(),
        "source_reliability": statement.reliability,
        "information_credibility": statement.credibility,
        "independent_sources": len(independent(statement.evidence)),
    }
    if statement.organisation:
        extension["organisation"] = statement.organisation
    told["extensions"] = {ATTRIBUTION: extension}
    return told


def _reference(one: Evidence) -> dict[str, Any]:
    rests = f"rests on {one.rests_on}; " if one.rests_on else ""
    is_web = one.reference.startswith(_WEB)
    place = f" ({one.reference})" if one.reference and not is_web else ""
    said: dict[str, Any] = {"source_name": one.source, "description": f"{one.day}; {rests}{one.what}{place}"}
    if is_web:
        said["url"] = one.reference
    if one.sha256:
        said["hashes"] = {"SHA-256": one.sha256}
    return said


def _note(one: Said, refs: list[str], common: Common, at: str) -> dict[str, Any]:
    source, information = grade_words(one.statement)
    content = [
        said_claim(one).words,
        f"Source: {source}.",
        f"Information: {information}.",
        one.statement.note,
    ]
    content += said_claim(one).doubts
    content += [f"Would change it: {each}" for each in one.statement.would_change]
    return {
        "type": "note",
        **common,
        "id": made_id("note", common["created_by_ref"], str(one.id)),
        "created": at,
        "modified": at
        if one.withdrawn_us is None
        else format_instant(max(one.withdrawn_us, one.noted_us + 1) * 1000),
        "abstract": f"Admiralty code: source {one.statement.reliability}, information {one.statement.credibility}",
        "content": "\n".join(filter(None, content)),
        "authors": [one.statement.said_by],
        "object_refs": refs,
    }
