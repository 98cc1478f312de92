"""Versions are kept as they came, numbered and stamped in the order in which they were acknowledged."""

from __future__ import annotations

import pytest

from stored import ALL, GREEN, MEMBER, NOW_US, add_collections, id_of, one, store
from tocsin.model.tlp import Tlp
from tocsin.sharing.label import Label
from tocsin.sharing.policy import Const
from tocsin.store.objects import Query, count, definitions, forget, latest, leaves_of, page, put, versions


@pytest.fixture
def connection(database):
    with database.writing() as made:
        add_collections(made, "warnings", "inbox")
        yield made


def ids(found):
    return [each.id for each in found]


def test_an_object_comes_back_as_it_came(connection):
    body = '{"id":"x","name":"Zoë \U0001f514 \\u0000 %s ? :a","n":1.0}'.encode()
    store(connection, 1, [one(1, body=body, revoked=True, spec="2.0")])
    (found,) = page(connection, 1, ALL, Query(), 10)
    assert (found.body, found.revoked, found.spec_version, found.leaf) == (body, True, "2.0", None)
    assert (found.place, found.added_us, found.version) == ((1 << 40) + 1, NOW_US, "2026-01-01T00:00:00Z")
    assert type(found.body) is bytes
    assert type(found.revoked) is bool


def test_bytes_that_are_no_text_come_back_too(connection):
    store(connection, 1, [one(1, body=bytes(range(1, 256)))])
    assert page(connection, 1, ALL, Query(), 1)[0].body == bytes(range(1, 256))


def test_the_same_version_is_present_and_another_under_its_name_a_conflict(connection):
    assert store(connection, 1, [one(1), one(1), one(1, body=b"{}")]).outcomes == [
        "stored",
        "present",
        "conflict",
    ]
    again = store(connection, 1, [one(1), one(1, body=b"{}"), one(1, "2026-02-01T00:00:00")])
    assert again.outcomes == ["present", "conflict", "stored"]
    assert again.places == [None, None, (1 << 40) + 2]
    assert store(connection, 2, [one(1)]).outcomes == ["stored"]


def test_stamps_grow_though_the_clock_goes_back(connection):
    first = store(connection, 1, [one(number) for number in range(3)])
    later = store(connection, 1, [one(number) for number in range(3, 6)], now_us=NOW_US - 7_200_000_000)
    stamps = first.added_us + later.added_us
    assert stamps == list(range(NOW_US, NOW_US + 6))
    assert [each.added_us for each in page(connection, 1, ALL, Query(), 10)] == stamps


def test_pages_follow_each_other_without_gap_or_repetition(connection):
    store(connection, 1, [one(number) for number in range(25)])
    store(connection, 2, [one(number) for number in range(5)])
    found, after = [], None
    while some := page(connection, 1, ALL, Query(after=after), 10):
        found += ids(some)
        after = some[-1].place
    assert found == [id_of(number) for number in range(25)]
    assert ids(page(connection, 1, ALL, Query(after=(2 << 40) + 1), 10)) == []
    assert len(page(connection, 2, ALL, Query(after=(1 << 40) + 20), 10)) == 5


def test_added_after_gives_what_was_stamped_later(connection):
    store(connection, 1, [one(number) for number in range(5)])
    for us, expected in (
        (NOW_US - 1, 5),
        (NOW_US, 4),
        (NOW_US + 3, 1),
        (NOW_US + 4, 0),
        (NOW_US + 99, 0),
        (0, 5),
    ):
        assert len(page(connection, 1, ALL, Query(added_after_us=us), 10)) == expected


def test_ids_types_and_versions_narrow_a_page(connection):
    new = "2026-02-01T00:00:00"
    store(
        connection,
        1,
        [one(1), one(2, type="malware"), one(1, new), one(3, spec="2.0"), one(3, new, spec="2.0")],
    )

    def asked(**query):
        return [(each.id, each.version) for each in page(connection, 1, ALL, Query(**query), 10)]

    old = "2026-01-01T00:00:00Z"
    assert asked(ids=(id_of(1), id_of(9))) == [(id_of(1), f"{new}Z")]
    assert asked(types=("malware",)) == [(id_of(2, "malware"), old)]
    assert asked(versions=("first",), ids=(id_of(1),)) == [(id_of(1), old)]
    assert asked(versions=("all",), ids=(id_of(1),)) == [(id_of(1), old), (id_of(1), f"{new}Z")]
    assert asked(versions=(new,)) == [(id_of(1), f"{new}Z"), (id_of(3), f"{new}Z")]
    assert asked(spec_versions=("2.0",)) == [(id_of(3), f"{new}Z")]
    assert asked(spec_versions=("2.2",)) == []
    assert [each.version for each in versions(connection, 1, ALL, id_of(3))] == [old, f"{new}Z"]


