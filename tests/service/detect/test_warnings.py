from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile
from pathlib import Path

import pytest

from tocsin.errors import BadInput, LimitExceeded, NothingToCheck, SourceUnavailable
from tocsin.service.detect import warnings as module
from tocsin.service.detect.warnings import read_plan
from tocsin.service.progress import SilentProgress


def indicator(number: int, pattern: str = "[domain-name:value = 'evil.example']", **more) -> dict:
    return {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--00000000-0000-4000-8000-{number:012d}", "created": "2021-03-02T08:15:00.000Z",
        "modified": "2021-03-02T08:15:00.000Z", "pattern": pattern, "pattern_type": "stix", "valid_from": "2021-03-02T08:15:00Z",
    } | more  # fmt: skip


@pytest.fixture
def feed(tmp_path):
    def write(name: str, *objects: dict) -> str:
        path = tmp_path / name
        text = json.dumps(
            {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects}
        )
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return str(path)

    return write


def read(*against: str, cache=None, stdin=None):
    return read_plan(against, cache, SilentProgress(), stdin)


def patterns(plan) -> list[str]:
    return plan.warnings["pattern"].to_pylist()


def test_warnings_of_all_files_make_one_plan(feed):
    plan, tally = read(feed("a.json", indicator(1)), feed("b.json.gz", indicator(2, "[x:a = 'v']")))
    assert patterns(plan) == ["[domain-name:value = 'evil.example']", "[x:a = 'v']"]
    assert (tally.seen, tally.read) == (2, 2)


def test_the_places_in_several_files_name_the_file(feed, tmp_path):
    broken = feed("a.json", indicator(1), indicator(2, "[x:a"))
    (tmp_path / "b.txt").write_text("evil.example\nno indicator at all\n")
    _, tally = read(broken, str(tmp_path / "b.txt"))
    places = sorted(place for _, places in tally.not_checked.values() for place in places)
    assert places == [f"{broken} $.objects[1]", f"{tmp_path}/b.txt line 2"]
    _, tally = read(str(tmp_path / "b.txt"))
    assert [places for _, places in tally.not_checked.values()] == [["line 2"]]


def test_the_same_warning_in_two_files_counts_once(feed):
    plan, tally = read(feed("a.json", indicator(1), indicator(2)), feed("b.json", indicator(1), indicator(3)))
    assert plan.warnings.num_rows == 3
    assert tally.read == 3
    ((reason, (count, places)),) = tally.skipped.items()
    assert (reason, count) == ("the same warning in another file", 1)
    assert "b.json" in places[0]
    assert tally.seen == tally.read + sum(number for number, _ in tally.skipped.values())


def test_a_warning_of_one_id_and_two_patterns_is_two(feed):
    plan, _ = read(feed("a.json", indicator(1)), feed("b.json", indicator(1, "[x:a = 'v']")))
    assert plan.warnings.num_rows == 2


def test_what_does_not_compile_is_counted_and_the_rest_goes_on(feed):
    plan, tally = read(
        feed("a.json", indicator(1), indicator(2, "[x:a = ]"), indicator(3, "rule x {}", pattern_type="yara"))
    )
    assert plan.warnings.num_rows == 1
    assert sum(count for count, _ in tally.not_checked.values()) == 2
    assert tally.seen == tally.read + 2


def test_only_warnings_that_cannot_be_checked_are_an_empty_plan(feed):
    plan, tally = read(feed("a.json", indicator(2, "[x:a = ]")))
    assert plan.warnings.num_rows == 0
    assert tally.not_checked


def test_no_warning_is_nothing_to_check(feed, tmp_path):
    with pytest.raises(NothingToCheck):
        read(feed("a.json", {"type": "identity", "id": "identity--00000000-0000-4000-8000-000000000000"}))
    (tmp_path / "b.txt").write_text("# only a comment\n")
    with pytest.raises(NothingToCheck):
        read(str(tmp_path / "b.txt"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceUnavailable, match="nowhere"):
        read(str(tmp_path / "nowhere.json"))


def test_a_file_that_cannot_be_unpacked_is_refused(tmp_path):
    path = tmp_path / "a.json.gz"
    path.write_bytes(gzip.compress(json.dumps(indicator(1)).encode() * 50)[:-20])
    with pytest.raises(BadInput, match=r"a\.json\.gz"):
        read(str(path))


@pytest.mark.parametrize("cached", [True, False])
def test_beside_others_a_file_that_cannot_be_unpacked_is_counted_and_the_rest_goes_on(feed, tmp_path, cached):
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(b"{}" * 1000)[:-9])
    good = feed("good.json", indicator(1))
    for _ in range(2):
        plan, tally = read(str(tmp_path / "cut.json.gz"), good, cache=tmp_path / "cache" if cached else None)
        assert patterns(plan) == ["[domain-name:value = 'evil.example']"]
        ((reason, (count, places)),) = tally.not_checked.items()
        assert (reason.startswith("the file cannot be read"), count) == (True, 1)
        assert places == [str(tmp_path / "cut.json.gz")]


