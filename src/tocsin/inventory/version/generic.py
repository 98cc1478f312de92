"""Versions of no known scheme (firmware, free text): compared only where every sane reading gives the same answer.

There is no key: not every two such versions can be compared, so that they have no place in a row. What is held to be
sane:

- Numbers between dots count as numbers, from left to right, and ``1.2`` is ``1.2.0``. Numbers of which one has a
  leading zero may be meant as decimals; they are compared only where that gives the same answer. A date and a small
  number are not compared, nor are two dates that may begin with the day.
- Case, blanks, and words that only say "version" or "firmware" do not count.
- What says that it comes before a release (alpha, beta, rc ...) precedes it; what says that it mends one (SP, patch,
  hotfix ...) follows it.
- Any other word is a line of its own (Cisco's ``15.2(6)E`` and ``15.2(7)S``): across two of them nothing is said. One
  letter at once after the last number (``1.2b``) is a step within that version, not before or after it in a way that
  is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tocsin.inventory.version.order import Order
from tocsin.limits import MAX_VERSION_CHARS

__all__ = ["compare_generic"]

_TOKEN = re.compile(r"([^0-9a-z]*+)([0-9]++|[a-z]++)")
_SEEN = re.compile(r"[!-~ ]++")

_NOISE = frozenset({"v", "ver", "vers", "version", "fw", "firmware", "release", "rel"})
_STAGES = frozenset({"alpha", "beta", "rc"})  # in this order, which is also the alphabet's
_BEFORE = _STAGES | {"dev", "pre", "preview", "snapshot"}
_AFTER = {
    "sp": "sp",
    "servicepack": "sp",
    "patch": "patch",
    "p": "patch",
    "pl": "patch",
    "patchlevel": "patch",
    "hf": "hotfix",
    "hotfix": "hotfix",
    "update": "update",
    "upd": "update",
    "u": "update",
}
_NEUTRAL = frozenset({"build", "bld"})
"""Words that count what was built: of no weight once something before them has decided."""
_DATE_DIGITS = 6


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    between: str
    """What stands between this and the token before it, without blanks."""

    @property
    def is_number(self) -> bool:
        return self.text[0].isdecimal()


@lru_cache(maxsize=8_192)
def _tokens(version: str) -> list[_Token] | None:
    """Return the tokens of a version, None where it holds none, or signs beyond ASCII."""
    version = version.strip().lower().replace("service pack", "sp").replace("patch level", "patchlevel")
    if not 0 < len(version) <= MAX_VERSION_CHARS or not _SEEN.fullmatch(version):
        return None
    tokens: list[_Token] = []
    for between, text in _TOKEN.findall(version):
        if text in _NOISE and not tokens:
            continue
        tokens.append(_Token(_AFTER.get(text, text), between.replace(" ", "") if tokens else ""))
    return _without_zeros(tokens) or None


def _without_zeros(tokens: list[_Token]) -> list[_Token]:
    """Return ``tokens`` without the ``.0`` before a word or the end: they say nothing (2.3.0 SP1 is 2.3 SP1)."""
    kept: list[_Token] = []
    says_nothing = True
    for place in range(len(tokens) - 1, -1, -1):
        token = tokens[place]
        is_zero = token.is_number and token.between == "." and not token.text.strip("0")
        if not (says_nothing and is_zero and tokens[place - 1].is_number):
            kept.append(token)
            says_nothing = not token.is_number
    return kept[::-1]


def _ending(version: str) -> str:
    return re.sub(r"\s+", "", re.split(r"[0-9a-z]", version.lower()[::-1], maxsplit=1)[0])


def _of_numbers(a: str, b: str, *, is_first: bool) -> Order:
    """Return how two numbers stand: as whole numbers and, behind a sign with a zero in front, as decimals too."""
    bare_a, bare_b = a.lstrip("0"), b.lstrip("0")
    whole = _of_keys((len(bare_a), bare_a), (len(bare_b), bare_b))
    if (len(bare_a) >= _DATE_DIGITS) != (len(bare_b) >= _DATE_DIGITS) and bare_a and bare_b:
        return Order.UNKNOWN
    if not is_first and len(a) != len(b) and "0" in {a[0], b[0]} and bare_a and bare_b:
        decimal = _of_keys(a, b)
        return whole if whole is decimal else Order.UNKNOWN
    if len(a) == len(b) and len(a) in {6, 8}:
        for first, second in zip(_dates(a), _dates(b), strict=True):
            if first and second and _of_keys(first, second) is not whole:
                return Order.UNKNOWN
    return whole


def _dates(digits: str) -> tuple[str, str]:
    """Return 6 or 8 digits as dates that begin with the day, and with the month, year first; "" for what is none."""
    one, two, year = digits[:2], digits[2:4], digits[4:]
    is_year = len(year) == 2 or year[:2] in {"19", "20"}
    return tuple(
        f"{year}{month}{day}" if is_year and "01" <= month <= "12" and "01" <= day <= "31" else ""
        for day, month in ((one, two), (two, one))
    )  # type: ignore[return-value]  # of two


def _of_keys(a: tuple[int, str] | str, b: tuple[int, str] | str) -> Order:
    if a == b:
        return Order.EQUAL
    return Order.LESS if a < b else Order.GREATER  # type: ignore[operator]  # both are of one type


def _same_line(a: list[_Token], b: list[_Token]) -> bool:
    """Whether what follows the number that decides is of one line: no words but those known, or the same."""
    return _line(a) == _line(b)


def _line(rest: list[_Token]) -> list[str]:
    words = []
    for place, token in enumerate(rest):
        if token.is_number or token.text in _BEFORE | _NEUTRAL or token.text in _AFTER.values():
            continue
        is_step = (
            len(token.text) == 1
            and place == len(rest) - 1
            and not token.between
            and place > 0
            and rest[place - 1].is_number
        )
        if not is_step:
            words.append(token.text)
    return words


def _against_end(rest: list[_Token]) -> Order:
    """Return how the end of a version stands to what another one goes on with."""
    for place, token in enumerate(rest):
        if token.is_number:
            if token.between != ".":
                return Order.UNKNOWN
            if token.text.strip("0"):
                return Order.LESS if _line(rest[place:]) == [] else Order.UNKNOWN
            continue
        if token.text in _BEFORE:
            return Order.GREATER
        return Order.LESS if token.text in _AFTER.values() else Order.UNKNOWN
    return Order.EQUAL


def _of_tokens(a: list[_Token], b: list[_Token]) -> Order:
    for place, (one, two) in enumerate(zip(a, b, strict=False)):
        rest_a, rest_b = a[place:], b[place:]
        if one.is_number and two.is_number:
            if one.between != two.between:
                return Order.UNKNOWN
            order = _of_numbers(one.text, two.text, is_first=not one.between)
            if order is Order.EQUAL:
                continue
            return order if _same_line(rest_a, rest_b) else Order.UNKNOWN
        if one.text == two.text:
            continue
        if one.is_number or two.is_number:
            return _number_and_word(rest_a, rest_b)
        return _of_words(one, two, rest_a, rest_b)
    if len(a) < len(b):
        return _against_end(b[len(a) :])
    return _against_end(a[len(b) :]).turned()


def _is_above(rest: list[_Token]) -> bool:
    """Whether what follows are numbers with dots before them that make the version larger."""
    for token in rest:
        if not token.is_number or token.between != ".":
            return False
        if token.text.strip("0"):
            return True
    return False


def _number_and_word(rest_a: list[_Token], rest_b: list[_Token]) -> Order:
    # 2.3-rc1 and 2.3.1: the first comes before 2.3 even.
    if rest_a[0].text in _BEFORE and _is_above(rest_b):
        return Order.LESS
    if rest_b[0].text in _BEFORE and _is_above(rest_a):
        return Order.GREATER
    return Order.UNKNOWN


def _of_words(one: _Token, two: _Token, rest_a: list[_Token], rest_b: list[_Token]) -> Order:
    known = _AFTER.values()
    if one.text in _BEFORE and two.text in _BEFORE:
        if one.text in _STAGES and two.text in _STAGES:
            return _of_keys(one.text, two.text)
        return Order.UNKNOWN
    if one.text in _BEFORE and two.text in known:
        return Order.LESS
    if two.text in _BEFORE and one.text in known:
        return Order.GREATER
    # Steps 1.2a and 1.2b, or revisions A and B.
    if len(one.text) == len(two.text) == 1 == len(rest_a) == len(rest_b) and one.between == two.between:
        return _of_keys(one.text, two.text)
    return Order.UNKNOWN


def compare_generic(a: str, b: str) -> Order:
    """Return how two versions of no known scheme stand, UNKNOWN where readings differ."""
    tokens_a, tokens_b = _tokens(a), _tokens(b)
    if tokens_a is None or tokens_b is None:
        same = a.strip() == b.strip() and a.strip() != "" and len(a) <= MAX_VERSION_CHARS
        return Order.EQUAL if same else Order.UNKNOWN
    order = _of_tokens(tokens_a, tokens_b)
    if order is Order.EQUAL and _ending(a) != _ending(b):
        return Order.UNKNOWN
    return order
