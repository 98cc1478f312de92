"""Sets of versions under construction, which remember how their bounds were written."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.errors import NotARange, NotAVersion, Place
from tocsin.inventory.version.scheme import extent
from tocsin.inventory.version.spans import Span, intersect, outside, unite
from tocsin.inventory.version.vers import Constraint, VersRange
from tocsin.limits import MAX_VERSION_CHARS

__all__ = ["Sets", "refused", "whole_numbers"]

_SHOWN = 80


def refused(what: str, text: str) -> NotARange:
    """Return the error for a range that is written wrongly."""
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return NotARange(f"{what} in the range {shown!r}", where=Place(line=1), hint="Correct it.")


def whole_numbers(dotted: str, text: str) -> list[int]:
    """Return the numbers of ``dotted``, which is digits with dots between; ``text`` is the range that they stand in.

    Raises:
        NotARange: they are longer than a version may be.
    """
    if len(dotted) > MAX_VERSION_CHARS:
        raise refused(f"a version of {len(dotted):,} characters is longer than {MAX_VERSION_CHARS:,}", text)
    return [int(part) for part in dotted.split(".")]


class Sets:
    """Sets of versions of one scheme."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        self._written: dict[bytes, tuple[str, bool]] = {}

    def at(self, comparator: str, version: str) -> list[Span]:
        """Return the versions that stand so to ``version``.

        Raises:
            NotARange: it is no version.
        """
        try:
            low, above = extent(self.scheme, version)
        except NotAVersion as error:
            raise NotARange(error.what, where=Place(line=1), hint=error.hint) from error
        self._written.setdefault(low, (version, False))
        self._written.setdefault(above, (version, True))
        point = Span(low, True, above, False)
        match comparator:
            case "=":
                return [point]
            case "!=":
                return outside([point])
            case "<":
                return [Span(None, False, low, False)]
            case "<=":
                return [Span(None, False, above, False)]
            case ">":
                return [Span(above, True, None, False)]
            case _:
                return [Span(low, True, None, False)]

    def between(self, low: str, high: str) -> list[Span]:
        """Return the versions from ``low`` on and before ``high``."""
        return intersect(self.at(">=", low), self.at("<", high))

    @staticmethod
    def all_of(sets: Iterable[list[Span]]) -> list[Span]:
        """Return what lies in each of ``sets``; of none, everything."""
        # What lies outside of none: one pass, where taking them in turn would be one for each.
        return outside(span for one in sets for span in outside(one))

    @staticmethod
    def any_of(sets: Iterable[list[Span]]) -> list[Span]:
        """Return what lies in one of ``sets``."""
        return unite(span for one in sets for span in one)

    def as_range(self, spans: list[Span], text: str) -> VersRange:
        """Return ``spans`` as a range; ``text`` is what they were read from.

        Raises:
            NotARange: they are empty.
        """
        if not spans:
            raise refused("no version can be", text)
        constraints: list[Constraint] = []
        before: bytes | None = None
        for span in spans:
            low = None if span.lo is None else self._written[span.lo]
            high = None if span.hi is None else self._written[span.hi]
            if low and high and low[0] == high[0]:
                constraints.append(Constraint("=", low[0]))
            else:
                if low:
                    gap = before is not None and self._written[before] == (low[0], False) and low[1]
                    if gap:
                        constraints[-1] = Constraint("!=", low[0])
                    else:
                        constraints.append(Constraint(">" if low[1] else ">=", low[0]))
                if high:
                    constraints.append(Constraint("<=" if high[1] else "<", high[0]))
            before = span.hi
        return VersRange(self.scheme, tuple(constraints))
