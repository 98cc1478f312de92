"""The meaning of STIX patterns, by brute force: what every faster evaluator is held against.

Written from STIX 2.1 section 9; where it leaves a choice, ``test_naive.py`` names ours. Nothing is shared with the
program but the syntax tree, the observation and the reading of timestamps. Every binding is made: small inputs only.

A *binding* is written as how often it uses each observation: ``(2, 0, 1)`` uses the first observation twice and
the third once. No rule of section 9 asks which operand used which observation, so equal counts are one binding.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import re2

from tocsin.detect.pattern.syntax import (
    Any_,
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
from tocsin.errors import BadInput
from tocsin.model.observation import Observation
from tocsin.model.timestamp import Instant, parse_timestamp

__all__ = ["naive_bracket", "naive_match"]

Binding: TypeAlias = tuple[int, ...]
Object: TypeAlias = Mapping[str, Any]


def naive_match(pattern: Pattern, observations: Sequence[Observation]) -> bool:
    """Whether any binding of ``observations`` satisfies ``pattern`` (section 9.4)."""
    return bool(_bindings(pattern.expression, observations))


def naive_bracket(bracket: Bracket, observation: Observation) -> bool:
    """Whether ``observation`` satisfies ``bracket``: some choice of one root object for each type named in it."""
    types = sorted(_types(bracket.expression))
    roots = [observation.objects[key] for key in observation.roots if key in observation.objects]
    candidates: list[Sequence[Object | None]] = [
        [root for root in roots if root.get("type") == type_] or [None] for type_ in types
    ]
    return any(
        _satisfied(bracket.expression, dict(zip(types, chosen, strict=True)), observation.objects)
        for chosen in itertools.product(*candidates)
    )


# -- observation expressions (section 9.5) ----------------------------------------------


def _bindings(expression: ObservationExpression, observations: Sequence[Observation]) -> set[Binding]:
    """Every binding that satisfies ``expression``."""
    match expression:
        case Bracket():
            return {
                tuple(int(index == used) for index in range(len(observations)))
                for used, observation in enumerate(observations)
                if naive_bracket(expression, observation)
            }
        case ObservationOr(operands):
            return set().union(*(_bindings(operand, observations) for operand in operands))
        case ObservationAnd(operands):
            return _together([_bindings(operand, observations) for operand in operands], observations)
        case Repeats(operand, times):
            return _together([_bindings(operand, observations)] * times, observations)
        case FollowedBy(left, right):
            return _followed(_bindings(left, observations), _bindings(right, observations), observations)
        case Within(operand, window):
            return _those(
                operand, observations, lambda used: _latest_first(used) - _earliest_last(used) <= window
            )
        case StartStop(operand, start, stop):
            return _those(
                operand,
                observations,
                lambda used: start < stop and all(one.first < stop and one.last >= start for one in used),
            )


def _together(several: list[set[Binding]], observations: Sequence[Observation]) -> set[Binding]:
    """One binding of each, together using no observation more often than it was observed."""
    sums = {(0,) * len(observations)}
    for bindings in several:
        sums = {
            total
            for left, right in itertools.product(sums, bindings)
            if _possible(total := _sum(left, right), observations)
        }
        if not sums:
            break
    return sums


def _followed(lefts: set[Binding], rights: set[Binding], observations: Sequence[Observation]) -> set[Binding]:
    return {
        total
        for left, right in itertools.product(lefts, rights)
        if _latest_first(_used(left, observations)) <= _earliest_last(_used(right, observations))
        and _possible(total := _sum(left, right), observations)
    }


def _those(
    operand: ObservationExpression,
    observations: Sequence[Observation],
    qualifies: Callable[[list[Observation]], bool],
) -> set[Binding]:
    return {
        binding for binding in _bindings(operand, observations) if qualifies(_used(binding, observations))
    }


def _sum(left: Binding, right: Binding) -> Binding:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _possible(binding: Binding, observations: Sequence[Observation]) -> bool:
    return all(count <= observation.number for count, observation in zip(binding, observations, strict=True))


def _used(binding: Binding, observations: Sequence[Observation]) -> list[Observation]:
    return [observation for count, observation in zip(binding, observations, strict=True) if count]


def _latest_first(observations: list[Observation]) -> Instant:
    return max(observation.first for observation in observations)


def _earliest_last(observations: list[Observation]) -> Instant:
    return min(observation.last for observation in observations)


# -- comparison expressions (section 9.6) ---------------------------------------------------------


def _types(expression: ComparisonExpression) -> set[str]:
    if isinstance(expression, Junction):
        return set().union(*map(_types, expression.operands))
    return {expression.path.type}


def _satisfied(
    expression: ComparisonExpression, bound: Mapping[str, Object | None], objects: Mapping[str, Object]
) -> bool:
    """Whether ``expression`` holds of the one object that each type is ``bound`` to."""
    match expression:
        case Junction(BooleanOp.AND, operands):
            return all(_satisfied(operand, bound, objects) for operand in operands)
        case Junction(_, operands):
            return any(_satisfied(operand, bound, objects) for operand in operands)
        case Exists(path):
            return bool(_values(path, bound, objects))
        case Comparison(path, op, literal, negated, any_case):
            values = _values(path, bound, objects)
            if any_case and op is ComparisonOp.MATCHES:
                assert isinstance(literal, str)
                return any(_matches(value, f"(?i){literal}") != negated for value in values)
            if any_case:
                values = [_one_case(value) for value in values]
                literal = tuple(map(_one_case, literal)) if isinstance(literal, tuple) else _one_case(literal)
            # None is "cannot be compared", which NOT leaves false.
            return any(
                (truth := _truth(value, op, literal)) is not None and truth != negated for value in values
            )


def _one_case(value: Any) -> Any:
    """Text in which letters that have one capital are one, if the capital is one character; other values as they are."""
    if not isinstance(value, str):
        return value
    capitals = [one.upper() if len(one.upper()) == 1 else one for one in unicodedata.normalize("NFC", value)]
    return "".join(one.lower()[0] for one in capitals)


# -- object paths (section 9.7) -----------------------------------------------------------------


def _values(path: ObjectPath, bound: Mapping[str, Object | None], objects: Mapping[str, Object]) -> list[Any]:
    root = bound[path.type]
    if root is None:
        return []
    reached: list[Any] = [root]
    for position, step in enumerate(path.steps):
        if _is_reference(path.steps[:position]):
            reached = [objects[key] for key in reached if isinstance(key, str) and key in objects]
        reached = [inner for value in reached for inner in _stepped(value, step)]
    return [inner for value in reached for inner in _decoded(value, path.steps[-1])]


def _is_reference(taken: tuple[Step, ...]) -> bool:
    """Whether the steps taken so far lead to a reference: ``..._ref``, or an element of ``..._refs``."""
    match taken:
        case (*_, str(name)):
            return name.endswith("_ref")
        case (*_, str(name), int() | Any_()):
            return name.endswith("_refs")
    return False


def _stepped(value: Any, step: Step) -> list[Any]:
    if isinstance(step, str):
        return [value[step]] if isinstance(value, Mapping) and step in value else []
    if not isinstance(value, list):
        return []
    if isinstance(step, Any_):
        return value
    return value[step : step + 1] if step >= 0 else []


def _decoded(value: Any, last: Step) -> Iterator[Any]:
    """The value that a property's JSON stands for: bytes, where a name ends ``_hex`` or ``_bin`` and is a string."""
    if not isinstance(last, str) or not last.endswith(("_hex", "_bin")) or not isinstance(value, str):
        yield value
    else:
        try:
            encoded = value.encode("ascii")
            yield (
                binascii.unhexlify(encoded)
                if last.endswith("_hex")
                else base64.b64decode(encoded, validate=True)
            )
        except ValueError:
            return


