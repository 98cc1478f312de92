"""The literals of the pattern language (STIX 2.1 section 9.2)."""

from __future__ import annotations

import base64
import binascii
import re

from tocsin.detect.pattern.syntax import Literal, Timestamp
from tocsin.detect.pattern.tokens import Token, TokenKind
from tocsin.errors import BadInput
from tocsin.model.timestamp import parse_timestamp

__all__ = ["literal_of", "string_of"]

_ESCAPE = re.compile(r"\\(['\\])")


def string_of(token: Token) -> str:
    """Return what a STRING token stands for, its escapes undone."""
    return _ESCAPE.sub(r"\1", token.text[1:-1])


def literal_of(token: Token) -> Literal:
    """Return the value of a literal token.

    Raises:
        BadInput: not a literal, or one that names no value (an odd number of hexadecimal digits, no such day).
    """
    match token.kind:
        case TokenKind.STRING:
            return string_of(token)
        case TokenKind.INTEGER:
            return _integer(token.text)
        case TokenKind.FLOAT:
            return float(token.text)
        case TokenKind.WORD if token.text in ("true", "false"):
            return token.text == "true"
        case TokenKind.TIMESTAMP:
            text = token.text[2:-1]
            return Timestamp(parse_timestamp(text), text)
        case TokenKind.HEX:
            return _hexadecimal(token.text[2:-1])
        case TokenKind.BINARY:
            return _base64(token.text[2:-1])
        case _:
            raise BadInput(
                f"a value was expected, not {token.text!r}" if token.text else "a value is missing"
            )


def _integer(text: str) -> int:
    if len(text) > 40:
        # Longer ones are no count, size or port, and int() of a long text is quadratic.
        raise BadInput("this number has more than 40 digits")
    return int(text)


def _hexadecimal(digits: str) -> bytes:
    try:
        return binascii.a2b_hex(digits)
    except (binascii.Error, ValueError):
        raise BadInput("h'...' holds pairs of hexadecimal digits") from None


def _base64(text: str) -> bytes:
    try:
        # Section 9.2: line feeds in it are ignored.
        return base64.b64decode(text.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("b'...' holds base64 with its padding") from None
