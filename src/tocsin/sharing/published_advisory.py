"""An advisory among the objects of a hub, so that a member has its ranges of versions and not a question.

It is a STIX ``report`` (STIX 2.1 section 4.16) that refers to a ``vulnerability`` (section 4.18) for each one that the
advisory speaks of. The report carries the advisory's document in an extension of ours, byte for byte, with its
SHA-256. Each vulnerability is one object at each organisation, whichever advisories speak of it: it is what members
answer to, and two objects of one vulnerability would be two counts that could be subtracted from one another.

The ids are made from the organisation and from what is published, so that a later revision is a later version.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput

__all__ = [
    "ADVISORY_EXTENSION",
    "Carried",
    "carried_by",
    "report_id",
    "report_of",
    "vulnerability_id",
    "vulnerability_names",
    "vulnerability_of",
]

ADVISORY_EXTENSION: Final = "extension-definition--5a0b7c9e-8f43-4d0c-9d0e-0f6c1f2f3b6a"
"""The extension of ``report`` that carries an advisory: its ``form``, its ``advisory`` id, the ``document`` and the
``sha256`` of the document's bytes."""

_NAMESPACE: Final = uuid.UUID("c1f8e0b4-5d0a-4b57-9b55-5b8d4f0f9b1e")
_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,19}", re.IGNORECASE)
_WEB: Final = re.compile(r"https?://[^\s]{1,2000}")


@dataclass(frozen=True, slots=True)
class Carried:
    """The document that a report carries; ``form`` and ``advisory`` are as its publisher calls it."""

    form: str
    advisory: str
    document: bytes


def vulnerability_id(organisation: str, name: str, time: int = 0) -> str:
    """The id of the vulnerability ``name`` at an organisation, the first ``time`` (0), or after it was withdrawn."""
    return f"vulnerability--{_made('vulnerability', organisation, name, str(time))}"


def report_id(organisation: str, form: str, advisory: str, time: int = 0) -> str:
    """The id of the report that carries an advisory, likewise."""
    return f"report--{_made('report', organisation, form, advisory, str(time))}"


def _made(*parts: str) -> uuid.UUID:
    return uuid.uuid5(_NAMESPACE, "\n".join(parts))


def vulnerability_of(id: str, organisation: str, name: str, created: str, modified: str) -> bytes:
    """The ``vulnerability`` called ``name``, as ``organisation`` warns of it."""
    held: dict[str, Any] = {
        **_head("vulnerability", id, organisation, created, modified),
        "name": name,
    }
    if _CVE.fullmatch(name):
        held["external_references"] = [{"source_name": "cve", "external_id": name}]
    return msgspec.json.encode(held)


def report_of(
    id: str,
    organisation: str,
    said: Mapping[str, str],
    refs: Sequence[str],
    carried: Carried,
    times: Sequence[str],
) -> bytes:
    """The ``report`` that carries an advisory and refers to the vulnerabilities ``refs``.

    ``said`` has ``name``, ``publisher``, ``url`` and ``published`` of the advisory, ``times`` are created and modified.

    Raises:
        BadInput: the document is no text in UTF-8.
    """
    try:
        document = carried.document.decode()
    except UnicodeDecodeError:
        raise BadInput("the advisory is no text in UTF-8") from None
    source: dict[str, str] = {"source_name": said["publisher"] or "advisory", "external_id": carried.advisory}
    if _WEB.fullmatch(said["url"]):
        source["url"] = said["url"]
    return msgspec.json.encode(
        {
            **_head("report", id, organisation, *times),
            "name": said["name"],
            "report_types": ["vulnerability"],
            "published": said["published"] or times[0],
            "object_refs": list(refs),
            "external_references": [source],
            "extensions": {
                ADVISORY_EXTENSION: {
                    "extension_type": "property-extension",
                    "form": carried.form,
                    "advisory": carried.advisory,
                    "sha256": sha256(carried.document).hexdigest(),
                    "document": document,
                }
            },
        }
    )


def _head(type: str, id: str, organisation: str, created: str, modified: str) -> dict[str, str]:
    return {
        "type": type,
        "spec_version": "2.1",
        "id": id,
        "created_by_ref": organisation,
        "created": created,
        "modified": modified,
    }


def carried_by(properties: Mapping[str, Any]) -> Carried | None:
    """The advisory that an object carries; None if it carries none.

    Raises:
        BadInput: the extension is not as it is to be, or the document is not the one whose SHA-256 it names.
    """
    extensions = properties.get("extensions")
    held = extensions.get(ADVISORY_EXTENSION) if isinstance(extensions, Mapping) else None
    if held is None:
        return None
    if not isinstance(held, Mapping) or not all(
        isinstance(held.get(name), str) for name in ("form", "advisory", "sha256", "document")
    ):
        raise BadInput("the extension that carries an advisory lacks form, advisory, sha256 or document")
    try:
        document = held["document"].encode()
    except UnicodeEncodeError:
        raise BadInput("the advisory that it carries is no text in UTF-8") from None
    if sha256(document).hexdigest() != held["sha256"].lower():
        raise BadInput("the advisory that it carries is not the one whose SHA-256 it names")
    return Carried(held["form"], held["advisory"], document)


def vulnerability_names(properties: Mapping[str, Any]) -> set[str]:
    """What a ``vulnerability`` is called: by its name, and by what it refers to outside (STIX 2.1 section 4.18)."""
    names = {properties.get("name")}
    outside = properties.get("external_references")
    for one in outside if isinstance(outside, list) else ():
        if isinstance(one, Mapping):
            names.add(one.get("external_id"))
    return {name.strip() for name in names if isinstance(name, str) and name.strip()}
