"""Places filled by counting kinds, held to all ways of filling them."""

from __future__ import annotations

import itertools

from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.pattern.filling import Count, Filling


def filling(*needs: int) -> Filling:
    return Filling(needs, lambda _: None)


def test_a_place_takes_what_it_may_and_no_more_than_it_needs():
    held = filling(2)
    held.add(1, 1)
    assert held.short == 1
    held.add(1, 5)
    assert (held.short, held.used()) == (0, {1: 2})


def test_one_that_may_fill_either_place_gives_way():
    held = filling(1, 1)
    held.add(0b11, 1)
    held.add(0b01, 1)
    assert held.short == 0
    held.remove(0b01, 1)
    assert held.short == 1
    held.add(0b10, 1)
    assert (held.short, held.used()) == (0, {0b11: 1, 0b10: 1})


def test_exchanges_go_along_several_places():
    held = filling(1, 1, 1)
    for kind in (0b011, 0b110, 0b001):
        held.add(kind, 1)
    assert held.short == 0


def test_work_is_counted():
    steps: list[int] = []
    Filling((1, 1), steps.append).add(0b11, 2)
    assert sum(steps) > 0


def fewest_short(needs: tuple[int, ...], there: dict[int, int]) -> int:
    """What Hall's theorem says: the most that any choice of places lacks, of all that may fill one of them."""
    return max(
        sum(needs[place] for place in some)
        - sum(count for kind, count in there.items() if any(kind >> place & 1 for place in some))
        for size in range(len(needs) + 1)
        for some in itertools.combinations(range(len(needs)), size)
    )


@settings(max_examples=examples(150))
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple),
    st.lists(st.tuples(st.booleans(), st.integers(1, 15), st.integers(1, 4)), max_size=25),
)
def test_as_few_are_short_as_can_be_whatever_came_and_went(needs, changes):
    held = filling(*needs)
    there: dict[int, int] = {}
    for come, bits, count in changes:
        kind = bits % (1 << len(needs)) or 1
        number = count if come else min(count, there.get(kind, 0))
        if come:
            held.add(kind, number)
        elif number:
            held.remove(kind, number)
        there[kind] = there.get(kind, 0) + (number if come else -number)
        assert held.short == fewest_short(needs, there)
        used = held.used()
        assert sum(used.values()) == sum(needs) - held.short
        assert all(used[one] <= there[one] for one in used)


@given(st.integers(1, 9), st.lists(st.integers(1, 5), max_size=8), st.data())
def test_a_count_is_the_filling_of_one_place(need, counts, data):
    one, other = Count(need), filling(need)
    for count in counts:
        one.add(1, count)
        other.add(1, count)
        assert one.short == other.short
        assert sum(one.used().values()) == sum(other.used().values())
    for count in data.draw(st.permutations(counts)):
        one.remove(1, count)
        other.remove(1, count)
        assert one.short == other.short
