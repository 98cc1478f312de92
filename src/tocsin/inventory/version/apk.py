"""Alpine and Gentoo versions, of one form: ``1.2.3b_rc1_p2~hash-r4``.

**apk** (apk-package(5), and apk-tools' ``version.c``): where two versions first differ in which part comes next, a
pre-release suffix sorts lowest, then the end, ``-r``, the hash, a suffix's number, a suffix after the release, a
letter, and ``.`` with a number highest. Of parts of one kind the values decide; numbers after a dot with a leading
zero are compared as text, and so sort before others.

**Gentoo** (Package Manager Specification 8, section 3.3): numbers after a dot with a leading zero are compared as
text without their zeros at the end; a missing revision is 0, as is the missing number of a suffix.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import ZERO, number

__all__ = ["apk_key", "gentoo_key"]

_APK = re.compile(
    r"([0-9]++)((?:\.[0-9]++|[a-z][0-9]++)*+)([a-z]?+)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*+)*+)"
    r"(?:~([0-9a-f]++))?+(?:-r([0-9]++))?+"
)
_GENTOO = re.compile(
    r"([0-9]++)((?:\.[0-9]++)*+)([a-z]?+)((?:_(?:alpha|beta|pre|rc|p)[0-9]*+)*+)(?:-r([0-9]++))?+"
)
_COMPONENT = re.compile(r"([.a-z])([0-9]++)")
_SUFFIX = re.compile(r"_([a-z]++)([0-9]*+)")

_TEXT = "\x7e"
_TEXT_END = "\x00"

# What may come next, lowest first.
_PRE = {"alpha": "\x01", "beta": "\x02", "pre": "\x03", "rc": "\x04"}
_END = "\x05"
_REVISION = "\x06"
_HASH = "\x07"
_SUFFIX_NUMBER = "\x08"
_POST = {"cvs": "\x09", "svn": "\x0a", "git": "\x0b", "hg": "\x0c", "p": "\x0d"}
_SUFFIXES = _PRE | _POST
_DOT = "\x7f"


def _component(sign: str, digits: str) -> str:
    if sign != ".":
        # A letter stands for itself: it is above the signs of suffixes and below that of numbers.
        return f"{sign}{_DOT}{number(digits)}"
    return f"{_DOT}{_TEXT}{digits}{_TEXT_END}" if digits[0] == "0" else _DOT + number(digits)


def apk_key(version: str) -> bytes | None:
    """Return the key of an Alpine version, None for a text of another form."""
    found = _APK.fullmatch(version)
    if found is None:
        return None
    first, more, letter, suffixes, commit, revision = found.groups()
    parts = [number(first)]
    if more:
        parts += [_component(sign, digits) for sign, digits in _COMPONENT.findall(more)]
    parts.append(letter)
    if suffixes:
        for name, digits in _SUFFIX.findall(suffixes):
            parts.append(_SUFFIXES[name])
            if digits:
                parts.append(_SUFFIX_NUMBER + number(digits))
    if commit is not None:
        parts.append(f"{_HASH}{commit}{_TEXT_END}")
    if revision is not None:
        parts.append(_REVISION + number(revision))
    parts.append(_END)
    return "".join(parts).encode("latin-1")


_NO_MORE = "\x01"
_NO_LETTER = "\x01"


def gentoo_key(version: str) -> bytes | None:
    """Return the key of a Gentoo version, None for a text of another form."""
    found = _GENTOO.fullmatch(version)
    if found is None:
        return None
    first, more, letter, suffixes, revision = found.groups()
    parts = [number(first)]
    parts += [
        f"{_TEXT}{digits.rstrip('0')}{_TEXT_END}" if digits[0] == "0" else number(digits)
        for digits in (more[1:].split(".") if more else ())
    ]
    parts += [_NO_MORE, letter or _NO_LETTER]
    parts += [_SUFFIXES[name] + number(digits) for name, digits in _SUFFIX.findall(suffixes)]
    parts += [_END, number(revision) if revision else ZERO]
    return "".join(parts).encode("latin-1")
