"""Go modules: go.mod, go.sum, and what ``go version -m`` says of a program.

Source: the Go Modules Reference; runtime/debug.BuildInfo.
"""

from __future__ import annotations

import re
from typing import Final

from tocsin.inventory.bom.collected import Collected
from tocsin.inventory.bom.document import lines_of
from tocsin.inventory.component import BillOfMaterials, Component, Kind

__all__ = ["read_go_mod", "read_go_sum", "read_go_version"]

_SUM: Final = re.compile(r"(\S+)\s+(v\S+?)(/go\.mod)?\s+h1:\S+")
_REQUIRE: Final = re.compile(r'"?([^\s"]+)"?\s+"?(v[^\s"]+)"?')
_REPLACE: Final = re.compile(r"(\S+)(?:\s+(v\S+))?\s+=>\s+(\S+)(?:\s+(v\S+))?")
_DIRECTIVES: Final = frozenset(
    ["exclude", "go", "godebug", "ignore", "module", "retract", "tool", "toolchain"]
)
_PROGRAM: Final = re.compile(r"(.*): go(\d++\S*+)(?: .*)?")


def read_go_mod(data: bytes, name: str) -> BillOfMaterials:
    """Read a go.mod: the modules that it requires, after what it replaces.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    required: list[tuple[int, str, str]] = []
    replaced: dict[tuple[str, str], tuple[str, str]] = {}
    block = ""
    for number, line in enumerate(lines_of(data, name), 1):
        text = line.partition("//")[0].strip()
        if not text:
            continue
        if text == ")":
            block = ""
            continue
        directive, _, rest = text.partition(" ")
        if block:
            directive, rest = block, text
        elif rest.strip() == "(" and (directive in _DIRECTIVES or directive in {"require", "replace"}):
            block = directive
            continue
        if directive == "require":
            row = _REQUIRE.fullmatch(rest.strip())
            if row is None:
                found.lose(f"line {number}", "requires no module and version")
            else:
                required.append((number, row[1], row[2]))
        elif directive == "replace":
            by = _REPLACE.fullmatch(rest.strip())
            if by is None:
                found.doubt(f"line {number}", "is no replacement of a module")
            else:
                replaced[by[1], by[2] or ""] = by[3], by[4] or ""
        elif directive not in _DIRECTIVES:
            found.lose(
                f"line {number}", f"begins with {directive[:40]!r}, which is no directive that is known"
            )
    for number, module, version in required:
        other = replaced.get((module, version)) or replaced.get((module, ""))
        place = f"line {number}"
        if other is not None:
            found.doubt(place, f"is replaced: {module[:120]} by {' '.join(other).strip()[:120]}")
        _module(found, *(other if other is not None and other[1] else (module, version)), place)
    return found.bill("go-mod")


def read_go_sum(data: bytes, name: str) -> BillOfMaterials:
    """Read a go.sum. Lines of a module's go.mod alone are set aside: its code is not used.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    for number, line in enumerate(lines_of(data, name), 1):
        if not line.strip():
            continue
        row = _SUM.fullmatch(line.strip())
        if row is None:
            found.lose(f"line {number}", "is no module, version and checksum")
        elif row[3]:
            found.aside("checksums of go.mod files", 1)
        else:
            _module(found, row[1], row[2], f"line {number}")
    found.notes.append("is a go.sum, which may list more versions than a program is built of")
    return found.bill("go-sum")


def read_go_version(data: bytes, name: str) -> BillOfMaterials:
    """Read what ``go version -m`` says of programs: the standard library, the program's own module, and what it is of.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    for number, line in enumerate(lines_of(data, name), 1):
        place = f"line {number}"
        if not line.strip():
            continue
        if not line.startswith("\t"):
            program = _PROGRAM.fullmatch(line.strip())
            if program is None:
                found.lose(place, "is no program and the version of Go that made it")
            else:
                found.package("golang", "stdlib", program[2], place)
            continue
        parts = line.strip().split("\t")
        if parts[0] in {"path", "build"}:
            continue
        if parts[0] == "=>" and len(parts) > 2:
            found.doubt(
                place, f"the module before it was replaced by {' '.join(parts[1:3])[:120]}, which is read too"
            )
        if parts[0] in {"dep", "mod", "=>"} and len(parts) > 2:
            version = "" if parts[2] == "(devel)" else parts[2]
            if not version:
                found.doubt(place, "was built from a checkout, which says no version")
            _module(found, parts[1], version, place, Kind.APPLICATION if parts[0] == "mod" else Kind.LIBRARY)
        else:
            found.lose(place, "is no module and version")
    return found.bill("go-version")


def _module(found: Collected, module: str, version: str, place: str, kind: Kind = Kind.LIBRARY) -> Component:
    namespace, _, last = module.rpartition("/")
    return found.package("golang", last, version, place, namespace=namespace, kind=kind, shown=module)
