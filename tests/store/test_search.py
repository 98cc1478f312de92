"""Searching, on both databases; what the predicate lets be seen is of the same data that lists use."""

from __future__ import annotations

import json

import pytest

from tocsin.sharing.label import Label
from tocsin.sharing.policy import AtMost, Const
from tocsin.store import labels
from tocsin.store.collections import add_collection
from tocsin.store.objects import NewObject, put
from tocsin.store.search import (
    Wanted,
    count_found,
    finding_counts,
    findings_before,
    groups,
    hidden_leaves,
    inbox_counts,
    inbox_page,
    names_of,
    search,
    sightings_of,
    stored_versions,
    versions_anywhere,
)

ALL = Const(True)
GREEN = AtMost("tlp", 1)


def new(connection, id, version="2025-01-01T00:00:00", tlp=1, references=(), *, revoked=False, **said):
    type = id.partition("--")[0]
    label = labels.number_of(
        connection, Label(tlp, audience=frozenset({"sector:energy"}) if tlp == 1 else frozenset())
    )
    body = json.dumps({"type": type, "id": id, **said}, ensure_ascii=False).encode()
    return NewObject(id, version, version, type, "2.1", label, revoked, body, references)


@pytest.fixture
def here(database):
    """Two collections: one object in both, one hidden, one withdrawn, one sighting."""
    with database.writing() as connection:
        one, two = (
            add_collection(connection, id=name, alias=name, title=name, description="", kind="received")
            for name in "ab"
        )
        put(
            connection, one,
            [new(connection, "indicator--1", name="Old Z\u00fcrich"), new(connection, "indicator--2", tlp=4, name="hidden")],
            now_us=1000, first_leaf=5,
        )  # fmt: skip
        put(
            connection, two,
            [
                new(connection, "indicator--1", "2025-02-01T00:00:00", name="New 100% Z\u00fcrich"),
                new(connection, "indicator--3", revoked=True),
                new(connection, "sighting--1", references=("indicator--1",)),
                new(connection, "sighting--2", tlp=4, references=("indicator--1",)),
            ],
            now_us=2000,
        )  # fmt: skip
    with database.reading() as connection:
        yield connection, (one, two)


def found(connection, allowed, wanted):
    ids = [one.held.id for one in search(connection, allowed, wanted, 10)]
    assert count_found(connection, allowed, wanted, 10) == len(ids)
    assert sum(one.count for one in groups(connection, allowed, wanted, 10)) == len(ids)
    return ids


def test_each_object_is_found_once_in_its_last_visible_version(here):
    connection, both = here
    assert found(connection, ALL, Wanted(both, types=("indicator",))) == [
        "indicator--3",
        "indicator--1",
        "indicator--2",
    ]
    assert found(connection, GREEN, Wanted(both, types=("indicator",), revoked=False)) == ["indicator--1"]
    assert found(connection, GREEN, Wanted(both, other_than=("indicator",))) == ["sighting--1"]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("z\u00fcrich",), ["indicator--1"]),
        (("Old",), []),
        (("100%", "new"), ["indicator--1"]),
        (("10_%",), []),
        (("!",), []),
    ],
)
def test_words_are_looked_for_in_the_last_version(here, words, ids):
    connection, both = here
    assert found(connection, GREEN, Wanted(both, words=words)) == ids


def test_labels_and_times_narrow(here):
    connection, both = here
    assert found(connection, ALL, Wanted(both, tlp=4)) == ["sighting--2", "indicator--2"]
    assert found(connection, ALL, Wanted(both, types=("indicator",), audience="sector:energy")) == [
        "indicator--3",
        "indicator--1",
    ]
    assert found(connection, ALL, Wanted(both, added_from_us=2000, types=("sighting",))) == [
        "sighting--2",
        "sighting--1",
    ]


def test_a_page_goes_on_where_the_last_one_ended(here):
    connection, both = here
    first = search(connection, ALL, Wanted(both), 2)
    last = first[-1].held
    rest = search(connection, ALL, Wanted(both, before=(last.added_us, last.place)), 10)
    assert [one.held.id for one in first + rest] == [
        "sighting--2",
        "sighting--1",
        "indicator--3",
        "indicator--1",
        "indicator--2",
    ]


def test_history_and_sightings_are_those_that_may_be_seen(here):
    connection, both = here
    assert [one.held.version[:7] for one in versions_anywhere(connection, GREEN, both, "indicator--1")] == [
        "2025-02",
        "2025-01",
    ]
    assert versions_anywhere(connection, GREEN, both, "indicator--2") == []
    assert [one.held.id for one in sightings_of(connection, GREEN, both, "indicator--1", 10)] == [
        "sighting--1"
    ]
    assert [one.held.id for one in sightings_of(connection, ALL, both, "indicator--1", 10)] == [
        "sighting--2",
        "sighting--1",
    ]
    assert set(names_of(connection, GREEN, ["indicator--1", "indicator--2"])) == {"indicator--1"}
    held = stored_versions(connection, both[0], ["indicator--1", "indicator--3"])
    assert {id for id, _ in held} == {"indicator--1"}
    assert hidden_leaves(connection, GREEN, [4, 5, 6]) == {6}


def test_an_empty_inbox_and_no_findings_are_no_error(here):
    connection, _ = here
    assert inbox_page(connection, GREEN, states=("new",), id="x", organisation=1, before=5, limit=3) == []
    assert inbox_counts(connection, GREEN, 1) == {}
    assert (
        findings_before(connection, GREEN, severities=("high",), shared=True, before=("a", "b"), limit=3)
        == []
    )
    assert finding_counts(connection, GREEN) == {}
