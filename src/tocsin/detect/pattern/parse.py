"""The parser of the STIX pattern language: text to tree, by recursive descent.

Grammar: STIX 2.1 section 9 and STIX 2.0 part 5. From tightest to loosest, observation expressions bind
qualifiers, AND, OR, FOLLOWEDBY; comparison expressions AND, OR. A qualifier belongs to the nearest
expression on its left.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from tocsin.detect.pattern.compare import like_to_regex
from tocsin.detect.pattern.literal import literal_of, string_of
from tocsin.detect.pattern.regex import check_regex
from tocsin.detect.pattern.subnet import parse_subnet
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
    Within,
)
from tocsin.detect.pattern.tokens import Token, TokenKind, error_at, tokenize
from tocsin.errors import BadInput, PatternError
from tocsin.limits import PATTERN_BYTES, PATTERN_NESTING, PATTERN_OPERANDS, PATTERN_SEQUENCE, REFERENCE_DEPTH
from tocsin.model.timestamp import NS_PER_S, Instant, parse_timestamp

__all__ = ["parse_path", "parse_pattern"]

_Node = TypeVar("_Node")

_SYMBOL_OPS = {
    "=": ComparisonOp.EQ,
    "==": ComparisonOp.EQ,
    "!=": ComparisonOp.NE,
    "<>": ComparisonOp.NE,
    "<": ComparisonOp.LT,
    "<=": ComparisonOp.LE,
    ">": ComparisonOp.GT,
    ">=": ComparisonOp.GE,
}
_WORD_OPS = {op.value: op for op in ComparisonOp if op.value.isalpha()}
_KEYWORDS = frozenset(
    {"AND", "OR", "NOT", "FOLLOWEDBY", "EXISTS", "START", "STOP", "WITHIN", "SECONDS", "REPEATS", "TIMES"}
    | {"true", "false", *_WORD_OPS}
)


def parse_pattern(text: str, version: str = "2.1") -> Pattern:
    """Return the tree of ``text``.

    ``version`` is the pattern language's: in 2.0 START and STOP take plain strings too and a qualifier may
    stand twice; EXISTS came with 2.1.

    Raises:
        PatternError: the text is no pattern, or holds what cannot run; ``where`` is its line and column.
    """
    if len(text.encode("utf-8", "surrogatepass")) > PATTERN_BYTES:
        raise PatternError(
            f"the pattern is longer than {PATTERN_BYTES // 1024} KiB",
            hint="split it into several indicators",
        )
    return _Parser(text, version).pattern()


@functools.lru_cache(maxsize=8192)
def parse_path(text: str) -> ObjectPath:
    """Return the object path that ``text`` names, such as ``file:hashes.'SHA-256'``.

    Raises:
        PatternError: the text is no object path.
    """
    parser = _Parser(text, "2.1")
    path = parser.object_path()
    parser.end()
    return path


class _Parser:
    """One pass over the tokens of one pattern."""

    def __init__(self, text: str, version: str) -> None:
        self.text = text
        self.version = version
        self.tokens = list(tokenize(text))
        self.position = 0
        self.depth = 0
        self.operands = 0
        self.followed = 0

    # -- tokens -----------------------------------------------------------------------------------

    @property
    def here(self) -> Token:
        return self.tokens[self.position]

    def error(self, what: str, token: Token | None = None, hint: str | None = None) -> PatternError:
        return error_at(self.text, (token or self.here).offset, what, hint)

    def take(self) -> Token:
        token = self.here
        if token.kind is not TokenKind.END:
            self.position += 1
        return token

    def accept(self, text: str) -> bool:
        if self.here.text == text and self.here.kind in (TokenKind.WORD, TokenKind.SYMBOL):
            self.position += 1
            return True
        return False

    def expect(self, text: str, why: str) -> None:
        if not self.accept(text):
            found = self.here.text or "the end of the pattern"
            raise self.error(f"{text!r} was expected {why}, not {_shown(found)}")

    def end(self) -> None:
        if self.here.kind is not TokenKind.END:
            raise self.error(f"the pattern should end before {_shown(self.here.text)}")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > PATTERN_NESTING:
            raise self.error(f"brackets are nested more than {PATTERN_NESTING} deep")

    def count_operand(self) -> None:
        self.operands += 1
        if self.operands > PATTERN_OPERANDS:
            raise self.error(f"the pattern has more than {PATTERN_OPERANDS} comparisons and values")

    # -- observation expressions ------------------------------------------------------------------

    def pattern(self) -> Pattern:
        expression = self.followed_by()
        self.end()
        return Pattern(self.text, expression)

    def followed_by(self) -> ObservationExpression:
        left = self.observation_or()
        while self.accept("FOLLOWEDBY"):
            self.followed += 1
            if self.followed > PATTERN_SEQUENCE:
                raise self.error(f"the pattern has more than {PATTERN_SEQUENCE} FOLLOWEDBYs")
            left = FollowedBy(left, self.observation_or())
        return left

    def observation_or(self) -> ObservationExpression:
        operands = self.joined("OR", self.observation_and)
        return operands[0] if len(operands) == 1 else ObservationOr(operands)

    def observation_and(self) -> ObservationExpression:
        operands = self.joined("AND", self.qualified)
        return operands[0] if len(operands) == 1 else ObservationAnd(operands)

    def joined(self, word: str, operand: Callable[[], _Node]) -> tuple[_Node, ...]:
        operands = [operand()]
        while self.accept(word):
            operands.append(operand())
        return tuple(operands)

    def qualified(self) -> ObservationExpression:
        expression = self.observation()
        seen: set[str] = set()
        depth = self.depth
        while (word := self.here.text) in ("WITHIN", "REPEATS", "START"):
            token = self.take()
            if word in seen and self.version != "2.0":
                raise self.error(
                    f"{word} stands twice for one expression", token, "use parentheses to nest qualifiers"
                )
            seen.add(word)
            self.deeper()
            if word == "WITHIN":
                expression = Within(expression, self.window())
            elif word == "REPEATS":
                expression = Repeats(expression, self.times())
            else:
                expression = self.start_stop(expression)
        self.depth = depth
        return expression

    def window(self) -> Instant:
        token = self.take()
        if token.kind not in (TokenKind.INTEGER, TokenKind.FLOAT) or len(token.text) > 40:
            raise self.error("WITHIN needs a number of seconds", token)
        self.expect("SECONDS", "after the number of WITHIN")
        window = Fraction(token.text) * NS_PER_S
        if window <= 0:
            raise self.error("the window of WITHIN must be longer than nothing", token)
        return int(window) if window.denominator == 1 else window

    def times(self) -> int:
        token = self.take()
        digits = token.text.removeprefix("+")
        if token.kind is not TokenKind.INTEGER or len(digits) > 9 or int(digits) < 1:
            raise self.error("REPEATS needs a whole number from 1 to 999,999,999", token)
        self.expect("TIMES", "after the number of REPEATS")
        return int(digits)

    def start_stop(self, operand: ObservationExpression) -> StartStop:
        start = self.instant("START")
        self.expect("STOP", "after the time of START")
        return StartStop(operand, start, self.instant("STOP"))

    def instant(self, word: str) -> Instant:
        token = self.take()
        if token.kind is TokenKind.TIMESTAMP or (token.kind is TokenKind.STRING and self.version == "2.0"):
            try:
                return parse_timestamp(token.text[token.text.index("'") + 1 : -1])
            except BadInput as problem:
                raise self.error(problem.what, token) from None
        raise self.error(f"{word} needs a time like t'2021-03-02T08:15:00Z'", token)

    def observation(self) -> ObservationExpression:
        self.deeper()
        expression: ObservationExpression
        if self.accept("["):
            expression = Bracket(self.comparison_or())
            self.expect("]", "to close the observation expression")
        elif self.accept("("):
            expression = self.followed_by()
            self.expect(")", "to close the parenthesis")
        else:
            found = _shown(self.here.text or "the end of the pattern")
            raise self.error(f"an observation expression in [ ] was expected, not {found}")
        self.depth -= 1
        return expression

    # -- comparison expressions -------------------------------------------------------------------

    def comparison_or(self) -> ComparisonExpression:
        operands = self.joined("OR", self.comparison_and)
        return operands[0] if len(operands) == 1 else Junction(BooleanOp.OR, operands)

    def comparison_and(self) -> ComparisonExpression:
        operands = self.joined("AND", self.comparison)
        return operands[0] if len(operands) == 1 else Junction(BooleanOp.AND, operands)

    def comparison(self) -> ComparisonExpression:
        self.count_operand()
        if self.here.text == "EXISTS" and self.tokens[self.position + 1].text != ":":
            token = self.take()
            if self.version == "2.0":
                raise self.error("EXISTS came with STIX 2.1", token, "say that the pattern is 2.1")
            return Exists(self.object_path())
        if self.accept("("):
            self.deeper()
            expression = self.comparison_or()
            self.expect(")", "to close the parenthesis")
            self.depth -= 1
            return expression
        path = self.object_path()
        negated = self.accept("NOT")
        return self.tested(path, negated=negated)

    def tested(self, path: ObjectPath, *, negated: bool) -> Comparison:
        token = self.take()
        if token.kind is TokenKind.SYMBOL and (op := _SYMBOL_OPS.get(token.text)):
            at = self.here
            value = self.literal()
            if op not in (ComparisonOp.EQ, ComparisonOp.NE) and isinstance(value, bool):
                raise self.error(f"true and false have no order, so {op} cannot compare them", at)
            return Comparison(path, op, value, negated)
        op = _WORD_OPS.get(token.text) if token.kind is TokenKind.WORD else None
        if op is None:
            found = _shown(token.text or "the end of the pattern")
            raise self.error(f"a comparison operator was expected, not {found}", token)
        if op is ComparisonOp.IN:
            return Comparison(path, op, self.literal_set(), negated)
        at = self.take()
        if at.kind is not TokenKind.STRING:
            raise self.error(f"{op} needs a string in quotes", at)
        return Comparison(path, op, self.checked(op, string_of(at), at), negated)

    def checked(self, op: ComparisonOp, value: str, token: Token) -> str:
        """Refuse now what could not run later."""
        try:
            if op is ComparisonOp.MATCHES:
                check_regex(value)
            elif op is ComparisonOp.LIKE:
                check_regex(like_to_regex(value))
            elif op in (ComparisonOp.ISSUBSET, ComparisonOp.ISSUPERSET) and parse_subnet(value) is None:
                raise BadInput(
                    f"{value[:60]!r} is no IPv4 or IPv6 address or network", hint="write 198.51.100.0/24"
                )
        except BadInput as problem:
            raise self.error(problem.what, token, problem.hint) from None
        return value

    def literal(self) -> Literal:
        token = self.take()
        try:
            return literal_of(token)
        except BadInput as problem:
            raise self.error(problem.what, token, problem.hint) from None

    def literal_set(self) -> tuple[Literal, ...]:
        self.expect("(", "after IN")
        if self.accept(")"):
            return ()
        first = self.here
        values = [self.literal()]
        while self.accept(","):
            self.count_operand()
            values.append(self.literal())
        self.expect(")", "to close the set of IN")
        # Section 9.6.1: the constants of a set are of one data type; integers and floats are both numbers.
        if len({float if type(value) is int else type(value) for value in values}) > 1:
            raise self.error("the values of IN must be of one type", first)
        return tuple(values)

    def object_path(self) -> ObjectPath:
        token = self.take()
        if token.kind is not TokenKind.WORD or token.text in _KEYWORDS:
            found = _shown(token.text or "the end of the pattern")
            raise self.error(f"an object path like file:name was expected, not {found}", token)
        self.expect(":", "between the object type and its property")
        steps: list[Step] = [self.property_name()]
        while True:
            if self.accept("."):
                steps.append(self.property_name())
            elif self.here.text == "[":
                steps.append(self.index())
            else:
                break
        references = sum(isinstance(step, str) and step.endswith(("_ref", "_refs")) for step in steps)
        if references > REFERENCE_DEPTH:
            raise self.error(f"the path follows more than {REFERENCE_DEPTH} references", token)
        return ObjectPath(token.text, tuple(steps))

    def property_name(self) -> str:
        token = self.take()
        if token.kind is TokenKind.STRING:
            return string_of(token)
        if token.kind is TokenKind.WORD:
            if "-" in token.text:
                raise self.error(
                    f"the property name {token.text!r} holds a hyphen", token, f"write '{token.text}'"
                )
            return token.text
        raise self.error(
            f"a property name was expected, not {_shown(token.text or 'the end of the pattern')}", token
        )

    def index(self) -> Step:
        self.expect("[", "before a list index")
        token = self.take()
        if token.text == "*":
            step: Step = ANY
        elif token.kind is TokenKind.INTEGER and token.text.isdigit() and len(token.text) < 10:
            step = int(token.text)
        else:
            raise self.error("a list index is a whole number from 0, or *", token)
        self.expect("]", "to close the list index")
        return step


def _shown(text: str) -> str:
    return text if text == "the end of the pattern" else repr(text[:40])
