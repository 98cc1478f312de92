from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.detect.pattern.sequence import Event
from tocsin.engine import hits as module
from tocsin.engine.database import connect
from tocsin.engine.hits import HitGroup, Hits, Place, Sample, sequence_groups
from tocsin.limits import EXAMPLES_PER_FINDING, FINDING_GAP_S

GAP = FINDING_GAP_S * 1_000_000
PATHS = ["x:a", "x:b"]


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with connect(threads=1, memory_bytes=256 << 20, temporary=tmp_path_factory.mktemp("spill")) as held:
        yield held


def place(row: int, time_us: int | None, host: str = "h", actor: str = "a", file: int = 0) -> Place:
    return Place(file, row, time_us, host, actor)


@pytest.fixture
def grouped(database):
    def run(*added: tuple[int, Place], names=None) -> list[HitGroup]:
        database.execute("DROP TABLE IF EXISTS hits")
        hits = Hits(database, PATHS)
        for warning, at in added:
            hits.add_one(warning, at)
        return hits.groups(names or {})

    return run


def test_hits_no_further_apart_than_the_gap_are_one_group(grouped):
    (group,) = grouped(*((0, place(row, row * GAP)) for row in range(5)))
    assert (group.first_us, group.last_us, group.count) == (0, 4 * GAP, 5)


def test_a_longer_gap_parts_two_groups(grouped):
    first, second = grouped((0, place(1, 0)), (0, place(2, GAP + 1)), (0, place(3, GAP + 2)))
    assert (first.count, second.count) == (1, 2)
    assert second.first_us == GAP + 1


def test_rows_of_one_time_after_a_gap_stay_together(grouped):
    _, second = grouped((0, place(1, 0)), *((0, place(row, 2 * GAP)) for row in range(2, 6)))
    assert second.count == 4


def test_rows_without_a_time_are_a_group_of_their_own(grouped):
    timeless, first, second = grouped(
        (0, place(1, None)), (0, place(2, 5)), (0, place(3, 3 * GAP)), (0, place(4, None))
    )
    assert (timeless.count, timeless.first_us, timeless.last_us) == (2, None, None)
    assert (first.count, first.first_us, first.last_us) == (1, 5, 5)
    assert second.count == 1
    (only,) = grouped((0, place(1, None)), (0, place(2, None)))
    assert (only.first_us, only.last_us, only.count) == (None, None, 2)
    assert [sample.time_us for sample in only.samples] == [None, None]


def test_warnings_hosts_and_actors_are_apart(grouped):
    found = grouped(
        (0, place(1, 0, "h", "a")),
        (0, place(2, 0, "h", "b")),
        (0, place(3, 0, "g", "a")),
        (1, place(1, 0, "h", "a")),
    )
    assert [(group.warning, group.host, group.actor) for group in found] == [
        (0, "g", "a"),
        (0, "h", "a"),
        (0, "h", "b"),
        (1, "h", "a"),
    ]


def test_a_host_goes_by_the_name_it_is_given(grouped):
    (group,) = grouped((0, place(1, 0, "h")), (0, place(2, 0, "h.example")), names={"h": "h.example"})
    assert (group.host, group.count) == ("h.example", 2)


def test_an_observation_counts_once_however_many_comparisons_hit_it(grouped, database):
    database.execute("DROP TABLE IF EXISTS hits")
    hits = Hits(database, PATHS)
    hits.add(
        [
            "SELECT 0, 0, 7::BIGINT, 5::BIGINT, 'h', NULL, NULL, NULL, NULL, 1::SMALLINT, 'v'",
            "SELECT 0, 0, 7::BIGINT, 5::BIGINT, 'h', NULL, NULL, NULL, NULL, 0::SMALLINT, 'w'",
        ]
    )
    hits.add([])
    hits.add_one(0, place(7, 5, "h", ""))
    (group,) = hits.groups({})
    assert group == HitGroup(0, "h", "", 5, 5, 1, (Sample(0, 7, 5, "x:a", "w"),))
    assert hits.hosts() == {"h"}


def test_samples_are_the_earliest_then_by_file_and_row(grouped):
    (group,) = grouped(
        (0, place(9, 5)),
        (0, place(1, 9)),
        (0, place(2, 5, file=1)),
        (0, place(8, 5)),
        (0, place(7, 6)),
        (0, place(3, 4)),
    )
    assert len(group.samples) == EXAMPLES_PER_FINDING
    assert [(sample.file, sample.row) for sample in group.samples] == [(0, 3), (0, 8), (0, 9)]


