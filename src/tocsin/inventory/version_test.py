"""Whether a version lies in the versions that an advisory names."""

from __future__ import annotations

from enum import Enum

from tocsin.inventory.claim import Span, Versions
from tocsin.inventory.version import Order, compare

__all__ = ["Where", "fixes_of", "where"]


class Where(Enum):
    """Where a version lies."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    MENDED = "mended"
    """Outside, at or after a version that mends it."""
    UNKNOWN = "unknown"


def where(versions: Versions, version: str) -> Where:
    """Where ``version`` lies; *unknown* where it or a bound cannot be read, or the two have no order.

    A text that could not be read makes what lies outside the rest *unknown*, for it may lie in that.
    """
    if versions.every:
        return _but(versions, version)
    if not version:
        return Where.UNKNOWN
    doubt = bool(versions.unread) or not versions.spans
    mended = False
    for span in versions.spans:
        place = _where(span, version, versions.scheme)
        if place is Where.INSIDE:
            return Where.INSIDE
        doubt = doubt or place is Where.UNKNOWN
        mended = mended or place is Where.MENDED
    if doubt:
        return Where.UNKNOWN
    return Where.MENDED if mended else Where.OUTSIDE


def fixes_of(versions: Versions, version: str) -> tuple[str, ...]:
    """The versions that mend ``version``: those that end the ranges in which it lies.

    Where it lies in none that is known of (it is not told, or cannot be compared), those that end any range; which of
    them is meant then depends on the line. None where it lies in a range that none ends.
    """
    places = [(span, _where(span, version, versions.scheme)) for span in versions.spans] if version else []
    inside = [span for span, place in places if place is Where.INSIDE]
    ended = [span.high for span in inside or versions.spans if span.fixed and span.high is not None]
    return tuple(dict.fromkeys(ended))


def _but(versions: Versions, version: str) -> Where:
    """Where ``version`` lies in all versions but some."""
    if versions.but and not version:
        return Where.UNKNOWN
    places = [_where(span, version, versions.scheme) for span in versions.but]
    if Where.INSIDE in places:
        return Where.OUTSIDE
    return Where.UNKNOWN if versions.unread or Where.UNKNOWN in places else Where.INSIDE


def _where(span: Span, version: str, scheme: str) -> Where:
    above = Order.GREATER if span.low is None else compare(scheme, version, span.low)
    below = Order.LESS if span.high is None else compare(scheme, version, span.high)
    if above is Order.LESS or (above is Order.EQUAL and not span.low_inclusive):
        return Where.OUTSIDE
    if below is Order.GREATER or (below is Order.EQUAL and not span.high_inclusive):
        return Where.MENDED if span.fixed else Where.OUTSIDE
    if Order.UNKNOWN in (above, below):
        return Where.UNKNOWN
    return Where.INSIDE
