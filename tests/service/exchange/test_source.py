"""Sources: read from wherever they lie, each thing once, with what they ask for kept from sight."""

from __future__ import annotations

import base64
import json
import os

import pytest

from service.exchange.world import acts, envelope, indicator, leaves, tell
from tocsin.errors import BadInput, NotPermitted, SourceUnavailable
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.known_warnings import visible_objects
from tocsin.service.exchange.source import RESERVED, add_source, list_sources, remove_source
from tocsin.service.exchange.tokens import create_token

MISP = {
    "Event": {
        "uuid": "5b0ad3d0-0000-4000-8000-000000000001",
        "info": "A campaign",
        "date": "2026-01-01",
        "timestamp": "1767225600",
        "Attribute": [
            {
                "uuid": "5b0ad3d0-0000-4000-8000-000000000002",
                "type": "domain",
                "category": "Network activity",
                "value": "misp.bad-actor.net",
                "to_ids": True,
                "timestamp": "1767225600",
            }
        ],
    }
}


@pytest.fixture
def node(world):
    return world.node("Riverton")


def add(node, location, name="feed", kind="", **more):
    add_source(node, name=name, location=str(location), kind=kind, by="ann", **more)


def known(node):
    return {json.loads(one.body).get("pattern") for one in visible_objects(node, "ann")} - {None}


@pytest.mark.parametrize(
    ("name", "content", "kind", "pattern"),
    [
        ("bundle.json", envelope(indicator(1)), "", "c1.bad-actor.net"),
        ("bundle.json", envelope(indicator(1)), "stix", "c1.bad-actor.net"),
        ("event.json", json.dumps(MISP).encode(), "", "misp.bad-actor.net"),
        ("list.txt", b"bad-actor.net\n", "", "bad-actor.net"),
        ("list.csv", b"domain,note\nbad-actor.net,x\n", "csv", "bad-actor.net"),
    ],
)
def test_a_file_of_each_form_is_read_once(world, node, tmp_path, name, content, kind, pattern):
    (tmp_path / name).write_bytes(content)
    add(node, tmp_path / name, kind=kind)
    first = world.sync(node)[0]
    assert (first.new >= 1, first.problems) == (True, [])
    assert any(pattern in held for held in known(node))
    world.wait(86_400)
    again = world.sync(node)[0]
    assert (again.new, again.problems) == (0, [])


def test_of_a_folder_every_file_is_read_and_what_cannot_be_is_counted(world, node, tmp_path):
    feeds = tmp_path / "feeds"
    feeds.mkdir()
    (feeds / "a.json").write_bytes(envelope(indicator(1)))
    (feeds / "b.txt").write_bytes(b"bad-actor.net\n")
    (feeds / "c.json").write_bytes(b'{"objects": [')
    add(node, feeds)
    done = world.sync(node)[0]
    assert done.new == 2
    assert done.refused == 1


def test_a_file_that_grew_brings_what_is_new(world, node, tmp_path):
    (tmp_path / "a.json").write_bytes(envelope(indicator(1)))
    add(node, tmp_path / "a.json")
    world.sync(node)
    (tmp_path / "a.json").write_bytes(envelope(indicator(1), indicator(2)))
    done = world.sync(node)[0]
    assert (done.new, done.known) == (1, 1)


