"""Literals in the form in which evidence is held, so that one spelling cannot hide a hit.

STIX compares strings by code points. Logs and feeds spell the same hash, name or address in several
ways, and readers bring evidence into one form (:class:`tocsin.detect.mapping.Cast`); here the
literals of a pattern follow. ``tocsin match``, which is the specification to the letter, does neither.
"""

from __future__ import annotations

import ipaddress
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tocsin.detect.pattern.regex import check_regex
from tocsin.detect.pattern.subnet import parse_subnet
from tocsin.detect.pattern.syntax import (
    BooleanOp,
    Bracket,
    Comparison,
    ComparisonExpression,
    ComparisonOp,
    Exists,
    FollowedBy,
    Junction,
    Literal,
    ObjectPath,
    ObservationAnd,
    ObservationExpression,
    ObservationOr,
    Repeats,
    StartStop,
    Within,
)
from tocsin.errors import BadInput

__all__ = [
    "canonical_address",
    "composed",
    "normalise_expression",
    "normalise_object",
    "normaliser_of",
    "whole_registry_key",
]

Normaliser = Callable[[str], str]

_HIVES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKU": "HKEY_USERS",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
_HIVE = re.compile(rf"({'|'.join(_HIVES)})(?=\\|$)", re.IGNORECASE)
# Not in a character class, where the letters stand for themselves.
_HIVE_IN_REGEX = re.compile(rf"(?<![\[\w\\])({'|'.join(_HIVES)})(?![\]\w])", re.IGNORECASE)


def canonical_address(text: str) -> str:
    """Return an IP address as RFC 5952 writes it, a host route (/32, /128) as the address; other text unchanged."""
    try:
        network = ipaddress.ip_interface(text)
    except ValueError:
        return text
    if "/" in text and network.network.prefixlen != network.max_prefixlen:
        return text
    address = network.ip
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def composed(text: str) -> str:
    """Return ``text`` in NFC, in which readers bring free text."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def whole_registry_key(text: str) -> str:
    """Return a registry key with its hive written out (STIX 2.1, section 6.17) and no backslash at its end, in NFC."""
    whole = _HIVE.sub(lambda found: _HIVES[found[1].upper()], text, count=1) if _HIVE.match(text) else text
    return composed(whole.rstrip("\\"))


def _domain(text: str) -> str:
    return text.rstrip(".").lower()


def _name_or_address(text: str) -> str:
    # What a _ref to a host stands for: an address or a domain name.
    return canonical_address(text) if ":" in text or text[-1:].isdigit() else _domain(text)


def normaliser_of(path: ObjectPath) -> Normaliser | None:
    """Return how text values of ``path`` are brought into one form; None where they are taken as they are."""
    steps = path.steps
    last = steps[-1]
    if len(steps) >= 2 and steps[-2] == "hashes":
        return str.lower
    if last == "key" and path.type == "windows-registry-key":
        return whole_registry_key
    if last != "value":
        return None
    if len(steps) >= 2 and isinstance(steps[-2], str) and steps[-2].endswith("_ref"):
        return _name_or_address
    return {
        "ipv4-addr": canonical_address,
        "ipv6-addr": canonical_address,
        "domain-name": _domain,
        "email-addr": str.lower,
        "mac-addr": str.lower,
    }.get(path.type)


def normalise_object(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a cyber-observable object in the form that evidence has: composed, its hashes and addresses canonical."""
    kind = properties.get("type")
    changed: dict[str, Any] = {
        name: whole for name, value in properties.items() if (whole := _composed_value(value)) is not value
    }
    hashes = properties.get("hashes")
    if isinstance(hashes, dict):
        changed["hashes"] = {
            name: text.lower() if isinstance(text, str) else text for name, text in hashes.items()
        }
    key = properties.get("key")
    if isinstance(key, str) and kind == "windows-registry-key":
        changed["key"] = whole_registry_key(key)
    value = properties.get("value")
    if isinstance(value, str) and isinstance(kind, str):
        normaliser = normaliser_of(ObjectPath(kind, ("value",)))
        if normaliser is not None:
            changed["value"] = normaliser(value)
    return {**properties, **changed} if changed else properties


