"""What came in, what waits to go out, and what was found: each is kept with how far it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stored import add_collections, one, store
from tocsin.store import findings, hubs, inbox
from tocsin.store.collections import collections, find_collection
from tocsin.store.findings import KeptFinding
from tocsin.store.hubs import Hub, Source
from tocsin.store.inbox import Submission
from tocsin.store.organisations import add_organisation


@pytest.fixture
def connection(database):
    with database.writing() as made:
        add_collections(made, "warnings", "inbox")
        add_organisation(made, id="identity--m", name="M", relation="member", now_us=1)
        yield made


SUBMISSION = Submission(
    "s1", 1, 2, 5, b"d" * 32, anonymous=True, signed=False, leaf=3, outcome=b'{"id":"s1"}'
)


def test_collections_are_found_by_number_id_and_alias(connection):
    assert [one.alias for one in collections(connection)] == ["warnings", "inbox"]
    found = find_collection(connection, 2)
    assert found == find_collection(connection, "inbox") == find_collection(connection, "c-inbox")
    assert find_collection(connection, "none") is None
    store(connection, 2, [one(1)])
    assert find_collection(connection, 2).last_seq == 1


def test_a_submission_is_found_by_its_id_and_its_bytes(connection):
    inbox.add_submission(connection, SUBMISSION, (), by="M")
    inbox.add_submission(connection, replace(SUBMISSION, id="s2", asked_us=9), (), by="M")
    assert inbox.find_submission(connection, "s1") == SUBMISSION
    assert inbox.find_submission(connection, "s3") is None
    assert inbox.submission_of_body(connection, 1, 2, b"d" * 32).id == "s2"
    assert inbox.submission_of_body(connection, 1, 1, b"d" * 32) is None


def test_whether_something_was_sent_before_costs_the_same_however_much_was(connection):
    if connection.dialect.name != "sqlite":
        pytest.skip("what a question costs is counted by SQLite")
    for number in range(3_000):
        made = replace(SUBMISSION, id=f"s{number}", asked_us=number, body_sha256=number.to_bytes(32))
        inbox.add_submission(connection, made, (), by="M")
    assert inbox.submission_of_body(connection, 1, 2, bytes(32)).id == "s0"
    steps = []
    connection.connection.dbapi_connection.set_progress_handler(lambda: steps.append(1) or 0, 10)
    assert inbox.submission_of_body(connection, 1, 2, b"x" * 32) is None
    connection.connection.dbapi_connection.set_progress_handler(None, 10)
    assert len(steps) < 20


def test_an_inbox_item_moves_on(connection):
    places = store(connection, 2, [one(1), one(2)]).places
    inbox.add_submission(connection, SUBMISSION, places, by="M")
    items = inbox.inbox(connection)
    assert [(item.place, item.state, item.anonymous, item.organisation) for item in items] == [
        (places[0], "new", True, 1),
        (places[1], "new", True, 1),
    ]
    inbox.mark(connection, places[:1], "refused", why="no", by="ada", now_us=8)
    assert [item.why for item in inbox.inbox(connection, states=["refused"])] == ["no"]
    assert [item.place for item in inbox.inbox(connection, id=items[1].id)] == places[1:]
    assert len(inbox.inbox(connection, id="s1", organisation=1)) == 2
    assert inbox.inbox(connection, organisation=2) == []


HUB = Hub("h", "https://h", 1, 1, b"\x00\xff", "key", "", None)


def test_a_hub_is_read_on_from_where_it_was(connection):
    hubs.add_hub(connection, HUB)
    hubs.update_hub(connection, "h", cursor="c")
    hubs.update_hub(connection, "h", synced_us=9, token=b"t")
    hubs.update_hub(connection, "h")
    assert hubs.hubs(connection) == [replace(HUB, cursor="c", synced_us=9, token=b"t")]


def test_what_waits_for_a_hub_is_kept_until_it_is_sent(connection):
    hubs.add_hub(connection, HUB)
    first = hubs.queue_outgoing(connection, "h", b"\x00one", anonymous=False, now_us=1)
    second = hubs.queue_outgoing(connection, "h", b"two", anonymous=True, now_us=2)
    hubs.sent(connection, first, status=b"{}", receipt=None, now_us=3)
    assert [one.number for one in hubs.outgoing_for(connection, "h", waiting=True)] == [second]
    assert [(one.body, one.status) for one in hubs.outgoing_for(connection, "h", waiting=False)] == [
        (b"\x00one", b"{}"),
        (b"two", None),
    ]


def test_the_last_version_that_was_queued_is_found_by_its_id(connection):
    hubs.add_hub(connection, HUB)
    hubs.add_hub(connection, replace(HUB, name="other"))
    made = [hubs.QueuedVersion("a", "1", "1"), hubs.QueuedVersion("b", "1", "1")]
    first = hubs.queue_outgoing(connection, "h", b"1", anonymous=False, now_us=1, versions=made)
    again = hubs.QueuedVersion("a", "1", "2")
    hubs.queue_outgoing(connection, "other", b"2", anonymous=False, now_us=2, versions=[again])
    assert hubs.last_queued(connection, ["a", "b", "c"]) == {"a": again, "b": made[1]}
    assert hubs.last_queued(connection, []) == {}
    assert hubs.is_queued(connection, "h", b"1", "a")
    for hub, body, id in (("other", b"1", "a"), ("h", b"2", "a"), ("h", b"1", "c")):
        assert not hubs.is_queued(connection, hub, body, id)
    assert hubs.is_waiting(connection, first)
    hubs.sent(connection, first, status=b"{}", receipt=None, now_us=3)
    assert not hubs.is_waiting(connection, first)
    assert not hubs.is_waiting(connection, 10**6)


def test_what_was_queued_is_read_a_page_at_a_time_the_newest_first(connection):
    hubs.add_hub(connection, HUB)
    made = [hubs.queue_outgoing(connection, "h", b"x", anonymous=False, now_us=1) for _ in range(5)]
    assert [one.number for one in hubs.outgoing_before(connection, None, 2)] == [made[4], made[3]]
    assert [one.number for one in hubs.outgoing_before(connection, made[3], 2)] == [made[2], made[1]]
    assert hubs.outgoing_before(connection, made[0], 2) == []


def test_the_next_token_of_a_hub_takes_the_place_of_the_first(connection):
    hubs.add_hub(connection, HUB)
    hubs.note_token(connection, "h", expires_us=5)
    hubs.expect_token(connection, "h", b"next")
    hubs.update_hub(connection, "h", shut_out_us=6)
    assert hubs.hubs(connection) == [replace(HUB, token_next=b"next", token_expires_us=5, shut_out_us=6)]
    hubs.take_token(connection, "h", b"new", expires_us=7)
    assert hubs.hubs(connection) == [replace(HUB, token=b"new", token_expires_us=7)]


def test_what_a_hub_has_not_decided_on_is_asked_for_in_turn(connection):
    hubs.add_hub(connection, HUB)
    made = [
        hubs.queue_outgoing(connection, "h", b"x", anonymous=anonymous, now_us=1)
        for anonymous in (False, False, False, True, False, False)
    ]
    for number in made[:4]:
        hubs.sent(connection, number, status=b"{}", receipt=b"r", now_us=3)
    # One that the hub did not take, and one that waits, are not asked for.
    hubs.sent(connection, made[4], status=b"{}", receipt=None, now_us=3)
    hubs.answered(connection, made[0], b"[]", now_us=9, settled=False)
    hubs.answered(connection, made[1], b"[]", now_us=8, settled=True)
    assert hubs.open_outgoing(connection, "h", since_us=2, limit=9) == [made[2], made[0]]
    assert hubs.open_outgoing(connection, "h", since_us=2, limit=1) == [made[2]]
    assert hubs.open_outgoing(connection, "h", since_us=3, limit=9) == []
    found = hubs.find_outgoing(connection, made[1])
    assert (found.answers, found.asked_us, found.settled_us) == (b"[]", 8, 8)
    hubs.answered(connection, made[0], b"[]", now_us=9, settled=True, again_us=20)
    assert hubs.find_outgoing(connection, made[0]).settled_us == 9
    hubs.answered(connection, made[0], b"[]", now_us=10, settled=True, again_us=20)
    assert hubs.find_outgoing(connection, made[0]).settled_us == 9, "it is since when all is decided"
    assert hubs.outgoing_again(connection, "h", now_us=19, limit=9) == []
    assert hubs.outgoing_again(connection, "h", now_us=20, limit=9) == [made[0]]
    assert hubs.outgoing_again(connection, "other", now_us=20, limit=9) == []
    assert hubs.find_outgoing(connection, 10**6) is None


def test_a_source_is_remembered_and_forgotten(connection):
    made = Source("s", "https://s", "", 1, 1, "", None)
    hubs.add_source(connection, made)
    hubs.update_source(connection, "s", cursor="c", synced_us=2)
    assert hubs.sources(connection) == [replace(made, cursor="c", synced_us=2)]
    assert hubs.remove_source(connection, "s")
    assert not hubs.remove_source(connection, "s")


def test_a_finding_that_is_found_again_stays_shared(connection):
    made = KeptFinding("f", "indicator--1", "high", 5, "2026-01-01T00:00:00Z", None, b'{"a":1}')
    findings.keep_findings(connection, [made, replace(made, id="g", last_seen="2026-02-01T00:00:00Z")])
    findings.shared(connection, ["f"], now_us=9)
    findings.keep_findings(connection, [replace(made, body=b"{}")])
    assert [one.id for one in findings.findings(connection)] == ["g", "f"]
    assert findings.find_findings(connection, ["f", "x"]) == [replace(made, body=b"{}", shared_us=9)]
