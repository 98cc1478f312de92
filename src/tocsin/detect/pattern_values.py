"""The bare values that a pattern looks for, where any of them alone makes it match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tocsin.detect.indicator_type import classify_as
from tocsin.detect.observable_kind import Observable
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.syntax import (
    BooleanOp,
    Bracket,
    Comparison,
    ComparisonExpression,
    ComparisonOp,
    Junction,
    Literal,
    ObjectPath,
    ObservationExpression,
    ObservationOr,
)
from tocsin.errors import BadInput

__all__ = ["is_plainest", "values_of"]

_TYPES: Final = {
    "ipv4-addr:value": ("ip", "ipv4 ipv6 cidr"),
    "ipv6-addr:value": ("ip", "ipv4 ipv6 cidr"),
    "network-traffic:dst_ref.value": ("ip", "ipv4 ipv6 domain"),
    "domain-name:value": ("domain", "domain"),
    "url:value": ("url", "url"),
    "email-addr:value": ("email", "email"),
    "email-message:from_ref.value": ("email", "email"),
    "file:name": ("filename", "filename"),
    "mutex:name": ("mutex", "mutex"),
    "windows-registry-key:key": ("regkey", "regkey"),
    "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'": ("user-agent", "user-agent"),
}
"""Path to the type that a list would give, and the kinds that may come of it."""

_HASHES: Final = {"md5": "md5", "sha1": "sha1", "sha256": "sha256", "sha512": "sha512", "imphash": "imphash"}
_EQUALS: Final = re.compile(r"\[([a-z0-9-]+:[A-Za-z0-9_.'-]+) = '([^'\\]*)'\]", re.ASCII)
"""The pattern of most indicators, for which the parser need not be asked."""

_EQUALS_CHARS: Final = 1_000
_NOT_LETTERS = re.compile(r"[\W_]+")
_BELOW = re.compile(r"%(\.[a-z0-9.-]+)", re.ASCII)


class _NotSimple(Exception):
    """The pattern asks for more than a value."""


def values_of(pattern: str, version: str = "2.1") -> tuple[Observable, ...]:
    """Return the values that ``pattern`` looks for, each once; none where it asks for anything else.

    Read are ``=``, ``IN``, ``ISSUBSET`` on addresses and ``LIKE '%.name'`` on domains, joined by OR, and an address
    or name with a destination port; a value's kind is that of :class:`Observable`. A value is given only if a typed
    list that held it would be read as the same value.
    """
    plain = _plainest(pattern)
    try:
        if plain is not None:
            path = _path(plain[1], version)
            return () if path is None else (_value(path, ComparisonOp.EQ, plain[2]),)
        expression = parse_pattern(pattern, version).expression
        return tuple(dict.fromkeys(_of_observation(expression)))
    except (BadInput, _NotSimple):
        return ()


def is_plainest(pattern: str, version: str = "2.1") -> bool:
    """Whether ``pattern`` says that one path equals one text, and compiles: for most the parser need not be asked."""
    found = _plainest(pattern)
    return found is not None and _path(found[1], version) is not None


def _plainest(pattern: str) -> re.Match[str] | None:
    return _EQUALS.fullmatch(pattern) if len(pattern) <= _EQUALS_CHARS else None


@lru_cache(maxsize=256)
def _path(text: str, version: str) -> ObjectPath | None:
    """The path that is written so; None if it is none."""
    try:
        made = parse_pattern(f"[{text} = '']", version).expression
    except BadInput:
        return None
    held = made.expression if isinstance(made, Bracket) else None
    return held.path if isinstance(held, Comparison) else None


def _of_observation(expression: ObservationExpression) -> Iterator[Observable]:
    if isinstance(expression, ObservationOr):
        for operand in expression.operands:
            yield from _of_observation(operand)
    elif isinstance(expression, Bracket):
        yield from _of_comparison(expression.expression)
    else:
        raise _NotSimple


def _of_comparison(expression: ComparisonExpression) -> Iterator[Observable]:
    if isinstance(expression, Junction):
        if expression.op is BooleanOp.AND:
            yield _endpoint(expression)
            return
        for operand in expression.operands:
            yield from _of_comparison(operand)
        return
    if not isinstance(expression, Comparison) or expression.negated or expression.any_case:
        raise _NotSimple
    literals = expression.value if isinstance(expression.value, tuple) else (expression.value,)
    for literal in literals:
        yield _value(expression.path, expression.op, literal)


def _value(path: ObjectPath, op: ComparisonOp, literal: Literal) -> Observable:
    if not isinstance(literal, str):
        raise _NotSimple
    type, kinds = _type(path)
    if op is ComparisonOp.LIKE and str(path) == "domain-name:value":
        below = _BELOW.fullmatch(literal)
        return _same("", f"*{below[1]}" if below else "", "suffix")
    if op is ComparisonOp.ISSUBSET:
        if type != "ip" or str(path).startswith("network"):
            raise _NotSimple
        return _same(type, literal, "ipv4 ipv6 cidr")
    if op not in {ComparisonOp.EQ, ComparisonOp.IN} or (type == "ip" and "/" in literal):
        # Whether an address with a prefix is meant as a network, `=` does not say.
        raise _NotSimple
    return _same(type, literal, kinds)


def _type(path: ObjectPath) -> tuple[str, str]:
    if path.type == "file" and len(path.steps) == 2 and path.steps[0] == "hashes":
        name = _HASHES.get(_NOT_LETTERS.sub("", str(path.steps[1])).lower())
        if name is not None:
            return name, name
    found = _TYPES.get(str(path))
    if found is None:
        raise _NotSimple
    return found


def _endpoint(junction: Junction) -> Observable:
    """An address or name with a port: ``dst_ref.value = '...' AND dst_port = n``."""
    held = {
        str(one.path): one.value
        for one in junction.operands
        if isinstance(one, Comparison) and one.op is ComparisonOp.EQ and not one.negated and not one.any_case
    }
    host, port = held.get("network-traffic:dst_ref.value"), held.get("network-traffic:dst_port")
    if len(held) != 2 or len(junction.operands) != 2 or not isinstance(host, str) or type(port) is not int:
        raise _NotSimple
    return _same("", f"[{host}]:{port}" if ":" in host else f"{host}:{port}", "ip:port domain:port")


def _same(type: str, value: str, kinds: str) -> Observable:
    found = classify_as(type, value) if value.isprintable() else []
    if len(found) != 1 or found[0].kind not in kinds.split():
        raise _NotSimple
    if found[0].value != value and classify_as(type, found[0].value) != found:
        raise _NotSimple
    return found[0]
