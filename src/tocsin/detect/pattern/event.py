"""Observations as the time logic of patterns sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tocsin.model.timestamp import Instant

__all__ = ["Event", "Matches"]


class Event(NamedTuple):
    """An observation as the sweep sees it: when, its number among all observations, and number_observed.

    A tuple, since sweeps sort and look up by events, which tuples do several times faster than other classes.
    """

    first: Instant
    last: Instant
    observation: int
    number: int = 1


Matches = Mapping[int, Sequence[Event]]
"""For each bracket, by ``id()``, the events that it matched."""
