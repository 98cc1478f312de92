"""A concrete thing to do, and what it stands in the way of."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

__all__ = ["Band", "Measure", "factor_of"]

Band = int
"""1 low, 2 middle, 3 high."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of the catalogue.

    ``id`` is ours and lasts (``second-factor``), ``name`` what to do in plain words, ``absent`` the words for its not
    being there ("no second factor where people log in from outside"). ``mitigations`` are the ATT&CK mitigations that
    it carries out, ``also`` ids elsewhere by catalogue (``cpg-2.0``, ``csf-2.0``, ``sp800-53r5``).

    ``cost`` and ``effort`` are bands. ``left`` is the assumed share of attempts at a technique that still succeed
    once the measure is there, from 0 (it never works any more) to 1 (no effect); ``left_by`` the same for single
    techniques. ``evidence`` is where that guess comes from, "" for no evidence.
    """

    id: str
    name: str
    absent: str = ""
    why: str = ""
    mitigations: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()
    also: Mapping[str, tuple[str, ...]] = {}
    cost: Band = 2
    effort: Band = 2
    left: float = 0.5
    left_by: Mapping[str, float] = {}
    evidence: str = ""
    source: str = ""


def factor_of(measure: Measure, technique: str) -> float:
    """By what the measure multiplies the chance of ``technique`` (one of those that it stands against)."""
    return measure.left_by.get(technique, measure.left)