# -- one value against one literal (sections 9.6.1 to 9.6.4) ------------------------------------------------


def _truth(value: Any, op: ComparisonOp, literal: Literal | tuple[Literal, ...]) -> bool | None:
    """``value op literal``, or None where the two have no order, so that NOT does not make it true."""
    if isinstance(literal, tuple):
        return any(_equal(value, one) for one in literal)
    match op:
        case ComparisonOp.EQ:
            return _equal(value, literal)
        case ComparisonOp.NE:
            return not _equal(value, literal)
        case ComparisonOp.LIKE:
            return _like(value, literal)
        case ComparisonOp.MATCHES:
            return _matches(value, literal)
        case ComparisonOp.ISSUBSET:
            return _inside(value, literal)
        case ComparisonOp.ISSUPERSET:
            return _inside(literal, value)
    return _ordered(value, op, literal)


def _equal(value: Any, literal: Literal) -> bool:
    if isinstance(literal, Timestamp) and isinstance(value, str):
        return _instant(value) == literal.instant
    pair = _comparable(value, literal)
    return pair is not None and pair[0] == pair[1]


def _ordered(value: Any, op: ComparisonOp, literal: Literal) -> bool | None:
    pair: tuple[Any, Any] | None
    if isinstance(literal, Timestamp):
        instant = _instant(value) if isinstance(value, str) else None
        pair = None if instant is None else (instant, literal.instant)
    else:
        pair = None if isinstance(literal, bool) else _comparable(value, literal)
    if pair is None:
        return None
    left, right = pair
    answers: dict[ComparisonOp, bool] = {
        ComparisonOp.GT: left > right,
        ComparisonOp.LT: left < right,
        ComparisonOp.GE: left >= right,
        ComparisonOp.LE: left <= right,
    }
    return answers[op]


