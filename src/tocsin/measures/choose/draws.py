"""How much a choice hangs on the guesses of what measures do: the same question with other guesses, many times.

Chance comes from outside: whoever asks gives the numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

import msgspec

from tocsin.measures.attempt import Attempt
from tocsin.measures.chance import Board, Effects, Model
from tocsin.measures.choose.choice import Choice, Method, Wish
from tocsin.measures.measure import Measure

__all__ = ["SPREAD", "SPREAD_WITH_EVIDENCE", "Drawn", "drawn_effects", "try_draws"]

SPREAD: Final = 0.3
"""How far a factor that nothing speaks for may lie from its guess, in either direction."""

SPREAD_WITH_EVIDENCE: Final = 0.15
"""The same for one that has evidence."""

_LEAST, _MOST = 0.01, 0.99
"""No guess is so sure that a measure always works, or never does."""

Choose = Callable[[Board, Mapping[str, Measure], Wish], Choice]


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What came of ``draws`` draws, each of them solved by the method ``by``.

    ``selected`` says in how many of them each measure (id) was chosen, if in any. ``best`` is how many attempts the
    choice of the draw stopped, on the mean; ``kept`` how many the choice that is asked about stopped in its place, and
    ``kept_least`` in the worst draw.
    """

    by: Method
    draws: int
    selected: Mapping[str, int]
    best: float
    kept: float
    kept_least: int


def drawn_effects(
    effects: Effects, measures: Mapping[str, Measure], uniform: Callable[[], float]
) -> dict[str, dict[str, float]]:
    """``effects`` with other guesses: one number of ``uniform`` (0 to 1) for each measure, in the order of ids.

    All factors of a measure move alike, evenly within :data:`SPREAD`, or :data:`SPREAD_WITH_EVIDENCE`.
    """
    found: dict[str, dict[str, float]] = {}
    for one in sorted(effects):
        spread = SPREAD_WITH_EVIDENCE if measures[one].evidence else SPREAD
        move = (2 * uniform() - 1) * spread
        found[one] = {name: min(_MOST, max(_LEAST, held + move)) for name, held in effects[one].items()}
    return found


def try_draws(
    attempts: Sequence[Attempt],
    effects: Effects,
    measures: Mapping[str, Measure],
    wish: Wish,
    model: Model,
    *,
    chosen: Collection[str],
    uniform: Callable[[], float],
    draws: int,
    choose: Choose,
) -> Drawn:
    """Solve ``draws`` draws with ``choose`` and hold ``chosen`` (ids, without what is in place) to each.

    Raises:
        ValueError: no draw is asked for.
    """
    if draws < 1:
        raise ValueError("at least one draw")
    selected: Counter[str] = Counter()
    best, kept = [], []
    choice = None
    for _ in range(draws):
        board = Board(attempts, drawn_effects(effects, measures, uniform), model)
        choice = choose(board, measures, wish)
        selected.update(choice.measures)
        best.append(choice.stopped)
        kept.append(board.count((*wish.have, *chosen)))
    assert choice is not None
    return Drawn(
        by=choice.method,
        draws=draws,
        selected=dict(sorted(selected.items())),
        best=sum(best) / draws,
        kept=sum(kept) / draws,
        kept_least=min(kept),
    )
