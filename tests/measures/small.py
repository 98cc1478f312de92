"""Small random questions, drawn so that the threshold is often just met."""

from __future__ import annotations

from hypothesis import strategies as st

from tocsin.measures.attempt import Attempt, Stage
from tocsin.measures.chance import Model
from tocsin.measures.choose.choice import Wish
from tocsin.measures.measure import Measure

__all__ = ["TECHNIQUES", "attempts", "effects", "measures", "models", "wishes"]

TECHNIQUES = tuple(f"T000{number}" for number in range(6))
IDS = tuple("abcdef")
FACTORS = (0.0, 0.1, 0.2, 0.25, 0.3, 0.5, 0.5, 0.5, 0.7, 0.9, 1.0)

stages = st.builds(
    Stage,
    st.just("stage"),
    st.lists(st.sampled_from(TECHNIQUES), min_size=1, max_size=3, unique=True).map(tuple),
)
models = st.builds(
    Model,
    threshold=st.sampled_from((0.01, 0.05, 0.1, 0.125, 0.25, 0.5)),
    at_most=st.sampled_from((0, 1, 2, 2, 3)),
)


@st.composite
def attempts(draw, least=0):
    drawn = draw(st.lists(st.lists(stages, max_size=4), min_size=least, max_size=6))
    return tuple(
        Attempt(id=f"C{number}", name=f"campaign {number}", kind="campaign", stages=tuple(held))
        for number, held in enumerate(drawn)
    )


@st.composite
def measures(draw):
    count = draw(st.integers(1, 6))
    return {one: Measure(id=one, name=one.upper(), cost=draw(st.integers(1, 3))) for one in IDS[:count]}


@st.composite
def effects(draw, of):
    line = st.dictionaries(st.sampled_from(TECHNIQUES), st.sampled_from(FACTORS))
    return {one: draw(line) for one in of}


@st.composite
def wishes(draw, of):
    """A wish that can be met."""
    kinds = {one: draw(st.sampled_from(("free", "free", "free", "must", "never", "have"))) for one in of}
    must = frozenset(one for one, kind in kinds.items() if kind == "must")
    cost = sum(of[one].cost for one in must)
    by_number = draw(st.booleans())
    by_cost = draw(st.booleans()) if by_number else True
    return Wish(
        measures=len(must) + draw(st.integers(0, 4)) if by_number else None,
        budget=cost + draw(st.integers(0, 8)) if by_cost else None,
        must=must,
        never=frozenset(one for one, kind in kinds.items() if kind == "never"),
        have=frozenset(one for one, kind in kinds.items() if kind == "have"),
    )
