"""Feeds of advisories: taken from their servers or a mirror, kept in part where they break off, and matched on arrival."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest

from service.inventory.feed_files import DAY, changes, csaf, cve, kev, osv, zipped
from sources.web_server import Answer, serving
from tocsin.errors import BadInput, NothingToCheck, SourceUnavailable
from tocsin.inventory.rule import Verdict
from tocsin.limits import NO_LONGER_LISTED_AT_ONCE
from tocsin.model.sectors import sectors
from tocsin.service.inventory import taking
from tocsin.service.inventory.check_node import check_node
from tocsin.service.inventory.epss_feed import kept_scores
from tocsin.service.inventory.feeds import FeedWishes, list_feeds, remove_named_feed, sync_feeds
from tocsin.sources.http_client import HttpClient
from tocsin.store.advisories import advisories_named

MANY = [f"CVE-2026-{number}" for number in range(1, 3 * NO_LONGER_LISTED_AT_ONCE)]


def client(url):
    return HttpClient(allowed_origins=[url], sleep=lambda _: None)


@pytest.fixture
def sync(node):
    """Reads feeds by their names; what came of one is given alone."""

    def read(*names, mirror="", offline=False, **addresses):
        wishes = FeedWishes(
            str(mirror),
            {name: [held] if isinstance(held, str) else held for name, held in addresses.items()},
            offline,
        )
        done = sync_feeds(node, names or tuple(addresses), wishes, client)
        return done[0] if len(done) == 1 else done

    return read


@pytest.fixture
def place(tmp_path):
    """Writes a file of a mirror."""

    def write(name, content):
        path = tmp_path / "mirror" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
def server():
    """A web server; ``pages`` holds what it gives, with an ETag, and a page may be an Answer or a function."""

    def answer(asked):
        page = pages.get(asked.target)
        if callable(page):
            page = page(asked)
        if page is None or isinstance(page, Answer):
            return page or Answer(404)
        etag = f'"{hashlib.sha256(page).hexdigest()}"'
        if asked.headers.get("if-none-match") == etag:
            return Answer(304, headers={"ETag": etag})
        return Answer(200, page, {"ETag": etag, "Last-Modified": "Tue, 01 Sep 2026 00:00:00 GMT"})

    pages = {}
    with serving(answer) as made:
        made.pages = pages
        yield made


def counts(done):
    return {"new": done.new, "changed": done.changed, "gone": done.gone, "unread": done.unread}


def only(**said):
    return {"new": 0, "changed": 0, "gone": 0, "unread": 0, **said}


def known(node, *names):
    with node.reading() as connection:
        return set(advisories_named(connection, names))


def verdicts(node):
    result = check_node(node, (), None)
    return {
        (one.component.identity.name, one.judgement.vulnerability): one.verdict for one in result.exposures
    }


# -- a mirror ----------------------------------------------------------------------------------


def test_what_is_in_a_mirror_is_kept_and_what_it_affects_is_told(node, sync, place):
    done = sync("cve", mirror=place("a.json", cve("CVE-2026-1")))
    assert (done.problems, counts(done), done.advisories, done.dated) == ([], only(new=1), 1, "2026-09-01")
    (concern,) = done.concerns
    assert (concern.verdict, concern.component.identity.name, concern.site) == (
        Verdict.AFFECTED,
        "Pump",
        "plant",
    )
    assert verdicts(node) == {("Pump", "CVE-2026-1"): Verdict.AFFECTED}


def test_read_again_nothing_is_new_and_nothing_is_told(sync, place):
    path = place("a.json", cve("CVE-2026-1"))
    sync("cve", mirror=path)
    done = sync("cve", mirror=path)
    assert (counts(done), done.concerns, done.advisories) == (only(), [], 1)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", cve("CVE-2026-1") + b"\n" + cve("CVE-2026-2") + b"\n"),
        ("a.json", b"[" + cve("CVE-2026-1") + b"," + cve("CVE-2026-2") + b"]"),
        ("a.jsonl.gz", gzip.compress(cve("CVE-2026-1") + b"\n" + cve("CVE-2026-2"))),
        ("a.zip", zipped({"main/cves/1.json": cve("CVE-2026-1"), "main/cves/2.json": cve("CVE-2026-2")})),
    ],
)
def test_each_form_of_packing_is_read(node, sync, place, name, content):
    done = sync("cve", mirror=place(name, content))
    assert counts(done) == only(new=2), done.why_unread
    assert known(node, "CVE-2026-1", "CVE-2026-2") == {"CVE-2026-1", "CVE-2026-2"}


def test_in_a_mirror_of_several_feeds_each_is_found_by_its_name(sync, place, tmp_path):
    place("kev.json", kev("CVE-2026-1"))
    place("kev.json.sha256", hashlib.sha256(kev("CVE-2026-1")).hexdigest().encode())
    place("cve/a.json", cve("CVE-2026-1"))
    first, second, third = sync("kev", "cve", "osv", mirror=tmp_path / "mirror")
    assert [one.new for one in (first, second)] == [1, 1]
    assert [type(one) for one in third.problems] == [SourceUnavailable]
    assert "nothing in it is called osv" in str(third.problems[0])


def test_without_names_every_feed_is_read_again_from_where_it_was(node, sync, place):
    sync("kev", mirror=place("kev.json", kev("CVE-2026-1")))
    sync("cve", mirror=place("cve.json", cve("CVE-2026-1")))
    place("kev.json", kev("CVE-2026-1", "CVE-2026-2"))
    done = {one.name: one for one in sync_feeds(node, (), FeedWishes(offline=True), client)}
    assert {name: one.new for name, one in done.items()} == {"cve": 0, "kev": 1}


def test_files_beside_the_records_are_left_out(sync, place, tmp_path):
    place("cves/1.json", cve("CVE-2026-1"))
    for name in ("README.md", "cves/delta.json", "cves/deltaLog.json", "cves/1.json.asc"):
        place(name, b'{"new": []}')
    assert counts(sync("cve", mirror=tmp_path / "mirror")) == only(new=1)


def test_records_of_another_feed_are_told_and_not_taken(node, sync, place):
    sync("kev", mirror=place("kev.json", kev("CVE-2026-1")))
    done = sync("kev", mirror=place("cve.json", cve("CVE-2026-2")))
    assert [one.why for one in done.why_unread] == ["it is cve, not kev"]
    assert "still counts" in str(done.problems[0])
    assert known(node, "CVE-2026-1", "CVE-2026-2") == {"CVE-2026-1"}
    # The place that was right is the one that is remembered.
    assert list_feeds(node)[0].location.endswith("kev.json")


@pytest.mark.parametrize(
    ("content", "error"),
    [(b"{}", BadInput), (b"", BadInput), (b"[]", BadInput), (b"<html>", BadInput), (kev(), NothingToCheck)],
)
def test_a_file_without_advisories_is_an_error_that_names_it(node, sync, place, content, error):
    (problem,) = sync("kev", mirror=place("x.json", content)).problems
    assert isinstance(problem, error)
    assert str(problem).startswith("kev: ") or "x.json" in str(problem)
    assert list_feeds(node) == []


def test_a_mirror_that_is_not_there_is_told(sync, tmp_path):
    (problem,) = sync("kev", mirror=tmp_path / "nowhere").problems
    assert isinstance(problem, SourceUnavailable)


# -- what cannot be read -----------------------------------------------------------------------


def test_a_broken_member_among_others_is_told_and_the_others_are_kept(node, sync, place):
    whole = {f"{number}.json": cve(f"CVE-2026-{number}") for number in (1, 2, 3)}
    sync("cve", mirror=place("a.zip", zipped(whole)))
    broken = {"1.json": cve("CVE-2026-1", below="9"), "2.json": b'{"dataType": "CVE_RECORD", "conta'}
    done = sync("cve", mirror=place("a.zip", zipped(broken)))
    assert counts(done) == only(changed=1, unread=1)
    assert done.why_unread[0].file.endswith("a.zip!/2.json")
    # It may be one of those that were there, so none is forgotten.
    assert "was not read whole; what it listed before and does not now (2) still counts" in str(
        done.problems[0]
    )
    assert known(node, *(f"CVE-2026-{number}" for number in (1, 2, 3))) == {
        "CVE-2026-1",
        "CVE-2026-2",
        "CVE-2026-3",
    }


def test_a_bomb_among_the_members_is_told_and_the_others_are_kept(sync, place):
    bomb = b'{"dataType": "' + b"0" * (100 << 20) + b'"}'
    done = sync("cve", mirror=place("a.zip", zipped({"1.json": bomb, "2.json": cve("CVE-2026-2")})))
    assert counts(done) == only(new=1, unread=1)
    assert "more than 200 times its size" in done.why_unread[0].why


def test_a_file_that_is_cut_off_gives_what_it_holds(sync, place):
    lines = b"".join(cve(name) + b"\n" for name in MANY)
    place("a.jsonl.gz", gzip.compress(lines))
    packed = gzip.compress(lines, mtime=0)
    done = sync("cve", mirror=place("a.jsonl.gz", packed[: len(packed) // 2]))
    assert 0 < done.new < len(MANY)
    assert done.unread >= 1
    again = sync("cve", mirror=place("a.jsonl.gz", packed))
    assert done.new + again.new == len(MANY)


def test_the_line_of_a_broken_record_is_named_in_a_long_file(sync, place, monkeypatch):
    lines = [cve(name) for name in MANY[:50]]
    lines[40] = b'{"dataType": "CVE_RECORD", "containers": 7'
    done = sync("cve", mirror=place("a.jsonl", b"\n".join(lines)))
    assert [one.place for one in done.why_unread] == ["line 41"]
    assert done.new == 49


def test_a_part_of_an_advisory_that_cannot_be_read_does_not_keep_others_from_being_forgotten(
    node, sync, place
):
    sync("cve", mirror=place("a.zip", zipped({"1.json": cve("CVE-2026-1"), "2.json": cve("CVE-2026-2")})))
    odd = json.loads(cve("CVE-2026-1"))
    odd["containers"]["cna"]["affected"].append({"versions": 7})
    done = sync("cve", mirror=place("a.zip", zipped({"1.json": json.dumps(odd)})))
    assert (done.unread > 0, done.gone, done.problems) == (True, 1, [])


def test_a_run_that_is_cut_off_keeps_its_batches_and_the_next_goes_on(node, sync, place, monkeypatch):
    monkeypatch.setattr(taking, "ADVISORIES_A_WRITE", 10)
    path = place("a.jsonl", b"\n".join(cve(name) for name in MANY[:35]))
    real = taking.kept_advisory

    def stops(advisory):
        if advisory.id == MANY[24]:
            raise KeyboardInterrupt
        return real(advisory)

    monkeypatch.setattr(taking, "kept_advisory", stops)
    with pytest.raises(KeyboardInterrupt):
        sync("cve", mirror=path)
    assert len(known(node, *MANY)) == 20
    monkeypatch.setattr(taking, "kept_advisory", real)
    assert sync("cve", mirror=path).new == 15


def test_what_broke_off_between_two_places_is_asked_for_whole(sync, server, place, monkeypatch):
    url = server.url("/a.json")
    server.pages["/a.json"] = cve("CVE-2026-1")
    sync(cve=url)
    monkeypatch.setattr(taking, "ADVISORIES_A_WRITE", 1)
    real = taking.kept_advisory

    def stops(advisory):
        if advisory.id == "CVE-2026-2":
            raise KeyboardInterrupt
        return real(advisory)

    monkeypatch.setattr(taking, "kept_advisory", stops)
    with pytest.raises(KeyboardInterrupt):
        sync(
            "cve",
            mirror=place("old.jsonl", cve("CVE-2026-1", below="1.0") + b"\n" + cve("CVE-2026-2")),
        )
    done = sync(cve=url)
    assert (done.unchanged, done.changed) == (False, 1)


def test_a_record_that_is_replaced_and_put_back_in_one_run_is_not_told_as_changed(sync, place, monkeypatch):
    monkeypatch.setattr(taking, "ADVISORIES_A_WRITE", 1)
    new = cve("CVE-2026-1", below="1.0", updated="2026-09-05T00:00:00Z")
    path = place("a.jsonl", cve("CVE-2026-1") + b"\n" + new)
    assert counts(sync("cve", mirror=path)) == only(new=1)
    assert counts(sync("cve", mirror=path)) == only()


# -- what is listed no longer ------------------------------------------------------------------


def test_what_is_listed_no_longer_is_forgotten(node, sync, place):
    sync("kev", mirror=place("kev.json", kev("CVE-2026-1", "CVE-2026-2")))
    done = sync("kev", mirror=place("kev.json", kev("CVE-2026-2")))
    assert (counts(done), done.advisories) == (only(gone=1), 1)
    assert known(node, "CVE-2026-1") == set()


@pytest.mark.parametrize(("left", "words"), [(0, "lists nothing any more"), (99, "lists 99 of 299")])
def test_a_feed_that_shrinks_too_much_is_not_believed_until_it_is_removed(node, sync, place, left, words):
    sync("kev", mirror=place("kev.json", kev(*MANY)))
    for _ in range(2):
        done = sync("kev", mirror=place("kev.json", kev(*MANY[:left])))
        assert (done.gone, done.advisories) == (0, len(MANY))
        assert words in str(done.problems[0])
    assert len(known(node, *MANY)) == len(MANY)
    assert remove_named_feed(node, "kev", by="ann") == len(MANY)
    assert remove_named_feed(node, "kev", by="ann") is None
    done = sync("kev", mirror=place("kev.json", kev(*MANY[: left or 1])))
    assert (done.problems, done.advisories) == ([], left or 1)


# -- matched on arrival ------------------------------------------------------------------------


def test_a_record_that_is_replaced_counts_alone(node, sync, place):
    sync("cve", mirror=place("a.json", cve("CVE-2026-1", below="2.0")))
    done = sync("cve", mirror=place("a.json", cve("CVE-2026-1", below="1.0")))
    assert (counts(done), done.concerns) == (only(changed=1), [])
    assert Verdict.AFFECTED not in verdicts(node).values()


def test_a_record_that_is_withdrawn_no_longer_matches(node, sync, place):
    sync("osv", mirror=place("a.json", osv("PYSEC-2026-1")))
    assert verdicts(node) == {("django", "PYSEC-2026-1"): Verdict.AFFECTED}
    done = sync("osv", mirror=place("a.json", osv("PYSEC-2026-1", withdrawn=DAY)))
    assert (done.changed, done.concerns, verdicts(node)) == (1, [], {})


def test_that_it_is_exploited_raises_the_urgency_of_what_is_known_and_is_told(node, sync, place):
    before = sync("cve", mirror=place("cve.json", cve("CVE-2026-1"))).concerns[0]
    (after,) = sync("kev", mirror=place("kev.json", kev("CVE-2026-1", product="Other"))).concerns
    assert (before.stakes.exploited, after.verdict) == (None, Verdict.AFFECTED)
    assert after.stakes.exploited.ransomware
    assert (after.due or "9999") < (before.due or "9999")


def test_only_what_is_new_is_told(sync, place):
    sync("cve", mirror=place("a.json", cve("CVE-2026-1")))
    records = (
        b"[" + b",".join([cve("CVE-2026-1"), cve("CVE-2026-2"), cve("CVE-2026-3", product="Valve")]) + b"]"
    )
    done = sync("cve", mirror=place("a.json", records))
    assert (done.new, [one.judgement.vulnerability for one in done.concerns]) == (2, ["CVE-2026-2"])


def test_a_new_release_of_the_catalogue_changes_only_the_entries_that_changed(sync, place):
    sync("kev", mirror=place("kev.json", kev("CVE-2026-1", "CVE-2026-2")))
    done = sync(
        "kev", mirror=place("kev.json", kev("CVE-2026-1", "CVE-2026-2", released="2026-09-09T00:00:00Z"))
    )
    assert (counts(done), done.dated) == (only(), "2026-09-09")


def test_of_two_records_of_one_name_the_one_that_was_changed_last_counts_and_is_told_once(node, sync, place):
    new = cve("CVE-2026-1", below="1.0", updated="2026-09-05T00:00:00Z")
    for name, records in (("a.jsonl", [cve("CVE-2026-1"), new]), ("b.jsonl", [new, cve("CVE-2026-1")])):
        sync("cve", mirror=place(name, b"\n".join(records)))
        assert Verdict.AFFECTED not in verdicts(node).values()
    files = zipped({"1.json": cve("CVE-2026-1"), "2.json": new})
    assert counts(sync("cve", mirror=place("c.zip", files))) == only()


# -- on the web --------------------------------------------------------------------------------


def test_what_did_not_change_on_its_server_is_not_sent_again(node, sync, server):
    server.pages["/kev.json"] = kev("CVE-2026-1")
    url = server.url("/kev.json")
    first, again = sync(kev=url), sync(kev=url)
    assert (first.new, again.unchanged, again.advisories, again.problems) == (1, True, 1, [])
    assert server.asked[0].headers.get("if-none-match") is None
    assert server.asked[1].headers["if-none-match"].startswith('"')
    assert server.asked[1].headers["if-modified-since"] == "Tue, 01 Sep 2026 00:00:00 GMT"
    server.pages["/kev.json"] = kev("CVE-2026-1", "CVE-2026-2")
    assert sync(kev=url).new == 1


def test_what_was_read_in_part_or_from_a_mirror_since_is_asked_for_whole(sync, server, place):
    url = server.url("/a.zip")
    server.pages["/a.zip"] = zipped({"1.json": cve("CVE-2026-1"), "2.json": b"{"})
    sync(cve=url)
    sync(cve=url)
    server.pages["/a.zip"] = zipped({"1.json": cve("CVE-2026-1")})
    sync(cve=url)
    sync("cve", mirror=place("old.json", cve("CVE-2026-1", below="1.0")))
    done = sync(cve=url)
    assert done.changed == 1
    assert [one.headers.get("if-none-match") for one in server.asked] == [None] * 4


def test_a_transfer_that_breaks_off_goes_on_where_it_stopped(sync, server):
    content = zipped({f"{name}.json": cve(name) for name in MANY}, method=0)
    half = len(content) // 2
    head = f'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: {len(content)}\r\n\r\n'.encode()

    def page(asked):
        if "range" not in asked.headers:
            return Answer(write=lambda connection: connection.sendall(head + content[:half]))
        start = int(asked.headers["range"].removeprefix("bytes=").rstrip("-"))
        said = {"ETag": '"x"', "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        return Answer(206, content[start:], said)

    server.pages["/a.zip"] = page
    done = sync(cve=server.url("/a.zip"))
    assert (done.problems, done.new, done.unread) == ([], len(MANY), 0)
    assert [one.headers.get("if-range") for one in server.asked] == [None, '"x"']


@pytest.mark.parametrize("etag", ['"new"', ""])
def test_a_file_that_changed_while_it_broke_off_is_taken_from_its_beginning(sync, server, etag):
    old, new = kev(*MANY), kev("CVE-2026-1")
    head = f'HTTP/1.1 200 OK\r\nETag: "old"\r\nContent-Length: {len(old)}\r\n\r\n'.encode()
    server.pages["/kev.json"] = lambda asked: (
        Answer(write=lambda connection: connection.sendall(head + old[:1000]))
        if len(server.asked) == 1
        else Answer(200, new, {"ETag": etag})
    )
    done = sync(kev=server.url("/kev.json"))
    assert (done.problems, done.advisories) == ([], 1)


def test_one_that_breaks_off_each_time_is_told_and_what_was_kept_counts(node, sync, server):
    url = server.url("/kev.json")
    server.pages["/kev.json"] = kev("CVE-2026-1")
    sync(kev=url)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"
    server.pages["/kev.json"] = lambda asked: Answer(write=lambda connection: connection.sendall(head))
    done = sync(kev=url)
    assert isinstance(done.problems[0], SourceUnavailable)
    assert (done.advisories, known(node, "CVE-2026-1")) == (1, {"CVE-2026-1"})
    assert list(node.folder.glob(".feed-*")) == []


def test_a_feed_that_fails_does_not_keep_the_others_from_being_read(sync, server):
    server.pages["/cve.json"] = cve("CVE-2026-1")
    first, second = sync(kev=server.url("/gone.json"), cve=server.url("/cve.json"))
    assert isinstance(first.problems[0], SourceUnavailable)
    assert (second.problems, second.new) == ([], 1)


def test_offline_nothing_is_asked_and_the_way_out_is_named(sync, server):
    (problem,) = sync("kev", offline=True, kev=server.url("/kev.json")).problems
    assert isinstance(problem, SourceUnavailable)
    assert "--mirror" in problem.hint
    assert server.asked == []


def test_a_feed_without_an_official_address_says_how_to_name_one(sync):
    (problem,) = sync("vex").problems
    assert "[feeds] vex" in problem.hint


def test_of_what_is_kept_by_ecosystem_only_what_the_inventory_holds_is_asked_for(node, sync, server):
    server.pages["/PyPI/all.zip"] = zipped({"1.json": osv("PYSEC-2026-1")})
    server.pages["/Go/all.zip"] = zipped(
        {"1.json": osv("GO-2026-1", package="example.org/gin", ecosystem="Go")}
    )
    done = sync(osv=server.url("/{ecosystem}/all.zip"))
    assert sorted(server.targets) == ["/Go/all.zip", "/PyPI/all.zip"]
    assert (done.problems, done.new) == ([], 2)
    assert set(verdicts(node).values()) == {Verdict.AFFECTED}


def test_one_ecosystem_that_fails_is_told_and_nothing_of_it_is_forgotten(node, sync, server):
    url = server.url("/{ecosystem}/all.zip")
    server.pages["/PyPI/all.zip"] = zipped({"1.json": osv("PYSEC-2026-1")})
    server.pages["/Go/all.zip"] = zipped(
        {"1.json": osv("GO-2026-1", package="example.org/gin", ecosystem="Go")}
    )
    sync(osv=url)
    del server.pages["/Go/all.zip"]
    server.pages["/PyPI/all.zip"] = zipped({"2.json": osv("PYSEC-2026-2")})
    done = sync(osv=url)
    assert (done.new, done.gone, len(done.problems)) == (1, 0, 2)
    assert known(node, "GO-2026-1", "PYSEC-2026-1") == {"GO-2026-1", "PYSEC-2026-1"}


def test_an_ecosystem_that_did_not_change_keeps_what_it_listed(node, sync, server):
    url = server.url("/{ecosystem}/all.zip")
    server.pages["/PyPI/all.zip"] = zipped({"1.json": osv("PYSEC-2026-1")})
    server.pages["/Go/all.zip"] = zipped(
        {"1.json": osv("GO-2026-1", package="example.org/gin", ecosystem="Go")}
    )
    sync(osv=url)
    server.pages["/PyPI/all.zip"] = zipped({"1.json": osv("PYSEC-2026-1"), "2.json": osv("PYSEC-2026-2")})
    done = sync(osv=url)
    assert (counts(done), done.problems, done.advisories) == (only(new=1), [], 3)


# -- a provider of CSAF ------------------------------------------------------------------------

METADATA = "/provider-metadata.json"


def provider(server, documents, *, rolie=False):
    """Lay out a provider: documents by path, each with the time of its last change."""
    folder = server.url("/white/")
    distribution = {"rolie": {"feeds": [{"url": server.url("/feed.json"), "tlp_label": "WHITE"}]}}
    server.pages[METADATA] = json.dumps(
        {
            "canonical_url": server.url(METADATA),
            "distributions": [distribution if rolie else {"directory_url": folder.rstrip("/")}],
        }
    ).encode()
    entries = [
        {"id": path, "updated": at, "content": {"src": f"{folder}{path}"}, "link": [{"rel": "hash", "href": f"{folder}{path}.sha512"}]}
        for path, (_, at) in documents.items()
    ]  # fmt: skip
    server.pages["/feed.json"] = json.dumps({"feed": {"entry": entries}}).encode()
    server.pages["/white/changes.csv"] = changes([(path, at) for path, (_, at) in documents.items()])
    for path, (content, _) in documents.items():
        server.pages[f"/white/{path}"] = content
        server.pages[f"/white/{path}.sha512"] = f"{hashlib.sha512(content).hexdigest()}  {path}\n".encode()
    return server.url(METADATA)


def asked_for(server):
    targets = [one for one in server.targets if one.startswith("/white/2")]
    return [one.removeprefix("/white/2026/") for one in targets if one.endswith(".json")]


@pytest.mark.parametrize("rolie", [False, True])
def test_of_a_provider_only_what_changed_is_fetched_and_nothing_is_forgotten(node, sync, server, rolie):
    one, two = (
        (csaf("A-1"), "2026-09-01T00:00:00Z"),
        (csaf("A-2", vulnerability="CVE-2026-2"), "2026-09-02T00:00:00+02:00"),
    )
    url = provider(server, {"2026/a-1.json": one, "2026/a-2.json": two}, rolie=rolie)
    done = sync(csaf=url)
    assert (done.problems, counts(done)) == ([], only(new=2))
    assert {name for _, name in verdicts(node)} == {"CVE-2026-1", "CVE-2026-2"}
    server.asked.clear()
    url = provider(
        server, {"2026/a-2.json": (csaf("A-2", version="9.0"), "2026-09-03T00:00:00Z")}, rolie=rolie
    )
    done = sync(csaf=url)
    assert (asked_for(server), done.changed, done.gone, done.advisories) == (["a-2.json"], 1, 0, 2)
    server.asked.clear()
    done = sync(csaf=url)
    assert (asked_for(server), done.problems) == ([], [])


def test_a_provider_that_breaks_off_is_gone_on_with_where_it_stopped(node, sync, server, monkeypatch):
    monkeypatch.setattr("tocsin.service.inventory.feeds._DOCUMENTS", 2)
    documents = {f"2026/a-{n}.json": (csaf(f"A-{n}"), f"2026-09-0{n}T00:00:00Z") for n in range(1, 7)}
    url = provider(server, documents)

    def stops(asked):
        raise KeyboardInterrupt

    real = HttpClient.request

    def request(self, method, url, *rest, **more):
        if url.endswith("a-5.json"):
            raise KeyboardInterrupt
        return real(self, method, url, *rest, **more)

    monkeypatch.setattr(HttpClient, "request", request)
    with pytest.raises(KeyboardInterrupt):
        sync(csaf=url)
    monkeypatch.setattr(HttpClient, "request", real)
    server.asked.clear()
    done = sync(csaf=url)
    assert (asked_for(server), done.new) == (["a-5.json", "a-6.json"], 2)


def test_a_document_that_is_not_its_digests_is_told_not_taken_and_asked_for_again(node, sync, server):
    documents = {f"2026/a-{n}.json": (csaf(f"A-{n}"), f"2026-09-0{n}T00:00:00Z") for n in (1, 2)}
    url = provider(server, documents)
    server.pages["/white/2026/a-1.json"] = csaf("A-1", version="9.9")
    done = sync(csaf=url)
    assert (done.new, "not the one of which this is the sha512" in done.why_unread[0].why) == (1, True)
    provider(server, documents)
    server.asked.clear()
    assert (sync(csaf=url).new, asked_for(server)) == (1, ["a-1.json"])


def test_documents_without_digests_are_taken_and_digests_are_not_asked_for_for_ever(sync, server):
    documents = {f"2026/a-{n}.json": (csaf(f"A-{n}"), f"2026-09-0{n}T00:00:00Z") for n in range(1, 8)}
    url = provider(server, documents)
    for path in documents:
        del server.pages[f"/white/{path}.sha512"]
    assert sync(csaf=url).new == 7
    assert sum("sha" in one for one in server.targets) == 6


def test_a_list_leads_nowhere_but_into_its_folder(sync, server):
    url = provider(server, {"2026/a-1.json": (csaf("A-1"), DAY)})
    server.pages["/white/changes.csv"] += changes(
        [("../secret.json", DAY), ("https://elsewhere.example/x.json", DAY), ("/x.json", DAY)]
    )
    assert sync(csaf=url).new == 1
    assert not any("secret" in one or "/x.json" in one for one in server.targets)


def test_a_provider_without_a_list_of_changes_is_read_by_its_index(sync, server):
    provider(server, {"2026/a-1.json": (csaf("A-1"), DAY)})
    del server.pages["/white/changes.csv"]
    server.pages["/white/index.txt"] = b"2026/a-1.json\n"
    assert sync(csaf=server.url("/white/")).new == 1


def test_a_document_of_a_mirror_is_held_against_the_digest_beside_it(sync, place, tmp_path):
    place("a.json", csaf("A-1"))
    place("a.json.sha256", hashlib.sha256(csaf("A-1")).hexdigest().encode())
    place("b.json", csaf("A-2"))
    place("b.json.sha256", b"0" * 64)
    done = sync("csaf", mirror=tmp_path / "mirror")
    assert (done.new, "not the one of which" in done.why_unread[0].why) == (1, True)


class TestEndsOfLife:
    PRODUCTS = (
        b'[{"id": "django", "title": "Django", "identifiers": [{"purl": "pkg:pypi/django"}], '
        b'"releases": [{"releaseCycle": "2.2", "eol": "2022-04-11"}]}]'
    )

    def test_what_is_past_its_end_is_told_with_the_inventory(self, node, tmp_path):
        path = tmp_path / "eol.json"
        path.write_bytes(self.PRODUCTS)
        (done,) = sync_feeds(node, ["eol"], FeedWishes(mirror=str(path)), None)
        assert (done.problems, done.advisories, done.new) == ([], 1, 1)
        (one,) = check_node(node, (), None).past_end
        assert (one.product, one.cycle, one.on, one.over) == ("Django", "2.2", "2022-04-11", True)

    def test_read_again_it_says_what_changed_and_what_went(self, node, tmp_path):
        path = tmp_path / "eol.json"
        path.write_bytes(self.PRODUCTS)
        sync_feeds(node, ["eol"], FeedWishes(mirror=str(path)), None)
        path.write_bytes(self.PRODUCTS.replace(b'"django", "title"', b'"other", "title"'))
        (done,) = sync_feeds(node, ["eol"], FeedWishes(mirror=str(path)), None)
        assert (done.new, done.changed, done.gone) == (1, 0, 1)
        path.write_bytes(
            self.PRODUCTS.replace(b'"django", "title"', b'"other", "title"').replace(b"2022", b"2099")
        )
        (done,) = sync_feeds(node, ["eol"], FeedWishes(mirror=str(path)), None)
        assert (done.new, done.changed, done.gone) == (0, 1, 0)
        assert check_node(node, (), None).past_end == ()

    def test_a_file_that_holds_none_is_refused_and_what_was_kept_stays(self, node, tmp_path):
        path = tmp_path / "eol.json"
        path.write_bytes(self.PRODUCTS)
        sync_feeds(node, ["eol"], FeedWishes(mirror=str(path)), None)
        path.write_bytes(b"{}")
        (done,) = sync_feeds(node, ["eol"], FeedWishes(mirror=str(path)), None)
        assert "holds no ends of life" in str(done.problems[0])
        assert check_node(node, (), None).past_end


@pytest.mark.parametrize("own", [True, False])
def test_an_advisory_that_names_the_nodes_own_sector_says_so(node, sync, place, own):
    names = {one.id: one.name for one in sectors()}
    mine = names.pop(node.own.sectors[0])
    document = json.loads(csaf("A-1"))
    note = {"category": "other", "title": "Critical infrastructure sectors"}
    document["document"]["notes"] = [{**note, "text": f"{'' if not own else mine}, {min(names.values())}"}]
    place("a.json", json.dumps(document).encode())
    assert sync("csaf", mirror=place("a.json", json.dumps(document).encode()).parent).new == 1
    found = check_node(node, (), None).exposures
    assert found
    assert {one.sectors for one in found} == {(mine,) if own else ()}


class TestScores:
    """EPSS: the newest day counts, whole."""

    @staticmethod
    def day(path, day, *lines):
        text = f"#model_version:v2025.03.14,score_date:{day}T00:00:00+0000\ncve,epss,percentile\n"
        path.write_bytes(gzip.compress((text + "".join(f"{line}\n" for line in lines)).encode()))

    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "epss_scores-current.csv.gz"

    @staticmethod
    def read(node, path):
        (done,) = sync_feeds(node, ["epss"], FeedWishes(mirror=str(path)), None)
        return done

    def test_a_chance_is_told_with_what_is_affected(self, node, sync, place, path):
        place("a.json", cve("CVE-2026-1001"))
        sync("cve", mirror=path.parent / "mirror")
        self.day(path, "2026-09-02", "CVE-2026-1001,0.012,0.8", "CVE-2026-1002,0.5,0.9")
        done = self.read(node, path)
        assert (done.problems, done.advisories, done.dated) == ([], 2, "2026-09-02")
        result = check_node(node, (), None)
        (chance,) = {one.chance for one in result.exposures if one.judgement.vulnerability == "CVE-2026-1001"}
        assert (chance.probability, chance.dated) == (0.012, "2026-09-02")
        assert [one.orders_only for one in result.feeds] == [False, True]

    def test_a_newer_day_takes_the_place_of_all_of_an_older_one(self, node, path):
        self.day(path, "2026-09-01", "CVE-2026-1001,0.1,0.8", "CVE-2026-1002,0.5,0.9")
        self.read(node, path)
        self.day(path, "2026-09-02", "CVE-2026-1001,0.2,0.8")
        done = self.read(node, path)
        assert (done.advisories, done.changed, done.gone) == (1, 1, 1)
        with node.reading() as connection:
            scores = kept_scores(connection)
        assert (scores.chance("CVE-2026-1001").probability, scores.chance("CVE-2026-1002")) == (0.2, None)

    @pytest.mark.parametrize("older", ["2026-08-31", ""])
    def test_an_older_day_is_not_taken_and_that_is_said(self, node, path, older):
        self.day(path, "2026-09-01", "CVE-2026-1001,0.1,0.8")
        self.read(node, path)
        self.day(path, older, "CVE-2026-1001,0.9,0.8")
        done = self.read(node, path)
        assert "older than those of 2026-09-01" in str(done.problems[0])
        assert (done.advisories, done.dated) == (1, "2026-09-01")
        with node.reading() as connection:
            assert kept_scores(connection).chance("CVE-2026-1001").probability == 0.1

    def test_a_day_to_come_is_refused_since_no_other_could_follow_it(self, node, path):
        self.day(path, "2099-01-01", "CVE-2026-1001,0.1,0.8")
        done = self.read(node, path)
        assert "a day to come" in str(done.problems[0])
        assert list_feeds(node) == []

    def test_of_several_days_in_a_folder_the_newest_counts(self, node, tmp_path):
        (tmp_path / "days").mkdir()
        for day in ("2026-08-30", "2026-09-01", "2026-08-31"):
            self.day(tmp_path / "days" / f"epss_scores-{day}.csv.gz", day, "CVE-2026-1001,0.1,0.8")
        assert self.read(node, tmp_path / "days").dated == "2026-09-01"

    def test_lines_that_are_none_are_counted_and_named(self, node, path):
        self.day(path, "2026-09-01", "CVE-2026-1001,0.1,0.8", *["nothing"] * 7)
        done = self.read(node, path)
        assert (done.advisories, done.unread, len(done.why_unread)) == (1, 7, 5)

    def test_it_is_forgotten_as_a_whole(self, node, path):
        self.day(path, "2026-09-01", "CVE-2026-1001,0.1,0.8", "CVE-2026-1002,0.5,0.9")
        self.read(node, path)
        assert remove_named_feed(node, "epss", by="ann") == 2
        with node.reading() as connection:
            assert kept_scores(connection) is None
