"""Python packages: requirements.txt, Pipfile.lock, poetry.lock, uv.lock, pdm.lock and pylock.toml.

Source: pip's requirements file format, PEP 508, PEP 751, and the lockfiles of Pipenv, Poetry, uv and PDM.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
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

__all__ = ["is_requirement", "read_pipfile_lock", "read_python_lock", "read_requirements"]

# Possessive where blanks follow blanks: a line of a million of them must not take a million tries each.
_REQUIREMENT: Final = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*+(?:\[[^\[\]]*+\])?\s*+"
    r"(?:@\s*+(?P<address>\S++)|"
    r"\(?(?P<versions>(?:(?:~=|===?|!=|[<>]=?)\s*+[^\s,;()=<>~!]++\s*+(?:,\s*+)?)*+)\)?)\s*+(?:;(?P<marker>.*))?"
)
_PINNED: Final = re.compile(r"===?\s*([^\s,*]+)")
_OPTION: Final = re.compile(r"\s--?[a-z-]+[= ]\s*\S+")
_HASH: Final = re.compile(r"--hash[= ]\s*(\w+):([0-9a-fA-F]+)")
_COMMENT: Final = re.compile(r"(^|\s)#.*$")
_OTHER_LIST: Final = re.compile(r"(?:-r|--requirement|-c|--constraint)[= ]?\s*(\S+)")


def is_requirement(line: str) -> bool:
    """Whether ``line`` is a requirement that says a version, or an option of a requirements file."""
    text = _COMMENT.sub("", line).strip().rstrip("\\").strip()
    if text.startswith(("-r ", "--requirement", "--hash", "-i ", "--index-url", "--extra-index-url", "-e ")):
        return True
    found = _REQUIREMENT.fullmatch(_OPTION.sub("", " " + text).strip())
    return found is not None and bool(found["versions"] or found["address"])


def read_requirements(data: bytes, name: str) -> BillOfMaterials:
    """Read a requirements.txt. A requirement that pins no version is a component without one, and a doubt.

    Raises:
        BadInput: it is no text.
    """
    found = Collected(name)
    for number, line in _logical_lines(lines_of(data, name)):
        place = f"line {number}"
        other = _OTHER_LIST.match(line)
        if other is not None:
            found.lose(place, f"refers to another list, which is not read: {other.group(1)[:120]}")
            continue
        if line.startswith("-") and not line.startswith(("-e", "--editable")):
            continue  # where and how pip is to look
        if line.startswith(("-e", "--editable", ".", "/")) or "://" in line.split("#")[0].split("@")[0]:
            found.lose(place, "is a path or an address, which does not say package and version")
            continue
        hashes = (hash_of(algorithm, digits) for algorithm, digits in _HASH.findall(line))
        row = _REQUIREMENT.fullmatch(_OPTION.sub("", line).strip())
        if row is None:
            found.lose(place, "is no requirement")
            continue
        versions = (row["versions"] or "").strip()
        pinned = _PINNED.fullmatch(versions)
        if row["address"]:
            found.doubt(place, f"is taken from an address, which says no version: {row['address'][:120]}")
        elif pinned is None:
            found.doubt(
                place, f"no version is pinned: {versions[:120]}" if versions else "no version is pinned"
            )
        if row["marker"]:
            found.doubt(place, f"is installed only where {row['marker'].strip()[:120]}")
        found.package(
            "pypi",
            row["name"],
            pinned.group(1) if pinned else "",
            place,
            hashes=tuple(dict.fromkeys(each for each in hashes if each)),
        )
    return found.bill("requirements")


class _PipfileLock(msgspec.Struct):
    meta: msgspec.Raw = msgspec.field(name="_meta")
    default: dict[str, msgspec.Raw] = {}
    develop: dict[str, msgspec.Raw] = {}


class _Pinned(msgspec.Struct):
    version: str = ""
    hashes: list[str] = []
    markers: str = ""


def read_pipfile_lock(data: bytes, name: str) -> BillOfMaterials:
    """Read a Pipfile.lock.

    Raises:
        BadInput: it is no JSON, or no Pipfile.lock.
    """
    found = Collected(name)
    lock = json_of(data, _PipfileLock, name)
    for section, rows in (("default", lock.default), ("develop", lock.develop)):
        for package, raw in rows.items():
            place = f'$.{section}["{package[:200]}"]'
            row = read_row(found, raw, _Pinned, place)
            if row is None:
                found.lose(place, "is no object, so no package")
                continue
            if not row.version:
                found.doubt(place, "no version is pinned")
            found.package("pypi", package, row.version.lstrip("="), place, hashes=tuple(_hashes(row.hashes)))
    return found.bill("pipfile-lock")


def read_python_lock(data: bytes, name: str, form: str) -> BillOfMaterials:
    """Read a poetry.lock, uv.lock, pdm.lock or pylock.toml, which differ little; ``form`` is what the bill is called.

    Raises:
        BadInput: it is no TOML, or lists no packages.
    """
    found = Collected(name)
    document = toml_of(data.decode(), name)
    key = "packages" if "packages" in document else "package"
    rows = document.get(key, [])
    if not isinstance(rows, list):
        raise BadInput("is no list where packages belong", where=Place(file=name or None, path=f"$.{key}"))
    for index, row in enumerate(rows):
        place = f"$.{key}[{index}]"
        package = view.text(view.mapping(row), "name")
        if not package:
            found.lose(place, "is a package without a name")
            continue
        version = view.text(view.mapping(row), "version")
        if not version:
            found.doubt(place, "no version is pinned")
        files = [
            *_tables(row, "files"),
            *_tables(row, "wheels"),
            *_tables(row, "sdist"),
            *_tables(row, "archive"),
        ]
        hashes = _hashes([view.text(view.mapping(each), "hash") for each in files] + [*_table_hashes(files)])
        found.package("pypi", package, version, place, hashes=tuple(dict.fromkeys(hashes)))
    version = document.get("lock-version", document.get("version", ""))
    return found.bill(form, str(version)[:20] if isinstance(version, str | int) else "")


def _tables(row: object, key: str) -> list[object]:
    value = row.get(key) if isinstance(row, dict) else None
    return value if isinstance(value, list) else [value]


def _table_hashes(files: list[object]) -> Iterator[str]:
    """The hashes of a pylock.toml: a table of algorithm and digits."""
    for each in files:
        table = each.get("hashes") if isinstance(each, dict) else None
        if isinstance(table, dict):
            yield from (f"{key}:{value}" for key, value in table.items() if isinstance(value, str))


def _hashes(written: list[str]) -> Iterator[str]:
    for each in written:
        algorithm, _, digits = each.partition(":")
        read = hash_of(algorithm, digits)
        if read is not None:
            yield read


def _logical_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Lines joined where they end in a backslash, without comments and blank ones, with the number of their first."""
    joined, start = "", 0
    for number, line in enumerate(lines, 1):
        start = start or number
        # A comment line inside a joined one ends it for pip; so it does here.
        text = _COMMENT.sub("", line).rstrip()
        if text.endswith("\\"):
            joined += text[:-1] + " "
            continue
        joined = (joined + text).strip()
        if joined:
            yield start, joined
        joined, start = "", 0
    if joined.strip():
        yield start, joined.strip()
