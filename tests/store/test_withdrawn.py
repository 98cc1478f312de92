"""Which warnings were withdrawn, on both databases, against an evaluator that reads row by row."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from stored import ALL, id_of, one, store
from strategies import examples
from tocsin.model.tlp import Tlp
from tocsin.sharing.label import Label
from tocsin.sharing.policy import AtMost, holds
from tocsin.store.collections import add_collection
from tocsin.store.findings import KeptFinding, keep_findings, of_warnings
from tocsin.store.objects import forget, latest
from tocsin.store.search import finding_counts, findings_before
from tocsin.store.withdrawn import Revocation, revocations, withdrawn_with_findings

KINDS = ("warnings", "received", "received", "inbox")
LABELS = (Label(Tlp.GREEN), Label(Tlp.RED))
GREEN = AtMost("tlp", Tlp.GREEN)
IDS = range(4)
DAYS = ("2026-01-01T00:00:00", "2026-01-02T00:00:00", "2026-01-03T00:00:00")
SLOW = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
RUNS = count()

versions = st.tuples(
    st.integers(0, len(KINDS) - 1),
    st.sampled_from(IDS),
    st.sampled_from(DAYS),
    st.sampled_from(["2.0", "2.1"]),
    st.sampled_from(LABELS),
    st.booleans(),
)


def kept(warning, number=0):
    return KeptFinding(f"f-{warning}-{number}", warning, "high", 5, f"2026-01-0{number + 1}", None, b"{}")


def collections(connection, name):
    return [
        add_collection(
            connection, id=f"{name}-{at}", alias=f"{name}-{at}", title="", description="", kind=kind
        )
        for at, kind in enumerate(KINDS)
    ]


@pytest.fixture
def here(database):
    with database.writing() as connection:
        yield connection, collections(connection, "c")


def put(connection, collection, number, day=0, *, label=LABELS[0], **more):
    """Store one version; its place."""
    held = one(number, DAYS[day], body=f"{collection} {number} {day} {more}".encode(), **more)
    return store(connection, collection, [held], label=label).places[0]


def ended(connection, allowed=ALL):
    found = revocations(connection, allowed, [id_of(number) for number in IDS])
    assert withdrawn_with_findings(connection, allowed) == sorted(found)
    return [number for number in IDS if id_of(number) in found]


class TestOne:
    @pytest.fixture(autouse=True)
    def findings(self, here):
        keep_findings(here[0], [kept(id_of(number)) for number in IDS])

    def test_what_stands_or_is_not_here_was_not_withdrawn(self, here):
        connection, (own, *_) = here
        put(connection, own, 0)
        assert ended(connection) == []

    def test_the_last_version_says_so(self, here):
        connection, (own, *_) = here
        put(connection, own, 0)
        put(connection, own, 0, 1, revoked=True)
        assert ended(connection) == [0]
        assert revocations(connection, ALL, [id_of(0), id_of(1)]) == {
            id_of(0): Revocation(f"{DAYS[1]}Z", f"{own} 0 1 {{'revoked': True}}".encode())
        }

    def test_a_later_version_that_is_not_revoked_lets_it_stand_again(self, here):
        connection, (own, *_) = here
        put(connection, own, 0, 0)
        put(connection, own, 0, 1, revoked=True)
        put(connection, own, 0, 2)
        assert ended(connection) == []

    def test_a_version_that_came_late_and_is_older_changes_nothing(self, here):
        connection, (own, *_) = here
        put(connection, own, 0, 1, revoked=True)
        put(connection, own, 0, 0)
        assert ended(connection) == [0]

    def test_whoever_still_gives_it_lets_it_stand_however_old_that_is(self, here):
        connection, (own, other, *_) = here
        put(connection, own, 0, 1)
        put(connection, own, 0, 2, revoked=True)
        place = put(connection, other, 0, 0)
        assert ended(connection) == []
        forget(connection, [place], now_us=9)
        assert ended(connection) == [0]

    def test_who_never_gave_it_withdraws_nothing_though_who_did_lists_it_no_more(self, here):
        connection, (_, stranger, giver, *_) = here
        put(connection, stranger, 0, 2, revoked=True)
        place = put(connection, giver, 0, 0)
        assert ended(connection) == []
        forget(connection, [place], now_us=9)
        assert ended(connection) == []

    def test_of_several_who_withdrew_it_the_last_is_told(self, here):
        connection, (own, other, *_) = here
        put(connection, own, 0)
        put(connection, own, 0, 2, revoked=True)
        put(connection, other, 0)
        put(connection, other, 0, 1, revoked=True)
        assert revocations(connection, ALL, [id_of(0)])[id_of(0)].version == f"{DAYS[2]}Z"

    def test_what_lies_in_the_inbox_neither_withdraws_nor_gives_it(self, here):
        connection, (own, *_, inbox) = here
        put(connection, inbox, 0, 1, revoked=True)
        assert ended(connection) == []
        put(connection, own, 1)
        put(connection, own, 1, 1, revoked=True)
        put(connection, inbox, 1, 2)
        assert ended(connection) == [1]

    def test_who_may_not_see_the_revoked_version_is_not_told_by_it(self, here):
        connection, (own, *_) = here
        put(connection, own, 0)
        put(connection, own, 0, 1, revoked=True, label=LABELS[1])
        assert (ended(connection), ended(connection, GREEN)) == ([0], [])

    def test_it_stands_for_who_may_not_see_that_it_does(self, here):
        connection, (own, other, *_) = here
        put(connection, own, 0)
        put(connection, own, 0, 1, revoked=True)
        put(connection, other, 0, label=LABELS[1])
        assert (ended(connection), ended(connection, GREEN)) == ([], [])


def test_findings_are_asked_for_by_their_warnings(here):
    connection, _ = here
    keep_findings(connection, [kept("a"), kept("a", 1), kept("b")])

    def found(**asked):
        ids = [held.id for held in findings_before(connection, ALL, limit=9, **asked)]
        assert sum(finding_counts(connection, ALL, **asked).values()) == len(ids)
        return ids

    assert found() == ["f-a-1", "f-b-0", "f-a-0"]
    assert found(of=["a"]) == ["f-a-1", "f-a-0"]
    assert found(but=["a"]) == ["f-b-0"]
    assert found(of=[]) == []
    assert found(of=["a", "b"], but=["b"]) == ["f-a-1", "f-a-0"]
    assert len(found(but=[f"w{number}" for number in range(40_000)])) == 3


def test_the_findings_of_warnings_are_counted_with_one_of_each(here):
    connection, _ = here
    keep_findings(connection, [kept("a"), kept("a", 1), kept("b")])
    assert of_warnings(connection, ["b", "a", "x", "a"]) == [(2, kept("a", 1)), (1, kept("b"))]
    assert of_warnings(connection, []) == []


def test_a_finding_is_seen_by_who_may_see_its_warning_or_where_none_is_here(here):
    connection, (own, *_) = here
    keep_findings(connection, [kept(id_of(number)) for number in (0, 1, 2)])
    put(connection, own, 0)
    put(connection, own, 1, label=LABELS[1])
    assert [held.warning for held in findings_before(connection, GREEN, limit=9)] == [id_of(2), id_of(0)]
    assert finding_counts(connection, GREEN) == {"high": 2}
    assert finding_counts(connection, ALL) == {"high": 3}


def naive(rows, allowed):
    """The rule as it is told: nobody lets it stand, and one that gave it says so where it may be seen."""
    found = []
    for number in IDS:
        stands = told = False
        for at, kind in enumerate(KINDS):
            said = [
                (spec, day, revoked, label)
                for where, id, day, spec, label, revoked in rows
                if (where, id) == (at, number) and kind != "inbox"
            ]
            gave = False in [revoked for _, _, revoked, _ in said]
            newest = max([(spec, day) for spec, day, *_ in said], default=None)
            for spec, day, revoked, label in said:
                if (spec, day) == newest:
                    stands = stands or not revoked
                    told = told or (gave and holds(allowed, label))
        if told and not stands:
            found.append(number)
    return found


@SLOW
@given(st.lists(versions, max_size=16), st.sets(st.sampled_from(IDS)))
def test_it_is_what_one_finds_who_reads_row_by_row_and_nothing_that_a_check_looks_for(
    database, drawn, found_here
):
    run = next(RUNS)
    ids = {id_of(run * len(IDS) + number): number for number in IDS}
    with database.writing() as connection:
        places = collections(connection, f"run-{run}")
        rows = []
        for row in drawn:
            where, number, day, spec, label, revoked = row
            held = one(run * len(IDS) + number, day, spec=spec, revoked=revoked, body=repr(row).encode())
            if store(connection, places[where], [held], label=label).outcomes == ["stored"]:
                rows.append(row)
        keep_findings(connection, [kept(id) for id, number in ids.items() if number in found_here])
        given_here = [at for at, kind in zip(places, KINDS, strict=True) if kind != "inbox"]
        for allowed in (ALL, GREEN):
            expected = naive(rows, allowed)
            assert sorted(ids[id] for id in revocations(connection, allowed, ids)) == expected
            told = [ids[id] for id in withdrawn_with_findings(connection, allowed) if id in ids]
            assert told == [number for number in expected if number in found_here]
            lasts = [held for held in latest(connection, allowed, collections=given_here) if held.id in ids]
            looked_for = {ids[held.id] for held in lasts if not held.revoked}
            assert not looked_for & set(expected)
