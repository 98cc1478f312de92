"""RPM and pacman versions: ``[epoch:]version[-release]``, each part by rpmvercmp.

rpm-version(7) and the comments of ``rpmvercmp`` (RPM 4.15 and later) give the rule: a part is its runs of letters and
of digits, and the signs ``~`` and ``^``; all else only separates. Where two parts first differ, ``~`` sorts before
the end, the end before ``^``, ``^`` before letters, and letters before digits.

**A version without its release stands for all of its releases**, as in RPM's dependencies (``rpmdsCompare``) and in
vercmp(8). Its key is the lowest of them, and ends in 0x00, so that what is above it but not above its releases can be
told; see :func:`tocsin.inventory.version.scheme.extent`.

pacman's ``vercmp`` differs in three things: letters at once after digits sort before the end (1.0rc < 1.0 < 1.0.rc),
``~`` and ``^`` only separate, and of two separators the one of fewer characters sorts first. Of a version that ends
in a separator it holds three things at once that cannot all be (1.a1 < 1.a. < 1.a.b < 1.a1 for such ends), so that
such a text is no version here.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import number

__all__ = ["alpm_key", "rpm_key"]

_VERSION = re.compile(r"(?:([0-9]++):)?+([0-9A-Za-z._+~^:]++)(?:-([0-9A-Za-z._+~^]++))?+")
_TOKEN = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")
_ALPM_VERSION = re.compile(r"(?:([0-9]++):)?+([^\s:/-]++)(?:-([^\s:/-]++))?+", re.ASCII)
_ALPM_TOKEN = re.compile(r"([^0-9A-Za-z]*+)([0-9]++|[A-Za-z]++)")

_TILDE = "\x01"
_END = "\x02"
_CARET = "\x03"
_WORD_END = "\x00"
_SIGNS = {"~": _TILDE, "^": _CARET}

_ALPM_END = "\x7c"
"""After letters that follow at once, before digits that do."""
_APART = "\xff"

_ANY_RELEASE = "\x00"
_RELEASE = "\x01"


def _part(text: str) -> str:
    return (
        "".join(
            [
                number(token) if token[0].isdecimal() else _SIGNS.get(token) or f"{token}{_WORD_END}"
                for token in _TOKEN.findall(text)
            ]
        )
        + _END
    )


def rpm_key(version: str) -> bytes | None:
    """Return the key of an RPM version, None for a text with other signs or two dashes."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    epoch, upstream, release = found.groups()
    tail = _ANY_RELEASE if release is None else _RELEASE + _part(release)
    return f"{number(epoch or '')}{_part(upstream)}{tail}".encode("latin-1")


def _alpm_part(text: str) -> str | None:
    if not text.isascii() or not text[-1].isalnum():
        return None
    parts = []
    for apart, token in _ALPM_TOKEN.findall(text):
        if apart:
            parts.append(f"{_APART}{chr(len(apart) >> 8)}{chr(len(apart) & 0xFF)}")
        parts.append(number(token) if token[0].isdecimal() else f"{token}{_WORD_END}")
    return "".join(parts) + _ALPM_END


def alpm_key(version: str) -> bytes | None:
    """Return the key of a pacman version, None for a text with other signs, two dashes, or a separator at its end."""
    found = _ALPM_VERSION.fullmatch(version)
    if found is None:
        return None
    epoch, upstream, release = found.groups()
    head = _alpm_part(upstream)
    tail = "" if release is None else _alpm_part(release)
    if head is None or tail is None:
        return None
    return f"{number(epoch or '')}{head}{_RELEASE + tail if tail else _ANY_RELEASE}".encode("latin-1")
