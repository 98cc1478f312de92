"""A hub that lies, in whatever it answers: the member keeps what it has, tells, and does not end in a bug."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import text

from doors.state import state_of
from service.exchange.world import Http, collection, finding, indicator, tell
from tocsin.errors import BadInput, LogTampered, NotPermitted, NotProven, SourceUnavailable, TocsinError
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.joining import join
from tocsin.service.exchange.logs import checkpoint, verify_hub
from tocsin.service.exchange.members import add_member
from tocsin.service.exchange.reading import read_page
from tocsin.service.exchange.share import offer, queue
from tocsin.sources import taxii_client
from tocsin.store import hubs, labels
from tocsin.store.collections import collections
from tocsin.store.objects import Query


@pytest.fixture
def one(world, hub):
    tell(hub, indicator(1), indicator(2))
    return world.joined(hub, "One")


class Lying(Http):
    """Passes each answer through ``lie``: (method, path, answer) -> answer."""

    def __init__(self, world, lie):
        super().__init__(world)
        self.lie = lie

    def request(self, method, url, *more, **named):
        answer = super().request(method, url, *more, **named)
        return self.lie(method, "/" + url.split("/", 3)[3], answer)


def sync_with(world, node, lie):
    """Sync once while the hub lies; what it brought."""
    honest = world.client
    world.client = lambda url: Lying(world, lie)
    try:
        [done] = world.sync(node)
    finally:
        world.client = honest
    return done


def at(part, change):
    """A lie at the paths that hold ``part``: ``change`` makes other bytes of the answer's."""

    def lie(method, path, answer):
        return replace(answer, body=change(answer.body)) if part in path and answer.status < 300 else answer

    return lie


def with_openings(change):
    """A lie in the openings: ``change`` is given their list."""

    def changed(body):
        held = json.loads(body)
        return json.dumps({"openings": change(held["openings"])}).encode()

    return at("/api/openings", changed)


def exchanged(openings):
    """Each object's name with the leaf of the other."""
    first, second = openings
    first["index"], second["index"] = second["index"], first["index"]
    return [first, second]


def of_each(**more):
    return lambda openings: [{**one, **more} for one in openings]


def with_subject(**more):
    def change(openings):
        for one in openings:
            one["entry"]["subject"].update(more)
        return openings

    return change


def longer(body):
    return body + body[:32]


