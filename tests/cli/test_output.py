"""Where a result goes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.cli.output import check_target, keep_inputs, use_color, write_output
from tocsin.errors import NotPermitted, SourceUnavailable, UsageError


def test_stdout_is_utf_8_whatever_the_locale(capfdbinary):
    write_output(["é", "日\n"])
    assert capfdbinary.readouterr().out == "é日\n".encode()


def test_a_file_holds_the_chunks_and_nothing_is_left_beside_it(tmp_path):
    write_output(["a", "é\n"], str(tmp_path / "out.txt"))
    assert (tmp_path / "out.txt").read_bytes() == "aé\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


def test_a_name_that_is_no_utf_8_is_shown_rather_than_refused(tmp_path):
    write_output("\udcff", str(tmp_path / "out.txt"))
    assert (tmp_path / "out.txt").read_text() == "\\udcff"


def test_what_fails_while_it_is_drawn_leaves_the_old_file(tmp_path):
    def chunks():
        yield "half"
        raise RuntimeError("no more")

    target = tmp_path / "out.txt"
    target.write_text("whole")
    with pytest.raises(RuntimeError):
        write_output(chunks(), str(target))
    assert target.read_text() == "whole"
    assert [path.name for path in tmp_path.iterdir()] == ["out.txt"]


@pytest.mark.parametrize("name", ["logs/dns.log", "logs", "logs/*.log", "**/*.log", "link"])
def test_what_is_read_is_not_written_over(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "dns.log").touch()
    (tmp_path / "link").symlink_to(tmp_path / "logs" / "dns.log")
    with pytest.raises(UsageError, match="overwrite"):
        keep_inputs(["logs/../logs/dns.log"], [name])


def test_what_is_not_read_may_be_written_over_and_a_new_file_may_lie_beside_the_logs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "logs").mkdir()
    (tmp_path / "old.html").touch()
    keep_inputs(
        ["-", "old.html", "logs/report.html", str(tmp_path / "other.csv")], ["logs", "no[where", "-", "\0"]
    )


def test_two_outputs_go_to_two_files(tmp_path):
    with pytest.raises(UsageError, match="one file"):
        keep_inputs([str(tmp_path / "a"), f"{tmp_path}/./a"], [])


def test_who_reads_the_old_file_reads_it_whole(tmp_path):
    target = tmp_path / "out.txt"
    target.write_text("old")
    with target.open() as reader:
        write_output("new", str(target))
        assert reader.read() == "old"
    assert target.read_text() == "new"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_output("new", str(tmp_path / "link"))
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_in_place():
    write_output("gone", os.devnull)
    assert not Path(os.devnull).is_file()


def test_a_folder_as_output_is_refused_before_the_work(tmp_path):
    with pytest.raises(UsageError, match="folder"):
        check_target(str(tmp_path))
    with pytest.raises(UsageError, match="not there"):
        check_target(str(tmp_path / "none" / "out.txt"))
    check_target(str(tmp_path / "out.txt"))
    check_target("-")


def test_a_file_that_cannot_be_written_says_so(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(NotPermitted):
        write_output("x", str(tmp_path / "out"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SourceUnavailable, match="No space"):
        write_output("x", str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_error():
    script = "from tocsin.cli.output import write_output; write_output(['x' * 9] * 99_999); import sys; sys.exit(7)"
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=buffered) as process:
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 7


@pytest.mark.parametrize(
    ("setting", "terminal", "environment", "expected"),
    [
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {}, False),
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_is_as_set_else_for_a_terminal(monkeypatch, setting, terminal, environment, expected):
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert use_color(setting) is expected


def test_a_file_is_not_coloured_by_itself(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert use_color("auto", "out.txt") is False
