"""Literals in the form in which evidence is held, so that one spelling cannot hide a hit.

STIX compares strings by code points. Logs and feeds spell the same hash, name or address in several
ways, and readers bring evidence into one form (:class:`tocsin.detect.mapping.Cast`); here the
literals of a pattern follow. What evidence is to show as it stands, and yet may be spelled otherwise, is left as it is:
names that Windows compares without regard to case (:func:`ignores_case`), and things of which there are few
spellings, so that the literal becomes all of them (a registry key's places, a folder with a backslash after it).
``tocsin match``, which is the specification to the letter, does none of this.
"""

from __future__ import annotations

import ipaddress
import operator
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tocsin.detect.defang import refang
from tocsin.detect.pattern.compare import like_to_regex
from tocsin.detect.pattern.fold import folded, lowered
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
from tocsin.detect.registry_key import any_spelling, any_spelling_in_regex, whole_hive
from tocsin.errors import BadInput, PatternError

__all__ = [
    "address_of",
    "canonical_address",
    "canonical_url",
    "composed",
    "ignores_case",
    "looked_up_as",
    "normalise_expression",
    "normalise_object",
    "normaliser_of",
    "whole_registry_key",
]

Normaliser = Callable[[str], str]
LookedUpAs = Callable[[str], tuple[str, ...]]

