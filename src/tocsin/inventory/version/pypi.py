"""Python versions (PEP 440, "Version scheme" and "Summary of permitted suffixes and relative ordering").

Parts in the order in which they decide: epoch, release without trailing zeros, pre-release, post-release, development
release, local version. What is missing sorts where PEP 440 puts it: 1.0.dev1 before 1.0a1 before 1.0 before
1.0.post1.
"""

from __future__ import annotations

import re

from tocsin.inventory.version.number import ZERO, number

__all__ = ["pypi_key"]

_VERSION = re.compile(
    r"""\s*+v?+(?:([0-9]++)!)?+([0-9]++(?:\.[0-9]++)*+)
    (?:[-_.]?+(alpha|a|beta|b|preview|pre|c|rc)[-_.]?+([0-9]++)?+)?+
    (?:-([0-9]++)|[-_.]?+(post|rev|r)[-_.]?+([0-9]++)?+)?+
    (?:[-_.]?+(dev)[-_.]?+([0-9]++)?+)?+
    (?:\+([a-z0-9]++(?:[-_.][a-z0-9]++)*+))?+\s*+""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_PLAIN = re.compile(r"[0-9]++(?:\.[0-9]++)*+")
_BETWEEN = re.compile(r"[-_.]")

_END = "\x01"
_ONLY_DEV = "\x01"
_PRE = {
    "a": "\x02",
    "b": "\x03",
    "c": "\x04",
    "r": "\x04",
    "p": "\x04",
}  # by the first letter of alpha, beta, rc, pre
_NO_PRE = "\x05"
_NO_POST = "\x01"
_NO_DEV = "\xff"
_LOCAL = "\x02"
_WORD_END = "\x00"
_FINAL = f"{_NO_PRE}{_NO_POST}{_NO_DEV}{_END}"


def _release(text: str) -> str:
    numbers = [number(part) for part in text.split(".")]
    while numbers and numbers[-1] == ZERO:
        numbers.pop()
    return "".join(numbers) + _END


def _local(text: str) -> str:
    parts = _BETWEEN.split(text.lower())
    return _LOCAL + "".join(number(part) if part.isdecimal() else part + _WORD_END for part in parts) + _END


def pypi_key(version: str) -> bytes | None:
    """Return the key of a Python version, None for a text that is none of PEP 440 (a "legacy" version)."""
    if _PLAIN.fullmatch(version):
        return f"{ZERO}{_release(version)}{_FINAL}".encode("latin-1")
    found = _VERSION.fullmatch(version)
    if found is None:
        return None
    epoch, release, pre, pre_number, short_post, post, post_number, dev, dev_number, local = found.groups()
    is_post = short_post is not None or post is not None
    no_pre = _ONLY_DEV if dev and not is_post else _NO_PRE
    pre_key = _PRE[pre[0].lower()] + number(pre_number or "") if pre else no_pre
    post_key = number(short_post or post_number or "") if is_post else _NO_POST
    dev_key = number(dev_number or "") if dev else _NO_DEV
    local_key = _local(local) if local else _END
    return f"{number(epoch or '')}{_release(release)}{pre_key}{post_key}{dev_key}{local_key}".encode(
        "latin-1"
    )