LIES = {
    "a checkpoint with a spoilt signature": (at("/log/checkpoint", lambda body: body[:-20] + b"A" * 18 + body[-2:]), BadInput),
    "a checkpoint that nobody signed": (at("/log/checkpoint", lambda body: body.partition(b"\n\n")[0] + b"\n\n"), BadInput),
    "a checkpoint that is none": (at("/log/checkpoint", lambda body: b"<html>"), BadInput),
    "a checkpoint of another size": (at("/log/checkpoint", lambda body: body.replace(b"\n5\n", b"\n6\n")), BadInput),
    "no checkpoint": (at("/log/checkpoint", lambda body: b""), BadInput),
    "a tile that is too long": (at("/log/tile/", longer), TocsinError),
    "a tile that is too short": (at("/log/tile/", lambda body: body[:-1]), TocsinError),
    "an empty tile": (at("/log/tile/", lambda body: b""), TocsinError),
    "a tile of other hashes": (at("/log/tile/", lambda body: bytes(len(body))), LogTampered),
    "a tile with one bit changed": (at("/log/tile/", lambda body: bytes([body[0] ^ 1]) + body[1:]), LogTampered),
    "no openings": (with_openings(lambda openings: []), LogTampered),
    "the opening of one alone": (with_openings(lambda openings: openings[:1]), LogTampered),
    "openings with the leaf of another": (with_openings(exchanged), LogTampered),
    "openings of another object": (with_openings(with_subject(id="indicator--00000000-0000-4000-8000-000000000000")), LogTampered),
    "openings of other bytes": (with_openings(with_subject(sha256="0" * 64)), LogTampered),
    "openings with another salt": (with_openings(of_each(salt="A" * 43 + "=")), LogTampered),
    "openings with a short salt": (with_openings(of_each(salt="AAAA")), LogTampered),
    "openings beyond the log": (with_openings(of_each(index=10**9)), LogTampered),
    "openings before the log": (with_openings(of_each(index=-1)), SourceUnavailable),
    "openings without entry": (with_openings(lambda openings: [{"index": 1, "salt": "AAAA"}]), SourceUnavailable),
    "openings of an act that is none": (with_openings(lambda openings: [{**one, "entry": {**one["entry"], "act": "x"}} for one in openings]), SourceUnavailable),
    "openings that are none": (at("/api/openings", lambda body: b"<html>"), SourceUnavailable),
    "openings that nest": (at("/api/openings", lambda body: b'{"openings":' + b"[" * 100_000), SourceUnavailable),
    "openings that are no text": (at("/api/openings", lambda body: b"\xff\xfe"), SourceUnavailable),
    "an object with other bytes": (at("/objects/", lambda body: body.replace(b"Warning 1", b"Warning 9")), LogTampered),
    "an object that was never logged": (at("/objects/", lambda body: body.replace(b'"objects":[', b'"objects":[' + json.dumps(indicator(7)).encode() + b",")), LogTampered),
    "an object with another id": (at("/objects/", lambda body: body.replace(indicator(1)["id"].encode(), indicator(8)["id"].encode())), LogTampered),
    "objects that are none": (at("/objects/", lambda body: b"[]"), SourceUnavailable),
    "objects that nest": (at("/objects/", lambda body: b'{"objects":' + b"[" * 100_000), SourceUnavailable),
    "collections that are none": (at("/collections/", lambda body: b'{"collections":7}'), SourceUnavailable),
    "no collection of warnings": (at("/api/collections/", lambda body: body.replace(b'"warnings"', b'"others"')), NotPermitted),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_what_a_hub_lies_about_is_told_and_nothing_of_it_is_kept(world, one, lie):
    change, kind = LIES[lie]
    before = state_of(one)
    done = sync_with(world, one, change)
    assert isinstance(done.problems[0], kind), done.problems
    assert done.problems[0].exit_code not in {0, 70}
    assert "Hub" in str(done.problems[0])
    assert state_of(one) == before
    # The same hub, when it is honest again, is not held against for it.
    [again] = world.sync(one)
    assert (again.problems, again.new, again.proven) == ([], 2, 2)


def test_the_checkpoint_of_another_log_is_none(world, hub, one):
    other = world.node("Other")
    done = sync_with(world, one, at("/log/checkpoint", lambda _: checkpoint(other)))
    assert isinstance(done.problems[0], NotProven)
    assert done.new == 0


def test_a_second_state_in_one_sync_is_held_to_the_first(world, hub, one):
    """A hub that answers from its past once, and for the rest of the sync from another that is whole in itself."""
    fork = copy_of(world, hub, "fork")
    fork.write(rewrite)
    tell(fork, indicator(4), indicator(5))

    def lie(method, path, answer):
        if path == "/log/checkpoint":
            world.serve(fork)
        return answer

    done = sync_with(world, one, lie)
    assert isinstance(done.problems[0], LogTampered)
    assert done.new == 0


def copy_of(world, node, name):
    """The same node in a second folder."""
    import shutil

    folder = world.folder / name / "node"
    node.close()
    shutil.copytree(node.folder, folder)
    return world.open(folder)


def rewrite(connection):
    """Put another first leaf into a log, with the tree over it, as an operator could."""
    from tocsin.transparency.tree import leaf_hash, new_nodes

    rows = connection.execute(text("SELECT number, commitment FROM log_leaf ORDER BY number")).all()
    made = [bytes(32), *(bytes(commitment) for _, commitment in rows[1:])]
    connection.execute(text("UPDATE log_leaf SET commitment = :made WHERE number = 0"), {"made": made[0]})
    for level, index, hash in new_nodes(0, [leaf_hash(held) for held in made], None):
        connection.execute(
            text("UPDATE log_node SET hash = :hash WHERE level = :level AND number = :index"),
            {"hash": hash, "level": level, "index": index},
        )
    connection.execute(text("DELETE FROM checkpoint"))


def test_pages_that_never_end_are_left(world, hub, one, monkeypatch):

    def again(method, path, answer):
        if "/objects/" not in path or method != "GET":
            return answer
        held = json.loads(answer.body)
        return replace(answer, body=json.dumps({**held, "more": True, "next": "x"}).encode())

    done = sync_with(world, one, again)
    assert isinstance(done.problems[0], TocsinError)
    assert done.new in {0, 2}

    def empty(method, path, answer):
        return (
            replace(answer, body=b'{"more":true,"next":"x"}')
            if "/objects/" in path and method == "GET"
            else answer
        )

    assert isinstance(sync_with(world, one, empty).problems[0], SourceUnavailable)
    monkeypatch.setattr(taxii_client, "TAXII_PAGES", 3)
    numbers = iter(range(10, 100))

    def new(method, path, answer):
        if "/objects/" not in path or method != "GET":
            return answer
        made = json.dumps({"more": True, "next": str(next(numbers)), "objects": [indicator(next(numbers))]})
        return replace(answer, body=made.encode())

    assert isinstance(sync_with(world, one, new).problems[0], TocsinError)


def received(node):
    with node.reading() as connection:
        [alias] = [held.alias for held in collections(connection) if held.alias.startswith("from-")]
    page = read_page(
        node, access_of_person(node, "ann"), collection(node, alias), Query(versions=("all",)), 1_000
    )
    return page.objects


def test_other_content_under_a_version_that_is_here_is_told_and_not_taken(world, hub, one):
    """As an operator does it who changes the past: the same version is published anew, and logged as it should be."""
    world.sync(one)
    before = [held.body for held in received(one)]
    hub.write(
        lambda connection: connection.execute(
            text("DELETE FROM object WHERE id = :id"), {"id": indicator(1)["id"]}
        )
    )
    world.wait(5)
    tell(hub, {**indicator(1), "name": "Another"})
    [done] = world.sync(one)
    assert isinstance(done.problems[0], LogTampered)
    assert "OTHER CONTENT" in str(done.problems[0])
    assert [held.body for held in received(one)] == before


def test_what_a_hub_gives_is_the_hubs_whoever_it_says_wrote_it(world, hub, one):
    other = world.node("Other")
    tell(hub, indicator(3, created_by_ref=one.own.id), indicator(4, created_by_ref=other.own.id))
    world.sync(one)
    held = {item.id: item.label for item in received(one)}
    with one.reading() as connection:
        origins = {labels.label_of(connection, number).origin for number in held.values()}
    assert origins == {hub.own.id}


@pytest.fixture
def waiting(world, hub, one):
    """Something of the member's waits to be sent."""
    world.sync(one)
    made = offer(one, [finding(tlp="TLP:GREEN")], "Hub")
    queue(one, made)
    return one


def waits(node):
    with node.reading() as connection:
        return len(hubs.outgoing_for(connection, "Hub", waiting=True))


@pytest.mark.parametrize(
    "lie",
    [
        at("/api/receipts/", lambda body: b"<html>"),
        at("/api/receipts/", lambda body: body[:-30] + b"A" * 28 + body[-2:]),
        at("/api/receipts/", lambda body: body.replace(b"index ", b"index 1")),
        at("/api/receipts/", lambda body: b""),
    ],
    ids=["none", "spoilt", "of another leaf", "empty"],
)
def test_what_was_sent_waits_until_a_receipt_proves_that_it_came(world, waiting, lie):
    done = sync_with(world, waiting, lie)
    assert isinstance(done.problems[0], BadInput)
    assert (done.sent, waits(waiting)) == (0, 1)
    [again] = world.sync(waiting)
    assert (again.problems, again.sent, waits(waiting)) == ([], 1, 0)


@pytest.mark.parametrize("id", ["../../x", "", "x y", "\n", "a" * 200, "\u0661", 7, None])
def test_a_status_that_is_none_leads_nowhere(world, waiting, id):
    def lie(method, path, answer):
        if method != "POST" or "/objects/" not in path:
            return answer
        return replace(answer, body=json.dumps({"id": id, "status": "complete"}).encode())

    before = len(world.asked)
    done = sync_with(world, waiting, lie)
    assert isinstance(done.problems[0], TocsinError)
    assert (done.sent, waits(waiting)) == (0, 1)
    assert not [url for _, url, _, _ in world.asked[before:] if "/receipts/" in url and ".." in url]


def test_a_receipt_for_other_bytes_is_none(world, hub, waiting):
    first = {}

    def lie(method, path, answer):
        if "/api/receipts/" in path:
            first.setdefault("body", answer.body)
            return replace(answer, body=first["body"])
        return answer

    assert sync_with(world, waiting, lie).sent == 1
    queue(waiting, offer(waiting, [finding(2, tlp="TLP:GREEN")], "Hub"))
    done = sync_with(world, waiting, lie)
    assert isinstance(done.problems[0], LogTampered)
    assert waits(waiting) == 1


@pytest.mark.parametrize(
    "lie", ["a tile of other hashes", "a tile that is too short", "a checkpoint that nobody signed"]
)
def test_a_member_that_verifies_the_hubs_log_sees_it_too(world, hub, one, lie):
    change, _ = LIES[lie]
    with pytest.raises(TocsinError):
        verify_hub(one, "Hub", lambda url: Lying(world, change))
    assert verify_hub(one, "Hub", world.client).size == 5


def welcome(**more):
    """A lie in what a hub answers to one who joins; ``hub`` is changed, the rest is put in."""

    def changed(body):
        held = json.loads(body)
        held["hub"].update(more.get("hub", {}))
        return json.dumps(held | {key: value for key, value in more.items() if key != "hub"}).encode()

    return at("/api/join", changed)


WELCOMES = {
    "an id that is none": welcome(hub={"id": "x"}),
    "no id, which would be our own": welcome(hub={"id": ""}),
    "the id of those who are not named": welcome(hub={"id": "anonymous"}),
    "a name with a line in it": welcome(hub={"name": "Hub\x1b[2J"}),
    "no name": welcome(hub={"name": ""}),
    "a name without end": welcome(hub={"name": "x" * 100_000}),
    "a token with a header in it": welcome(token="x\r\nX-Evil: 1"),
    "no token": welcome(token=""),
    "a token without end": welcome(token="x" * 10_000),
    "a token of other letters": welcome(token="t\u00f6ken"),
    "another key of the log": welcome(log_key="hub+00000000+AAAA"),
    "no checkpoint": welcome(checkpoint=""),
    "a checkpoint that nobody signed": welcome(checkpoint="hub\n1\n" + "A" * 43 + "=\n\n"),
    "no JSON": at("/api/join", lambda body: b"<html>"),
    "JSON that nests": at("/api/join", lambda body: b"[" * 100_000),
    "no text": at("/api/join", lambda body: b"\xff"),
}


@pytest.mark.parametrize("lie", WELCOMES)
def test_what_a_hub_answers_to_one_who_joins_is_looked_at_before_it_is_kept(world, hub, lie):
    node, url = world.node("New"), world.serve(hub)
    invited = add_member(hub, name="New", sector_names=["water"], by="ann")
    before = state_of(node)
    with pytest.raises(TocsinError) as told:
        join(node, Lying(world, WELCOMES[lie]), url, invited.text, by="bea")
    assert told.value.exit_code in {3, 4, 5}
    assert state_of(node) == before


@pytest.mark.parametrize("whose", ["a hub's", "one's own"])
def test_two_logs_of_one_name_are_not_kept_beside_each_other(world, hub, one, whose):
    """Checkpoints are kept by the log's name: the second hub's would be taken for the first's past."""
    name = hub.log_signer.name if whose == "a hub's" else one.log_signer.name
    other = world.node("Other")
    named = text("UPDATE setting SET value = :name WHERE key = 'log'")
    other.write(lambda connection: connection.execute(named, {"name": name}))
    again = world.open(other.folder)
    url = world.serve(again, "other.example")
    invited = add_member(again, name="One", sector_names=["water"], by="ann")
    before = state_of(one)
    with pytest.raises(NotPermitted):
        join(one, Http(world), url, invited.text, by="bea")
    assert state_of(one) == before