_IN_BRACKETS = re.compile(r"\[([^\[\]]*)\](?::[0-9]+)?")
_WITH_PORT = re.compile(r"([0-9./]+):[0-9]+")
_FIRST_NUMBER, _LAST_NUMBER = 1 << 24, (1 << 32) - 1  # below 1.0.0.0 are no hosts, but many other numbers
_AUTHORITY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*@)?([^/?#]*)")
_DEFAULT_PORT = re.compile(r"(?:http://[^/?#]*[^:/?#](:80)|https://[^/?#]*[^:/?#](:443))(?=[/?#]|\Z)")

# Properties that hold names which Windows compares without regard to case. Where a log is of another system this may
# find too much; the other way it would find too little.
_NAMES: dict[str, frozenset[str]] = {
    "file": frozenset({"name"}),
    "directory": frozenset({"path"}),
    "process": frozenset(
        {
            "name",
            "command_line",
            "arguments",
            "cwd",
            "owner_sid",
            "service_name",
            "display_name",
            "group_name",
        }
    ),
    "windows-registry-key": frozenset({"key", "name", "data"}),
    "user-account": frozenset({"user_id", "account_login", "display_name"}),
}
_ANY_NAME = frozenset().union(*_NAMES.values())


def canonical_address(text: str) -> str:
    """Return an IP address as RFC 5952 writes it, a host route (/32, /128) as the address; other text unchanged.

    What :func:`address_of` reads as an address is one.
    """
    try:
        network = ipaddress.ip_interface(text)
    except ValueError:
        return address_of(text) or text
    if "/" in text and network.network.prefixlen != network.max_prefixlen:
        return text
    address = network.ip
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(address)


def composed(text: str) -> str:
    """Return ``text`` in NFC, in which readers bring free text."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def address_of(text: str) -> str | None:
    """Return the address that a log's field ``text`` holds, canonical; None if it holds none.

    Blanks, brackets, a port, a zone and defanging are no part of it. A whole number from 2**24 is an IPv4 address.
    """
    text = refang(text)
    found = _IN_BRACKETS.fullmatch(text) or _WITH_PORT.fullmatch(text)
    text = (found[1] if found else text).partition("%")[0]
    if text.isdecimal() and text.isascii() and len(text) <= 10:
        number = int(text)
        return str(ipaddress.IPv4Address(number)) if _FIRST_NUMBER <= number <= _LAST_NUMBER else None
    try:
        network = ipaddress.ip_interface(text)
    except ValueError:
        return None
    return canonical_address(text) if network.network.prefixlen == network.max_prefixlen else None


def canonical_url(text: str) -> str:
    """Return a URL in NFC, its scheme and host in lower case (RFC 3986 section 6.2.2.1); other text in NFC."""
    text = composed(text)
    found = _AUTHORITY.match(text)
    if found is None:
        return text
    return found[1].lower() + (found[2] or "") + lowered(found[3]) + text[found.end() :]


def whole_registry_key(text: str) -> str:
    """Return a registry key with its hive written out (STIX 2.1, section 6.17) and no backslash at its end, in NFC."""
    return composed(whole_hive(text).rstrip("\\"))


def ignores_case(path: ObjectPath) -> bool:
    """Whether values of ``path`` are names that are compared without regard to case."""
    names = [step for step in path.steps if isinstance(step, str)]
    # What a reference names may be of several types, so any name is taken for one.
    behind = any(name.endswith(("_ref", "_refs")) for name in names[:-1])
    return names[-1] in (_ANY_NAME if behind else _NAMES.get(path.type, ()))


def _domain(text: str) -> str:
    return text.rstrip(".").lower()


def _name_or_address(text: str) -> str:
    # What a _ref to a host stands for: an address or a domain name, which may end in a digit too.
    return _domain(canonical_address(text) if ":" in text or text[-1:].isdigit() else text)


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
        "url": canonical_url,
    }.get(path.type)


def looked_up_as(path: ObjectPath) -> LookedUpAs:
    """Return what gives the texts that a literal which text of ``path`` is to equal is looked up as.

    It gives none where that takes more than texts: a network, or a key of which there are many.
    """
    normaliser = normaliser_of(path) or composed
    if normaliser in _ADDRESSES:
        return lambda text: () if "/" in (value := normaliser(text)) else (value,)
    if _is_key(path):
        return lambda text: (folded(value),) if any_spelling(value := normaliser(text)) is None else ()
    if ignores_case(path):
        return lambda text: tuple(map(folded, _spellings(path, composed(text))))
    return lambda text: _spellings(path, normaliser(text))


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
    path = comparison.path
    if comparison.op in (ComparisonOp.LIKE, ComparisonOp.MATCHES):
        return _text_pattern(comparison)
    if comparison.op not in (ComparisonOp.EQ, ComparisonOp.NE, ComparisonOp.IN):
        return comparison
    several = isinstance(comparison.value, tuple)
    negated = comparison.negated != (comparison.op is ComparisonOp.NE)
    equal: list[Literal] = []
    rest: dict[Comparison, None] = {}
    for value in comparison.value if isinstance(comparison.value, tuple) else (comparison.value,):
        if not isinstance(value, str):
            equal.append(value)
            continue
        text = (normaliser_of(path) or composed)(value)
        if _is_network(path, text) and not (several and negated):
            # Logs hold single addresses: equality with a network can only mean that one of it was seen.
            rest[Comparison(path, ComparisonOp.ISSUBSET, text, negated)] = None
        elif _is_key(path) and (regex := any_spelling(text)) is not None:
            rest[Comparison(path, ComparisonOp.MATCHES, regex, negated, any_case=True)] = None
        else:
            equal += _spellings(path, text)
    parts = list(rest)
    if equal or not parts:
        same = replace(comparison, any_case=ignores_case(path))
        if several or len(equal) > 1:
            same = replace(same, op=ComparisonOp.IN, value=tuple(equal), negated=negated)
        else:
            same = replace(same, value=equal[0])
        parts.insert(0, same)
    return parts[0] if len(parts) == 1 else Junction(_joined(negated=negated), tuple(parts))


def _joined(*, negated: bool) -> BooleanOp:
    return BooleanOp.AND if negated else BooleanOp.OR


def _spellings(path: ObjectPath, text: str) -> tuple[str, ...]:
    """Return the texts that mean the same as ``text``, it first, where evidence is left as it stands."""
    if path.steps[-1] in ("path", "cwd") and ignores_case(path):
        return _folders(text)
    return _urls(text) if normaliser_of(path) is canonical_url else (text,)


def _folders(text: str) -> tuple[str, ...]:
    """Return a folder without and with the separator at its end."""
    bare = text.rstrip("\\/")
    if not bare:
        return (text,)
    separator = "/" if "/" in bare and "\\" not in bare else "\\"
    return tuple(dict.fromkeys((text, bare, bare + separator)))


def _urls(text: str) -> tuple[str, ...]:
    """Return a URL with and without an empty path's slash and the default port (RFC 3986 section 6.2.3)."""
    if not text.startswith(("http://", "https://")):
        return (text,)
    found = _DEFAULT_PORT.match(text)
    port = (found[1] or found[2]) if found else ""
    texts = [text] if not found else [text, text[: found.end() - len(port)] + text[found.end() :]]
    for one in tuple(texts):
        end = len(_AUTHORITY.match(one)[0])  # type: ignore[index]  # it begins with a scheme
        if one[end : end + 1] in ("", "?", "#"):
            texts.append(f"{one[:end]}/{one[end:]}")
        elif one[end + 1 : end + 2] in ("", "?", "#"):
            texts.append(one[:end] + one[end + 1 :])
    return tuple(texts)


def _text_pattern(comparison: Comparison) -> Comparison:
    """Return LIKE or MATCHES for evidence in its form."""
    text = comparison.value
    normaliser = normaliser_of(comparison.path)
    if not isinstance(text, str):
        return comparison
    if ignores_case(comparison.path):
        if _is_key(comparison.path):
            comparison = _any_place(comparison, text)
        return _any_case(comparison)
    if normaliser is canonical_url:
        return _url_pattern(comparison, text)
    return _lower_text(comparison) if normaliser not in (canonical_address, None) else comparison


def _any_case(comparison: Comparison) -> Comparison:
    if comparison.op is ComparisonOp.MATCHES:
        try:
            check_regex(str(comparison.value), any_case=True)
        except BadInput as problem:
            raise PatternError(f"without regard to case {problem.what}") from problem
    return replace(comparison, any_case=True)


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


def _url_pattern(comparison: Comparison, text: str) -> Comparison:
    """Return LIKE or MATCHES on a URL, whose host is held in lower case.

    Where it cannot be told which part of the pattern is the host, capitals in it match small letters everywhere.
    """
    if text == lowered(text):
        return comparison
    host = _AUTHORITY.match(text)
    if comparison.op is ComparisonOp.LIKE and host is not None and "%" not in host[0]:
        return replace(comparison, value=canonical_url(text))
    return _any_case(comparison)


def _any_place(comparison: Comparison, text: str) -> Comparison:
    """Return LIKE or MATCHES on a registry key with each hive and control set that it names by all its names."""
    if comparison.op is ComparisonOp.MATCHES:
        return replace(comparison, value=any_spelling_in_regex(text))
    text = whole_hive(text)
    regex = like_to_regex(text)
    spelled = any_spelling_in_regex(regex)
    if spelled == regex:
        return replace(comparison, value=text)
    return replace(comparison, op=ComparisonOp.MATCHES, value=spelled)


def _is_key(path: ObjectPath) -> bool:
    return normaliser_of(path) is whole_registry_key


def _is_network(path: ObjectPath, value: str) -> bool:
    if "/" not in value or normaliser_of(path) not in _ADDRESSES:
        return False
    subnet = parse_subnet(value)
    return subnet is not None and subnet.low != subnet.high


_ADDRESSES = (canonical_address, _name_or_address)
