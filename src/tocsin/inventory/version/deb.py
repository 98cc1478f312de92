"""Debian versions (Debian Policy 5.6.12, deb-version(7)): ``[epoch:]upstream[-revision]``.

Upstream and revision are each cut into pairs of non-digits and a number. Of non-digits ``~`` sorts before their end,
the end before letters, letters before the other signs. No revision is revision 0.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import ZERO, number

__all__ = ["deb_key"]

_VERSION = re.compile(r"(?:([0-9]++):)?+([0-9A-Za-z.+~:-]++)")
_REVISION = re.compile(r"[0-9A-Za-z.+~]++")
_DIGITS = re.compile(r"[0-9]+")

_TILDE = "\x01"
_END = "\x02"
_NONE = f"{_END}{ZERO}{_END}"
# The other signs go after z, in the order of ASCII.
_SIGNS = str.maketrans({"~": _TILDE, "+": "\x7b", "-": "\x7c", ".": "\x7d", ":": "\x7e"})


def _number(found: re.Match[str]) -> str:
    return _END + number(found[0])


def _part(text: str) -> str:
    key = _DIGITS.sub(_number, text.translate(_SIGNS))
    return key + _END if text[-1].isdecimal() else f"{key}{_NONE}"


def deb_key(version: str) -> bytes | None:
    """Return the key of a Debian version, None for a text with other signs, or without an upstream version."""
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    epoch, rest = found.groups()
    if epoch is None and ":" in rest:
        return None
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = revision, "0"
    elif not upstream or not _REVISION.fullmatch(revision):
        return None
    return f"{number(epoch or '')}{_part(upstream)}{_part(revision)}".encode("latin-1")
