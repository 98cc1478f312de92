"""JavaScript packages: package-lock.json (1 to 3), yarn.lock (classic and berry) and pnpm-lock.yaml.

Source: package-lock.json(5) of npm, and the lockfiles that Yarn and pnpm write.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.document import json_of, lines_of
from tocsin.inventory.bom.hashes import hash_of
from tocsin.inventory.bom.members import read_row
from tocsin.inventory.component import BillOfMaterials, Component

__all__ = ["read_package_lock", "read_pnpm_lock", "read_yarn_lock"]

_VERSION: Final = re.compile(r"v?\d[0-9A-Za-z.+_-]*")
_YARN_FIELD: Final = re.compile(r'  "?(version|resolved|resolution|integrity|checksum)"?:? "?([^"]*)"?')
_PNPM_PLACE: Final = re.compile(r"  '?/?(@?[^@'\s]+)@((?:file|link|git|https?|ssh)[a-z+]*):([^'\s]*?)'?:.*")
_PNPM_KEY: Final = re.compile(r"  '?/?(@[^/'\s]+/)?([^/@'\s(]+)[/@](\d[^()_:'/\s]*+)[^:]*+:.*")


class _PackageLock(msgspec.Struct):
    version: int = msgspec.field(name="lockfileVersion")
    packages: dict[str, msgspec.Raw] | None = None
    dependencies: dict[str, msgspec.Raw] | None = None


class _Package(msgspec.Struct):
    name: str = ""
    version: str = ""
    integrity: str = ""
    link: bool = False
    dependencies: msgspec.Raw = msgspec.Raw(b"{}")


def read_package_lock(data: bytes, name: str) -> BillOfMaterials:
    """Read a package-lock.json or npm-shrinkwrap.json. Links into the workspace are set aside.

    Raises:
        BadInput: it is no JSON, no package-lock.json, or of a version that is not known.
    """
    found = Collected(name)
    lock = json_of(data, _PackageLock, name)
    if lock.version not in {1, 2, 3}:
        raise BadInput(
            f"is of the lockfile version {lock.version}; 1 to 3 can be read",
            where=Place(file=name or None, path="$.lockfileVersion"),
        )
    subject: Component | None = None
    if lock.packages is not None:
        for key, raw in lock.packages.items():
            place = f'$.packages["{key[:200]}"]'
            row = read_row(found, raw, _Package, place)
            if row is None:
                found.lose(place, "is no object, so no package")
            elif not key:
                found.aside("the project itself", 1)
            elif row.link:
                found.aside("links into the workspace", 1)
            else:
                _add(found, row.name or key.rpartition("node_modules/")[2], row, place)
    else:
        _nested(found, lock.dependencies or {}, "$.dependencies")
    return found.bill("package-lock", str(lock.version), subject=subject)


def _nested(found: Collected, rows: dict[str, msgspec.Raw], path: str) -> None:
    """Version 1 nests packages in those that need another version than the rest."""
    for key, raw in rows.items():
        place = f'{path}["{key[:200]}"]'
        row = read_row(found, raw, _Package, place)
        if row is None:
            found.lose(place, "is no object, so no package")
            continue
        if row.version.startswith("npm:"):  # an alias
            row.name, _, row.version = row.version.removeprefix("npm:").rpartition("@")
        _add(found, row.name or key, row, place)
        try:
            inner = msgspec.json.decode(row.dependencies, type=dict[str, msgspec.Raw])
        except msgspec.DecodeError:
            found.doubt(f"{place}.dependencies", "is no object")
        else:
            _nested(found, inner, f"{place}.dependencies")


def _add(found: Collected, name: str, row: _Package, place: str) -> None:
    if not name.strip("/"):
        found.lose(place, "is a package without a name")
        return
    version = row.version if _VERSION.fullmatch(row.version) else ""
    if not version:
        found.doubt(
            place, f"says no version, but {row.version[:120]!r}" if row.version else "says no version"
        )
    _npm(found, name, version, place, row.integrity)


def read_yarn_lock(data: bytes, name: str) -> BillOfMaterials:
    """Read a yarn.lock. What lies in the workspace is set aside.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    entry, start = "", 0
    fields: dict[str, str] = {}
    for number, line in enumerate([*lines_of(data, name), "end:"], 1):
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if start and entry != "__metadata":
                _yarn(found, entry, fields, f"line {start}")
            entry, start, fields = line.strip().removesuffix(":"), number, {}
            continue
        field = _YARN_FIELD.fullmatch(line.rstrip())
        if field is not None:
            fields.setdefault(field[1], field[2])
    return found.bill("yarn-lock")


def _yarn(found: Collected, entry: str, fields: dict[str, str], place: str) -> None:
    first = entry.split(",", 1)[0].strip().strip('"')
    resolution = fields.get("resolution", "") or first
    package, _, wanted = resolution[1:].partition("@")
    package = resolution[:1] + package
    if "@workspace:" in resolution or wanted.startswith(("workspace:", "link:")):
        found.aside("links into the workspace", 1)
        return
    alias = re.match(r"npm:(@?[^@]+)@", wanted)
    if alias is not None and "resolution" not in fields:
        package = alias.group(1)
    version = fields.get("version", "")
    if not package.strip("@/") or not version:
        found.lose(place, "is an entry without a package or without its version")
        return
    _npm(found, package, version, place, fields.get("integrity", ""))


def read_pnpm_lock(data: bytes, name: str) -> BillOfMaterials:
    """Read a pnpm-lock.yaml: the keys of its section ``packages``, which name each package and version.

    Raises:
        BadInput: it is no text, or has no such section.
    """
    found = Collected(name)
    inside, seen = False, False
    for number, line in enumerate(lines_of(data, name), 1):
        if line[:1].strip() and not line.startswith("#"):
            inside = line.startswith("packages:")
            seen = seen or inside
            continue
        if not inside or line[:2] != "  " or line[2:3] in {" ", "", "#"}:
            continue
        key = _PNPM_KEY.fullmatch(line.rstrip())
        place = _PNPM_PLACE.fullmatch(line.rstrip())
        if place is not None and place[2] in {"file", "link"}:
            found.aside("links into the workspace", 1)
        elif place is not None:
            found.doubt(
                f"line {number}", f"is taken from an address, which says no version: {place[3][:120]}"
            )
            _npm(found, place[1], "", f"line {number}", "")
        elif key is None:
            found.lose(f"line {number}", "is no key of a package and its version")
        else:
            _npm(found, (key[1] or "") + key[2], key[3], f"line {number}", "")
    if not seen:
        found.notes.append("has no section of packages")
    return found.bill("pnpm-lock")


def _npm(found: Collected, name: str, version: str, place: str, integrity: str) -> None:
    scope, slash, rest = name.partition("/")
    namespace, package = (scope, rest) if slash else ("", name)
    found.package(
        "npm", package, version, place, namespace=namespace, hashes=tuple(_hashes(integrity)), shown=name
    )


def _hashes(integrity: str) -> Iterator[str]:
    """The hashes of a Subresource Integrity text: ``sha512-`` and base64."""
    for each in integrity.split():
        algorithm, _, digest = each.partition("-")
        try:
            raw = base64.b64decode(digest.partition("?")[0], validate=True)
        except (binascii.Error, ValueError):
            continue
        read = hash_of(algorithm, raw.hex())
        if read is not None:
            yield read