def _composed_value(value: Any) -> Any:
    """Return a JSON value with all its text composed; the same one if there is none to compose."""
    if isinstance(value, str):
        return composed(value)
    if isinstance(value, list):
        elements = [_composed_value(one) for one in value]
        return value if all(map(operator.is_, elements, value)) else elements
    if isinstance(value, Mapping):
        members = {name: _composed_value(one) for name, one in value.items()}
        return value if all(map(operator.is_, members.values(), value.values())) else members
    return value


def normalise_expression(expression: ObservationExpression) -> ObservationExpression:
    """Return ``expression`` with its literals in the form that evidence has."""
    match expression:
        case Bracket():
            return Bracket(_comparison(expression.expression))
        case ObservationAnd() | ObservationOr():
            return replace(expression, operands=tuple(map(normalise_expression, expression.operands)))
        case FollowedBy():
            return FollowedBy(normalise_expression(expression.left), normalise_expression(expression.right))
        case Within() | Repeats() | StartStop():
            return replace(expression, operand=normalise_expression(expression.operand))


def _comparison(expression: ComparisonExpression) -> ComparisonExpression:
    if isinstance(expression, Junction):
        return Junction(expression.op, tuple(map(_comparison, expression.operands)))
    if isinstance(expression, Exists):
        return expression
    return _literal(expression)


def _literal(comparison: Comparison) -> ComparisonExpression:
    normaliser = normaliser_of(comparison.path) or composed
    if comparison.op in (ComparisonOp.LIKE, ComparisonOp.MATCHES):
        if normaliser is whole_registry_key:
            return _whole_hive(comparison)
        return _lower_text(comparison) if normaliser not in (canonical_address, composed) else comparison
    if comparison.op not in (ComparisonOp.EQ, ComparisonOp.NE, ComparisonOp.IN):
        return comparison
    if isinstance(comparison.value, tuple):
        values: tuple[Literal, ...] = tuple(
            normaliser(value) if isinstance(value, str) else value for value in comparison.value
        )
        return _membership(replace(comparison, value=values))
    if not isinstance(comparison.value, str):
        return comparison
    value = normaliser(comparison.value)
    if _is_network(comparison.path, value):
        # Logs hold single addresses: equality with a network can only mean that one of it was seen.
        negated = comparison.negated != (comparison.op is ComparisonOp.NE)
        return replace(comparison, op=ComparisonOp.ISSUBSET, value=value, negated=negated)
    return replace(comparison, value=value)


def _membership(comparison: Comparison) -> ComparisonExpression:
    """Return IN with what it holds of networks apart, each as ISSUBSET."""
    assert isinstance(comparison.value, tuple)
    path = comparison.path
    networks = [one for one in comparison.value if isinstance(one, str) and _is_network(path, one)]
    if not networks or comparison.negated:
        return comparison
    rest = tuple(one for one in comparison.value if one not in networks)
    parts = [Comparison(path, ComparisonOp.ISSUBSET, network) for network in dict.fromkeys(networks)]
    if rest:
        parts.insert(0, replace(comparison, value=rest))
    return parts[0] if len(parts) == 1 else Junction(BooleanOp.OR, tuple(parts))


def _lower_text(comparison: Comparison) -> Comparison:
    # These values are held in lower case, so an upper-case letter in a text pattern could never match.
    text = comparison.value
    if not isinstance(text, str) or text == text.lower():
        return comparison
    if comparison.op is ComparisonOp.LIKE:
        return replace(comparison, value=text.lower())
    try:
        check_regex(f"(?i){text}")
    except BadInput:
        # Without regard to case it is too large to run.
        return comparison
    return replace(comparison, value=f"(?i){text}")


def _whole_hive(comparison: Comparison) -> Comparison:
    # A regular expression is given both spellings, since it may name the hive in any place.
    text = comparison.value
    if not isinstance(text, str):
        return comparison
    if comparison.op is ComparisonOp.LIKE:
        found = _HIVE.match(text)
        return (
            replace(comparison, value=_HIVES[found[1].upper()] + text[found.end() :]) if found else comparison
        )
    return replace(
        comparison, value=_HIVE_IN_REGEX.sub(lambda found: f"(?:{found[1]}|{_HIVES[found[1].upper()]})", text)
    )


def _is_network(path: ObjectPath, value: str) -> bool:
    if "/" not in value or normaliser_of(path) not in (canonical_address, _name_or_address):
        return False
    subnet = parse_subnet(value)
    return subnet is not None and subnet.low != subnet.high
