"""The literal text that every match of a LIKE or MATCHES pattern must hold.

A text scanner looks for these in all values at once; only rows where one is found are put to the pattern
itself. The search is conservative: what is not understood yields no literal, never a wrong one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tocsin.detect.pattern.fold import folded
from tocsin.detect.pattern.syntax import Comparison, ComparisonOp

__all__ = ["SHORTEST", "needle_of"]

SHORTEST = 4
"""Shorter literals stand in most values, so looking for them narrows nothing."""

_SPECIAL = set(".^$*+?{}[]\\|()")
_PLAIN_GROUP = re.compile(r"\\.|\(\?:", re.DOTALL)
# Values are scanned as they stand, not normalised. Only ASCII has one form in every normalisation, and of ASCII
# not these three: U+212A, U+037E and U+1FEF are composed to them.
_COMPOSED = re.compile("[K;`]")
_QUANTIFIER = re.compile(r"[*+?]\??|\{\d*(?:,\d*)?\}\??")


def needle_of(comparison: Comparison) -> str | None:
    """Return the longest literal that a value must hold for ``comparison`` to be true, or None.

    None where no literal of at least ``SHORTEST`` characters can be told, or the test is negated. One that holds a
    character which other text is composed to is cut there, and may be one shorter. If the comparison pays no regard to
    case, neither may the search.
    """
    if comparison.negated or not isinstance(comparison.value, str):
        return None
    text = unicodedata.normalize("NFC", comparison.value)
    if comparison.any_case:
        # Looked for without regard to case, as it says itself.
        text = text.removeprefix("(?i)") if comparison.op is ComparisonOp.MATCHES else folded(text)
    if comparison.op is ComparisonOp.LIKE:
        runs = re.split("[%_]", text)
    elif comparison.op is ComparisonOp.MATCHES:
        runs = _runs(text)
    else:
        return None
    plain = [piece for run in runs for piece in _pieces(run)]
    return max(plain, key=len, default=None)


def _pieces(run: str) -> Iterator[str]:
    """Yield what of a literal run is written in one way only, and is long enough."""
    for piece in re.split(r"[^\x20-\x7e]+", run):
        parts = _COMPOSED.split(piece)
        shortest = SHORTEST if len(parts) == 1 else SHORTEST - 1
        yield from (part for part in parts if len(part) >= shortest)


def _runs(regex: str) -> list[str]:
    """Return literal runs that stand in every match of ``regex``, looking only at its outermost level."""
    if "(?" in regex or "\\Q" in regex:
        # Flags may change what a letter means; groups with a name or none capture are rare and not worth it.
        regex = _without_plain_groups(regex)
        if "(?" in regex or "\\Q" in regex:
            return []
    runs: list[str] = []
    run = ""
    position = 0
    while position < len(regex):
        character = regex[position]
        if character == "|":
            return []
        literal, end = _one(regex, position)
        if end < 0:
            return []
        quantifier = _QUANTIFIER.match(regex, end)
        if literal is not None and quantifier is None:
            run += literal
        else:
            runs.append(run)
            run = literal if literal is not None and quantifier and quantifier[0].startswith("+") else ""
            if quantifier:
                end = quantifier.end()
                runs.append(run)
                run = ""
        position = end
    runs.append(run)
    return runs


def _without_plain_groups(regex: str) -> str:
    """Return ``regex`` with ``(`` for each ``(?:`` that opens a group; one that is escaped opens none."""
    return _PLAIN_GROUP.sub(lambda found: "(" if found[0] == "(?:" else found[0], regex)


def _one(regex: str, position: int) -> tuple[str | None, int]:
    """Return the literal that the atom at ``position`` stands for, and where the atom ends.

    None if it stands for several texts; -1 if its end cannot be told.
    """
    character = regex[position]
    if character == "\\":
        if position + 1 >= len(regex):
            return None, -1
        escaped = regex[position + 1]
        if escaped.isalnum():
            return None, position + 2 if escaped in "dDwWsSbBAz" else -1
        return escaped, position + 2
    if character == "[":
        return None, _class_end(regex, position)
    if character == "(":
        return None, _group_end(regex, position)
    if character in _SPECIAL:
        return None, position + 1
    return character, position + 1


def _class_end(regex: str, position: int) -> int:
    index = position + 1
    if regex[index : index + 1] == "^":
        index += 1
    if regex[index : index + 1] == "]":
        index += 1
    while index < len(regex):
        if regex[index] == "\\":
            index += 2
        elif regex.startswith("[:", index):
            index = regex.find(":]", index) + 2
            if index < 2:
                return -1
        elif regex[index] == "]":
            return index + 1
        else:
            index += 1
    return -1


def _group_end(regex: str, position: int) -> int:
    depth = 0
    index = position
    while index < len(regex):
        if regex[index] == "\\":
            index += 2
        elif regex[index] == "[":
            index = _class_end(regex, index)
            if index < 0:
                return -1
        else:
            depth += (regex[index] == "(") - (regex[index] == ")")
            index += 1
            if depth == 0:
                return index
    return -1
