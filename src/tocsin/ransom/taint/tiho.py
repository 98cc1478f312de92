"""TIHO, taint in, highest out: what is traced goes to the largest outputs first, of equal ones to the earlier.

Only what they cannot hold is left for the fee. Several labels go in the order of their numbers. It needs the amounts of
no other inputs. From T. Tironsakkul and others, "Probing the Mystery of Cryptocurrency Theft" (2019, arXiv 1906.05754).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tocsin.ransom.taint.convention import Spending, Spread
from tocsin.ransom.taint.haircut import Haircut, labels_in

__all__ = ["TIHO", "Tiho"]


class Tiho(Haircut):
    """The convention; what an output holds is the satoshi of each label."""

    def spread(self, spending: Spending[Mapping[int, int]]) -> Spread[Mapping[int, int]] | None:
        """See :class:`~tocsin.ransom.taint.convention.Convention`."""
        room = list(spending.outputs)
        given: list[dict[int, int]] = [{} for _ in room]
        left = labels_in(spending)
        by_size = sorted(range(len(room)), key=lambda place: (-room[place], place))
        for label in sorted(left):
            for place in by_size:
                part = min(room[place], left[label])
                if part:
                    room[place] -= part
                    left[label] -= part
                    given[place][label] = part
        return Spread([held or None for held in given], {label: part for label, part in left.items() if part})


TIHO: Final = Tiho()
