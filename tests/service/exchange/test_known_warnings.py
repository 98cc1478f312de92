"""What a check looks for where no warnings are named: what this node knows, and no one else can take from it."""

from __future__ import annotations

import json

import pytest

from cli.formats.results import finding
from service.exchange.world import enrol, envelope, id_of, indicator, send, tell
from tocsin.errors import NothingToCheck
from tocsin.limits import CACHED_WARNINGS_S
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.known_warnings import (
    UNKNOWN_SOURCE,
    visible_objects,
    warnings_file,
    with_sources,
)
from tocsin.service.exchange.source import add_source
from tocsin.service.exchange.withdraw import withdraw


def names(node, person="ann"):
    return sorted(json.loads(one.body).get("name", "") for one in visible_objects(node, person))


def feed(world, node, tmp_path, name, *objects):
    file = tmp_path / f"{name}.json"
    file.write_bytes(envelope(*objects))
    if name not in {held.name for held in sources(node)}:
        add_source(node, name=name, location=str(file), kind="", by="ann")
    world.sync(node, name)


def sources(node):
    from tocsin.service.exchange.source import list_sources

    return list_sources(node)


def test_the_newest_version_counts_whoever_gave_it(world, hub, tmp_path):
    feed(world, hub, tmp_path, "a", indicator(1, name="old"))
    feed(world, hub, tmp_path, "b", indicator(1, name="new", modified="2026-01-01T00:00:00.5Z"))
    assert names(hub) == ["new"]


def test_versions_are_compared_as_times(world, hub, tmp_path):
    feed(world, hub, tmp_path, "a", indicator(1, name="old", modified="2026-01-01T00:00:00Z"))
    feed(world, hub, tmp_path, "b", indicator(1, name="new", modified="2026-01-01T00:00:00.001Z"))
    assert names(hub) == ["new"]


def test_what_is_withdrawn_is_not_looked_for(hub):
    tell(hub, indicator(1), indicator(2))
    withdraw(hub, indicator(1)["id"], why="wrong", by="ann")
    assert names(hub) == ["Warning 2"]


def test_one_source_cannot_silence_what_another_still_says(world, hub, tmp_path):
    feed(world, hub, tmp_path, "a", indicator(1))
    feed(world, hub, tmp_path, "b", indicator(1, revoked=True, modified="2026-02-01T00:00:00.000Z"))
    assert names(hub) == ["Warning 1"]
    feed(world, hub, tmp_path, "a", indicator(1, revoked=True, modified="2026-01-05T00:00:00.000Z"))
    assert names(hub) == []


def test_what_lies_in_the_inbox_is_nobodys_warning_yet(hub):
    member, _ = enrol(hub, "Riverton")
    send(hub, member, indicator(1))
    assert names(hub) == []


def test_red_is_looked_for_by_the_person_that_it_names(hub):
    tell(hub, indicator(1), tlp=Tlp.RED, audience=["person:ann"])
    assert "Warning 1" in names(hub, "ann")
    assert "Warning 1" not in names(hub, "bea")


def given_by(node, *numbers, person="ann"):
    found = [finding(number, warning=indicator(number)["id"], source="cache/x.json") for number in numbers]
    return [one.source for one in with_sources(node, person, found)]


def test_a_finding_names_who_gave_the_warning_as_this_node_calls_them(world, hub, tmp_path):
    tell(hub, indicator(1))
    feed(world, hub, tmp_path, "Partner feed", indicator(2))
    assert given_by(hub, 1, 2, 2) == [hub.own.name, "Partner feed", "Partner feed"]
    assert given_by(hub, 3) == [UNKNOWN_SOURCE]


def test_of_several_who_gave_a_warning_the_one_of_the_newest_version_is_named(world, hub, tmp_path):
    feed(world, hub, tmp_path, "a", indicator(1))
    feed(world, hub, tmp_path, "b", indicator(1, name="new", modified="2026-01-01T00:00:00.5Z"))
    feed(world, hub, tmp_path, "c", indicator(1, revoked=True, modified="2026-02-01T00:00:00.000Z"))
    assert given_by(hub, 1) == ["b"]


class TestFile:
    def test_it_holds_the_indicators_and_is_read_as_a_bundle(self, hub):
        tell(
            hub,
            indicator(1),
            {**indicator(2), "type": "malware", "id": id_of("malware", 2), "is_family": False},
        )
        held = json.loads(warnings_file(hub, "ann").read_bytes())
        assert held["type"] == "bundle"
        assert [one["id"] for one in held["objects"]] == [indicator(1)["id"]]

    def test_it_is_written_anew_when_something_came_and_not_before(self, hub):
        tell(hub, indicator(1))
        first = warnings_file(hub, "ann")
        assert warnings_file(hub, "ann") == first
        tell(hub, indicator(2))
        second = warnings_file(hub, "ann")
        assert second != first
        assert len(json.loads(second.read_bytes())["objects"]) == 2

    def test_it_is_written_anew_when_something_went(self, hub):
        from tocsin.store.objects import forget

        tell(hub, indicator(1), indicator(2))
        first = warnings_file(hub, "ann")
        [place, _] = [one.place for one in visible_objects(hub, "ann")]
        hub.write(lambda connection: forget(connection, [place], now_us=hub.now_us))
        second = warnings_file(hub, "ann")
        assert second != first
        assert len(json.loads(second.read_bytes())["objects"]) == 1

    def test_one_that_another_check_may_be_reading_stays_for_a_day(self, world, hub):
        import os

        tell(hub, indicator(1))
        first = warnings_file(hub, "ann")
        os.utime(first, (world.now_us / 1e6, world.now_us / 1e6))
        tell(hub, indicator(2))
        warnings_file(hub, "ann")
        assert first.exists()
        world.wait(CACHED_WARNINGS_S + 1)
        tell(hub, indicator(3))
        last = warnings_file(hub, "ann")
        assert not first.exists()
        assert last.exists()

    def test_each_person_has_its_own(self, hub):
        tell(hub, indicator(1), tlp=Tlp.RED, audience=["person:ann"])
        tell(hub, indicator(2))
        mine, theirs = warnings_file(hub, "ann"), warnings_file(hub, "bea")
        assert b"Warning 1" in mine.read_bytes()
        assert b"Warning 1" not in theirs.read_bytes()

    def test_nothing_known_is_told_and_leaves_nothing(self, hub):
        with pytest.raises(NothingToCheck, match="knows no warning yet"):
            warnings_file(hub, "ann")
        assert list((hub.folder / "cache").iterdir()) == []
