"""Other lockfiles: Cargo.lock, Gemfile.lock, composer.lock and NuGet's packages.lock.json.

Source: the Cargo Book, Bundler's and Composer's documentation, and NuGet's of locking dependencies.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.document import json_of, lines_of
from tocsin.inventory.bom.hashes import hash_of
from tocsin.inventory.bom.members import read_row
from tocsin.inventory.component import BillOfMaterials
from tocsin.model import json_view as view
from tocsin.model.toml_text import toml_of

__all__ = ["read_cargo_lock", "read_composer_lock", "read_gemfile_lock", "read_nuget_lock"]

_GEM: Final = re.compile(r"    (\S+) \(([^()\s]+)\)")
_PLATFORM: Final = re.compile(r"(.+?)-((?:x86|x64|i[3-6]86|arm|aarch64|java|universal|mswin|mingw|ruby).*)")


def read_cargo_lock(data: bytes, name: str) -> BillOfMaterials:
    """Read a Cargo.lock.

    Raises:
        BadInput: it is no TOML, or its packages are no list.
    """
    found = Collected(name)
    document = toml_of(data.decode(), name)
    rows = document.get("package", [])
    if not isinstance(rows, list):
        raise BadInput("is no list where packages belong", where=Place(file=name or None, path="$.package"))
    for index, row in enumerate(rows):
        place = f"$.package[{index}]"
        crate, version = view.text(view.mapping(row), "name"), view.text(view.mapping(row), "version")
        if not crate:
            found.lose(place, "is a package without a name")
            continue
        if not version:
            found.doubt(place, "says no version")
        checksum = hash_of("sha256", view.text(view.mapping(row), "checksum"))
        found.package("cargo", crate, version, place, hashes=(checksum,) if checksum else ())
    form_version = document.get("version", "")
    return found.bill("cargo-lock", str(form_version)[:20] if isinstance(form_version, int) else "")


def read_gemfile_lock(data: bytes, name: str) -> BillOfMaterials:
    """Read a Gemfile.lock: the gems under ``specs:``, with the platform of a gem as a qualifier.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    inside = False
    for number, line in enumerate(lines_of(data, name), 1):
        if line[:3].strip():
            inside = line.rstrip() == "  specs:"
            continue
        if not inside or line[:4].strip() or not line[4:5].strip():
            continue
        row = _GEM.fullmatch(line.rstrip())
        if row is None:
            found.lose(f"line {number}", "is no gem and its version")
            continue
        platform = _PLATFORM.fullmatch(row[2])
        version, qualifier = (platform[1], platform[2]) if platform else (row[2], "")
        found.package("gem", row[1], version, f"line {number}", qualifiers=(("platform", qualifier),))
    return found.bill("gemfile-lock")


class _ComposerLock(msgspec.Struct):
    packages: list[msgspec.Raw] = []
    development: list[msgspec.Raw] | None = msgspec.field(default=None, name="packages-dev")


class _ComposerPackage(msgspec.Struct):
    name: str = ""
    version: str = ""


def read_composer_lock(data: bytes, name: str) -> BillOfMaterials:
    """Read a composer.lock.

    Raises:
        BadInput: it is no JSON, or no composer.lock.
    """
    found = Collected(name)
    lock = json_of(data, _ComposerLock, name)
    for key, rows in (("packages", lock.packages), ("packages-dev", lock.development or [])):
        for index, raw in enumerate(rows):
            place = f"$.{key}[{index}]"
            row = read_row(found, raw, _ComposerPackage, place)
            if row is None or not row.name.strip("/"):
                found.lose(place, "is no package with a name")
                continue
            if not row.version:
                found.doubt(place, "says no version")
            namespace, _, package = row.name.rpartition("/")
            found.package("composer", package, row.version, place, namespace=namespace, shown=row.name)
    return found.bill("composer-lock")


class _NugetLock(msgspec.Struct):
    version: int
    dependencies: dict[str, dict[str, msgspec.Raw]]


class _NugetPackage(msgspec.Struct):
    type: str = ""
    resolved: str = ""


def read_nuget_lock(data: bytes, name: str) -> BillOfMaterials:
    """Read a packages.lock.json. Projects of the same solution are set aside.

    Raises:
        BadInput: it is no JSON, or no packages.lock.json.
    """
    found = Collected(name)
    lock = json_of(data, _NugetLock, name)
    for framework, rows in lock.dependencies.items():
        for package, raw in rows.items():
            place = f'$.dependencies["{framework[:80]}"]["{package[:200]}"]'
            row = read_row(found, raw, _NugetPackage, place)
            if row is None or not package.strip("/"):
                found.lose(place, "is no package with a name")
            elif row.type == "Project":
                found.aside("projects of the same solution", 1)
            else:
                if not row.resolved:
                    found.doubt(place, "says no version")
                found.package("nuget", package, row.resolved, place)
    return found.bill("nuget-lock", str(lock.version))