def _comparable(value: Any, literal: Literal) -> tuple[Any, Any] | None:
    """Both as values of one type, or None."""
    if isinstance(value, bool) or isinstance(literal, bool):
        return (value, literal) if isinstance(value, bool) and isinstance(literal, bool) else None
    if isinstance(value, int | float) and isinstance(literal, int | float):
        return value, literal
    if isinstance(value, str) and isinstance(literal, str):
        return value, literal
    if isinstance(value, bytes | str) and isinstance(literal, bytes | str):
        left, right = _octets(value), _octets(literal)
        return None if left is None or right is None else (left, right)
    return None


def _octets(value: bytes | str) -> bytes | None:
    if isinstance(value, bytes):
        return value
    return bytes(map(ord, value)) if all(ord(character) < 256 for character in value) else None


def _instant(text: str) -> Instant | None:
    try:
        return parse_timestamp(text)
    except BadInput:
        return None


def _like(value: Any, literal: Literal) -> bool:
    assert isinstance(literal, str)
    if isinstance(value, bytes):
        try:
            value = value.decode("utf-8")
        except UnicodeDecodeError:
            return False
    if not isinstance(value, str):
        return False
    text = unicodedata.normalize("NFC", value)
    reached = {0}  # how much of the text the part of the pattern seen so far can take up
    for wanted in unicodedata.normalize("NFC", literal):
        if wanted == "%":
            reached = {after for start in reached for after in range(start, len(text) + 1)}
        else:
            reached = {start + 1 for start in reached if start < len(text) and wanted in ("_", text[start])}
    return len(text) in reached


def _matches(value: Any, literal: Literal) -> bool:
    assert isinstance(literal, str)
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return False
    options = re2.Options()
    options.dot_nl = True
    regex = re2.compile(unicodedata.normalize("NFC", literal), options)
    return regex.search(unicodedata.normalize("NFC", value)) is not None


_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def _inside(inner: Any, outer: Any) -> bool:
    """Whether the addresses of ``inner`` all belong to ``outer``."""
    a, b = _network(inner), _network(outer)
    if a is None or b is None or a.version != b.version:
        return False
    return int(b[0]) <= int(a[0]) and int(a[-1]) <= int(b[-1])


def _network(value: Any) -> _Network | None:
    # The library also reads netmasks after the slash and zones after a percent sign; CIDR has neither.
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-fA-F:.]+(/[0-9]{1,3})?", value):
        return None
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None
