"""Which evidence rests on one source, and so counts once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from tocsin.ransom.attribution.statement import Evidence, name_key

__all__ = ["independent"]


def independent(evidence: Iterable[Evidence]) -> list[tuple[Evidence, ...]]:
    """The evidence in groups that count once each; neither order nor repeating it changes them.

    Two items are in one group if they have one original source: that which they rest on, or else their own. Where that
    source itself is said to rest on another, the other is the original. So are two of one file or one reference.
    """
    items = sorted(set(evidence), key=_key)
    relied_on = {name_key(one.rests_on) for one in items if one.rests_on}
    groups = _Groups()
    for one in items:
        marks = [("source", name_key(one.rests_on or one.source))]
        if one.rests_on and name_key(one.source) in relied_on:
            marks.append(("source", name_key(one.source)))
        marks += [("file", one.sha256)] if one.sha256 else []
        marks += [("reference", one.reference)] if one.reference else []
        for mark in marks[1:]:
            groups.join(marks[0], mark)
    found: defaultdict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for one in items:
        found[groups.root(("source", name_key(one.rests_on or one.source)))].append(one)
    return [tuple(group) for group in found.values()]


def _key(one: Evidence) -> tuple[str, ...]:
    return (
        one.day.isoformat(), one.source, one.what, one.rests_on, one.reference, one.sha256, *one.inconsistent_with,
    )  # fmt: skip


class _Groups:
    def __init__(self) -> None:
        self._above: dict[tuple[str, str], tuple[str, str]] = {}

    def root(self, one: tuple[str, str]) -> tuple[str, str]:
        while (above := self._above.get(one, one)) != one:
            one = above
        return one

    def join(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        self._above[self.root(other)] = self.root(one)
