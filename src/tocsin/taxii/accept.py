"""Content negotiation as RFC 9110 (section 12.5.1) has it: lists, wildcards, quality, any case, any blanks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["TAXII", "is_taxii", "negotiated"]

TAXII: Final = "application/taxii+json;version=2.1"
"""What every answer is."""

_VERSION: Final = "2.1"
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105  a token of HTTP's grammar (RFC 9110 section 5.6.2)
_RANGE = re.compile(rf"({_TOKEN})/({_TOKEN})")
_PARAMETER = re.compile(rf'[ \t]*;[ \t]*(?:({_TOKEN})=({_TOKEN}|"(?:[^"\\]|\\.)*"))?')
_QUALITY = re.compile(r"(?:0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_BETWEEN = re.compile(r"[ \t]*(?:,[ \t]*)*")


@dataclass(frozen=True, slots=True)
class _Range:
    """One media range, folded: its parameters without ``q``, and how precisely it names TAXII 2.1 (0: not at all)."""

    type: str
    parameters: dict[str, str]
    quality: float

    @property
    def precision(self) -> int:
        if self.type == "*/*":
            return 1
        if self.type == "application/*":
            return 2
        if self.type != "application/taxii+json":
            return 0
        return 3 if not self.parameters else 4 if self.parameters == {"version": _VERSION} else 0


def negotiated(headers: Iterable[str]) -> bool:
    """Whether TAXII 2.1 is among what the ``Accept`` fields ask for; none at all, or an empty one, asks for anything.

    The range that names it most precisely decides; a quality of 0 refuses it. Without a version the latest is meant.
    """
    text = ",".join(headers)
    if not text.strip(" \t,"):
        return True
    fitting = [one for one in _ranges(text) if one.precision]
    if not fitting:
        return False
    most = max(one.precision for one in fitting)
    return any(one.quality > 0 for one in fitting if one.precision == most)


def is_taxii(header: str) -> bool:
    """Whether the ``Content-Type`` is TAXII, of version 2.1 or of none."""
    found = list(_ranges(header))
    if len(found) != 1 or found[0].type != "application/taxii+json":
        return False
    parameters = {name: value for name, value in found[0].parameters.items() if name != "charset"}
    return parameters in ({}, {"version": _VERSION})


def _ranges(text: str) -> Iterator[_Range]:
    """The media ranges that are well formed; one that is not is skipped up to the next comma."""
    at = 0
    while at < len(text):
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        found = _RANGE.match(text, at)
        if found is None:
            at = _skipped(text, at)
            continue
        at = found.end()
        parameters: dict[str, str] = {}
        quality = 1.0
        while (one := _PARAMETER.match(text, at)) is not None:
            at = one.end()
            if one[1] is None:
                continue
            name, value = one[1].lower(), _unquoted(one[2])
            if name == "q":
                quality = float(value) if _QUALITY.fullmatch(value) else 0.0
            else:
                parameters[name] = value.lower()
        ended = _BETWEEN.match(text, at)
        if at < len(text) and (ended is None or not ended[0].strip(" \t")) and text[at:].strip(" \t"):
            at = _skipped(text, at)  # something else follows: not a range that is understood
            continue
        yield _Range(f"{found[1]}/{found[2]}".lower(), parameters, quality)


def _skipped(text: str, at: int) -> int:
    comma = text.find(",", at)
    return len(text) if comma < 0 else comma + 1


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text
