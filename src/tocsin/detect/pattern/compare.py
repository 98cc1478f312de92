"""One comparison against one value (STIX 2.1 section 9.6).

Values of types that cannot be compared are unequal, and neither less nor greater (section 9.6.1). A string that
is compared with a timestamp is read as one; where it is none, the two are of such types.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable
from typing import Any

from tocsin.detect.pattern.fold import folded
from tocsin.detect.pattern.regex import compile_binary_regex, compile_regex
from tocsin.detect.pattern.subnet import parse_subnet
from tocsin.detect.pattern.syntax import Comparison, ComparisonOp, Literal, Timestamp
from tocsin.errors import BadInput
from tocsin.model.timestamp import parse_timestamp

__all__ = ["Test", "like_to_regex", "test_of"]

Test = Callable[[Any], bool]
"""Whether a comparison holds of one value."""

_ORDER: dict[ComparisonOp, Callable[[Any, Any], bool]] = {
    ComparisonOp.GT: operator.gt,
    ComparisonOp.LT: operator.lt,
    ComparisonOp.GE: operator.ge,
    ComparisonOp.LE: operator.le,
}


class _Incomparable(Exception):
    """Nothing can be said of the two values, so neither the test nor its negation holds."""


def test_of(comparison: Comparison) -> Test:
    """Return the test that ``comparison`` puts to each value of its path."""
    literal = comparison.value
    any_case = comparison.any_case
    match comparison.op:
        case ComparisonOp.EQ | ComparisonOp.NE:
            assert not isinstance(literal, tuple)
            plain = _equality(_folded(literal)) if any_case else _equality(literal)
        case ComparisonOp.IN:
            assert isinstance(literal, tuple)
            plain = _membership(tuple(map(_folded, literal)) if any_case else literal)
        case ComparisonOp.LIKE:
            assert isinstance(literal, str)
            plain = _like(folded(_composed(literal)) if any_case else literal)
        case ComparisonOp.MATCHES:
            assert isinstance(literal, str)
            plain = _matches(literal, any_case=any_case)
        case ComparisonOp.ISSUBSET | ComparisonOp.ISSUPERSET:
            assert isinstance(literal, str)
            plain = _network(comparison.op, literal)
        case order:
            assert not isinstance(literal, tuple)
            plain = _ordering(_ORDER[order], literal)
    flip = comparison.negated != (comparison.op is ComparisonOp.NE)
    # A regular expression that pays no regard to case needs no other text.
    folds = any_case and comparison.op is not ComparisonOp.MATCHES

    def holds(value: Any) -> bool:
        try:
            return plain(_folded(value) if folds else value) is not flip
        except _Incomparable:
            return False

    return holds


def _folded(value: Any) -> Any:
    return folded(_composed(value)) if isinstance(value, str) else value


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _equality(literal: Literal) -> Test:
    return lambda value: _equal(value, literal)


def _membership(literals: tuple[Literal, ...]) -> Test:
    if all(type(literal) is str for literal in literals):
        texts = frozenset(literals)
        return lambda value: (
            value in texts if isinstance(value, str) else any(_equal(value, one) for one in literals)
        )
    return lambda value: any(_equal(value, literal) for literal in literals)


def _equal(value: Any, literal: Literal) -> bool:
    pair = _comparable(value, literal)
    return pair is not None and bool(pair[0] == pair[1])


def _ordering(order: Callable[[Any, Any], bool], literal: Literal) -> Test:
    def plain(value: Any) -> bool:
        pair = _comparable(value, literal)
        if pair is None or isinstance(literal, bool):
            raise _Incomparable
        return order(*pair)

    return plain


def _comparable(value: Any, literal: Literal) -> tuple[Any, Any] | None:
    """Return both in one type, or None where they have none in common."""
    if isinstance(literal, Timestamp):
        if not isinstance(value, str):
            return None
        try:
            return parse_timestamp(value), literal.instant
        except BadInput:
            return None
    if isinstance(value, bool) or isinstance(literal, bool):
        return (value, literal) if isinstance(value, bool) and isinstance(literal, bool) else None
    if isinstance(value, (int, float)) and isinstance(literal, (int, float)):
        return value, literal
    if isinstance(value, str) and isinstance(literal, str):
        return value, literal
    if isinstance(value, (bytes, str)) and isinstance(literal, (bytes, str)):
        # Sections 9.2 and 9.6.4: a string stands for bytes if all its characters are below U+0100.
        try:
            return _latin(value), _latin(literal)
        except UnicodeEncodeError:
            return None
    return None


def _latin(value: bytes | str) -> bytes:
    return value.encode("latin-1") if isinstance(value, str) else value


def like_to_regex(like: str) -> str:
    """Return the regular expression that says what LIKE says: anchored, % any run, _ any character."""
    parts = re.split("([%_])", unicodedata.normalize("NFC", like))
    return r"\A" + "".join({"%": ".*", "_": "."}.get(part) or _quoted(part) for part in parts) + r"\z"


def _quoted(text: str) -> str:
    # re.escape leaves NUL to Python's own engine; RE2 reads it as it stands, and both take the rest.
    return re.escape(text)


def _like(literal: str) -> Test:
    search = compile_regex(like_to_regex(literal)).search

    def plain(value: Any) -> bool:
        if isinstance(value, bytes):
            try:
                value = value.decode()
            except UnicodeDecodeError:
                return False
        return isinstance(value, str) and _found(search, value)

    return plain


def _matches(literal: str, *, any_case: bool) -> Test:
    search = compile_regex(literal, any_case=any_case).search
    binary = compile_binary_regex(literal, any_case=any_case)

    def plain(value: Any) -> bool:
        if isinstance(value, bytes):
            return binary is not None and binary.search(value) is not None
        return isinstance(value, str) and _found(search, value)

    return plain


def _found(search: Callable[[str], Any], value: str) -> bool:
    try:
        return search(unicodedata.normalize("NFC", value)) is not None
    except UnicodeEncodeError:
        # A lone surrogate is no character, so no text matches.
        return False


def _network(op: ComparisonOp, literal: str) -> Test:
    subnet = parse_subnet(literal)
    assert subnet is not None, "the parser refuses what is no network"

    def plain(value: Any) -> bool:
        other = parse_subnet(value) if isinstance(value, str) else None
        if other is None:
            return False
        return subnet.holds(other) if op is ComparisonOp.ISSUBSET else other.holds(subnet)

    return plain
