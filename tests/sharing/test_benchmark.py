"""A benchmark tells bands, and no release, nor any two together, tells what one organisation said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from tocsin.limits import BENCHMARK_CHANGED, BENCHMARK_RESPONDERS, BENCHMARK_SIDE
from tocsin.sharing.benchmark import BANDS, Band, Cell, bands_of, changed, next_cell, release_day, size_of
from tocsin.sharing.statistics import Withheld

DAY = "2026-10-01"
SECTOR = "energy"


def answers(having: int, lacking: int, names: str = "m") -> dict[str, bool]:
    return {f"{names}{number}": number < having for number in range(having + lacking)}


def cell(said: dict[str, bool], history: Sequence[Cell] = (), sector: str = SECTOR) -> Cell | Withheld:
    return next_cell("backups", sector, DAY, said, history)


class TestBands:
    def test_the_edges_are_these(self):
        told = {(one.low, one.high): (one.least, one.most) for one in bands_of(100)}
        assert told == {
            ("few", "few"): (0, 10),
            ("some", "some"): (11, 39),
            ("half", "half"): (40, 60),
            ("most", "most"): (61, 89),
            ("nearly-all", "nearly-all"): (90, 100),
        }

    def test_of_few_organisations_the_ends_are_joined_by_how_many_there_are_alone(self):
        assert [(one.low, one.high, one.least, one.most) for one in bands_of(10)] == [
            ("few", "some", 0, 3),
            ("half", "half", 4, 6),
            ("most", "nearly-all", 7, 10),
        ]
        assert len(bands_of(29)) == 3
        assert len(bands_of(30)) == 5

    @pytest.mark.parametrize("of", range(BENCHMARK_RESPONDERS, 121))
    def test_every_count_is_in_one_band_and_bands_are_in_order(self, of):
        bands = bands_of(of)
        assert [sum(one.holds(count) for one in bands) for count in range(of + 1)] == [1] * (of + 1)
        ends = [BANDS.index(end) for one in bands for end in (one.low, one.high)]
        assert ends == sorted(ends)

    @pytest.mark.parametrize("of", range(BENCHMARK_RESPONDERS, 121))
    def test_two_who_tell_each_other_what_they_said_are_not_sure_of_a_third(self, of):
        """Whatever the band and whatever the two said, some count that fits leaves a third either way."""
        for band in bands_of(of):
            for yes, no in ((0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0)):
                fitting = [one for one in range(band.least, band.most + 1) if yes <= one <= of - no]
                assert any(one > yes for one in fitting), (band, yes, no)
                assert any(of - one > no for one in fitting), (band, yes, no)

    def test_three_may_be_sure_so_the_number_is_what_is_promised(self):
        assert BENCHMARK_SIDE == 3
        lowest = bands_of(30)[0]
        assert not any(one > 3 for one in range(lowest.least, lowest.most + 1))

    def test_how_many_is_told_roughly(self):
        assert [size_of(one) for one in (10, 19, 20, 49, 50, 99, 100, 5000)] == [
            10,
            10,
            20,
            20,
            50,
            50,
            100,
            1000,
        ]


@pytest.mark.parametrize(
    ("today", "day"),
    [("2026-01-01", "2026-01-01"), ("2026-03-31", "2026-01-01"), ("2026-11-27", "2026-10-01"), ("2024-02-29", "2024-01-01")],
)  # fmt: skip
def test_a_release_is_of_the_first_day_of_a_quarter(today, day):
    assert release_day(dt.date.fromisoformat(today)) == dt.date.fromisoformat(day)


class TestHeldAgainstEarlier:
    def test_ten_are_needed(self):
        assert cell(answers(5, 4)) == Withheld("backups", "9 said something of it, and 10 are needed")
        assert isinstance(cell(answers(5, 5)), Cell)

    def test_all_who_say_the_same_are_told_in_a_band_in_which_others_might_be(self):
        made = cell(answers(10, 0))
        assert isinstance(made, Cell)
        assert (made.band.low, made.band.high) == ("most", "nearly-all")

    @pytest.mark.parametrize("change", range(1, BENCHMARK_CHANGED))
    def test_fewer_than_five_who_say_something_else_are_not_told(self, change):
        first = cell(answers(8, 8))
        assert isinstance(first, Cell)
        after = answers(8 - change, 8 + change)
        assert changed(first, Cell("backups", SECTOR, DAY, *_split(after))) == change
        assert isinstance(cell(after, [first]), Withheld)
        assert isinstance(cell(answers(8, 8) | answers(change, 0, "new"), [first]), Withheld)
        assert isinstance(cell(answers(8, 8 - change), [first]), Withheld)

    def test_another_sector_is_held_against_as_well(self):
        first = cell(answers(8, 8))
        assert isinstance(first, Cell)
        assert isinstance(cell(answers(8, 7), [first], "water-and-wastewater"), Withheld)
        assert isinstance(cell(answers(8, 7, "others"), [first], "water-and-wastewater"), Cell)

    def test_another_measure_is_not(self):
        first = cell(answers(8, 8))
        assert isinstance(first, Cell)
        assert isinstance(next_cell("logs", SECTOR, DAY, answers(8, 7), [first]), Cell)

    def test_five_of_whom_the_difference_tells_that_all_said_yes_are_not_told(self):
        """31 of 35 is at most 31, 36 of 40 is at least 36: who knows that five came knows what they said."""
        first = cell(answers(31, 4))
        assert isinstance(first, Cell)
        assert (first.band.low, first.band.most) == ("most", 31)
        assert bands_of(40)[-1].least == 36
        withheld = cell(answers(31, 4) | answers(5, 0, "new"), [first])
        assert withheld == Withheld(
            "backups", "held against an earlier release it tells what some of them said"
        )
        assert isinstance(cell(answers(31, 4) | answers(4, 1, "new"), [first]), Cell)

    def test_many_who_get_a_measure_are_told_though_one_might_guess_who(self):
        """Else a sector that mends itself would go on to be told that it has not."""
        first = cell(answers(5, 10))
        assert isinstance(first, Cell)
        after = cell(answers(10, 5), [first])
        assert isinstance(after, Cell)
        assert (first.band.high, after.band.low) == ("some", "most")


def _split(said: dict[str, bool]) -> tuple[frozenset[str], frozenset[str]]:
    having = frozenset(one for one, yes in said.items() if yes)
    return having, frozenset(said) - having


def _as_cell(said: dict[str, bool]) -> Cell:
    return Cell("backups", SECTOR, DAY, *_split(said))


# -- the naive evaluator: it tries every answer that everybody might have given ------------------


def _share(count: int, of: int) -> str:
    share = count / of
    for name, edge in (
        ("few", share <= 0.1),
        ("some", share < 0.4),
        ("half", share <= 0.6),
        ("most", share < 0.9),
    ):
        if edge:
            return name
    return "nearly-all"


def _fits(band: Band, count: int, of: int) -> bool:
    return BANDS.index(band.low) <= BANDS.index(_share(count, of)) <= BANDS.index(band.high)


def _everybody_open(one: Cell, other: Cell) -> bool:
    """Whether of everybody both answers are possible, to one who supposes that nobody changed its mind.

    Tried is every answer of everybody.
    """
    everybody = sorted(one.responders | other.responders)
    fits = [
        (
            sum(1 << at for at, name in enumerate(everybody) if name in held.responders),
            {
                count
                for count in range(len(held.responders) + 1)
                if _fits(held.band, count, len(held.responders))
            },
        )
        for held in (one, other)
    ]
    yes = no = 0
    for truth in range(1 << len(everybody)):
        if all((truth & mask).bit_count() in counts for mask, counts in fits):
            yes |= truth
            no |= ~truth
    whole = (1 << len(everybody)) - 1
    return (yes | no) == 0 or yes & whole == no & whole == whole


def _naive_open(one: Cell, other: Cell) -> bool:
    """The same where up to two know what they said themselves, each time; tried is how many of the others say yes."""
    both = one.responders & other.responders
    sizes = (len(one.responders - both), len(other.responders - both), len(both))
    ways = [(0, (yes, 0)) for yes in (0, 1)] + [(1, (0, yes)) for yes in (0, 1)]
    ways += [(2, said) for said in product((0, 1), repeat=2)]
    for known in [(), *((way,) for way in ways), *product(ways, repeat=2)]:
        rest = [size - sum(group == held for held, _ in known) for group, size in enumerate(sizes)]
        if min(rest) < 0:
            continue
        told = [sum(said[time] for _, said in known) for time in (0, 1)]
        found = [
            counts
            for counts in product(*(range(size + 1) for size in rest))
            if _fits(one.band, counts[0] + counts[2] + told[0], len(one.responders))
            and _fits(other.band, counts[1] + counts[2] + told[1], len(other.responders))
        ]
        for group, size in enumerate(rest):
            if (
                found
                and size
                and (
                    all(counts[group] == 0 for counts in found)
                    or all(counts[group] == size for counts in found)
                )
            ):
                return False
    return True


def _naive_changed(one: Cell, other: Cell) -> int:
    said = [
        {**dict.fromkeys(held.having, "yes"), **dict.fromkeys(held.lacking, "no")} for held in (one, other)
    ]
    return sum(said[0].get(name) != said[1].get(name) for name in {*said[0], *said[1]})


MEMBERS = [f"o{number}" for number in range(14)]


def _population(seed: int) -> dict[str, bool]:
    """Ten members or a few more, mostly, of whom few, half or most have it."""
    drawn = Random(seed)
    share = drawn.choice((0.1, 0.3, 0.5, 0.7, 0.9))
    return {
        name: drawn.random() < share for name in drawn.sample(MEMBERS, drawn.choice((9, 10, 10, 11, 12, 14)))
    }


# Drawn by a seed: what hypothesis would try first, few who all say the same, is never told.
populations = st.integers(0, 1 << 32).map(_population)


@settings(max_examples=150)
@given(st.lists(populations, min_size=2, max_size=4))
def test_of_any_two_releases_two_who_tell_each_other_are_not_sure_of_a_third(asked):
    """And they differ by what five said or more: so of two populations that differ in one, one alone is ever told."""
    history: list[Cell] = []
    for said in asked:
        made = cell(said, history)
        if isinstance(made, Cell):
            assert len(said) >= BENCHMARK_RESPONDERS
            history.append(made)
    for one, other in combinations(history, 2):
        assert _naive_changed(one, other) >= BENCHMARK_CHANGED
        assert _naive_open(one, other)
        assert _everybody_open(one, other)


def _after(drawn: tuple[dict[str, bool], int]) -> tuple[dict[str, bool], dict[str, bool]]:
    """A population and one after it: some left, some came, and some say something else."""
    first, seed = drawn
    random = Random(seed)
    second = {name: yes != (random.random() < 0.1) for name, yes in first.items() if random.random() < 0.8}
    share = random.choice((0, 0.5, 1))
    second |= {
        name: random.random() < share for name in MEMBERS if name not in first and random.random() < 0.8
    }
    return first, second


@settings(max_examples=800)
@given(st.tuples(populations, st.integers(0, 1 << 32)).map(_after))
def test_nothing_is_held_back_but_for_these_reasons(two):
    first, second = two
    before = cell(first)
    if isinstance(before, Withheld):
        assert len(first) < BENCHMARK_RESPONDERS
        return
    made = cell(second, [before])
    told = (
        len(second) >= BENCHMARK_RESPONDERS
        and _naive_changed(before, _as_cell(second)) >= BENCHMARK_CHANGED
        and _naive_open(before, _as_cell(second))
    )
    assert isinstance(made, Cell) == told


@settings(max_examples=150)
@given(
    populations,
    st.sampled_from(MEMBERS),
    st.sampled_from(["joins or leaves", "turns"]),
    st.lists(populations, max_size=2),
)
def test_whatever_was_told_before_a_population_and_one_without_one_member_are_told_alike(
    said, who, how, before
):
    """Once either is told, the other adds nothing to what is published."""
    history: list[Cell] = []
    for one in before:
        made = cell(one, history)
        history += [made] if isinstance(made, Cell) else []
    other = dict(said)
    if how == "turns":
        other[who] = not other.get(who, False)
    elif who in other:
        del other[who]
    else:
        other[who] = True
    first = cell(said, history)
    if isinstance(first, Cell) and other != said:
        assert isinstance(cell(other, [*history, first]), Withheld)


@settings(max_examples=100)
@given(populations, st.randoms(use_true_random=False))
def test_the_order_in_which_they_answered_says_nothing(said, random):
    shuffled = list(said.items())
    random.shuffle(shuffled)
    assert cell(dict(shuffled)) == cell(said)
