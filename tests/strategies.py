"""Patterns and observations for property tests, and a pattern's text from its tree.

Both are drawn from one small vocabulary, so that a pattern and observations drawn apart match about half the time.
Objects and comparisons are made beforehand, the smallest first, and hypothesis draws which: one by one it would
take longer to draw them than to match them.
"""

from __future__ import annotations

import base64
import functools
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tocsin.detect.pattern.syntax import (
    ANY,
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
    Pattern,
    Repeats,
    StartStop,
    Step,
    Timestamp,
    Within,
)
from tocsin.model.observation import Observation
from tocsin.model.timestamp import NS_PER_S, Instant, format_instant, parse_timestamp

__all__ = ["STIX", "Vocabulary", "brackets", "examples", "observations", "pattern_text", "patterns"]


def examples(usual: int) -> int:
    """How many examples a long property is tried on: ``usual``, or ``TOCSIN_EXAMPLES`` where that is set."""
    return int(os.environ.get("TOCSIN_EXAMPLES", usual))


# -- vocabulary -----------------------------------------------------------------------------------

_TEXTS = ("a", "ab", "A", "b", "a\nb", "it's", "back\\slash", "%", "_", "", "1", "\xe9", "e\u0301", "\u0142")
_NUMBERS = (0, 1, 2, -1, 1.0, 1.5, -0.5, 2**53 + 1, float(2**53))
_BOOLEANS = (True, False)
_OCTETS = (b"a", b"ab", b"", b"\xe9", b"\xc3\xa9", b"\x00\xff")
_TIMES = (
    "2020-01-01T00:00:00Z",
    "2020-01-01T00:00:00.000Z",
    "2020-01-01T00:00:01.5Z",
    "2020-01-01T00:00:01.500000000001Z",
    "2020-01-01T00:00:02Z",
)
_ADDRESSES = (
    "10.0.0.1",
    "10.0.0.2/24",
    "10.0.1.7",
    "10.0.0.0/8",
    "0.0.0.0/0",
    "2001:db8::1",
    "2001:DB8:0::/32",
    "::/0",
)
_TYPES = ("file", "file", "file", "process", "ipv4-addr")
_KEYS = ("0", "1", "2", "3")
_LIKES = ("a%", "%", "a", "%b", "_", "a_b", "", "\xe9", "e\u0301", "_'s", "%\\%", "A%")
_REGEXES = ("a", "^a", "b$", "^a.b$", "(?i)A", "[^a]", r"\x61", "\xe9", "^.$", "", "^$", r"\\", "'", r"\d")

_POOLS: dict[str, tuple[Any, ...]] = {
    "text": _TEXTS,
    "number": _NUMBERS,
    "boolean": _BOOLEANS,
    "octets": _OCTETS,
    "time": _TIMES,
    "address": _ADDRESSES,
    "key": (*_KEYS, "9"),
}

_LEAVES: dict[str, tuple[tuple[tuple[Step, ...], str], ...]] = {
    "file": (
        (("name",), "text"),
        (("size",), "number"),
        (("hashes", "SHA-256"), "text"),
        (("magic_number_hex",), "octets"),
        (("payload_bin",), "octets"),
        (("ctime",), "time"),
        (("names", ANY), "text"),
        (("names", 0), "text"),
        (("names", 1), "text"),
        (("names",), "text"),
        (("extensions", "x-ext", "signed"), "boolean"),
        (("extensions", "x-ext", "sizes", ANY), "number"),
        (("extensions", "x-ext", "rows", ANY, "n"), "number"),
        (("extensions",), "text"),
        (("parent_ref",), "key"),
        (("contains_refs", ANY), "key"),
    ),
    "process": (
        (("name",), "text"),
        (("pid",), "number"),
        (("is_hidden",), "boolean"),
        (("created_time",), "time"),
        (("image_ref",), "key"),
        (("extensions", "x-ext", "peer_ref", "value"), "address"),
    ),
    "ipv4-addr": ((("value",), "address"), (("resolves_to_refs", ANY), "key")),
}
_CHAINS: dict[str, tuple[tuple[Step, ...], ...]] = {
    "file": (
        ("parent_ref",),
        ("contains_refs", ANY),
        ("contains_refs", 0),
        ("parent_ref", "contains_refs", ANY),
    ),
    "process": (("image_ref",), ("parent_ref", "parent_ref"), ("image_ref", "contains_refs", ANY)),
    "ipv4-addr": (("resolves_to_refs", ANY), ("resolves_to_refs", 1)),
}


