from __future__ import annotations

import gzip
import io
import zipfile
from functools import partial

import pytest

from real_data import shared
from sources.web_server import Answer, serving
from tocsin.errors import BadInput, SourceUnavailable
from tocsin.service.inventory.check_node import feed_ages
from tocsin.service.inventory.feeds import FeedWishes, list_feeds, remove_named_feed, sync_feeds
from tocsin.service.ransom.labels import labels_of, service_addresses
from tocsin.sources.http_client import HttpClient
from tocsin.store.address_labels import kept_packs

HEAD = "title: A pack\ncreator: Somebody\nsource: https://example.org/a\ncurrency: BTC\nlastmod: 2021-11-14\n"
ETH = "0x8589427373D6D84E98730D7795D8f6f8731FDA16"


def pack(*pairs, head=HEAD):
    tags = "".join(f"- address: '{address}'\n  label: {label}\n" for address, label in pairs)
    return f"{head}tags:\n{tags}".encode()


@pytest.fixture
def node(world):
    return world.node("Riverton", database=world.database)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "packs"
    made.mkdir()
    return made


@pytest.fixture
def read(node, folder):
    """Syncs what lies in the folder, or a file of it."""

    def sync(name=""):
        (done,) = sync_feeds(node, ["tagpacks"], FeedWishes(str(folder / name)), None)
        return done

    return sync


def said(node, *addresses):
    with node.reading() as connection:
        found = labels_of(connection, addresses)
    return {address: [(one.address, one.label, one.pack) for one in held] for address, held in found.items()}


def packs(node):
    with node.reading() as connection:
        return [(one.name, one.tags, one.labels) for one in kept_packs(connection)]


def test_labels_are_found_by_their_address_each_with_its_pack(node, folder, read):
    (folder / "a.yaml").write_bytes(pack(("1a", "Locky"), (ETH, "Ryuk"), ("1a", "Conti")))
    (folder / "b.yaml.gz").write_bytes(gzip.compress(pack(("1a", "locky"))))
    done = read()
    assert (done.problems, done.new, done.advisories, done.unread, done.dated) == ([], 4, 4, 0, "2021-11-14")
    assert packs(node) == [("a.yaml", 3, 3), ("b.yaml", 1, 1)]
    assert said(node, "1a", ETH.lower(), "1c") == {
        "1a": [("1a", "Locky", "a.yaml"), ("1a", "Conti", "a.yaml"), ("1a", "locky", "b.yaml")],
        ETH.lower(): [(ETH, "Ryuk", "a.yaml")],
    }
    with node.reading() as connection:
        (one,) = labels_of(connection, [ETH])[ETH]
        assert (one.source, one.currency) == ("https://example.org/a", "BTC")
        assert feed_ages(node, connection) == []


def test_the_addresses_of_services_are_told(node, folder, read):
    (folder / "a.yaml").write_bytes(pack(("1a", "x"), (ETH, "x"), head=HEAD + "category: exchange\n"))
    (folder / "b.yaml").write_bytes(pack(("1b", "x"), head=HEAD + "category: user\n"))
    read()
    with node.reading() as connection:
        assert service_addresses(connection) == {"1a", ETH.lower()}


def test_a_pack_that_is_read_again_takes_the_place_of_what_it_said(node, folder, read):
    (folder / "a.yaml").write_bytes(pack(("1a", "x"), ("1b", "x")))
    assert read().new == 2
    again = read()
    assert (again.new, again.gone, again.advisories) == (0, 0, 2)
    (folder / "a.yaml").write_bytes(pack(("1b", "y")))
    done = read()
    assert (done.new, done.gone, done.advisories) == (0, 1, 1)
    assert said(node, "1a", "1b") == {"1b": [("1b", "y", "a.yaml")]}


def test_what_its_place_no_longer_holds_goes_and_what_is_of_another_place_stays(node, folder, read, tmp_path):
    for name in ("a", "b"):
        (folder / f"{name}.yaml").write_bytes(pack((f"1{name}", "x")))
    read()
    other = tmp_path / "c.yaml"
    other.write_bytes(pack(("1c", "x")))
    sync_feeds(node, ["tagpacks"], FeedWishes(str(other)), None)
    (folder / "b.yaml").unlink()
    assert read().gone == 1
    assert packs(node) == [("a.yaml", 1, 1), ("c.yaml", 1, 1)]
    # One that cannot be read now leaves in doubt what its place holds.
    (folder / "a.yaml").rename(folder / "z.yaml")
    (folder / "d.yaml").write_bytes(b"tags: [\n")
    done = read()
    assert [type(one) for one in done.problems] == [BadInput]
    assert packs(node) == [("a.yaml", 1, 1), ("c.yaml", 1, 1), ("z.yaml", 1, 1)]


