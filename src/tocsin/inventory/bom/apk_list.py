"""Packages of Alpine Linux, as apk keeps and lists them.

Source: apk(5) (the fields of the installed database), apk-list(8); purl's type ``apk``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.document import lines_of
from tocsin.inventory.component import BillOfMaterials, Kind

__all__ = ["is_apk_line", "read_apk_installed", "read_apk_list"]

_LINE: Final = re.compile(
    r"(?P<name>\S+?)-(?P<version>\d[^\s-]*-r\d+)"
    r"(?: (?P<arch>\S+) \{(?P<origin>[^{}]*)\} \((?P<licence>.*)\)(?: \[(?P<state>[^\[\]]*)\])?.*)?"
)
_RELEASES: Final = frozenset(["alpine-release", "alpine-base"])


@dataclass(frozen=True, slots=True)
class _Package:
    line: int
    name: str
    version: str
    arch: str = ""
    origin: str = ""
    licence: str = ""


def is_apk_line(line: str) -> bool:
    """Whether ``line`` is one of ``apk list``, or of ``apk info -v``."""
    return _LINE.fullmatch(line) is not None


def read_apk_installed(data: bytes, name: str, distro: str = "") -> BillOfMaterials:
    """Read ``/lib/apk/db/installed``; ``distro`` is the purl qualifier (``alpine-3.20.1``), "" if it is to be guessed.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    packages: list[_Package] = []
    fields: dict[str, str] = {}
    start = 0
    for number, line in enumerate([*lines_of(data, name), ""], 1):
        if line.strip():
            start = start or number
            # Upper and lower case differ: V is the version, v nothing. Files (F, R, Z) come after and repeat.
            if line[1:2] == ":":
                fields.setdefault(line[0], line[2:].strip())
            continue
        if start:
            if fields.get("P"):
                packages.append(
                    _Package(start, fields["P"], *(fields.get(key, "") for key in ("V", "A", "o", "L")))
                )
            else:
                found.lose(f"line {start}", "is a paragraph without the name of a package (P)")
        fields, start = {}, 0
    return _bill(found, "apk-installed", packages, distro)


def read_apk_list(data: bytes, name: str, distro: str = "") -> BillOfMaterials:
    """Read what ``apk list -I`` or ``apk info -v`` prints. A package that is listed as not installed is set aside.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    packages = []
    for number, line in enumerate(lines_of(data, name), 1):
        if not line.strip() or line.startswith("WARNING: "):
            continue
        row = _LINE.fullmatch(line.strip())
        if row is None:
            found.lose(f"line {number}", "is no name-version-rN of a package")
        elif (
            row["arch"]
            and "installed" not in (row["state"] or "")
            and "upgradable" not in (row["state"] or "")
        ):
            found.aside("packages that are not installed", 1)
        else:
            parts = (row[key] or "" for key in ("name", "version", "arch", "origin", "licence"))
            packages.append(_Package(number, *parts))
    return _bill(found, "apk-list", packages, distro)


def _bill(found: Collected, form: str, packages: list[_Package], distro: str) -> BillOfMaterials:
    if not distro:
        release = next((each for each in packages if each.name in _RELEASES), None)
        if release is not None:
            distro = f"alpine-{release.version.partition('-')[0]}"
            found.notes.append(f"is taken to be of {distro} by its package {release.name}")
        else:
            distro = "alpine"
            found.notes.append("is taken to be Alpine's; of which release is not said")
    namespace = distro.partition("-")[0]
    for each in packages:
        if not each.version:
            found.doubt(f"line {each.line}", "has no version")
        found.package(
            "apk",
            each.name,
            each.version,
            f"line {each.line}",
            namespace=namespace,
            qualifiers=(("arch", each.arch), ("distro", distro if "-" in distro else "")),
            kind=Kind.APPLICATION,
            licences=(each.licence,) if each.licence else (),
            source=each.origin,
        )
    return found.bill(form)
