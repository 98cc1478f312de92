"""Sources: read from wherever they lie, each thing once, with what they ask for kept from sight."""

from __future__ import annotations

import base64
import json
import os
import uuid

import pytest

from service.exchange.world import acts, envelope, id_of, indicator, leaves, tell
from tocsin.errors import BadInput, NotPermitted, SourceUnavailable
from tocsin.limits import NO_LONGER_LISTED_AT_ONCE
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.access import access_of_person
from tocsin.service.exchange.export import export
from tocsin.service.exchange.known_warnings import visible_objects
from tocsin.service.exchange.source import RESERVED, add_source, list_sources, remove_source
from tocsin.service.exchange.tokens import create_token
from tocsin.service.exchange.warning_list import Asked, list_warnings

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


class TestNoLongerListed:
    """A source that is read whole each time: what is no longer in it counts no longer."""

    FORMS = (
        ("list.txt", "", lambda *names: "".join(f"{name}\n" for name in ("# names", *names)).encode()),
        ("list.csv", "csv", lambda *names: "".join(f"{name},x\n" for name in ("domain", *names)).encode()),
        (
            "a.json",
            "",
            lambda *names: envelope(*(indicator(int(name[1]), name, tlp=None) for name in names)),
        ),
    )
    ONE, TWO, THREE = "n1.bad-actor.net", "n2.bad-actor.net", "n3.bad-actor.net"

    @pytest.fixture(params=FORMS, ids=lambda form: form[0])
    def lists(self, request, node, tmp_path):
        """Adds the source, and afterwards makes it list these names and no others."""
        name, kind, write = request.param
        path = tmp_path / name

        def listing(*names):
            there = path.exists()
            path.write_bytes(write(*names))
            if not there:
                add(node, path, kind=kind)

        return listing

    def names(self, node):
        return {pattern.split("'")[1] for pattern in known(node)}

    def test_it_counts_no_longer_and_is_counted(self, world, node, lists):
        lists(self.ONE, self.TWO)
        world.sync(node)
        lists(self.TWO, self.THREE)
        done = world.sync(node)[0]
        assert (done.new, done.known, done.no_longer_listed, done.problems) == (1, 1, 1, [])
        assert self.names(node) == {self.TWO, self.THREE}
        again = world.sync(node)[0]
        assert (again.new, again.known, again.no_longer_listed) == (0, 2, 0)

    def test_exports_and_lists_leave_it_out(self, world, node, lists):
        lists(self.ONE, self.TWO)
        world.sync(node)
        lists(self.TWO)
        world.sync(node)
        blocklist, _ = export(node, "blocklist", person="ann")
        assert (self.TWO.encode() in blocklist, self.ONE.encode() in blocklist) == (True, False)
        page = list_warnings(node, access_of_person(node, "ann"), Asked(state="all"), 10)
        assert [self.TWO in one.pattern for one in page.warnings] == [True]

    def test_it_counts_again_when_it_comes_back(self, world, node, lists):
        lists(self.ONE, self.TWO)
        world.sync(node)
        lists(self.TWO)
        world.sync(node)
        lists(self.TWO, self.ONE)
        done = world.sync(node)[0]
        assert (done.new, done.known, done.no_longer_listed) == (1, 1, 0)
        assert self.names(node) == {self.ONE, self.TWO}

    def test_a_source_that_lists_nothing_any_more_is_told_and_believed_once_it_is_added_anew(
        self, world, node, tmp_path
    ):
        path = tmp_path / "a.csv"
        path.write_bytes(b"n1.bad-actor.net\n")
        add(node, path, kind="csv")
        world.sync(node)
        path.write_bytes(b"")
        for _ in range(2):
            done = world.sync(node)[0]
            assert done.no_longer_listed == 0
            assert "feed lists nothing any more" in done.problems[0].what
            assert "tocsin source remove feed" in done.problems[0].hint
            assert self.names(node) == {self.ONE}
        remove_source(node, "feed", by="ann")
        add(node, path, kind="csv")
        done = world.sync(node)[0]
        assert (done.no_longer_listed, done.problems) == (1, [])
        assert known(node) == set()

    def test_a_list_that_shrinks_to_less_than_half_at_once_is_told_and_not_believed(
        self, world, node, tmp_path
    ):
        path = tmp_path / "a.txt"
        many = [f"n{number}.bad-actor.net\n" for number in range(2 * NO_LONGER_LISTED_AT_ONCE + 3)]
        path.write_text("".join(many))
        add(node, path)
        world.sync(node)
        path.write_text("".join(many[NO_LONGER_LISTED_AT_ONCE + 2 :]))
        done = world.sync(node)[0]
        assert done.no_longer_listed == 0
        assert "lists 101 of 203" in done.problems[0].what
        assert len(known(node)) == len(many)
        path.write_text("".join(many[NO_LONGER_LISTED_AT_ONCE + 1 :]))
        done = world.sync(node)[0]
        assert (done.no_longer_listed, done.problems) == (NO_LONGER_LISTED_AT_ONCE + 1, [])

    def test_of_a_folder_that_is_not_read_whole_nothing_goes_and_that_is_told(self, world, node, tmp_path):
        feeds = tmp_path / "feeds"
        feeds.mkdir()
        (feeds / "a.json").write_bytes(envelope(indicator(1), indicator(2)))
        (feeds / "b.json").write_bytes(envelope(indicator(3)))
        add(node, feeds)
        world.sync(node)
        whole = (feeds / "a.json").read_bytes()
        for torn in (whole[: len(whole) // 2 + 30], whole[:40], b""):
            (feeds / "a.json").write_bytes(torn)
            done = world.sync(node)[0]
            assert done.no_longer_listed == 0
            assert "was not read whole" in done.problems[0].what
            assert len(known(node)) == 3
        (feeds / "a.json").unlink()
        done = world.sync(node)[0]
        assert (done.no_longer_listed, done.problems) == (2, [])
        assert len(known(node)) == 1

    def test_a_web_page_in_the_place_of_a_list_takes_nothing_away(self, world, node, tmp_path):
        path = tmp_path / "a.txt"
        path.write_bytes(b"n1.bad-actor.net\nn2.bad-actor.net\n")
        add(node, path)
        world.sync(node)
        path.write_bytes(b"<!DOCTYPE html>\n<html><body>\nn2.bad-actor.net\n</body></html>\n")
        done = world.sync(node)[0]
        assert (done.no_longer_listed, type(done.problems[0])) == (0, BadInput)
        assert len(known(node)) == 2

    def test_a_later_version_that_is_taken_back_goes_and_the_earlier_counts(self, world, node, tmp_path):
        path = tmp_path / "a.json"
        path.write_bytes(envelope(indicator(1, "first.bad-actor.net")))
        add(node, path)
        world.sync(node)
        later = indicator(1, "second.bad-actor.net", modified="2026-02-01T00:00:00.000Z")
        path.write_bytes(envelope(later))
        world.sync(node)
        assert self.names(node) == {"second.bad-actor.net"}
        path.write_bytes(envelope(indicator(1, "first.bad-actor.net")))
        assert world.sync(node)[0].no_longer_listed == 1
        assert self.names(node) == {"first.bad-actor.net"}

    def test_what_was_revoked_stays_revoked(self, world, node, tmp_path):
        path = tmp_path / "a.json"
        path.write_bytes(envelope(indicator(1), indicator(2)))
        add(node, path)
        world.sync(node)
        path.write_bytes(envelope(indicator(2), indicator(1, modified="2026-02-01T00:00:00Z", revoked=True)))
        world.sync(node)
        path.write_bytes(envelope(indicator(2)))
        world.sync(node)
        path.write_bytes(envelope(indicator(2), indicator(1)))
        world.sync(node)
        assert len(known(node)) == 1

    def test_a_definition_of_a_marking_stays(self, world, node, tmp_path):
        path = tmp_path / "a.json"
        statement = {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": id_of("marking-definition", 1),
            "created": "2026-01-01T00:00:00.000Z",
            "definition_type": "statement",
            "definition": {"statement": "x"},
        }
        path.write_bytes(envelope(indicator(1), statement))
        add(node, path)
        world.sync(node)
        path.write_bytes(envelope(indicator(1)))
        assert world.sync(node)[0].no_longer_listed == 0

    def test_another_source_and_what_is_published_here_are_left_alone(self, world, node, tmp_path):
        tell(node, indicator(1))
        for name in ("a", "b"):
            (tmp_path / f"{name}.json").write_bytes(envelope(indicator(1), indicator(2)))
            add(node, tmp_path / f"{name}.json", name=name)
        world.sync(node)
        (tmp_path / "a.json").write_bytes(envelope(indicator(3)))
        assert [one.no_longer_listed for one in world.sync(node)] == [2, 0]
        assert len(known(node)) == 3

    def test_the_log_says_that_it_went_and_how_many(self, world, node, lists):
        lists(self.ONE, self.TWO)
        world.sync(node)
        lists(self.TWO)
        world.sync(node)
        assert acts(node) == ["init", "source_add", "delete"]
        act, by, subject = leaves(node)[-1]
        assert (act, by, subject["no_longer_listed"]) == ("delete", "feed", 1)
        assert "indicator" not in json.dumps(subject)

    def test_a_run_that_is_cut_off_before_the_end_is_made_up_for(self, world, node, lists, monkeypatch):
        lists(self.ONE, self.TWO)
        world.sync(node)
        lists(self.TWO, self.THREE)

        def cut(*_args, **_more):
            raise SourceUnavailable("the disk is full")

        with monkeypatch.context() as patch:
            patch.setattr("tocsin.service.exchange.source.settle", cut)
            assert world.sync(node)[0].problems
        assert world.sync(node)[0].no_longer_listed == 1
        assert self.names(node) == {self.TWO, self.THREE}


class TestCommentsOfALine:
    """A line has no version: what is said of a value may change, and that is a new version of its warning."""

    @pytest.fixture
    def say(self, node, tmp_path):
        path = tmp_path / "list.csv"

        def saying(**comments):
            there = path.exists()
            rows = [f"{name}.bad-actor.net,{comment}" for name, comment in comments.items()]
            path.write_text("\n".join(["domain,comment", *rows, ""]))
            if not there:
                add(node, path)

        return saying

    def told(self, node):
        """What the last version says of each value."""
        last = {}
        for one in visible_objects(node, "ann"):
            held = json.loads(one.body)
            if held["type"] == "indicator":
                last[held["pattern"].split("'")[1].partition(".")[0]] = held
        return {name: one.get("name") or one.get("description") for name, one in last.items()}

    def sync(self, world, node):
        world.wait(60)
        done = world.sync(node)[0]
        return done.new, done.known, done.refused, done.no_longer_listed, len(done.problems)

    def test_a_comment_that_changes_is_a_new_version_and_is_not_refused(self, world, node, say):
        say(a="one", b="two")
        assert self.sync(world, node) == (2, 0, 0, 0, 0)
        say(a="other", b="two")
        assert self.sync(world, node) == (1, 1, 0, 0, 0)
        assert "other" in self.told(node)["a"]
        for _ in range(2):
            assert self.sync(world, node) == (0, 2, 0, 0, 0)
        say(a="a third", b="two")
        assert self.sync(world, node) == (1, 1, 0, 0, 0)
        assert "a third" in self.told(node)["a"]
        assert self.sync(world, node) == (0, 2, 0, 0, 0)

    def test_a_comment_that_changes_back_is_a_new_version_too(self, world, node, say):
        say(a="one")
        self.sync(world, node)
        say(a="other")
        self.sync(world, node)
        say(a="one")
        assert self.sync(world, node) == (1, 0, 0, 0, 0)
        assert "one" in self.told(node)["a"]
        assert self.sync(world, node) == (0, 1, 0, 0, 0)

    def test_a_value_that_leaves_the_list_goes_with_all_its_versions(self, world, node, say):
        say(a="one", b="two")
        self.sync(world, node)
        say(a="other", b="two")
        self.sync(world, node)
        say(b="two")
        assert self.sync(world, node) == (0, 1, 0, 1, 0)
        assert set(self.told(node)) == {"b"}
        say(a="one", b="two")
        assert self.sync(world, node) == (1, 1, 0, 0, 0)

    def test_two_lists_that_say_different_things_of_one_value_make_one_version(self, world, node, tmp_path):
        feeds = tmp_path / "feeds"
        feeds.mkdir()
        (feeds / "a.csv").write_text("domain,comment\na.bad-actor.net,one\n")
        (feeds / "b.csv").write_text("domain,comment\na.bad-actor.net,two\n")
        add(node, feeds)
        assert self.sync(world, node) == (1, 1, 0, 0, 0)
        for _ in range(2):
            assert self.sync(world, node) == (0, 2, 0, 0, 0)
        assert "one" in self.told(node)["a"]

    def test_an_object_of_a_bundle_that_changes_under_its_version_is_still_refused(
        self, world, node, tmp_path
    ):
        path = tmp_path / "a.json"
        path.write_bytes(envelope(indicator(1)))
        add(node, path)
        self.sync(world, node)
        path.write_bytes(envelope(indicator(1) | {"description": "other"}))
        assert self.sync(world, node)[:3] == (0, 0, 1)


class TestMispManifest:
    """A MISP feed with a manifest: read event by event, and what leaves it counts no longer."""

    @pytest.fixture
    def feed(self, tmp_path):
        """Makes the feed one with these events, each its timestamp and its names."""
        folder = tmp_path / "feed"
        folder.mkdir()

        def with_events(**events):
            for file in folder.iterdir():
                file.unlink()
            told = {}
            for name, (timestamp, names) in events.items():
                told[uuid_of(name)] = {"timestamp": str(timestamp), "info": name}
                attributes = [
                    {
                        "type": "domain",
                        "value": one,
                        "to_ids": True,
                        "uuid": uuid_of(one),
                        "timestamp": "1700000000",
                    }
                    for one in names
                ]
                event = {"Event": {"uuid": uuid_of(name), "info": name, "Attribute": attributes}}
                (folder / f"{uuid_of(name)}.json").write_text(json.dumps(event))
            (folder / "manifest.json").write_text(json.dumps(told))
            return folder

        return with_events

    def names(self, node):
        return {pattern.split("'")[1].partition(".")[0] for pattern in known(node)}

    def test_an_event_that_leaves_the_manifest_counts_no_longer_and_again_when_it_comes_back(
        self, world, node, feed
    ):
        add(node, feed(one=(5, ["a.bad", "b.bad"]), two=(6, ["b.bad", "c.bad"])), kind="misp")
        world.sync(node)
        assert self.names(node) == {"a", "b", "c"}
        feed(two=(6, ["b.bad", "c.bad"]))
        done = world.sync(node)[0]
        # What another event lists, too, still counts.
        assert (done.no_longer_listed, done.problems, self.names(node)) == (1, [], {"b", "c"})
        feed(one=(5, ["a.bad", "b.bad"]), two=(6, ["b.bad", "c.bad"]))
        done = world.sync(node)[0]
        assert (done.new, done.no_longer_listed, self.names(node)) == (1, 0, {"a", "b", "c"})

    def test_an_attribute_that_leaves_its_event_counts_no_longer(self, world, node, feed):
        add(node, feed(one=(5, ["a.bad", "b.bad"]), two=(6, ["c.bad"])), kind="misp")
        world.sync(node)
        feed(one=(7, ["a.bad"]), two=(6, ["c.bad"]))
        done = world.sync(node)[0]
        assert (done.no_longer_listed, done.problems, self.names(node)) == (1, [], {"a", "c"})
        assert world.sync(node)[0].no_longer_listed == 0

    def test_where_an_event_cannot_be_read_nothing_goes_and_that_is_told(self, world, node, feed):
        add(node, feed(one=(5, ["a.bad"]), two=(6, ["b.bad"]), three=(7, ["c.bad"])), kind="misp")
        world.sync(node)
        folder = feed(two=(8, ["b.bad"]), three=(7, ["c.bad"]))
        (folder / f"{uuid_of('two')}.json").write_text('{"Event": {"info": "cut o')
        for _ in range(2):
            done = world.sync(node)[0]
            assert done.no_longer_listed == 0
            assert (
                "feed was not read whole; what it listed before and does not now (1)" in done.problems[0].what
            )
            assert self.names(node) == {"a", "b", "c"}
        feed(two=(8, ["b.bad"]), three=(7, ["c.bad"]))
        done = world.sync(node)[0]
        assert (done.no_longer_listed, done.problems, self.names(node)) == (1, [], {"b", "c"})

    def test_a_manifest_that_lost_most_of_its_events_is_told_and_not_believed(self, world, node, feed):
        many = [f"n{number}.bad" for number in range(2 * NO_LONGER_LISTED_AT_ONCE + 3)]
        first, second = many[: NO_LONGER_LISTED_AT_ONCE + 2], many[NO_LONGER_LISTED_AT_ONCE + 2 :]
        add(node, feed(one=(5, first), two=(6, second)), kind="misp")
        world.sync(node)
        feed(two=(6, second))
        for _ in range(2):
            done = world.sync(node)[0]
            assert done.no_longer_listed == 0
            assert "lists 101 of 203" in done.problems[0].what
            assert len(known(node)) == len(many)
        feed(one=(5, first), two=(6, second))
        done = world.sync(node)[0]
        assert (done.no_longer_listed, done.problems) == (0, [])
        assert len(known(node)) == len(many)
        feed(two=(6, second))
        world.sync(node)
        remove_source(node, "feed", by="ann")
        add(node, feed(two=(6, second)), kind="misp")
        assert world.sync(node)[0].no_longer_listed == len(first)

    @pytest.mark.parametrize(
        "told", ["", "{}", "<html>", '{"x', '{"5f1c34a0-9a37-4d44-8a8e-2f0c8b4f6d10": {}']
    )
    def test_a_manifest_that_is_none_takes_nothing_away(self, world, node, feed, told):
        folder = feed(one=(5, ["a.bad"]))
        add(node, folder, kind="misp")
        world.sync(node)
        (folder / "manifest.json").write_text(told)
        done = world.sync(node)[0]
        assert done.no_longer_listed == 0
        assert self.names(node) == {"a"}

    def test_an_event_that_names_nothing_but_an_unknown_one_takes_nothing_away(self, world, node, feed):
        folder = feed(one=(5, ["a.bad"]))
        add(node, folder, kind="misp")
        world.sync(node)
        (folder / "manifest.json").write_text(json.dumps({uuid_of("other"): {"timestamp": "9"}}))
        done = world.sync(node)[0]
        assert (done.no_longer_listed, len(done.problems)) == (0, 1)
        assert self.names(node) == {"a"}

    def test_a_feed_that_was_taken_before_its_parts_were_kept_is_read_once_more(self, world, node, feed):
        from tocsin.store.schema import listed, source

        add(node, feed(one=(5, ["a.bad"]), two=(6, ["b.bad"])), kind="misp")
        world.sync(node)
        before = json.dumps(
            {"since": "2026-01-01T00:00:00.000Z", "events": {uuid_of("one"): 5, uuid_of("two"): 6}}
        )
        with node.database.writing() as connection:
            connection.execute(listed.delete())
            connection.execute(source.update().values(cursor=before))
        done = world.sync(node)[0]
        assert (done.known, done.no_longer_listed, self.names(node)) == (2, 0, {"a", "b"})
        feed(two=(6, ["b.bad"]))
        assert world.sync(node)[0].no_longer_listed == 1

    def test_it_is_so_on_postgresql_too(self, world, feed, postgres, tmp_path):
        node = world.node("other", database=postgres())
        add(node, feed(one=(5, ["a.bad"]), two=(6, ["b.bad", "c.bad"])), kind="misp")
        (tmp_path / "list.csv").write_text("domain,comment\nd.bad,one\n")
        add(node, tmp_path / "list.csv", name="list")
        assert [one.new for one in world.sync(node)] == [3, 1]
        feed(two=(7, ["b.bad"]))
        (tmp_path / "list.csv").write_text("domain,comment\nd.bad,two\n")
        world.wait(60)
        done = world.sync(node)
        assert [(one.new, one.known, one.no_longer_listed, one.refused) for one in done] == [
            (0, 1, 2, 0),
            (1, 0, 0, 0),
        ]
        assert self.names(node) == {"b", "d"}

    def test_a_folder_that_loses_and_gets_back_its_manifest_goes_on_to_say_what_counts(
        self, world, node, feed
    ):
        folder = feed(one=(5, ["a.bad"]), two=(6, ["b.bad"]))
        add(node, folder, kind="misp")
        world.sync(node)
        manifest = (folder / "manifest.json").read_bytes()
        (folder / "manifest.json").unlink()
        one = (folder / f"{uuid_of('one')}.json").read_bytes()
        (folder / f"{uuid_of('one')}.json").unlink()
        assert world.sync(node)[0].no_longer_listed == 1
        (folder / "manifest.json").write_bytes(manifest)
        (folder / f"{uuid_of('one')}.json").write_bytes(one)
        world.sync(node)
        assert self.names(node) == {"a", "b"}


def uuid_of(name):
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
