"""How versions are ordered: a key for each, ranges of them, and answers that say *unknown* rather than guess."""

from __future__ import annotations

from tocsin.inventory.version.compare import compare
from tocsin.inventory.version.events import EventSpans, spans_of_events
from tocsin.inventory.version.native import from_native
from tocsin.inventory.version.order import Order
from tocsin.inventory.version.scheme import (
    GENERIC,
    SCHEMES,
    Scheme,
    extent,
    find_scheme,
    key,
    scheme_of_ecosystem,
    scheme_of_purl_type,
)
from tocsin.inventory.version.spans import Span
from tocsin.inventory.version.vers import Constraint, VersRange, parse_vers

__all__ = [
    "GENERIC",
    "SCHEMES",
    "Constraint",
    "EventSpans",
    "Order",
    "Scheme",
    "Span",
    "VersRange",
    "compare",
    "extent",
    "find_scheme",
    "from_native",
    "key",
    "parse_vers",
    "scheme_of_ecosystem",
    "scheme_of_purl_type",
    "spans_of_events",
]
