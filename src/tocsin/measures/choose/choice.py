"""What is asked for when measures are chosen, and what a method answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from tocsin.errors import UsageError
from tocsin.measures.measure import Measure

__all__ = ["Choice", "Method", "Proof", "Wish", "checked", "price", "spent"]

Method = Literal["exact", "greedy", "by-use"]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """How much may be chosen, and what is given.

    ``measures`` is the most that are chosen, ``budget`` what they may cost together in points (a measure's cost band:
    1, 2 or 3); at least one of the two is there. ``have`` (ids) is in place already: it counts, and costs nothing.
    ``must`` is chosen in any case, ``never`` in none.
    """

    measures: int | None = None
    budget: int | None = None
    have: frozenset[str] = frozenset()
    must: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What is proven of a choice: no choice that the wish allows stops more than ``bound``.

    ``optimal``: it stops as many itself. ``gap`` is the share of the bound that it falls short of, 0 to 1. ``note``
    says in words what was proven and what was not.
    """

    optimal: bool
    bound: int
    gap: float
    note: str = ""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Measures to be added (ids, in the order in which they add the most) and how many attempts they stop.

    ``spare`` are the last of them, on which that number does not hang: they only bring further attempts nearer to it.
    ``alternatives`` are other sets that stop as many; ``proof`` is there where a method gives one.
    """

    method: Method
    measures: tuple[str, ...]
    stopped: int
    of: int
    spare: tuple[str, ...] = ()
    proof: Proof | None = None
    alternatives: tuple[tuple[str, ...], ...] = ()


def price(measure: Measure) -> int:
    """What it costs in points: its cost band."""
    return measure.cost


def spent(chosen: Sequence[str], measures: Mapping[str, Measure]) -> int:
    """What the measures ``chosen`` (ids) cost together, in points."""
    return sum(price(measures[one]) for one in chosen)


def checked(wish: Wish, measures: Mapping[str, Measure]) -> tuple[str, ...]:
    """The measures (ids) that a choice may be made from, those that it must have first.

    Raises:
        UsageError: the wish names a measure that is not in the catalogue, contradicts itself, or cannot be met.
    """
    if wish.measures is None and wish.budget is None:
        raise UsageError(
            "say how much may be chosen", hint="Give a number of measures or a budget in points."
        )
    for name, number in (("measures", wish.measures), ("points", wish.budget)):
        if number is not None and number < 0:
            raise UsageError(f"{number} {name} cannot be chosen", hint="Give 0 or more.")
    for name in sorted(wish.have | wish.must | wish.never):
        if name not in measures:
            raise UsageError(
                f"{name[:60]!r} is no measure of the catalogue",
                hint="See the ids: tocsin posture show --all",
            )
    both = sorted(wish.must & wish.never)
    if both:
        raise UsageError(
            f"{both[0]!r} must be chosen and must never be chosen", hint="Leave one of the two out."
        )
    must = tuple(sorted(wish.must - wish.have))
    if wish.measures is not None and len(must) > wish.measures:
        raise UsageError(
            f"{len(must)} measures must be chosen and {wish.measures} may be",
            hint=f"Allow at least {len(must)}, or ask for fewer: {', '.join(must)}.",
        )
    if wish.budget is not None and spent(must, measures) > wish.budget:
        raise UsageError(
            f"what must be chosen costs {spent(must, measures)} points and the budget is {wish.budget}",
            hint=f"Allow at least {spent(must, measures)}, or ask for fewer: {', '.join(must)}.",
        )
    rest = sorted(set(measures) - wish.have - wish.must - wish.never)
    return (*must, *rest)
