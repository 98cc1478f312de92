"""SPDX 2.2 and 2.3 in JSON.

Source: the SPDX specification 2.3 (ISO/IEC 5962 is 2.2.1) and its JSON schema.
"""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.document import json_of
from tocsin.inventory.bom.members import ABSENT, read_member, read_row, rows_of
from tocsin.inventory.bom.spdx_package import (
    Creation,
    Document,
    Package,
    Relationship,
    bill_of_packages,
)
from tocsin.inventory.component import BillOfMaterials

__all__ = ["SPDX_VERSIONS", "read_spdx"]

SPDX_VERSIONS: Final = ("SPDX-2.2", "SPDX-2.3")


class _Document(msgspec.Struct):
    version: str = msgspec.field(name="spdxVersion")
    namespace: msgspec.Raw = msgspec.field(default=ABSENT, name="documentNamespace")
    creation: msgspec.Raw = msgspec.field(default=ABSENT, name="creationInfo")
    describes: msgspec.Raw = msgspec.field(default=ABSENT, name="documentDescribes")
    packages: list[msgspec.Raw] | None = None
    files: msgspec.Raw = ABSENT
    snippets: msgspec.Raw = ABSENT
    relationships: msgspec.Raw = ABSENT


class _Wrapped(msgspec.Struct):
    sbom: msgspec.Raw = ABSENT


class _Element(msgspec.Struct):
    id: str = msgspec.field(default="", name="SPDXID")


def read_spdx(data: bytes, name: str) -> BillOfMaterials:
    """Read an SPDX document in JSON (UTF-8), also as GitHub's API gives it, inside ``{"sbom": ...}``.

    Each package is a component or unread; files and snippets are set aside. A package that contains another is its
    parent. What the document describes, if that is one package, is its subject, and among the components too.

    Raises:
        BadInput: it is no JSON, no SPDX, or of a version that is not known.
        LimitExceeded: it nests deeper than ``limits.JSON_NESTING``, or has more than ``limits.BOM_COMPONENTS``.
    """
    root = "$"
    if b'"sbom"' in data[:200]:
        inner = json_of(data, _Wrapped, name).sbom
        if inner is not ABSENT:
            data, root = bytes(inner), "$.sbom"
    document = json_of(data, _Document, name)
    if document.version not in SPDX_VERSIONS:
        raise BadInput(
            f"is {document.version[:40]!r}; {' and '.join(SPDX_VERSIONS)} can be read",
            where=Place(file=name or None, path=f"{root}.spdxVersion"),
        )
    found = Collected(name)
    read = Document(document.version.removeprefix("SPDX-"))
    read.serial = read_member(found, document.namespace, str | None, f"{root}.documentNamespace") or ""
    read.creation = read_row(found, document.creation, Creation, f"{root}.creationInfo") or Creation()
    for index, each in enumerate(document.packages or ()):
        place = f"{root}.packages[{index}]"
        row = read_row(found, each, Package, place)
        if row is None:
            found.lose(place, "is no object, so no package")
        else:
            read.packages.append((place, row))
    for kind, raw in (("files", document.files), ("snippets", document.snippets)):
        rows = rows_of(found, raw, f"{root}.{kind}")
        found.aside(kind, len(rows))
        elements = (read_row(found, each, _Element, f"{root}.{kind}") for each in rows)
        read.others |= {each.id for each in elements if each is not None}
    for index, each in enumerate(rows_of(found, document.relationships, f"{root}.relationships")):
        edge = read_row(found, each, Relationship, f"{root}.relationships[{index}]")
        if edge is None:
            found.doubt(f"{root}.relationships[{index}]", "is no object, so no relationship")
        else:
            read.relationships.append(edge)
    described = read_member(found, document.describes, list[str] | None, f"{root}.documentDescribes") or []
    read.described += described
    return bill_of_packages(found, "spdx", read)
