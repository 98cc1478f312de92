"""Observations: what patterns are matched against (STIX 2.1 section 4.14, STIX 2.0 part 2 section 2.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.model.timestamp import Instant

__all__ = ["Observation"]


@dataclass(frozen=True, slots=True)
class Observation:
    """One ``observed-data``, its objects at hand.

    ``objects`` maps a key (the SCO's id in 2.1, the object's key in 2.0) to the decoded JSON object;
    ``roots`` names those that the observation lists itself, in its order; the rest is there to
    follow ``_ref`` and ``_refs`` properties, which hold keys of ``objects``. (Section 9.7.4 follows them to listed
    objects only; a tool that lists too few would hide a hit.)
    ``first`` and ``last`` are first_observed and last_observed, ``number`` is number_observed (>= 1).
    """

    id: str
    first: Instant
    last: Instant
    number: int
    objects: Mapping[str, Mapping[str, Any]]
    roots: tuple[str, ...]
