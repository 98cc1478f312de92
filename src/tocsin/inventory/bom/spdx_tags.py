"""SPDX 2.2 and 2.3 as tags and values.

Source: the SPDX specification 2.3, 4.2 and the tag of each field.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.errors import BadInput, Place
from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.document import lines_of
from tocsin.inventory.bom.spdx import SPDX_VERSIONS
from tocsin.inventory.bom.spdx_package import (
    Checksum,
    Document,
    ExternalRef,
    Package,
    Relationship,
    bill_of_packages,
)
from tocsin.inventory.component import BillOfMaterials

__all__ = ["read_spdx_tags"]

_TAG: Final = re.compile(r"([A-Z][A-Za-z0-9]*):\s*(.*)", re.DOTALL)
_PLAIN: Final = {
    "SPDXID": "id",
    "PackageVersion": "version",
    "PackageSupplier": "supplier",
    "PackageOriginator": "originator",
    "PrimaryPackagePurpose": "purpose",
    "PackageLicenseConcluded": "concluded",
    "PackageLicenseDeclared": "declared",
}


def read_spdx_tags(data: bytes, name: str) -> BillOfMaterials:
    """Read an SPDX document of tags and values (UTF-8), as :func:`tocsin.inventory.bom.spdx.read_spdx` does.

    Raises:
        BadInput: it is no text, no SPDX, or of a version that is not known.
    """
    found = Collected(name)
    document = Document("")
    package: Package | None = None
    number, lines = 0, lines_of(data, name)
    while number < len(lines):
        start = number
        text = lines[number].strip()
        number += 1
        if "<text>" in text:
            while "</text>" not in text and number < len(lines):
                text += "\n" + lines[number]
                number += 1
            if "</text>" not in text:
                raise BadInput("opens a <text> that is never closed", where=Place(name or None, start + 1))
            text = text.replace("<text>", "").replace("</text>", "")
        if not text or text.startswith("#"):
            continue
        tag = _TAG.match(text)
        place = f"line {start + 1}"
        if tag is None:
            found.doubt(place, "is no tag and value")
            continue
        key, value = tag.group(1), tag.group(2).strip()
        if key == "PackageName":
            package = Package(name=value)
            document.packages.append((place, package))
        elif key in {"FileName", "SnippetSPDXID", "LicenseID"}:
            package = None
            found.aside({"FileName": "files", "SnippetSPDXID": "snippets", "LicenseID": "licences"}[key], 1)
        elif key == "SPDXID" and package is None:
            document.others.add(value)
        elif package is not None and (key in _PLAIN or key in {"PackageChecksum", "ExternalRef"}):
            _package_tag(found, package, key, value, place)
        else:
            _document_tag(found, document, key, value, place)
    if f"SPDX-{document.version}" not in SPDX_VERSIONS:
        raise BadInput(
            f"is SPDX {document.version[:40]!r}; {' and '.join(SPDX_VERSIONS)} can be read",
            where=Place(file=name or None),
        )
    return bill_of_packages(found, "spdx-tags", document)


def _package_tag(found: Collected, package: Package, key: str, value: str, place: str) -> None:
    if key in _PLAIN:
        setattr(package, _PLAIN[key], value)
    elif key == "PackageChecksum":
        algorithm, _, digits = value.partition(":")
        package.checksums = [*package.checksums, Checksum(algorithm.strip(), digits.strip())]
    else:
        parts = value.split(None, 2)
        if len(parts) < 3:
            found.doubt(place, "is no category, type and locator")
        else:
            package.refs = [*package.refs, ExternalRef(parts[1], parts[2])]


def _document_tag(found: Collected, document: Document, key: str, value: str, place: str) -> None:
    if key == "SPDXVersion":
        document.version = value.removeprefix("SPDX-")
    elif key == "DocumentNamespace":
        document.serial = value
    elif key == "Created":
        document.creation.created = value
    elif key == "Creator":
        document.creation.creators = [*document.creation.creators, value]
    elif key == "Relationship":
        parts = value.split()
        if len(parts) < 3:
            found.doubt(place, "is no relationship of two elements")
        else:
            document.relationships.append(Relationship(*parts[:3]))