def _weighted(values: tuple[Any, ...], odd: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """``values``, the first ones more often, so that patterns and observations meet, and ``odd`` ones seldom."""
    return (values[0],) * (2 * len(values)) + values[:3] * 2 + values + odd


# -- observations ---------------------------------------------------------------------------------

_START = parse_timestamp("2020-01-01T00:00:00Z")


_HALVES: tuple[Instant, ...] = tuple(_START + half * NS_PER_S // 2 for half in range(9))
_INSTANTS = (*_HALVES, *_HALVES, *_HALVES, *(half + Fraction(1, 1000) for half in _HALVES))


_MISSING = object()
_ODD = ("0", 3, True, None, ["a"], {"a": "a"}, _MISSING)
"""Values of a type that the property should not have, and none."""

_TEXT = _weighted(_TEXTS, _ODD)
_NUMBER = _weighted(_NUMBERS, _ODD)
_BOOLEAN = _weighted(_BOOLEANS, _ODD)
_TIME = _weighted(_TIMES, (*_ODD, "yesterday"))
_ADDRESS = _weighted(_ADDRESSES, _ODD)
_KEY = _weighted(_POOLS["key"], (_MISSING, _MISSING, 0, {"name": "a"}))
_HEX = _weighted(tuple(octets.hex() for octets in _OCTETS), ("6", "C3A9", "zz", None, 1, _MISSING))
_BASE64 = _weighted(
    tuple(base64.b64encode(octets).decode() for octets in _OCTETS), ("YQ", "!", None, _MISSING)
)
_HASHES: tuple[Any, ...] = (
    {"SHA-256": "a"},
    {"SHA-256": "ab", "MD5": "a"},
    {"MD5": "a"},
    {"SHA-256": "\xe9"},
    {},
    _MISSING,
)
_NAMES: tuple[Any, ...] = (
    ["a"],
    ["b", "a"],
    ["ab", None, "A"],
    ["\xe9", ["a"]],
    [1, "1"],
    [],
    "a",
    {"0": "a"},
    _MISSING,
)
_REFERENCES: tuple[Any, ...] = (
    ["0"],
    ["1", "0"],
    ["2", "9"],
    ["3", 0, "1"],
    ["0", "1", "2"],
    [],
    "0",
    _MISSING,
)
_EXTENSIONS: tuple[Any, ...] = (
    {"x-ext": {"signed": True, "sizes": [0, 1], "rows": [{"n": 0}, {"n": 1}], "peer_ref": "0"}},
    {"x-ext": {"signed": False, "sizes": [1.5], "rows": [{}, {"n": -1}], "peer_ref": "1"}},
    {"x-ext": {"signed": 1, "sizes": [None, "0", [0]], "rows": [2, {"n": "0"}, {"n": 2}], "peer_ref": "9"}},
    {"x-ext": {"sizes": 0, "rows": {"n": 0}, "peer_ref": "2"}},
    {"x-ext": 1, "y-ext": {"signed": True}},
    {},
    _MISSING,
)
_PROPERTIES: dict[str, dict[str, tuple[Any, ...]]] = {
    "file": {
        "name": _TEXT,
        "size": _NUMBER,
        "hashes": _HASHES,
        "magic_number_hex": _HEX,
        "payload_bin": _BASE64,
        "ctime": _TIME,
        "names": _NAMES,
        "extensions": _EXTENSIONS,
        "parent_ref": _KEY,
        "contains_refs": _REFERENCES,
    },
    "process": {
        "name": _TEXT,
        "pid": _NUMBER,
        "is_hidden": _BOOLEAN,
        "created_time": _TIME,
        "image_ref": _KEY,
        "parent_ref": _KEY,
        "extensions": _EXTENSIONS,
    },
    "ipv4-addr": {"value": _ADDRESS, "resolves_to_refs": _REFERENCES},
}


_OBJECTS = 600
_OBSERVATIONS = 3000


@functools.cache
def _objects() -> tuple[dict[str, Any], ...]:
    random = Random("objects")
    found = []
    for _ in range(_OBJECTS):
        type_ = random.choice(_TYPES)
        properties = {name: random.choice(values) for name, values in _PROPERTIES[type_].items()}
        kept = {name: value for name, value in properties.items() if value is not _MISSING}
        found.append({"type": type_} | kept)
    return tuple(sorted(found, key=lambda one: len(repr(one))))


@functools.cache
def _observations() -> tuple[Observation, ...]:
    random = Random("observations")
    found = []
    for _ in range(_OBSERVATIONS):
        first = random.choice(_INSTANTS)
        last = max(first, random.choice(_INSTANTS)) if random.randrange(3) == 0 else first
        objects = dict(zip(_KEYS, random.choices(_objects(), k=random.choice((2, 3, 4))), strict=False))
        hidden = random.choice((None, None, *_KEYS))
        roots = [key for key in objects if key != hidden]
        random.shuffle(roots)
        number = random.choice((1, 1, 1, 2, 3))
        found.append(Observation("", first, last, number, objects, tuple(roots)))
    return tuple(sorted(found, key=lambda one: len(repr(one))))


def observations() -> SearchStrategy[list[Observation]]:
    """Lists of 0 to 5 observations: half-second times with many ties, objects that refer to each other."""
    sizes = st.sampled_from((4, 5, 4, 5, 3, 3, 2, 2, 1, 0))
    one = st.sampled_from(_observations())
    return sizes.flatmap(lambda size: st.lists(one, min_size=size, max_size=size)).map(
        lambda drawn: [replace(held, id=f"observed-data--{index}") for index, held in enumerate(drawn)]
    )


# -- patterns -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vocabulary:
    """What patterns are written in.

    ``path`` draws an object path and the name of the pool that its values are usually of; ``pools`` are literals,
    the first ones drawn more often; ``likes`` and ``regexes`` what LIKE and MATCHES are followed by. Of the pools,
    "boolean" has no order, "text" and "octets" have LIKE and MATCHES, "address" has ISSUBSET and ISSUPERSET.
    """

    path: Callable[[Random], tuple[ObjectPath, str]]
    pools: Mapping[str, tuple[Literal, ...]]
    likes: tuple[str, ...]
    regexes: tuple[str, ...]

    def __hash__(self) -> int:
        return id(self)


def _stix_path(random: Random) -> tuple[ObjectPath, str]:
    root = random.choice(_TYPES)
    chain: tuple[Step, ...] = ()
    target = root
    if _CHAINS[root] and random.randrange(4) == 0:
        chain = random.choice(_CHAINS[root])
        target = random.choice(_TYPES)
    steps, pool = random.choice(_LEAVES[target])
    return ObjectPath(root, (*chain, *steps)), pool


STIX = Vocabulary(
    _stix_path,
    {**_POOLS, "time": tuple(Timestamp(parse_timestamp(text), text) for text in _TIMES)},
    _LIKES,
    _REGEXES,
)

_ORDER = (ComparisonOp.GT, ComparisonOp.LT, ComparisonOp.GE, ComparisonOp.LE)
_COMPARISONS = 6000


def _comparison(random: Random, words: Vocabulary) -> Comparison | Exists:
    path, usual = words.path(random)
    if random.randrange(10) == 0:
        return Exists(path)
    pool = usual if random.randrange(10) else random.choice(sorted(words.pools))
    ops = [ComparisonOp.EQ, ComparisonOp.NE, ComparisonOp.IN]
    if pool != "boolean":
        ops += _ORDER
    if pool in {"text", "octets"}:
        ops += [ComparisonOp.LIKE, ComparisonOp.LIKE, ComparisonOp.MATCHES, ComparisonOp.MATCHES]
    if pool == "address":
        ops += [ComparisonOp.ISSUBSET, ComparisonOp.ISSUPERSET] * 3
    op = random.choice(ops)
    literals = _weighted(words.pools[pool])
    value: Literal | tuple[Literal, ...]
    if op is ComparisonOp.IN:
        value = tuple(random.choices(literals, k=random.choice((1, 2, 3, 0))))
    elif op is ComparisonOp.LIKE:
        value = random.choice(_weighted(words.likes))
    elif op is ComparisonOp.MATCHES:
        value = random.choice(_weighted(words.regexes))
    else:
        value = random.choice(literals)
    return Comparison(path, op, value, negated=random.randrange(4) == 0)


@functools.cache
def _comparisons(words: Vocabulary) -> tuple[Comparison | Exists, ...]:
    random = Random("comparisons")
    return tuple(
        sorted((_comparison(random, words) for _ in range(_COMPARISONS)), key=lambda one: len(repr(one)))
    )


def _several(children: SearchStrategy[Any]) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(children, min_size=2, max_size=3).map(tuple)


def _junctions(children: SearchStrategy[ComparisonExpression]) -> SearchStrategy[ComparisonExpression]:
    ops = st.sampled_from((BooleanOp.OR, BooleanOp.OR, BooleanOp.AND))
    return st.builds(Junction, ops, _several(children))


def brackets(words: Vocabulary = STIX) -> SearchStrategy[Bracket]:
    """Brackets of one to four comparisons."""
    one = st.sampled_from(_comparisons(words))
    return st.recursive(one, _junctions, max_leaves=4).map(Bracket)


def _compound(children: SearchStrategy[ObservationExpression]) -> SearchStrategy[ObservationExpression]:
    several = _several(children)
    instants = st.sampled_from(_INSTANTS)
    return st.one_of(
        several.map(ObservationOr),
        several.map(ObservationOr),
        several.map(ObservationOr),
        several.map(ObservationAnd),
        st.builds(FollowedBy, children, children),
        st.builds(
            Within, children, st.sampled_from((NS_PER_S, 2 * NS_PER_S, NS_PER_S // 2, Fraction(1, 1000)))
        ),
        st.builds(Repeats, children, st.sampled_from((1, 2, 2, 3))),
        st.builds(StartStop, children, instants, instants.map(lambda instant: instant + 2 * NS_PER_S)),
    )


def patterns(words: Vocabulary = STIX) -> SearchStrategy[Pattern]:
    """Patterns of one to four brackets, with every operator and qualifier; ``text`` is what :func:`pattern_text` gives."""
    expressions: SearchStrategy[ObservationExpression] = st.recursive(
        brackets(words), _compound, max_leaves=4
    )
    return expressions.map(lambda expression: Pattern(_observation_text(expression), expression))


# -- text -----------------------------------------------------------------------------------------

_OR, _AND, _ONE = 1, 2, 3  # how tightly an expression holds together; FOLLOWEDBY is loosest, at 0


def pattern_text(pattern: Pattern) -> str:
    """The text of ``pattern``'s tree, in STIX 2.1; parsed again it gives an equal tree."""
    return _observation_text(pattern.expression)


def _observation_text(expression: ObservationExpression, above: int = 0) -> str:
    match expression:
        case Bracket(comparison):
            return f"[{_comparison_text(comparison)}]"
        case FollowedBy(left, right):
            text, holds = f"{_observation_text(left)} FOLLOWEDBY {_observation_text(right, _OR)}", 0
        case ObservationOr(operands):
            text, holds = " OR ".join(_observation_text(operand, _AND) for operand in operands), _OR
        case ObservationAnd(operands):
            text, holds = " AND ".join(_observation_text(operand, _ONE) for operand in operands), _AND
        case Within(operand, window_ns):
            return f"{_qualified_text(operand, Within)} WITHIN {_seconds(window_ns)} SECONDS"
        case Repeats(operand, times):
            return f"{_qualified_text(operand, Repeats)} REPEATS {times} TIMES"
        case StartStop(operand, start, stop):
            return (
                f"{_qualified_text(operand, StartStop)} START t'{_instant(start)}' STOP t'{_instant(stop)}'"
            )
    return text if holds >= above else f"({text})"


def _qualified_text(operand: ObservationExpression, kind: type) -> str:
    """``operand`` as the next qualifier's; one of a ``kind`` may stand at one expression only once (section 9.5.1)."""
    text = _observation_text(operand, _ONE)
    inner = operand
    while isinstance(inner, Within | Repeats | StartStop):
        if isinstance(inner, kind):
            return f"({text})"
        inner = inner.operand
    return text


def _comparison_text(expression: ComparisonExpression, above: int = 0) -> str:
    match expression:
        case Exists(path):
            return f"EXISTS {_path_text(path)}"
        case Comparison(path, op, value, negated):
            return f"{_path_text(path)} {'NOT ' if negated else ''}{op} {_literal_text(value)}"
        case Junction(op, operands):
            holds = _OR if op is BooleanOp.OR else _AND
            text = f" {op} ".join(_comparison_text(operand, holds + 1) for operand in operands)
            return text if holds >= above else f"({text})"


def _path_text(path: ObjectPath) -> str:
    text = ""
    for step in path.steps:
        if isinstance(step, str):
            plain = re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", step)
            text += ("." if text else "") + (step if plain else _quoted(step))
        else:
            text += f"[{step!r}]"
    return f"{path.type}:{text}"


def _literal_text(value: Literal | tuple[Literal, ...]) -> str:
    match value:
        case tuple():
            return f"({', '.join(map(_literal_text, value))})"
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case float():
            text = format(Decimal(repr(value)), "f")
            return text if "." in text else f"{text}.0"
        case bytes():
            return f"h'{value.hex()}'" if len(value) % 2 else f"b'{base64.b64encode(value).decode()}'"
        case Timestamp(_, text):
            return f"t'{text}'"
        case str():
            return _quoted(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _seconds(window_ns: Instant) -> str:
    return _decimal(Fraction(window_ns, NS_PER_S))


def _instant(instant: Instant) -> str:
    """As :func:`format_instant`, with the decimals after the ninth that it leaves out."""
    parts = _decimal(Fraction(instant, NS_PER_S) % 1).partition(".")
    return re.sub(r"\.\d+", f".{parts[2] or '0'}", format_instant(instant))


def _decimal(number: Fraction) -> str:
    """``number``, whose denominator divides a power of ten, without an exponent."""
    places = next(places for places in range(40) if (number * 10**places).denominator == 1)
    digits = str(int(number * 10**places)).rjust(places + 1, "0")
    return f"{digits[: len(digits) - places]}.{digits[len(digits) - places :]}" if places else digits
