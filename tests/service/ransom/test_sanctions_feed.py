from __future__ import annotations

import pytest

from ransom.sanctions.lists import advanced_xml, eu_xml, sdn_row, uk_xml
from tocsin.errors import BadInput
from tocsin.ransom.sanctions.party import EU_FSF, OFAC_SDN, UK_SL
from tocsin.service.inventory.feeds import FeedWishes, list_feeds, sync_feeds
from tocsin.service.ransom.lists import versions
from tocsin.service.ransom.sanctions_feed import parties_in
from tocsin.store.sanctions import addressed_of, kept_lists, list_as_of, others_of

ONE = ("7", "EXAMPLE Person", [("XBT", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")])
TWO = ("8", "OTHER Person", [("ETH", "0x8589427373D6D84E98730D7795D8f6f8731FDA16")])
NOBODY = ("9", "NO Address", [])


@pytest.fixture
def node(world):
    return world.node("Riverton", database=world.database)


@pytest.fixture
def read(node, tmp_path):
    """Syncs a folder of the given files."""

    def sync(files, issued=""):
        folder = tmp_path / "lists"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        (done,) = sync_feeds(node, ["ofac"], FeedWishes(str(folder), issued=issued), None)
        return done

    return sync


def lists(node):
    with node.reading() as connection:
        return kept_lists(connection, OFAC_SDN)


def test_each_version_is_kept_and_the_newest_of_a_day_is_found(node, read):
    done = read(
        {"a.xml": advanced_xml((2025, 3, 4), [ONE, TWO, NOBODY]), "b.xml": advanced_xml((2025, 3, 21), [ONE])}
    )
    assert (done.problems, done.dated, done.advisories) == ([], "2025-03-21", 1)
    assert [(one.issued, one.parties, one.addresses) for one in lists(node)] == [
        ("2025-03-21", 1, 1),
        ("2025-03-04", 3, 2),
    ]
    with node.reading() as connection:
        days = ["2025-03-03", "2025-03-04", "2025-03-20", "2025-03-21", "2026-01-01"]
        found = [list_as_of(connection, OFAC_SDN, day) for day in days]
        assert [one and one.issued for one in found] == [
            None, "2025-03-04", "2025-03-04", "2025-03-21", "2025-03-21",
        ]  # fmt: skip
        assert [one.name for one in parties_in(addressed_of(connection, found[1]))] == [ONE[1], TWO[1]]
        assert [one.name for one in parties_in(others_of(connection, found[1]))] == [NOBODY[1]]


def test_an_older_list_alone_is_an_error_and_is_kept_for_its_time_while_the_feed_stays(world, node, read):
    read({"b.xml": advanced_xml((2025, 3, 21), [ONE])})
    (before,) = list_feeds(node)
    world.wait(1)
    older = {"a.xml": advanced_xml((2025, 3, 4), [ONE, TWO])}
    for times in range(2):
        done = read(older)
        (problem,) = done.problems
        assert problem.exit_code == 3
        assert problem.what == (
            "ofac: the list of 2025-03-04 is older than that of 2025-03-21, with which answers of today stay"
        )
        assert "--issued 2025-03-04" in problem.hint
        assert done.unchanged == bool(times)
        assert (done.dated, done.advisories, len(lists(node))) == ("2025-03-21", 1, 2)
    assert list_feeds(node) == [before]
    with node.reading() as connection:
        assert list_as_of(connection, OFAC_SDN, "2025-03-20").issued == "2025-03-04"


@pytest.mark.parametrize(
    ("days", "issued"),
    [([4], "2025-03-04"), ([3, 4], ""), ([4, 21], "")],
    ids=["said", "several", "with the newest"],
)
def test_older_lists_that_are_meant_as_history_are_none(node, read, days, issued):
    read({"b.xml": advanced_xml((2025, 3, 21), [ONE])})
    done = read({f"{day}.xml": advanced_xml((2025, 3, day), [ONE]) for day in days}, issued)
    assert done.problems == []
    older = [day for day in days if day < 21]
    assert done.notes == [
        f"the list of 2025-03-{day:02} is older than that of 2025-03-21; it is kept, and answers for its time"
        for day in older
    ]
    assert (done.dated, len(lists(node))) == ("2025-03-21", 1 + len(older))


def test_the_day_of_another_list_does_not_say_that_an_older_one_is_meant(node, read):
    read({"b.xml": advanced_xml((2025, 3, 21), [ONE])})
    assert read({"a.xml": advanced_xml((2025, 3, 4), [ONE])}, "2025-03-05").problems != []


def test_the_same_list_again_changes_nothing_and_a_newer_one_says_what_came_and_left(node, read):
    first = {"a.xml": advanced_xml((2025, 3, 4), [ONE])}
    assert read(first).new == 1
    before = lists(node)
    again = read(first)
    assert (again.unchanged, again.new, lists(node)) == (True, 0, before)
    later = read({"b.xml": advanced_xml((2025, 3, 21), [TWO])})
    assert (later.new, later.gone, later.unchanged) == (1, 1, False)


def test_of_several_files_a_damaged_one_is_told_and_what_was_kept_stays(node, read):
    good, cut = advanced_xml((2025, 3, 4), [ONE]), advanced_xml((2025, 3, 21), [TWO])[:-40]
    done = read({"a.xml": good, "b.xml": cut})
    (problem,) = done.problems
    assert "cut off" in problem.what
    assert problem.exit_code == 3
    assert problem.where.line == 7
    assert [one.issued for one in lists(node)] == ["2025-03-04"]
    (problem,) = read({"b.xml": cut}).problems
    assert isinstance(problem, BadInput)
    assert [one.issued for one in lists(node)] == ["2025-03-04"]


def test_a_list_of_a_day_to_come_is_not_believed(node, read):
    (problem,) = read({"a.xml": advanced_xml((2199, 3, 4), [ONE])}).problems
    assert "a day to come" in problem.what
    assert lists(node) == []


def test_a_csv_is_read_with_its_overflow_and_the_day_that_is_said(node, read):
    files = {
        "sdn-2021.csv": sdn_row(
            7, "A", "CYBER2", "Gender Male; Digital Currency Address - XBT 1a; alt. Digital Curr"
        ),
        "sdn_comments-2021.csv": b'7,"ency Address - XBT 1b."\r\n',
    }
    (problem,) = read(files).problems
    assert "does not say on which day" in problem.what
    assert read(files, issued="2021-07-07").problems == []
    (one,) = lists(node)
    assert (one.issued, one.addresses, len(one.overflow_sha256)) == ("2021-07-07", 2, 64)
    del files["sdn_comments-2021.csv"]
    (problem,) = read(files, issued="2021-07-08").problems
    assert "go on in sdn_comments.csv" in problem.what


def test_what_is_no_list_is_said_to_be_none(node, read):
    (problem,) = read({"a.txt": b"hello\n"}).problems
    assert "holds no list of OFAC" in problem.what


def test_it_says_nothing_of_products(node, read):
    from tocsin.service.inventory.check_node import feed_ages

    read({"a.xml": advanced_xml((2025, 3, 4), [ONE])})
    with node.reading() as connection:
        assert feed_ages(node, connection) == []


@pytest.mark.parametrize(
    ("feed", "name", "data", "later", "what"),
    [
        ("uk-sanctions", UK_SL, uk_xml(), uk_xml("22/03/2025"), "UK Sanctions List"),
        ("eu-sanctions", EU_FSF, eu_xml(), eu_xml("2025-03-22"), "consolidated list of the EU"),
    ],
    ids=["uk", "eu"],
)
def test_lists_of_others_are_kept_beside_that_of_ofac_and_not_mistaken_for_it(
    node, tmp_path, feed, name, data, later, what
):
    def sync(feed, data):
        path = tmp_path / "list.xml"
        path.write_bytes(data)
        (done,) = sync_feeds(node, [feed], FeedWishes(str(path)), None)
        return done

    assert sync("ofac", advanced_xml((2025, 3, 4), [ONE])).problems == []
    done = sync(feed, data)
    assert (done.problems, done.dated, done.new, done.advisories) == ([], "2025-03-21", 1, 1)
    assert sync(feed, later).problems == []
    assert (sync(feed, later).unchanged, sync(feed, later).new) == (True, 0)
    (problem,) = sync(feed, data).problems
    assert f"{feed}: the list of 2025-03-21 is older" in problem.what
    assert "--issued" not in problem.hint
    with node.reading() as connection:
        assert [one.issued for one in kept_lists(connection, name)] == ["2025-03-22", "2025-03-21"]
        assert [one.issued for one in kept_lists(connection, OFAC_SDN)] == ["2025-03-04"]
    for other, wrong in ((feed, advanced_xml((2025, 3, 5), [ONE])), ("ofac", data)):
        (problem,) = sync(other, wrong).problems
        assert problem.exit_code == 3
        assert (what if other == feed else "list of OFAC") in problem.what
    assert [one.list for one in versions(node)] == ["OFAC SDN", name, name]