def test_beside_others_a_file_that_is_not_there_is_counted_and_the_rest_goes_on(feed, tmp_path):
    good = feed("a.json", indicator(1)), feed("b.json", indicator(2))
    plan, tally = read(good[0], str(tmp_path / "nowhere.json"), good[1])
    assert plan.warnings.num_rows == 2
    reason = "the file cannot be read: No such file or directory"
    assert tally.not_checked == {reason: (1, [str(tmp_path / "nowhere.json")])}
    assert tally.seen == tally.read + 1


NO_FEEDS = {
    "noise.txt": random.Random(1).randbytes(4000),
    "empty.txt": b"",
    "cut.json": b'{"type": "bundle", "objects": [',
}


@pytest.mark.parametrize("name", NO_FEEDS)
@pytest.mark.parametrize("cached", [True, False])
def test_beside_others_what_is_no_feed_is_counted_once_and_the_rest_goes_on(feed, tmp_path, name, cached):
    (tmp_path / name).write_bytes(NO_FEEDS[name])
    good = feed("good.json", indicator(1)), feed("more.json", indicator(2))
    for _ in range(2):
        plan, tally = read(
            good[0], str(tmp_path / name), good[1], cache=tmp_path / "cache" if cached else None
        )
        assert plan.warnings.num_rows == 2
        ((reason, (count, places)),) = tally.not_checked.items()
        assert (reason.startswith("the file cannot be read: "), count) == (True, 1)
        assert places[0].startswith(str(tmp_path / name))
        assert tally.seen == tally.read + 1


@pytest.mark.parametrize("cached", [True, False])
def test_where_no_file_is_a_feed_the_first_is_refused(tmp_path, cached):
    for name, data in NO_FEEDS.items():
        (tmp_path / name).write_bytes(data)
    for _ in range(2):
        with pytest.raises(BadInput, match="no feed") as caught:
            read(*(str(tmp_path / name) for name in NO_FEEDS), cache=tmp_path / "cache" if cached else None)
        assert caught.value.where.file == str(tmp_path / "noise.txt")


PAPERS = [
    "README",
    "README.md",
    "readme.txt",
    "LICENSE",
    "LICENCE.txt",
    "COPYING",
    "NOTICE",
    "CHANGELOG.md",
    "notes.md",
    "Guide.RST",
]


@pytest.mark.parametrize("cached", [True, False])
def test_papers_in_a_folder_of_feeds_are_skipped_and_told(tmp_path, cached):
    feeds = tmp_path / "feeds"
    (feeds / "deeper").mkdir(parents=True)
    (feeds / "a.txt").write_text("evil.example\n")
    (feeds / "notice.csv").write_text("worse.example\n")
    (feeds / "readmeter.txt").write_text("worst.example\n")
    for name in PAPERS:
        (feeds / "deeper" / name).write_text("https://project.example\n")
    for _ in range(2):
        plan, tally = read(str(feeds), cache=tmp_path / "cache" if cached else None)
        assert sorted(patterns(plan)) == [
            f"[domain-name:value = '{name}.example']" for name in ("evil", "worse", "worst")
        ]
        ((reason, (count, places)),) = tally.skipped.items()
        assert (reason, count) == (
            "a paper that goes with feeds, not a feed: name it to have it read",
            len(PAPERS),
        )
        assert places == sorted(f"{feeds}/deeper/{name}" for name in PAPERS)[:5]
        assert not tally.not_checked
        assert tally.seen == tally.read + len(PAPERS)


