r"""CPE names: 2.2 URIs and 2.3 formatted strings.

Source: NIST IR 7695, *Common Platform Enumeration: Naming Specification 2.3*, 5.2 to 6.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import Enum
from typing import Final
from urllib.parse import unquote

from tocsin.errors import BadInput

__all__ = ["Cpe", "Logical", "parse_cpe"]


class Logical(Enum):
    """What an attribute says that names no value: any whatever, or that it does not apply."""

    ANY = "*"
    NA = "-"


Value = str | Logical


@dataclass(frozen=True, slots=True)
class Cpe:
    r"""A CPE name taken apart. ``str()`` gives it as a 2.3 formatted string.

    ``part`` is ``a`` (application), ``o`` (operating system) or ``h`` (hardware). Values are in lower case and without
    the backslashes of the 2.3 form, but a ``*`` or ``?`` is a wildcard, and has a backslash before it if it is meant;
    so has a backslash.
    """

    part: Value = Logical.ANY
    vendor: Value = Logical.ANY
    product: Value = Logical.ANY
    version: Value = Logical.ANY
    update: Value = Logical.ANY
    edition: Value = Logical.ANY
    language: Value = Logical.ANY
    sw_edition: Value = Logical.ANY
    target_sw: Value = Logical.ANY
    target_hw: Value = Logical.ANY
    other: Value = Logical.ANY

    def __str__(self) -> str:
        return "cpe:2.3:" + ":".join(_bound(getattr(self, name)) for name in _NAMES)


_NAMES: Final = tuple(each.name for each in fields(Cpe))
_PARTS: Final = frozenset("aoh")
_PLAIN: Final = re.compile(r"[a-z0-9._-]+")
_BETWEEN_COLONS: Final = re.compile(r"((?:[^:\\]|\\.)*)(?::|$)", re.DOTALL)
_FIELD: Final = re.compile(r"[!-~]+")
_UNQUOTE: Final = re.compile(r"\\(.)")
_PUNCTUATION: Final = re.compile(r"([^a-z0-9_*?\\]|\\.)")
_BAD_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


def parse_cpe(text: str) -> Cpe:
    """Read a CPE name of either form. Punctuation that should be quoted in a 2.3 string and is not is accepted.

    Raises:
        BadInput: ``text`` is no CPE name; it says what is wrong with it.
    """
    if text[:8].lower() == "cpe:2.3:":
        return _formatted(text)
    if text[:5].lower() == "cpe:/":
        return _uri(text)
    raise _wrong(text, "it begins neither with cpe:2.3: nor with cpe:/")


def _formatted(text: str) -> Cpe:
    rest = text[8:].lower()
    written = _between_colons(rest) if "\\" in rest else rest.split(":")
    if len(written) != len(_NAMES):
        raise _wrong(text, f"it has {len(written)} of the {len(_NAMES)} attributes after cpe:2.3")
    return _checked(text, Cpe(*(_attribute(text, *pair) for pair in zip(_NAMES, written, strict=True))))


def _between_colons(rest: str) -> list[str]:
    written, start = [], 0
    while True:
        found = _BETWEEN_COLONS.match(rest, start)
        if found is None:  # a backslash that quotes nothing
            written.append(rest[start:])
            return written
        written.append(found.group(1))
        if found.end() == len(rest) and not rest.endswith(":", found.end(1)):
            return written
        start = found.end()


def _attribute(text: str, name: str, written: str) -> Value:
    if written == "*":
        return Logical.ANY
    if written == "-":
        return Logical.NA
    if _PLAIN.fullmatch(written):
        return written
    if not written:
        raise _wrong(text, f"its {name} is empty")
    if _FIELD.fullmatch(written) is None:
        raise _wrong(text, f"its {name} {written!r} holds characters that a CPE name cannot")
    if "*" in written or "?" in written:
        inner = written.lstrip("?") if written.startswith("?") else written.removeprefix("*")
        inner = _UNQUOTE.sub("", inner)
        inner = inner.rstrip("?") if inner.endswith("?") else inner.removesuffix("*")
        if "*" in inner or "?" in inner:
            raise _wrong(text, f"its {name} {written!r} has a wildcard elsewhere than at an end")
    if "\\" not in written:
        return written
    if _UNQUOTE.sub("", written).endswith("\\"):
        raise _wrong(text, f"its {name} {written!r} ends in a backslash")
    return _UNQUOTE.sub(
        lambda quoted: quoted.group() if quoted.group(1) in "*?\\" else quoted.group(1), written
    )


def _uri(text: str) -> Cpe:
    written = text[5:].lower().split(":")
    if len(written) > 7:
        raise _wrong(text, f"it has {len(written)} parts, and a CPE 2.2 URI has at most 7")
    values: dict[str, Value] = {}
    for name, each in zip(_NAMES, written, strict=False):
        if name == "edition" and each.startswith("~"):
            packed = each[1:].split("~")
            if len(packed) != 5:
                raise _wrong(text, "its packed edition does not have five parts")
            names = ("edition", "sw_edition", "target_sw", "target_hw", "other")
            values |= {key: _unbound(text, key, value) for key, value in zip(names, packed, strict=True)}
        else:
            values[name] = _unbound(text, name, each)
    return _checked(text, Cpe(**values))


def _unbound(text: str, name: str, written: str) -> Value:
    if not written:
        return Logical.ANY
    if written == "-":
        return Logical.NA
    if _BAD_PERCENT.search(written):
        raise _wrong(text, f"a % in its {name} {written!r} is no percent-encoding")
    quoted = re.sub(r"([*?\\])", r"\\\1", written).replace("%01", "?").replace("%02", "*")
    quoted = re.sub("%(2a|3f|5c)", lambda found: "\\" + unquote(found.group()), quoted)
    value = unquote(quoted) if "%" in quoted else quoted
    if _FIELD.fullmatch(value) is None:
        raise _wrong(text, f"its {name} {written!r} holds characters that a CPE name cannot")
    return value


def _checked(text: str, cpe: Cpe) -> Cpe:
    if isinstance(cpe.part, str) and cpe.part not in _PARTS:
        raise _wrong(text, f"its part {cpe.part!r} is none of a, o and h")
    return cpe


def _bound(value: Value) -> str:
    if isinstance(value, Logical):
        return value.value
    if value == "-":
        return "\\-"
    return _PUNCTUATION.sub(lambda found: _quoted(found.group()), value)


def _quoted(written: str) -> str:
    """What of a value is not a letter, a digit or a wildcard; dots, dashes and what is quoted already may stand so."""
    return written if written in ".-" or len(written) == 2 else "\\" + written


def _wrong(text: str, what: str) -> BadInput:
    shown = text if len(text) <= 200 else f"{text[:200]}…"
    return BadInput(f"{shown!r} is no CPE name: {what}")
