from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

import pytest

from tocsin.errors import SourceUnavailable
from tocsin.sources import digest, sha256_of

LONG_AGO = 1_600_000_000


@pytest.fixture
def feed(tmp_path) -> Path:
    path = tmp_path / "feed.json"
    path.write_bytes(b"first")
    return path


@pytest.fixture
def reads(monkeypatch) -> list[int]:
    """One entry for each file that is really hashed."""
    seen: list[int] = []
    real = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *given: (seen.append(1), real(*given))[1])
    return seen


@pytest.fixture
def aged(monkeypatch):
    """Makes the memo's clock run ahead, as if the file had lain there for long."""
    real = digest._Draft.__init__

    def later(self, cache):
        real(self, cache)
        self.time_ns += 10_000_000_000

    monkeypatch.setattr(digest._Draft, "__init__", later)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_it_is_the_sha_256_of_the_bytes(feed, tmp_path):
    assert sha256_of(feed) == sha256_of(feed, tmp_path / "cache") == sha(b"first")


def test_an_unchanged_file_is_hashed_once(feed, tmp_path, reads, aged):
    for _ in range(3):
        assert sha256_of(feed, tmp_path / "cache") == sha(b"first")
    assert len(reads) == 1


def test_several_files_are_remembered(feed, tmp_path, reads, aged):
    other = tmp_path / "other"
    other.write_bytes(b"other")
    for _ in range(2):
        assert sha256_of(feed, tmp_path / "cache") == sha(b"first")
        assert sha256_of(other, tmp_path / "cache") == sha(b"other")
    assert len(reads) == 2


def test_a_file_of_another_size_time_or_inode_is_hashed_again(feed, tmp_path, reads, aged):
    cache = tmp_path / "cache"
    sha256_of(feed, cache)
    feed.write_bytes(b"longer")
    assert sha256_of(feed, cache) == sha(b"longer")
    os.utime(feed, (LONG_AGO, LONG_AGO))
    sha256_of(feed, cache)
    replacement = tmp_path / "new"
    replacement.write_bytes(b"LONGER")
    os.utime(replacement, (LONG_AGO, LONG_AGO))
    replacement.replace(feed)
    assert sha256_of(feed, cache) == sha(b"LONGER")
    assert len(reads) == 4


def test_a_change_with_its_time_set_back_is_seen(feed, tmp_path, aged):
    cache = tmp_path / "cache"
    before = feed.stat()
    sha256_of(feed, cache)
    feed.write_bytes(b"FIRST")
    os.utime(feed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert sha256_of(feed, cache) == sha(b"FIRST")


def test_a_file_changed_within_two_seconds_of_the_memo_is_never_trusted(feed, tmp_path, reads):
    for _ in range(3):
        sha256_of(feed, tmp_path / "cache")
    assert len(reads) == 3


def test_a_file_that_changes_while_it_is_read_is_not_remembered(feed, tmp_path, monkeypatch, aged):
    real = hashlib.file_digest

    def meanwhile(handle, name):
        made = real(handle, name)
        with feed.open("ab") as other:
            other.write(b"more")
        return made

    monkeypatch.setattr(hashlib, "file_digest", meanwhile)
    sha256_of(feed, tmp_path / "cache")
    assert not (tmp_path / "cache" / digest.MEMO_NAME).exists()
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"a": 1}', b"\xff\xfe", b"[" * 100_000, b'{"a":[1,2,3,4,5,6,"no digest"]}'],
)
def test_a_broken_memo_is_ignored_and_replaced(content, feed, tmp_path, aged):
    cache = tmp_path / "cache"
    cache.mkdir()
    (cache / digest.MEMO_NAME).write_bytes(content)
    assert sha256_of(feed, cache) == sha(b"first")
    assert list(json.loads((cache / digest.MEMO_NAME).read_bytes())) == [str(feed.resolve())]


def test_the_memo_is_for_its_owner_only_and_leaves_no_traces_beside_it(feed, tmp_path):
    cache = tmp_path / "a" / "cache"
    sha256_of(feed, cache)
    assert [path.name for path in cache.iterdir()] == [digest.MEMO_NAME]
    assert stat.S_IMODE((cache / digest.MEMO_NAME).stat().st_mode) == 0o600


def test_a_cache_that_cannot_be_written_only_costs_time(feed, tmp_path, reads):
    (tmp_path / "file").write_bytes(b"")
    for _ in range(2):
        assert sha256_of(feed, tmp_path / "file" / "cache") == sha(b"first")
    assert len(reads) == 2


def test_the_memo_forgets_the_oldest(feed, tmp_path, monkeypatch, aged):
    monkeypatch.setattr(digest, "MEMO_ENTRIES", 2)
    for number in range(4):
        path = tmp_path / str(number)
        path.write_bytes(b"x")
        sha256_of(path, tmp_path / "cache")
    memo = json.loads((tmp_path / "cache" / digest.MEMO_NAME).read_bytes())
    assert [Path(one).name for one in memo] == ["2", "3"]


def test_names_that_are_not_utf_8_are_remembered_too(tmp_path, reads, aged):
    path = tmp_path / os.fsdecode(b"caf\xe9")
    path.write_bytes(b"x")
    for _ in range(2):
        assert sha256_of(path, tmp_path / "cache") == sha(b"x")
    assert len(reads) == 1


def test_what_cannot_be_hashed_is_said(tmp_path):
    with pytest.raises(SourceUnavailable, match="No such file"):
        sha256_of(tmp_path / "none")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceUnavailable, match="not a regular file"):
        sha256_of(tmp_path / "pipe")