class TestTaxii:
    @pytest.fixture
    def hub(self, world):
        made = world.node("Partner")
        tell(made, indicator(1, tlp=Tlp.CLEAR), indicator(2))
        world.serve(made, "partner.example")
        return made

    def token(self, hub, ceiling=Tlp.GREEN):
        made, _ = create_token(hub, name="Partner", scopes=("read",), ceiling=ceiling, lasts_s=3600, by="ann")
        return made.text

    @pytest.mark.parametrize("user", ["", "riverton"])
    def test_it_is_read_with_a_token_and_only_what_is_new(self, world, hub, node, user):
        add(node, "https://partner.example/taxii2/", token=self.token(hub), user=user)
        assert world.sync(node)[0].new == 2
        tell(hub, indicator(3))
        done = world.sync(node)[0]
        assert (done.new, done.known, done.problems) == (1, 0, [])
        scheme = {given["Authorization"].partition(" ")[0] for _, _, given, _ in world.asked}
        assert scheme == {"Basic" if user else "Bearer"}

    def test_without_a_token_it_says_what_is_missing(self, world, hub, node):
        add(node, "https://partner.example/taxii2/")
        assert isinstance(world.sync(node)[0].problems[0], NotPermitted)

    def test_the_token_is_kept_sealed_and_told_nowhere(self, world, hub, node):
        text = self.token(hub)
        add(node, "https://partner.example/taxii2/", token=text, user="riverton")
        stored = b"".join(path.read_bytes() for path in node.folder.glob("tocsin.db*"))
        for form in (text.encode(), base64.b64encode(text.encode())):
            assert form not in stored
        assert text not in repr(list_sources(node)) + str(leaves(node))

    def test_a_token_goes_over_no_open_line(self, node):
        with pytest.raises(NotPermitted, match="is not encrypted"):
            add(node, "http://partner.example/taxii2/", token="x")
        add(node, "http://partner.example/taxii2/", token="x", plain_http=True)
        add(node, "http://127.0.0.1:8470/taxii2/", name="here", token="x")


@pytest.mark.parametrize("name", [*sorted(RESERVED), "KEV", "Osv"])
def test_the_names_of_official_feeds_are_reserved(node, tmp_path, name):
    with pytest.raises(BadInput, match="reserved for the official feed"):
        add(node, tmp_path, name=name)


def test_a_name_is_taken_once(world, node, hub, tmp_path):
    add(node, tmp_path)
    for name in ("feed", "Riverton"):
        with pytest.raises(BadInput, match="is there already"):
            add(node, tmp_path, name=name)
    assert acts(node) == ["init", "source_add"]


@pytest.mark.parametrize(
    ("location", "more", "error", "why"),
    [
        ("/nowhere/at/all", {}, SourceUnavailable, "no such file or folder"),
        ("/", {"kind": "taxii"}, BadInput, "is no web address, so no TAXII server"),
        ("/", {"token": "x"}, BadInput, "asks for no token"),
        ("https://user:secret@partner.example/", {}, BadInput, "name or password"),
        ("https://", {}, BadInput, "is no http or https address"),
    ],
)
def test_what_is_no_place_of_a_source_is_told_at_once(node, location, more, error, why):
    with pytest.raises(error, match=why) as caught:
        add(node, location, **more)
    assert "secret" not in str(caught.value)
    assert list_sources(node) == []


def test_a_file_is_found_again_from_another_folder(world, node, tmp_path, monkeypatch):
    (tmp_path / "a.json").write_bytes(envelope(indicator(1)))
    monkeypatch.chdir(tmp_path)
    add(node, "a.json")
    os.chdir("/")
    assert world.sync(node)[0].new == 1


def test_what_came_from_a_source_that_is_removed_stays_and_it_can_come_back(world, node, tmp_path):
    (tmp_path / "a.json").write_bytes(envelope(indicator(1)))
    add(node, tmp_path / "a.json")
    world.sync(node)
    remove_source(node, "feed", by="ann")
    assert list_sources(node) == []
    assert known(node)
    (tmp_path / "b.json").write_bytes(envelope(indicator(1), indicator(2)))
    add(node, tmp_path / "b.json")
    done = world.sync(node)[0]
    assert (done.new, done.known) == (1, 1)
    assert acts(node) == ["init", "source_add", "source_remove", "source_add"]
    with pytest.raises(BadInput, match="no source is called"):
        remove_source(node, "other", by="ann")


def test_a_source_that_is_gone_is_told_and_what_it_brought_stays(world, node, tmp_path):
    (tmp_path / "a.json").write_bytes(envelope(indicator(1)))
    add(node, tmp_path / "a.json")
    world.sync(node)
    (tmp_path / "a.json").unlink()
    assert isinstance(world.sync(node)[0].problems[0], SourceUnavailable)
    assert known(node)
