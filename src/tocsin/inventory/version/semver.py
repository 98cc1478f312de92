"""Semantic Versioning 2.0.0 (semver.org, sections 2, 9, 10, 11), and the schemes that let more or less pass.

A key is the three numbers, then the pre-release. A release has :data:`_RELEASE` there, which sorts after every
pre-release. Of a pre-release each identifier is a number, or :data:`_WORD` with its letters; a list that ends sorts
before one that goes on.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import ZERO, number

__all__ = ["cargo_key", "golang_key", "npm_key", "pub_key", "semver_key"]

_END = "\x01"
_WORD = "\xff"
_WORD_END = "\x00"
_RELEASE = "\xff\xff"
_BUILT = "\x02"

_TAIL = r"(?:-([0-9A-Za-z.-]++))?+(?:\+([0-9A-Za-z.-]++))?+"
_STRICT = re.compile(r"(0|[1-9][0-9]*+)\.(0|[1-9][0-9]*+)\.(0|[1-9][0-9]*+)" + _TAIL)
_NPM = re.compile(r"[v=\s]*+([0-9]++)(?:\.([0-9]++))?+(?:\.([0-9]++))?+" + _TAIL + r"\s*+")
_GO = re.compile(r"(?:v|go)?+([0-9]++)(?:\.([0-9]++))?+(?:\.([0-9]++))?+(?:(rc|beta)([0-9]++)|" + _TAIL + ")")
_LENIENT = re.compile(r"[vV]?+([0-9]++)(?:\.([0-9]++))?+(?:\.([0-9]++))?+((?:\.[0-9]++)*+)" + _TAIL)


def _identifiers(text: str) -> str | None:
    """Return the dotted identifiers of ``text`` as part of a key, None where one is empty."""
    parts = []
    for identifier in text.split("."):
        if not identifier:
            return None
        parts.append(number(identifier) if identifier.isdecimal() else f"{_WORD}{identifier}{_WORD_END}")
    parts.append(_END)
    return "".join(parts)


def _key(major: str, minor: str | None, patch: str | None, more: str, pre: str | None) -> bytes | None:
    ending = _RELEASE if pre is None else _identifiers(pre)
    if ending is None:
        return None
    core = number(major) + (number(minor) if minor else ZERO) + (number(patch) if patch else ZERO)
    return f"{core}{more}{_END}{ending}".encode("latin-1")


def cargo_key(version: str) -> bytes | None:
    """Return the key of a version that keeps to SemVer 2.0.0 to the letter, None for any other text."""
    found = _STRICT.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, pre, _ = found.groups()
    if pre and any(part[0] == "0" and part != "0" and part.isdecimal() for part in pre.split(".") if part):
        return None
    return _key(major, minor, patch, "", pre)


def npm_key(version: str) -> bytes | None:
    """Return the key of an npm version: SemVer, ``v`` or ``=`` before it; missing numbers are 0, as in npm's ranges."""
    found = _NPM.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, pre, _ = found.groups()
    return _key(major, minor, patch, "", pre)


def golang_key(version: str) -> bytes | None:
    """Return the key of a Go module's version (``golang.org/x/mod/semver``), or of a Go release (``go1.21rc2``).

    A release's ``rc2`` is read as the Go vulnerability database writes it, ``-rc.2``. A build (``+incompatible``) has
    no order.
    """
    found = _GO.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, word, count, pre, _ = found.groups()
    return _key(major, minor, patch, "", f"{word}.{count}" if word else pre)


def semver_key(version: str) -> bytes | None:
    """Return the key of what calls itself SemVer: ``v`` before it and leading zeros pass, missing numbers are 0.

    Numbers beyond the third, which SemVer does not have, are compared too: whoever writes 1.2.3.4 means it to precede
    1.2.3.5.
    """
    found = _LENIENT.fullmatch(version)
    if found is None:
        return None
    major, minor, patch, more, pre, _ = found.groups()
    if more:
        numbers = [number(part) for part in more[1:].split(".")]
        while numbers and numbers[-1] == ZERO:
            numbers.pop()
        more = "".join(numbers)
    return _key(major, minor, patch, more, pre)


def pub_key(version: str) -> bytes | None:
    """Return the key of a Dart version: SemVer, but a build is compared too, and sorts after none (``pub_semver``)."""
    plain = semver_key(version)
    _, plus, build = version.partition("+")
    tail = _identifiers(build) if plus else ""
    if plain is None or tail is None:
        return None
    return plain + (f"{_BUILT}{tail}" if tail else _END).encode("latin-1")
