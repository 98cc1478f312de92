from __future__ import annotations

import gzip
import inspect
import io
import os
import socket
import sys
from pathlib import Path

import pytest

from sources.packing import contents, find, left_out
from tocsin.sources import Stream, Unread, find_streams


def plant(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_bytes(f"{name}\n".encode())


def named(*arguments: object) -> list[str]:
    return [one.name for one in find(*arguments) if isinstance(one, Stream)]


def test_files_come_in_the_order_given_and_folders_sorted(in_folder):
    plant("z.log", "logs/b/2", "logs/b/1", "logs/a", "logs/c", "logs/b.log")
    assert named("z.log", "logs") == ["z.log", "logs/a", "logs/b/1", "logs/b/2", "logs/b.log", "logs/c"]


def test_a_plain_file_may_be_read_natively_by_its_resolved_path(in_folder):
    plant("real/a.log")
    Path("link").symlink_to("real")
    (stream,) = find("link/a.log")
    assert isinstance(stream, Stream)
    assert stream.name == "link/a.log"
    assert stream.local_path == (in_folder / "real" / "a.log").resolve()
    assert stream.size == 11
    assert list(stream.chunks()) == [b"real/a.log\n"]


def test_a_missing_path_is_named_and_the_rest_is_read(in_folder):
    plant("a")
    found = find("no such.log", "a")
    assert named("no such.log", "a") == ["a"]
    assert found[0] == Unread("no such.log", "No such file or directory", unopened=True)


@pytest.mark.parametrize("argument", ["", "nul\0byte", "a/b", "x" * 5000, "loop"])
def test_a_name_that_names_nothing_is_never_opened(argument, in_folder):
    plant("a")
    Path("loop").symlink_to("loop")
    (found,) = find(argument)
    assert isinstance(found, Unread)
    assert found.unopened
    assert found.name
    assert found.reason


def test_standard_input_is_read_once_and_must_be_there():
    found = list(find_streams(["-", "-"], io.BytesIO(b"line\n")))
    assert contents(found) == {"stdin": b"line\n"}
    assert left_out(found) == {"stdin": "standard input is read once"}
    assert list(find_streams(["-"], None)) == [
        Unread("stdin", "there is no standard input here", unopened=True)
    ]


def test_hidden_files_and_folders_are_skipped_and_counted_but_read_when_named(in_folder):
    plant("logs/a", "logs/.hidden", "logs/.git/config", "logs/b/.x")
    found = find("logs")
    assert list(contents(found)) == ["logs/a"]
    assert found[-1] == Unread(
        "logs", "hidden files and folders (their names begin with a dot)", 3, by_rule=True
    )
    assert named("logs/.hidden") == ["logs/.hidden"]


def test_a_file_named_twice_is_read_once_and_noted(in_folder):
    plant("logs/a", "logs/b")
    os.link("logs/a", "hard")
    Path("soft").symlink_to("logs/b")
    found = find("logs", "logs/a", "hard", "soft", "./logs/../logs/b")
    assert list(contents(found)) == ["logs/a", "logs/b"]
    assert [one for one in found if isinstance(one, Unread)] == [
        Unread("logs/a", "the same file as logs/a, which is read once", by_rule=True),
        Unread("hard", "the same file as logs/a, which is read once", by_rule=True),
        Unread("soft", "the same file as logs/b, which is read once", by_rule=True),
        Unread("logs/../logs/b", "the same file as logs/b, which is read once", by_rule=True),
    ]


def test_links_in_a_folder_neither_loop_nor_lead_out(in_folder):
    plant("logs/a", "outside/secret")
    Path("logs/self").symlink_to(".")
    Path("logs/up").symlink_to("..")
    Path("logs/out").symlink_to("../outside/secret")
    Path("logs/same").symlink_to("a")
    Path("logs/gone").symlink_to("nowhere")
    Path("logs/round").symlink_to("round")
    found = find("logs")
    root = in_folder.resolve()
    assert list(contents(found)) == ["logs/a"]
    assert all(one.by_rule for one in found if isinstance(one, Unread))
    assert left_out(found) == {
        "logs/gone": f"a link to {root}/logs/nowhere, which is not there",
        "logs/out": f"a link out of the folder, to {root}/outside/secret: name that to have it read",
        "logs/round": f"a link to {root}/logs/round, which is not there",
        "logs/same": f"a link to {root}/logs/a in the same folder",
        "logs/self": f"a link to {root}/logs in the same folder",
        "logs/up": f"a link out of the folder, to {root}: name that to have it read",
    }


def test_a_linked_folder_is_followed_when_it_is_named(in_folder):
    plant("real/a")
    Path("logs").symlink_to("real")
    assert named("logs") == ["logs/a"]


def test_fifos_sockets_and_devices_are_skipped_with_the_reason_and_never_opened(in_folder, socket_enabled):
    plant("logs/a")
    os.mkfifo("logs/pipe")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind("logs/sock")
    found = find("logs", "logs/pipe", "/dev/null")
    assert list(contents(found)) == ["logs/a"]
    assert [one for one in found if isinstance(one, Unread)] == [
        Unread("logs/pipe", "a fifo, not a regular file", by_rule=True),
        Unread("logs/sock", "a socket, not a regular file", by_rule=True),
        Unread("logs/pipe", "a fifo, not a regular file", unopened=True),  # here it was asked for
        Unread("/dev/null", "a device, not a regular file", unopened=True),
    ]


def test_a_file_that_becomes_a_fifo_does_not_hang(in_folder):
    plant("a")
    (stream,) = find("a")
    assert isinstance(stream, Stream)
    Path("a").unlink()
    os.mkfifo("a")
    assert list(stream.chunks()) == []
    assert stream.problem == "it cannot be read past byte 0: it is no longer a regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_named_and_the_rest_is_read(in_folder):
    plant("logs/a", "logs/b", "logs/c/d")
    Path("logs/b").chmod(0)
    Path("logs/c").chmod(0)
    try:
        found = find("logs")
        assert list(contents(found)) == ["logs/a"]
        assert left_out(found) == {"logs/b": "Permission denied", "logs/c": "Permission denied"}
        assert left_out(find("logs/c/d")) == {"logs/c/d": "Permission denied"}
        assert all(one.unopened for one in find("logs/b", "logs/c", "logs/c/d") if isinstance(one, Unread))
    finally:
        Path("logs/c").chmod(0o700)


def test_what_cannot_be_opened_is_named_and_the_rest_is_read(in_folder, monkeypatch):
    plant("logs/a", "logs/b", "logs/c/d")
    real_open, real_scandir = os.open, os.scandir

    def refusing_open(path, *rest, **named):
        if str(path) == "logs/b":
            raise PermissionError(13, "Permission denied")
        return real_open(path, *rest, **named)

    def refusing_scandir(path):
        if str(path) == "logs/c":
            raise PermissionError(13, "Permission denied")
        return real_scandir(path)

    monkeypatch.setattr(os, "open", refusing_open)
    monkeypatch.setattr(os, "scandir", refusing_scandir)
    found = find("logs")
    assert list(contents(found)) == ["logs/a"]
    assert left_out(found) == {"logs/b": "Permission denied", "logs/c": "Permission denied"}
    assert not any(one.by_rule for one in found if isinstance(one, Unread))
    assert all(one.unopened for one in found if isinstance(one, Unread))


def test_names_that_are_not_utf_8_are_shown_escaped_and_read(in_folder):
    raw = os.fsdecode(b"caf\xe9.log")
    Path("logs").mkdir()
    Path("logs", raw).write_bytes(b"x")
    Path("logs", "new\nline").write_bytes(b"y")
    found = find("logs")
    assert contents(found) == {"logs/caf\\xe9.log": b"x", "logs/new\\nline": b"y"}
    by_name = {one.name: one for one in found if isinstance(one, Stream)}
    assert by_name["logs/caf\\xe9.log"].local_path is None
    assert by_name["logs/new\\nline"].local_path == (in_folder / "logs" / "new\nline").resolve()
    for one in by_name:
        one.encode()
    assert contents(find(f"logs/{raw}")) == {"logs/caf\\xe9.log": b"x"}
    assert find("logs/*\udce9*")[0].name == "logs/caf\\xe9.log"


def test_globs_match_as_a_shell_does(in_folder):
    plant(
        "a.log", "b.log", "c.txt", ".d.log", "sub/a.log", "sub/deep/x.log", "sub/deep/.h/y.log", "sub/z.txt"
    )
    assert named("*.log") == ["a.log", "b.log"]
    assert named("[bc].*") == ["b.log", "c.txt"]
    assert named("?.txt") == ["c.txt"]
    assert named(".*.log") == [".d.log"]
    assert named("s*/*.log") == ["sub/a.log"]
    assert named("**/*.log") == ["a.log", "b.log", "sub/a.log", "sub/deep/x.log"]
    assert named("sub/**") == ["sub/a.log", "sub/deep/x.log", "sub/z.txt"]
    assert named("**/deep/**/*.log") == ["sub/deep/x.log"]
    assert named("sub/d*") == ["sub/deep/x.log"]  # a folder that matches is read whole
    assert named(str(in_folder / "*.txt")) == [str(in_folder / "c.txt")]


def test_a_glob_that_matches_nothing_is_named(in_folder):
    plant("a.log")
    for pattern in ("*.evtx", "missing/*", "a.log/*"):
        assert find(pattern) == [Unread(pattern, "no file matches it", unopened=True)]


def test_a_file_whose_name_looks_like_a_glob_is_that_file(in_folder):
    plant("log[1].txt", "log1.txt")
    assert named("log[1].txt") == ["log[1].txt"]


def test_many_stars_and_loops_do_not_take_for_ever(in_folder):
    plant("logs/" + "d/" * 40 + "x.log")
    Path("logs/d/d/loop").symlink_to(in_folder)
    (stream,) = find("**/**/d/**/d/**/d/**/*.log")
    assert stream.name == "logs/" + "d/" * 40 + "x.log"


def test_a_folder_deeper_than_the_call_stack_is_walked(in_folder):
    plant("d/" * 400 + "x.log")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 150)
    try:
        assert len(named("d")) == len(named("**/*.log")) == 1
    finally:
        sys.setrecursionlimit(limit)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_one_file_is_open_at_a_time(in_folder):
    plant(*(f"logs/{n}" for n in range(5)))
    Path("logs/z.gz").write_bytes(gzip.compress(b"x"))
    before = open_files()
    found = find("logs")
    assert open_files() == before
    for one in found:
        assert isinstance(one, Stream)
        blocks = one.chunks()
        next(blocks)
        assert open_files() <= before + 1
        blocks.close()
        assert open_files() == before


def test_an_empty_file_is_a_stream_and_an_empty_folder_gives_nothing(in_folder):
    Path("empty").mkdir()
    Path("empty.log").touch()
    assert contents(find("empty", "empty.log")) == {"empty.log": b""}