def test_papers_in_an_archive_are_skipped_too(tmp_path):
    with zipfile.ZipFile(tmp_path / "feeds.zip", "w") as archive:
        archive.writestr("feeds/README.md", "https://project.example\n")
        archive.writestr("feeds/a.txt", "evil.example\n")
    plan, _ = read(str(tmp_path / "feeds.zip"))
    assert patterns(plan) == ["[domain-name:value = 'evil.example']"]


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_that_is_named_outright_is_read(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text("evil.example\n")
    (tmp_path / "link").symlink_to(tmp_path)
    for arguments in ((name,), (f"./{name}",), (str(tmp_path / name),), (".", f"link/{name}")):
        plan, _ = read(*arguments)
        assert patterns(plan) == ["[domain-name:value = 'evil.example']"]


def test_a_folder_of_papers_alone_is_nothing_to_check(tmp_path):
    (tmp_path / "README.md").write_text("evil.example\n")
    with pytest.raises(NothingToCheck) as caught:
        read(str(tmp_path))
    assert "README" in caught.value.hint


def test_a_file_larger_than_the_limit_is_refused(feed, monkeypatch):
    monkeypatch.setattr(module, "WARNINGS_BYTES", 100)
    with pytest.raises(LimitExceeded, match="larger than"):
        read(feed("a.json", indicator(1)))


@pytest.mark.parametrize("cached", [True, False])
def test_standard_input_is_a_source(tmp_path, cached):
    given = io.BytesIO(b"evil.example\n")
    plan, _ = read("-", cache=tmp_path / "cache" if cached else None, stdin=given)
    assert patterns(plan) == ["[domain-name:value = 'evil.example']"]


def test_standard_input_is_called_so_in_what_is_told(feed):
    with pytest.raises(BadInput) as caught:
        read("-", stdin=io.BytesIO(b""))
    assert str(caught.value).startswith("stdin: is empty")
    with pytest.raises(NothingToCheck, match=r"no warning in stdin$"):
        read("-", stdin=io.BytesIO(b"# none\n"))
    _, tally = read(feed("a.json", indicator(1)), "-", stdin=io.BytesIO(b"no indicator\n"))
    assert list(tally.not_checked.values()) == [(1, ["stdin line 1"])]


# -- the cache -----------------------------------------------------------------------------------------


@pytest.fixture
def compiled(monkeypatch):
    """How often a plan was compiled."""
    times = []
    compile_plan = module.compile_plan
    monkeypatch.setattr(module, "compile_plan", lambda *given: times.append(1) or compile_plan(*given))
    return times


def test_unchanged_warnings_are_compiled_once_and_say_the_same(feed, tmp_path, compiled):
    name = feed("a.json", indicator(1), indicator(2, "[x:a = ]"), indicator(3, "[x:a > 5]"))
    first, said = read(name, cache=tmp_path / "cache")
    again, resaid = read(name, cache=tmp_path / "cache")
    assert len(compiled) == 1
    assert again.warnings.equals(first.warnings)
    assert (again.slow, again.reads, resaid) == (first.slow, first.reads, said)


@pytest.mark.parametrize("packed", ["", ".gz"])
def test_a_changed_file_is_read_again_though_its_size_and_time_are_the_same(feed, tmp_path, compiled, packed):
    name = feed(f"a.json{packed}", indicator(1))
    before = Path(name).stat()
    read(name, cache=tmp_path / "cache")
    feed(f"a.json{packed}", indicator(1, "[domain-name:value = 'good.example']"))
    os.utime(name, ns=(before.st_atime_ns, before.st_mtime_ns))
    plan, _ = read(name, cache=tmp_path / "cache")
    assert patterns(plan) == ["[domain-name:value = 'good.example']"]
    assert len(compiled) == 2


def test_other_files_have_other_plans(feed, tmp_path, compiled):
    one, other = feed("a.json", indicator(1)), feed("b.json", indicator(2))
    for against in ((one,), (other,), (one, other), (other, one)):
        read(*against, cache=tmp_path / "cache")
    assert len(compiled) == 4


def test_the_source_of_a_warning_is_the_file_it_is_read_from_though_another_has_the_same_bytes(
    feed, tmp_path
):
    one, other = feed("a.json", indicator(1)), feed("b.json", indicator(1))
    read(one, cache=tmp_path / "cache")
    plan, _ = read(other, cache=tmp_path / "cache")
    assert plan.warnings["source"].to_pylist() == [other]


def test_a_broken_cache_costs_time_alone(feed, tmp_path, compiled):
    name, cache = feed("a.json", indicator(1)), tmp_path / "cache"
    read(name, cache=cache)
    for path in cache.rglob("*"):
        if path.is_file():
            path.write_bytes(b"broken")
    plan, _ = read(name, cache=cache)
    assert plan.warnings.num_rows == 1
    assert len(compiled) == 2


def test_a_cache_that_cannot_be_written_is_done_without(feed, tmp_path):
    (tmp_path / "cache").write_text("a file")
    plan, _ = read(feed("a.json", indicator(1)), cache=tmp_path / "cache")
    assert plan.warnings.num_rows == 1


def test_without_a_cache_nothing_is_written(feed, tmp_path):
    name = feed("a.json", indicator(1))
    read(name)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
