"""npm's ranges (node-semver, "Advanced Range Syntax") and Cargo's (The Cargo Book, "Specifying Dependencies").

Both are made of versions with parts left out, each with a comparator; Cargo's have commas between, and a bare version
is a caret there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile

from tocsin.inventory.version.native.sets import Sets, refused, whole_numbers
from tocsin.inventory.version.spans import EVERYTHING, Span

__all__ = ["cargo_range", "npm_range"]

_PARTIAL = re.compile(
    r"[v=\s]*+([0-9]++|[xX*])(?:\.([0-9]++|[xX*]))?+(?:\.([0-9]++|[xX*]))?+"
    r"(?:-([0-9A-Za-z.-]++))?+(?:\+[0-9A-Za-z.-]++)?+"
)
_COMPARATOR = re.compile(r"(>=|<=|~>|>|<|=|~|\^)?+\s*+([^\s,<>=~^|]++)[\s,]*+")
_HYPHEN = re.compile(r"([^\s]++)\s++-\s++([^\s]++)")
_WILD = frozenset("xX*")


@dataclass(frozen=True, slots=True)
class _Partial:
    """A version of which the last numbers may be left out."""

    numbers: tuple[int, ...]
    pre: str | None

    @property
    def filled(self) -> str:
        text = ".".join(map(str, (*self.numbers, 0, 0, 0)[:3]))
        return f"{text}-{self.pre}" if self.pre and len(self.numbers) == 3 else text

    def next_at(self, place: int) -> str:
        """Return the first version in which the number at ``place`` is one more."""
        numbers = [*self.numbers[:place], self.numbers[place] + 1]
        return ".".join(map(str, (*numbers, 0, 0)[:3]))


def _partial(text: str, whole: str) -> _Partial:
    found = _PARTIAL.fullmatch(text)
    if found is None:
        raise refused(f"{text!r} is no version", whole)
    *parts, pre = found.groups()
    given = list(takewhile(lambda part: part and part not in _WILD, parts))
    return _Partial(tuple(whole_numbers(".".join(given), whole)) if given else (), pre)


def _simple(sets: Sets, comparator: str, version: _Partial) -> list[Span]:
    """Return the versions of a comparator and a version that may be partial."""
    given = len(version.numbers)
    if not given:
        # >* and <* hold nothing.
        return [] if comparator in {">", "<"} else [EVERYTHING]
    last = given - 1
    if comparator in {"~", "~>"}:
        return sets.between(version.filled, version.next_at(min(last, 1)))
    if comparator == "^":
        place = next((place for place, number in enumerate(version.numbers) if number), last)
        return sets.between(version.filled, version.next_at(place))
    if given == 3:
        return sets.at(comparator or "=", version.filled)
    match comparator:
        case ">":
            return sets.at(">=", version.next_at(last))
        case "<=":
            return sets.at("<", version.next_at(last))
        case ">=" | "<":
            return sets.at(comparator, version.filled)
        case _:
            return sets.between(version.filled, version.next_at(last))


def _comparators(sets: Sets, text: str, whole: str, bare: str) -> list[Span]:
    found = []
    end = 0
    text = text.strip()
    while end < len(text):
        match = _COMPARATOR.match(text, end)
        if match is None:
            raise refused(f"{text[end:]!r} is no comparator and version", whole)
        found.append(_simple(sets, match[1] or bare, _partial(match[2], whole)))
        end = match.end()
    return Sets.all_of(found)


def npm_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of an npm range."""
    alternatives = []
    for part in text.split("||"):
        hyphen = _HYPHEN.fullmatch(part.strip())
        if hyphen:
            low, high = _partial(hyphen[1], text), _partial(hyphen[2], text)
            alternatives.append(Sets.all_of([_simple(sets, ">=", low), _simple(sets, "<=", high)]))
        else:
            alternatives.append(_comparators(sets, part, text, "="))
    return Sets.any_of(alternatives)


def cargo_range(sets: Sets, text: str) -> list[Span]:
    """Return the versions of a Cargo requirement."""
    wild = _WILD & set(text)
    return _comparators(sets, text, text, "=" if wild else "^")
