"""Syncing: everything once, proven, whatever happens on the way."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from service.exchange.world import Http, World, collection, envelope, finding, id_of, indicator, tell
from tocsin.errors import BadInput, Forked, LogTampered, NotPermitted, Rewound, SourceUnavailable
from tocsin.model.tlp import Tlp
from tocsin.service.exchange import sync as module
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.backup import backup, restore
from tocsin.service.exchange.members import revoke_member
from tocsin.service.exchange.reading import read_page
from tocsin.service.exchange.share import offer, queue
from tocsin.service.exchange.source import add_source
from tocsin.sources.http_response import Response
from tocsin.store.objects import Query


@pytest.fixture
def one(world, hub):
    return world.joined(hub, "Riverton")


def received(node):
    with node.reading() as connection:
        from tocsin.store.collections import collections

        [alias] = [held.alias for held in collections(connection) if held.alias.startswith("from-")]
    page = read_page(
        node, access_of_person(node, "ann"), collection(node, alias), Query(versions=("all",)), 10_000
    )
    return [held.body for held in page.objects]


def published(hub):
    page = read_page(
        hub, access_of_person(hub, "ann"), collection(hub, "warnings"), Query(versions=("all",)), 10_000
    )
    return [held.body for held in page.objects]


def test_all_that_may_be_seen_comes_once_byte_for_byte_and_is_proven(world, hub, one):
    tell(hub, indicator(1), indicator(2, tlp=Tlp.AMBER), indicator(3, tlp=Tlp.RED))
    done = world.sync(one)[0]
    assert (done.new, done.known, done.refused, done.proven, done.problems) == (2, 0, 0, 2, [])
    assert received(one) == published(hub)[:2]
    again = world.sync(one)[0]
    assert (again.new, again.known, again.proven) == (0, 0, 0)


def test_what_is_new_alone_is_asked_for(world, hub, one):
    tell(hub, indicator(1))
    world.sync(one)
    tell(hub, indicator(2))
    done = world.sync(one)[0]
    assert (done.new, done.known) == (1, 0)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(cuts=st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=4), page=st.integers(1, 4))
def test_cut_off_at_random_it_neither_misses_nor_repeats_anything(tmp_path_factory, monkeypatch, cuts, page):
    world = World(tmp_path_factory.mktemp("world"))
    hub = world.node("Hub")
    one = world.joined(hub, "Riverton")
    tell(hub, *[indicator(number) for number in range(5)])
    with monkeypatch.context() as patched:
        patched.setattr(module, "_PAGE", page)
        for after, late in cuts:
            left = [after]

            def fault(stage, method, url, left=left, late=late):
                if stage == ("after" if late else "before"):
                    left[0] -= 1
                    if left[0] < 0:
                        raise SourceUnavailable("the connection broke off")

            world.fault = fault
            done = world.sync(one)[0]
            assert done.known == 0
            world.fault = lambda *_: None
            assert received(one) == published(hub)[: len(received(one))]
            tell(hub, indicator(100 + len(published(hub))))
        assert world.sync(one)[0].problems == []
    assert received(one) == published(hub)
    world.close()


def test_a_hub_that_is_away_holds_up_nobody(world, hub, one, tmp_path):
    file = tmp_path / "feed.json"
    file.write_bytes(envelope(indicator(7)))
    add_source(one, name="feed", location=str(file), kind="", by="ann")
    del world.apps["hub.example"]
    away, feed = world.sync(one)
    assert isinstance(away.problems[0], SourceUnavailable)
    assert "Hub" in away.problems[0].what
    assert (feed.new, feed.problems) == (1, [])


def test_a_hub_that_talks_nonsense_is_told_and_holds_up_nobody(world, hub, one, tmp_path, monkeypatch):
    tell(hub, indicator(1))
    queue(one, offer(one, [finding()], "Hub"))
    file = tmp_path / "feed.json"
    file.write_bytes(envelope(indicator(7)))
    add_source(one, name="feed", location=str(file), kind="", by="ann")
    real = Http.request
    for nonsense in ("api/openings", "/objects/", "api/receipts", "log/checkpoint", "log/tile"):

        def request(self, method, url, *rest, nonsense=nonsense, **more):
            answer = real(self, method, url, *rest, **more)
            return Response(answer.status, answer.headers, b"{nonsense", url) if nonsense in url else answer

        monkeypatch.setattr(Http, "request", request)
        hub_done, feed = world.sync(one)
        assert feed.problems == [], nonsense
        assert hub_done.sent == 0


def test_a_name_that_is_none_is_told(world, one):
    with pytest.raises(BadInput, match="no hub or source is called 'Nobody'"):
        world.sync(one, "Nobody")


def test_a_member_that_was_revoked_is_told_so(world, hub, one):
    revoke_member(hub, "Riverton", by="ann")
    assert isinstance(world.sync(one)[0].problems[0], NotPermitted)


class TestTheLogIsWatched:
    def other_bytes(self, hub, change):
        """A hub that changes in its database what it has published."""
        from sqlalchemy import text

        with hub.database.writing() as connection:
            connection.execute(text(change))

    def test_other_content_than_was_logged_is_told_and_nothing_is_sent(self, world, hub, one):
        tell(hub, indicator(1))
        self.other_bytes(
            hub,
            "UPDATE object SET body = CAST(replace(CAST(body AS TEXT), 'Warning 1', 'Warning 3') AS BLOB)",
        )
        queue(one, offer(one, [finding(warning=id_of("indicator", 1))], "Hub"))
        done = world.sync(one)[0]
        assert isinstance(done.problems[0], LogTampered)
        assert "LOGGED WITH OTHER CONTENT" in done.problems[0].what
        assert (done.new, done.sent) == (0, 0)

    def test_what_was_never_logged_is_told(self, world, hub, one):
        tell(hub, indicator(1))
        self.other_bytes(hub, "UPDATE object SET leaf = NULL")
        done = world.sync(one)[0]
        assert "CANNOT SHOW THAT IT LOGGED" in done.problems[0].what
        assert done.new == 0

    def test_a_log_that_was_rewound_is_told_before_anything_is_taken(self, world, hub, one, tmp_path):
        tell(hub, indicator(1))
        backup(hub, tmp_path / "old")
        tell(hub, indicator(2))
        world.sync(one)
        back = restore(world.folder / "back", tmp_path / "old", world.around, by="ann")
        world.nodes.append(back)
        world.apps.clear()
        world.serve(back)
        done = world.sync(one)[0]
        assert isinstance(done.problems[0], (Rewound, Forked))
        assert done.new == 0

    def test_a_log_that_goes_on_differently_is_told_for_ever(self, world, hub, one, tmp_path):
        backup(hub, tmp_path / "old")
        tell(hub, indicator(1))
        world.sync(one)
        back = restore(world.folder / "back", tmp_path / "old", world.around, by="ann")
        world.nodes.append(back)
        tell(back, *[indicator(number) for number in range(2, 9)])
        world.apps.clear()
        world.serve(back)
        for _ in range(2):
            assert isinstance(world.sync(one)[0].problems[0], Forked)

    def test_a_node_that_was_restored_whole_goes_on_with_its_members(self, world, hub, one, tmp_path):
        tell(hub, indicator(1))
        world.sync(one)
        backup(hub, tmp_path / "now")
        back = restore(world.folder / "back", tmp_path / "now", world.around, by="ann")
        world.nodes.append(back)
        world.apps.clear()
        world.serve(back)
        tell(back, indicator(2))
        done = world.sync(one)[0]
        assert (done.new, done.problems) == (1, [])

    def test_the_newer_state_of_a_log_is_held_to_what_was_seen(self, world, hub, one, monkeypatch):
        """Something is published while a sync runs: its leaf is proven by a newer checkpoint, which is watched too."""
        tell(hub, indicator(1))
        once = []

        def fault(stage, method, url):
            if (
                stage == "before"
                and "warnings/objects" in url.replace(collection(hub, "warnings").id, "warnings")
                and not once
            ):
                once.append(1)
                tell(hub, indicator(2))

        world.fault = fault
        watched = []
        real = module.watch
        monkeypatch.setattr(
            module,
            "watch",
            lambda node, remote, state: (watched.append(state.size), real(node, remote, state)),
        )
        done = world.sync(one)[0]
        assert (done.new, done.proven, done.problems) == (2, 2, [])
        assert len(watched) == 2
        assert watched[1] > watched[0]