def test_many_gates_are_merged_in_order(connection):
    for number in range(150):
        store(connection, 1, [one(number)], label=Label(Tlp.GREEN, origin=f"identity--{number}"))
    some = Label(Tlp.RED, origin="identity--r")
    store(connection, 1, [one(999)], label=some)
    found = page(connection, 1, Const(True), Query(), 1000)
    assert [each.place for each in found] == [(1 << 40) + seq for seq in range(1, 152)]
    from tocsin.sharing.policy import AtMost

    for limit in (7, 1000):
        green = page(connection, 1, AtMost("tlp", 1), Query(after=(1 << 40) + 20), limit)
        assert ids(green) == [id_of(number) for number in range(20, 150)][:limit]


def test_what_is_hidden_is_not_counted_given_or_opened(connection):
    put(connection, 1, [one(1, label=_label(connection, GREEN))], now_us=NOW_US, first_leaf=7)
    put(connection, 1, [one(2, label=_label(connection, Label(Tlp.RED)))], now_us=NOW_US, first_leaf=8)
    version = "2026-01-01T00:00:00Z"
    asked = [(id_of(1), version), (id_of(2), version), (id_of(1), "other")]
    assert leaves_of(connection, 1, MEMBER, asked) == [7]
    assert sorted(leaves_of(connection, 1, ALL, asked)) == [7, 8]
    assert (count(connection, MEMBER), count(connection, ALL), count(connection, ALL, 2)) == (1, 2, 0)
    assert ids(latest(connection, MEMBER)) == [id_of(1)]
    assert ids(latest(connection, ALL, collections=[2])) == []


def test_forgotten_versions_leave_the_former_one_as_the_last(connection):
    done = store(connection, 1, [one(1), one(1, "2026-02-01T00:00:00")])
    assert forget(connection, [done.places[1]], now_us=NOW_US) == 1
    assert forget(connection, [done.places[1]], now_us=NOW_US) == 0
    assert [each.place for each in page(connection, 1, ALL, Query(), 10)] == [done.places[0]]
    assert count(connection, ALL) == 1


def test_the_first_definition_of_a_marking_counts(connection):
    marking = "marking-definition"
    store(connection, 1, [one(1, "", type=marking, body=b'{"a":1}')])
    store(connection, 2, [one(1, "", type=marking, body=b'{"a":2}'), one(2, body=b'{"a":3}')])
    asked = [id_of(1, marking), id_of(2), id_of(3, marking)]
    assert definitions(connection, asked, [""]) == {id_of(1, marking): {"a": 1}}


def test_a_definition_that_another_sent_defines_nothing(connection):
    marking = id_of(1, "marking-definition")
    for collection, label, body in (
        (1, Label(Tlp.AMBER, origin="identity--m", channel="submitted"), b'{"a":1}'),
        (2, GREEN, b'{"a":2}'),
    ):
        store(connection, collection, [one(marking, "", body=body)], label=label)
    mine = "submitted identity--m"
    assert definitions(connection, [marking], ["submitted identity--n"]) == {}
    assert definitions(connection, [marking], [mine]) == {marking: {"a": 1}}
    assert definitions(connection, [marking], ["", mine]) == {marking: {"a": 2}}


def test_more_than_the_database_takes_at_once_is_taken_in_parts(connection):
    many = [one(number, refs=[id_of(number + 1)]) for number in range(2_500)]
    assert set(store(connection, 1, many).outcomes) == {"stored"}
    assert set(store(connection, 1, many).outcomes) == {"present"}
    assert len(list(latest(connection, ALL))) == 2_500
    assert len(definitions(connection, [each.id for each in many], [""])) == 0


def _label(connection, label):
    from tocsin.store.labels import number_of

    return number_of(connection, label)