def test_bad_tags_are_counted_and_the_first_are_named(node, folder, read):
    text = pack(("1a", "x")) + b"- address: 1 b\n  label: x\n" * 9 + b"- tx_hash: ab\n  label: x\n"
    (folder / "a.yaml").write_bytes(text)
    done = read()
    assert (done.advisories, done.unread, len(done.why_unread), done.problems) == (1, 9, 5, [])
    assert (done.why_unread[0].place, done.why_unread[0].why) == ("line 9", "'1 b' is no address")
    assert done.notes == ["a.yaml: 1 tags are of transactions, and name no address"]
    assert packs(node) == [("a.yaml", 11, 1)]


def test_an_archive_is_read_and_what_is_no_pack_in_it_is_left(node, folder, read):
    with zipfile.ZipFile(folder / "all.zip", "w") as archive:
        archive.writestr("all/packs/a.yaml", pack(("1a", "x")))
        archive.writestr("all/packs/more/a.yaml", pack(("1b", "x")))
        archive.writestr("all/actors/actors.yaml", b"title: a\nactors: []\n")
        archive.writestr("all/README.md", b"tags: none\n")
    done = read("all.zip")
    assert (done.problems, done.advisories) == ([], 2)
    assert packs(node) == [("a.yaml", 1, 1), ("more/a.yaml", 1, 1)]


def test_where_there_is_no_pack_that_is_said_and_what_was_kept_stays(node, folder, read):
    (folder / "a.yaml").write_bytes(pack(("1a", "x")))
    read()
    (folder / "a.yaml").write_bytes(b"hello\n")
    (problem,) = read().problems
    assert "holds no TagPack" in problem.what
    (problem,) = sync_feeds(node, ["tagpacks"], FeedWishes(str(folder / "none")), None)[0].problems
    assert isinstance(problem, SourceUnavailable | BadInput)
    assert packs(node) == [("a.yaml", 1, 1)]


def test_without_the_feed_its_labels_go(node, folder, read):
    (folder / "a.yaml").write_bytes(pack(("1a", "x"), ("1b", "x")))
    read()
    assert remove_named_feed(node, "tagpacks", by="someone") == 2
    assert (packs(node), said(node, "1a"), list_feeds(node)) == ([], {}, [])


def test_the_public_packs_are_kept_whole(node, folder):
    path = shared("intel/tagpacks")
    (done,) = sync_feeds(node, ["tagpacks"], FeedWishes(str(path)), None)
    assert (done.problems, done.advisories, done.unread) == ([], 15_207, 0)
    assert packs(node) == [
        ("ofac.yaml", 572, 572), ("ransomware.yaml", 7_178, 7_178), ("ransomwhere.yaml", 7_457, 7_457),
    ]  # fmt: skip
    held = said(node, "1HssDyDTZj1hVdwhdpF49wLKLPQoCRJB9T")
    assert [one[1:] for one in held["1HssDyDTZj1hVdwhdpF49wLKLPQoCRJB9T"]] == [
        ("Comradecircle", "ransomware.yaml"),
        ("ComradeCircle", "ransomwhere.yaml"),
    ]


def test_the_public_packs_come_from_the_web_as_one_archive_and_what_is_unchanged_is_not_read_again(
    node, nothing_but_this_machine
):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("graphsense-tagpacks-master/packs/a.yaml", pack(("1a", "x")))
        archive.writestr(
            "graphsense-tagpacks-master/actors/graphsense.actorpack.yaml", b"title: a\nactors: []\n"
        )

    def answer(asked):
        if asked.headers.get("if-none-match") == '"1"':
            return Answer(304, headers={"ETag": '"1"'})
        return Answer(200, data.getvalue(), {"ETag": '"1"'})

    with serving(answer) as server:
        wishes = FeedWishes(addresses={"tagpacks": [server.url("/master.zip")]})
        make = partial(sync_feeds, node, ["tagpacks"], wishes, lambda url: HttpClient(allowed_origins=[url]))
        (done,) = make()
        assert (done.problems, done.advisories, done.unchanged) == ([], 1, False)
        assert packs(node) == [("a.yaml", 1, 1)]
        (again,) = make()
        assert (again.problems, again.unchanged) == ([], True)
    assert packs(node) == [("a.yaml", 1, 1)]
