"""The tokens of the STIX pattern language (STIX 2.1 section 9; keywords are upper case)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from tocsin.errors import PatternError, Place

__all__ = ["Token", "TokenKind", "error_at", "tokenize"]


class TokenKind(StrEnum):
    """What a token is, in words a message can use."""

    STRING = "a string"
    TIMESTAMP = "a timestamp"
    HEX = "a hexadecimal literal"
    BINARY = "a base64 literal"
    FLOAT = "a decimal number"
    INTEGER = "a whole number"
    WORD = "a name"
    SYMBOL = "a symbol"
    END = "the end of the pattern"


class Token(NamedTuple):
    """One token: its kind, its text as written, and its offset in the pattern."""

    kind: TokenKind
    text: str
    offset: int


# Each quoted form ends at the first quote that no backslash escapes; only \' and \\ are escapes.
_QUOTED = r"'(?:[^'\\]|\\['\\])*'"
_TOKEN = re.compile(
    rf"""
    (?P<blank>(?:\s|//[^\r\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
  | (?P<TIMESTAMP>t{_QUOTED})
  | (?P<HEX>h{_QUOTED})
  | (?P<BINARY>b{_QUOTED})
  | (?P<STRING>{_QUOTED})
  | (?P<FLOAT>[+-]?[0-9]*\.[0-9]+)
  | (?P<INTEGER>[+-]?(?:0|[1-9][0-9]*)(?![0-9A-Za-z_]))
  | (?P<WORD>[A-Za-z_][A-Za-z0-9_-]*)
  | (?P<SYMBOL><=|>=|!=|<>|==|[=<>\[\]().,:*])
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {kind.name: kind for kind in TokenKind}


def error_at(text: str, offset: int, what: str, hint: str | None = None) -> PatternError:
    """Return the error ``what`` at ``offset`` of the pattern, as a 1-based line and column."""
    line = text.count("\n", 0, offset) + 1
    column = offset - (text.rfind("\n", 0, offset) + 1) + 1
    return PatternError(what, where=Place(line=line, column=column), hint=hint)


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens of ``text``, the last being END.

    Raises:
        PatternError: a character starts no token, or a quote is not closed.
    """
    offset = 0
    while offset < len(text):
        found = _TOKEN.match(text, offset)
        if found is None:
            rest = text[offset:]
            if re.match(r"[thb]?'", rest):
                raise error_at(text, offset, "this quote is not closed", r"inside quotes write \' and \\")
            raise error_at(text, offset, f"{rest[0]!r} cannot stand here")
        group = found.lastgroup or ""
        if group != "blank":
            yield Token(_KINDS[group], found[0], offset)
        offset = found.end()
    yield Token(TokenKind.END, "", len(text))
