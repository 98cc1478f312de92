"""Doubts about dependencies, beside a naive search for circles."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, strategies as st

from tocsin.inventory.bom.graph import doubts_about_graph

REFS = st.sampled_from("abcdef")
GRAPHS = st.dictionaries(REFS, st.lists(REFS, max_size=3, unique=True).map(tuple), max_size=6)


def reaches_itself(edges: dict[str, tuple[str, ...]], start: str) -> bool:
    seen, waiting = set(), list(edges.get(start, ()))
    while waiting:
        ref = waiting.pop()
        if ref == start:
            return True
        if ref not in seen:
            seen.add(ref)
            waiting += edges.get(ref, ())
    return False


@given(GRAPHS)
def test_a_circle_is_found_where_there_is_one_and_only_there(edges) -> None:
    said = [each for each in doubts_about_graph("abcdef", edges) if "circle" in each]
    assert bool(said) == any(reaches_itself(edges, ref) for ref in edges)
    for each in said:
        circle = each.partition(": ")[2].split(" → ")
        assert circle[0] == circle[-1]
        assert all(after in edges[before] for before, after in pairwise(circle))


def test_a_chain_of_a_hundred_thousand_is_no_circle_and_no_recursion() -> None:
    edges = {str(at): (str(at + 1),) for at in range(100_000)}
    assert doubts_about_graph([*edges, "100000"], edges) == []
    edges["100000"] = ("0",)
    assert len(doubts_about_graph(edges, edges)) == 1


def test_refs_given_twice_and_refs_of_nothing_are_counted_and_some_named() -> None:
    refs = [f"r{at}" for at in range(9)] * 2
    edges = {"r0": tuple(f"gone{at}" for at in range(7)), "service": ("r1",)}
    assert doubts_about_graph(refs, edges, {"service"}) == [
        "gives 9 refs to more than one component: r0, r1, r2, r3, r4 and 4 more",
        "names 7 refs in dependencies that it nowhere defines: gone0, gone1, gone2, gone3, gone4 and 2 more",
    ]
