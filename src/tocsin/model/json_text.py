"""JSON text taken apart without decoding it (RFC 8259): how deep it nests, where its members lie, which is there twice.

All take time linear in its length and never recurse; all but one work on text that is not JSON at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import msgspec

__all__ = ["Parts", "Span", "given_twice", "nests_deeper", "parts_of", "without_escapes"]

Span = tuple[int, int]
"""A half-open range of byte offsets."""

_STRUCTURE = b'"{}[]'
_OTHER_BYTES = bytes(set(range(256)) - set(_STRUCTURE))
_ONE_BRACKET = bytes.maketrans(b"[]", b"{}")
_TOKEN = re.compile(rb'"[^"]*"?|[{}\[\],:]')
_BLANK = b" \t\r\n"
_AFTER_BRACE = re.compile(rb"\s*\{")
_KEY = re.compile(rb'\s*("(?:[^"\\]|\\.)*+")\s*:\s*')
_AFTER_VALUE = re.compile(rb"\s*[,}]")


def nests_deeper(data: bytes, limit: int) -> bool:
    """Whether arrays and objects lie more than ``limit`` deep in ``data``.

    Exact for well-formed JSON. Where brackets are left open, every open one counts as a level.
    """
    if data.count(b"{") + data.count(b"[") <= limit:
        return False
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    marks = data.translate(_ONE_BRACKET, _OTHER_BYTES)
    # Taking out two neighbouring quotes leaves every other byte as far inside or outside a string as it was.
    marks = marks.replace(b'""', b"")
    if b'"' in marks:
        marks = b"".join(marks.split(b'"')[::2])
    for level in range(limit + 1):
        inner = marks.replace(b"{}", b"")
        if len(inner) == len(marks):
            return level + marks.count(b"{") > limit
        marks = inner
    return True


def given_twice(data: bytes) -> str:
    """The first member that the JSON object ``data`` has twice, "" for none and for what is no object.

    ``data`` has to be well-formed.

    Decoders take the one or the other (RFC 8259, section 4), so that two readers of one text read different things.
    """
    begin = _AFTER_BRACE.match(data)
    if begin is None:
        return ""
    members = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    text = memoryview(data)
    at = begin.end()
    seen: set[str] = set()
    while key := _KEY.match(data, at):
        name = msgspec.json.decode(key[1], type=str)
        value = memoryview(members[name])
        end = key.end() + len(value)
        after = _AFTER_VALUE.match(data, end)
        # The decoder holds the last; where that does not stand here, another comes.
        if name in seen or after is None or text[key.end() : end] != value:
            return name
        seen.add(name)
        at = after.end()
    return ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What lies directly in one array or object.

    ``spans`` are the elements of an array, or the keys and values of an object in turn, without the
    blanks around them. ``end`` is the offset after the closing bracket, or the text's end where that
    is missing; then ``closed`` is false and the last span runs to the end.
    """

    spans: tuple[Span, ...]
    end: int
    closed: bool


def without_escapes(data: bytes) -> bytes:
    """``data`` at the same length, but every quote that is left opens or closes a string."""
    return data.replace(b"\\\\", b"__").replace(b'\\"', b"__") if b"\\" in data else data


def parts_of(data: bytes, start: int = 0, plain: bytes | None = None) -> Parts:
    """Find what lies directly in the array or object whose opening bracket is at ``start``.

    The kinds of brackets are not told apart, so that one slip in a member spoils as little as it can.
    ``plain`` is ``without_escapes(data)``, for who asks about one text again and again.
    """
    plain = without_escapes(data) if plain is None else plain
    spans: list[Span] = []
    depth = 0
    begin = start + 1
    for token in _TOKEN.finditer(plain, start):
        mark = plain[token.start()]
        if mark in b"{[":
            depth += 1
        elif mark in b"}]":
            depth -= 1
            if depth == 0:
                _add(spans, data, begin, token.start(), last=True)
                return Parts(tuple(spans), token.end(), True)
        elif depth == 1 and mark in b",:":
            _add(spans, data, begin, token.start())
            begin = token.end()
    _add(spans, data, begin, len(data), last=True)
    return Parts(tuple(spans), len(data), False)


def _add(spans: list[Span], data: bytes, begin: int, end: int, *, last: bool = False) -> None:
    while begin < end and data[begin] in _BLANK:
        begin += 1
    while end > begin and data[end - 1] in _BLANK:
        end -= 1
    if begin < end or not last:
        spans.append((begin, end))
