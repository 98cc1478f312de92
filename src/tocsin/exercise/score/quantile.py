"""Quantiles of a few measured times."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["nearest_rank"]


def nearest_rank(values: Sequence[float], percent: int) -> float | None:
    """The smallest of ``values`` that at least ``percent`` of 100 of them do not exceed; None of none.

    Always one of the values that were measured (the nearest-rank definition: rank = ceil(percent/100 * n)).
    """
    if not values:
        return None
    rank = max(-(-percent * len(values) // 100), 1)
    return sorted(values)[rank - 1]