def test_no_hits_are_no_groups(grouped):
    assert grouped() == []


def test_many_hits_are_flushed_on_the_way(grouped, monkeypatch):
    monkeypatch.setattr(module, "_FLUSH_ROWS", 3)
    (group,) = grouped(*((0, place(row, row)) for row in range(10)))
    assert group.count == 10


PLACES = st.builds(
    place,
    st.integers(1, 9),
    st.one_of(st.none(), st.integers(0, 6).map(lambda step: step * GAP * 2 // 3)),
    st.sampled_from(["", "h", "g"]),
    st.just("a"),
    st.integers(0, 1),
)


def naive(added: list[tuple[int, Place]]) -> list[tuple[int, str, int | None, int | None, int]]:
    """Groups by sorting each warning's and host's hits and cutting at the gaps."""
    found = []
    for key in sorted({(warning, at.host) for warning, at in added}):
        held = sorted(
            {at for warning, at in added if (warning, at.host) == key and at.time_us is not None},
            key=lambda at: at.time_us,
        )
        timeless = [at for warning, at in added if (warning, at.host) == key and at.time_us is None]
        parts: list[list[Place]] = [timeless] if timeless else []
        latest = None
        for at in held:
            if latest is None or at.time_us - latest > GAP:
                parts.append([])
            parts[-1].append(at)
            latest = at.time_us
        for part in parts:
            times = [at.time_us for at in part if at.time_us is not None]
            found.append((*key, min(times, default=None), max(times, default=None), len(part)))
    return found


@settings(max_examples=examples(60))
@given(
    added=st.lists(
        st.tuples(st.integers(0, 1), PLACES), max_size=10, unique_by=lambda one: (one[1].file, one[1].row)
    ),
    random=st.randoms(use_true_random=False),
)
def test_groups_are_those_of_a_plain_sort_in_any_order_of_the_hits(database, added, random):
    def run(some):
        database.execute("DROP TABLE IF EXISTS hits")
        hits = Hits(database, PATHS)
        for warning, at in some:
            hits.add_one(warning, at)
        return hits.groups({})

    found = run(added)
    assert [
        (group.warning, group.host, group.first_us, group.last_us, group.count) for group in found
    ] == naive(added)
    random.shuffle(added)
    assert run(added) == found


# -- patterns over several observations ---------------------------------------------------------------


def events(*numbers: int) -> tuple[Event, ...]:
    return tuple(Event(0, 0, number) for number in numbers)


def test_an_occurrence_is_on_all_its_hosts_and_shows_all_its_rows():
    places = {1: place(1, 5, "h", "b"), 2: place(2, 9, "g", "a"), 3: place(3, 10, "", "")}
    (group,) = sequence_groups([(4, events(1, 2, 3))], places, {})
    assert (group.warning, group.host, group.actor) == (4, "g, h", "a, b")
    assert (group.first_us, group.last_us, group.count) == (5, 10, 3)
    assert [sample.row for sample in group.samples] == [1, 2, 3]


def test_occurrences_are_parted_by_the_gap_and_an_observation_counts_once():
    places = {number: place(number, number * GAP) for number in range(1, 9)}
    first, second = sequence_groups([(0, events(1, 2)), (0, events(7, 8)), (0, events(2, 3))], places, {})
    assert (first.count, first.first_us, first.last_us) == (3, GAP, 3 * GAP)
    assert [sample.row for sample in first.samples] == [1, 2]
    assert second.count == 2


def test_occurrences_without_any_time_are_a_group_of_their_own():
    places = {1: place(1, None), 2: place(2, None), 3: place(3, 5), 4: place(4, None), 5: place(5, 6)}
    timeless, timed = sequence_groups([(0, events(1, 2)), (0, events(3, 4)), (0, events(5))], places, {})
    assert (timeless.first_us, timeless.last_us, timeless.count) == (None, None, 2)
    assert (timed.first_us, timed.last_us, timed.count) == (5, 6, 3)


def test_an_occurrence_on_hosts_known_by_two_names_is_on_one():
    places = {1: place(1, 5, "h"), 2: place(2, 9, "h.example")}
    (group,) = sequence_groups([(0, events(1, 2))], places, {"h": "h.example"})
    assert group.host == "h.example"


def test_repeats_of_one_row_show_it_once():
    (group,) = sequence_groups([(0, events(1, 1, 1))], {1: place(1, 5)}, {})
    assert (group.count, [sample.row for sample in group.samples]) == (1, [1])
