"""Packages of Debian and its derivatives, as dpkg keeps and lists them.

Source: deb822(5), dpkg-query(1), Debian Policy 5.6.1 (``Source``); purl's type ``deb``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.document import lines_of
from tocsin.inventory.component import BillOfMaterials, Kind

__all__ = ["read_dpkg_list", "read_dpkg_status", "read_dpkg_table"]

_FIELD: Final = re.compile(r"(Package|Status|Version|Architecture|Source):[ \t]*(.*)")
_SOURCE: Final = re.compile(r"(\S+)(?:[ \t]+\(([^()]*)\))?")
_ABSENT: Final = frozenset(["not-installed", "config-files"])
_NOT_INSTALLED: Final = "packages that are not installed"
_BASE_FILES: Final = re.compile(r"(\d+)(?:\.\d+)*(?:\+deb\d+u\d+)?")
_WANTED: Final = "uihrp"
_STATES: Final = "ncHUFWti"
_NARROW: Final = 80


@dataclass(frozen=True, slots=True)
class _Package:
    line: int
    name: str
    version: str
    arch: str = ""
    source: str = ""
    source_version: str = ""


def read_dpkg_status(data: bytes, name: str, distro: str = "") -> BillOfMaterials:
    """Read ``/var/lib/dpkg/status``. ``distro`` is the purl qualifier (``debian-12``), "" if it is to be guessed.

    A package of which only the configuration is left is set aside. Without ``distro`` the release is what the package
    ``base-files`` says, as far as it does.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    packages: list[_Package] = []
    fields: dict[str, str] = {}
    start = 0
    for number, line in enumerate(lines_of(data, name), 1):
        if not line.strip():
            if start:
                _paragraph(found, packages, fields, start)
            fields, start = {}, 0
            continue
        start = start or number
        if line[0] in "PSVA":
            field = _FIELD.match(line)
            if field is not None:
                key, value = field.groups()
                if key == "Package" and key in fields:  # an empty line is missing
                    _paragraph(found, packages, fields, start)
                    fields, start = {}, number
                fields.setdefault(key, value.strip())
    if start:
        _paragraph(found, packages, fields, start)
    return _bill(found, "dpkg-status", packages, distro)


def read_dpkg_list(data: bytes, name: str, distro: str = "") -> BillOfMaterials:
    r"""Read what ``dpkg-query -W`` prints: name and version, with a tab between them.

    With ``-f='${binary:Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n'`` the
    architecture and the source package are read too.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    packages = []
    for number, line in enumerate(lines_of(data, name), 1):
        if not line.strip():
            continue
        parts = [each.strip() for each in line.split("\t")]
        if len(parts) < 2 or not parts[0] or " " in parts[0]:
            found.lose(f"line {number}", "is no name and version with a tab between them")
            continue
        if not parts[1]:
            found.aside(_NOT_INSTALLED, 1)
            continue
        package, _, arch = parts[0].partition(":")
        said = [*parts[2:5], "", "", ""]
        packages.append(_Package(number, package, parts[1], said[0] or arch, said[1], said[2]))
    return _bill(found, "dpkg-query", packages, distro)


def read_dpkg_table(data: bytes, name: str, distro: str = "") -> BillOfMaterials:
    """Read what ``dpkg -l`` prints. A package that is not installed (``rc``, ``un``) is set aside.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    packages = []
    width = 0
    for number, line in enumerate(lines_of(data, name), 1):
        if not line.strip() or line.startswith(("Desired=", "| Status=", "|/ Err?=", "||/ ")):
            continue
        if line.startswith("+++-"):
            # On a narrow terminal older versions cut names off, at the width of their column.
            width = len(line[4:].partition("-")[0]) if len(line) <= _NARROW else 0
            continue
        parts = line.split(None, 4)
        state = parts[0]
        if len(parts) < 2 or len(state) < 2 or state[0] not in _WANTED or state[1] not in _STATES:
            found.lose(f"line {number}", "is no line of a package as dpkg -l prints it")
            continue
        if state[1] in "nc":
            found.aside(_NOT_INSTALLED, 1)
            continue
        if len(parts) < 3:
            found.lose(f"line {number}", "has no version")
            continue
        package, _, arch = parts[1].partition(":")
        if width and len(parts[1]) == width:
            found.doubt(f"line {number}", f"the name {parts[1]!r} fills its column, so it may be cut off")
        packages.append(_Package(number, package, parts[2], parts[3] if len(parts) > 3 else arch))
    return _bill(found, "dpkg-l", packages, distro)


def _paragraph(found: Collected, packages: list[_Package], fields: dict[str, str], start: int) -> None:
    name = fields.get("Package", "")
    if not name:
        found.lose(f"line {start}", "is a paragraph without a Package")
        return
    if fields.get("Status", "installed").split(" ")[-1] in _ABSENT:
        found.aside(_NOT_INSTALLED, 1)
        return
    source = _SOURCE.match(fields.get("Source", ""))
    packages.append(
        _Package(
            start,
            name,
            fields.get("Version", ""),
            fields.get("Architecture", ""),
            source.group(1) if source else "",
            (source.group(2) or "") if source else "",
        )
    )


def _bill(found: Collected, form: str, packages: list[_Package], distro: str) -> BillOfMaterials:
    distro = distro or _guessed(found, packages)
    namespace = distro.partition("-")[0]
    for each in packages:
        place = f"line {each.line}"
        if not each.version:
            found.doubt(place, "has no version")
        release = distro if "-" in distro else ""
        found.package(
            "deb",
            each.name,
            each.version,
            place,
            namespace=namespace,
            qualifiers=(("arch", each.arch), ("distro", release)),
            kind=Kind.APPLICATION,
            source=each.source,
            source_version=each.source_version,
        )
    return found.bill(form)


def _guessed(found: Collected, packages: list[_Package]) -> str:
    """The distribution, as far as the packages tell it; a note says how."""
    if sum("ubuntu" in each.version for each in packages) * 10 > len(packages):
        found.notes.append("is taken to be Ubuntu's by its versions; of which release is not said")
        return "ubuntu"
    for each in packages:
        release = _BASE_FILES.fullmatch(each.version) if each.name == "base-files" else None
        if release is not None:
            found.notes.append(f"is taken to be of Debian {release.group(1)} by its package base-files")
            return f"debian-{release.group(1)}"
    found.notes.append("is taken to be Debian's; of which distribution and release is not said")
    return "debian"
