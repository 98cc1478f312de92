"""Observations as the time logic of patterns sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tocsin.model.timestamp import Instant

__all__ = ["Event", "Matches"]


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """An observation as the sweep sees it: when, its number among all observations, and number_observed."""

    first: Instant
    last: Instant
    observation: int
    number: int = 1


Matches = Mapping[int, Sequence[Event]]
"""For each bracket, by ``id()``, the events that it matched."""
