"""A warning as the check sees it: one indicator, with what a person needs to judge a hit."""

from __future__ import annotations

import msgspec

__all__ = ["WarningTally", "Warning_"]


class Warning_(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator. ``id`` is the STIX id, or a deterministic one for a line of a plain list.

    ``pattern`` is the STIX pattern, ``version`` the pattern language's ("2.0" or "2.1"). Times are STIX
    timestamps as text. ``tlp`` is one of clear, green, amber, amber+strict, red, or "" where no marking
    is given. ``confidence`` is 0 to 100, -1 where none is given. ``source`` is the file, ``place`` the
    line or JSON path in it.
    """

    id: str
    pattern: str
    version: str = "2.1"
    name: str = ""
    description: str = ""
    valid_from: str = ""
    valid_until: str = ""
    tlp: str = ""
    confidence: int = -1
    severity: str = ""
    labels: tuple[str, ...] = ()
    source: str = ""
    place: str = ""


class WarningTally(msgspec.Struct, kw_only=True):
    """What became of the objects or lines of the warnings' files; the counts add up to ``seen``.

    ``skipped`` and ``not_checked`` map a reason to (count, first places): skipped things are no warnings
    (a comment, a relationship object, a revoked indicator), things not checked are warnings that this
    program cannot check (a YARA rule, a pattern that does not compile). ``file`` is put before each place; "" puts
    none, where there is one file only.
    """

    seen: int = 0
    read: int = 0
    skipped: dict[str, tuple[int, list[str]]] = msgspec.field(default_factory=dict)
    not_checked: dict[str, tuple[int, list[str]]] = msgspec.field(default_factory=dict)
    file: str = ""

    def skip(self, reason: str, place: str) -> None:
        """Count a thing that is no warning."""
        _count(self.skipped, reason, self._named(place))

    def leave_unchecked(self, reason: str, place: str) -> None:
        """Count a warning that cannot be checked."""
        _count(self.not_checked, reason, self._named(place))

    def _named(self, place: str) -> str:
        return f"{self.file} {place}" if self.file else place


def _count(counts: dict[str, tuple[int, list[str]]], reason: str, place: str) -> None:
    number, places = counts.get(reason, (0, []))
    counts[reason] = (number + 1, [*places, place] if len(places) < 5 else places)
