"""Private words of an owner in what left a node: looked for in the bytes as they are, and in what they encode."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import unquote

__all__ = ["FORMS", "Needle", "Reading", "found_in", "needles_of", "readings_of"]

FORMS: Final = (
    "as it is",
    "in the strings of its JSON",
    "with percent signs resolved",
    "with base64 decoded",
)
"""The readings of a body in which a word is looked for; case never matters."""

_RUN: Final = re.compile(r"[A-Za-z0-9+/_-]+")
_SHORTEST_RUN: Final = 8
_SHORT: Final = 4
_DEPTH: Final = 64

Needle = tuple[str, str, re.Pattern[str] | None]
"""A word as it was given, as it is looked for, and for a short one the pattern that keeps it from parts of words."""


def needles_of(words: Iterable[str]) -> tuple[Needle, ...]:
    """``words`` made ready; those that say nothing are left out. A word under four characters must stand alone."""
    made = []
    for word in dict.fromkeys(words):
        folded = word.strip().casefold()
        if not folded:
            continue
        alone = re.compile(rf"(?<!\w){re.escape(folded)}(?!\w)") if len(folded) < _SHORT else None
        made.append((word, folded, alone))
    return tuple(made)


Reading = tuple[str, str]
"""One of :data:`FORMS`, and a body as it is read so, without case."""


def readings_of(body: str) -> tuple[Reading, ...]:
    """``body`` in all the ways in which it is read."""
    return tuple((form, text.casefold()) for form, text in _readings(body))


def found_in(readings: Sequence[Reading], needles: Iterable[Needle]) -> Iterator[tuple[str, str]]:
    """Each word that is in a body, with the first of :data:`FORMS` in which it is."""
    for word, folded, alone in needles:
        for form, text in readings:
            if folded in text and (alone is None or alone.search(text)):
                yield word, form
                break


def _readings(body: str) -> Iterator[Reading]:
    yield FORMS[0], body
    strings = "\n".join(_strings(body))
    if strings:
        yield FORMS[1], strings
    plain = f"{body}\n{strings}"
    if "%" in plain:
        yield FORMS[2], unquote(plain)
    decoded = "\n".join(_decoded(plain))
    if decoded:
        yield FORMS[3], decoded


def _strings(body: str) -> Iterator[str]:
    """All strings and keys of a JSON text; of a text that is none, those of its lines that are."""
    try:
        yield from _within(json.loads(body), 0)
    except (ValueError, RecursionError):
        for line in body.splitlines():
            try:
                yield from _within(json.loads(line), 0)
            except (ValueError, RecursionError):
                continue


def _within(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth > _DEPTH:
        yield json.dumps(value)
    elif isinstance(value, list):
        for one in value:
            yield from _within(one, depth + 1)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield key
            yield from _within(one, depth + 1)


def _decoded(text: str) -> Iterator[str]:
    for run in dict.fromkeys(run for run in _RUN.findall(text) if len(run) >= _SHORTEST_RUN):
        plain = run.replace("-", "+").replace("_", "/")
        # What stands before the encoded text may be of the same letters: each of the four beginnings is tried.
        for start in range(4):
            part = plain[start : len(plain) - ((len(plain) - start) % 4 == 1)]
            try:
                data = base64.b64decode(part + "=" * (-len(part) % 4))
            except (binascii.Error, ValueError):
                continue
            yield data.decode("utf-8", "replace")
            yield data.replace(b"\0", b"").decode("utf-8", "replace")
