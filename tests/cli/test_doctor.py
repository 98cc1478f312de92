"""``tocsin doctor``: what is wrong, and how to mend it."""

from __future__ import annotations

import importlib
import json
import os
import sys

import pytest

from tocsin.cli.doctor import clock, text_encoding
from tocsin.cli.main import main


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def told(capsys):
    code = main(["doctor", "--format", "json"])
    return code, {one["name"]: one for one in json.loads(capsys.readouterr().out)}


def test_a_sound_installation_has_no_failure(capsys):
    code, found = told(capsys)
    assert [one for one in found.values() if one["state"] == "fail"] == []
    assert code == 0
    assert {"python", "duckdb", "settings", "cache", "disk", "memory", "clock", "text"} <= found.keys()


def test_as_text_each_line_has_a_state(capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("ok   ", "note ", "warn ", "fail ", "      ")) for line in lines)


@pytest.mark.parametrize(
    ("database", "state"), [(None, "note"), ("", "note"), ("postgresql://ann@db/tocsin", "fail")]
)
def test_the_driver_of_postgresql_is_needed_where_the_node_has_it(
    capsys, monkeypatch, tmp_path, database, state
):
    from importlib import metadata

    real = metadata.version

    def without(name):
        if name == "pg8000":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(metadata, "version", without)
    monkeypatch.setattr(metadata, "requires", lambda _: ["click>=8", "pg8000>=1.31; extra == 'postgres'"])
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "node"))
    if database is not None:
        (tmp_path / "node").mkdir()
        (tmp_path / "node" / "node.toml").write_text(f'database = "{database}"\n')
    code, found = told(capsys)
    assert (found["pg8000"]["state"], code) == (state, int(state == "fail"))
    assert "tocsin[postgres]" in found["pg8000"]["what"] + found["pg8000"]["remedy"] or state == "fail"


def test_a_library_that_does_not_load_fails_with_its_remedy(capsys, monkeypatch):
    real = importlib.import_module

    def broken(name, *rest):
        if name == "hyperscan":
            raise ImportError("libhs.so.5: cannot open shared object file")
        return real(name, *rest)

    monkeypatch.setattr(importlib, "import_module", broken)
    code, found = told(capsys)
    assert code == 1
    assert found["hyperscan"]["state"] == "fail"
    assert "libhs.so.5" in found["hyperscan"]["what"]
    assert "pip install" in found["hyperscan"]["remedy"]


def test_a_broken_settings_file_fails_and_is_named(capsys, tmp_path):
    (tmp_path / "tocsin.toml").write_text("thread = 1\n")
    code, found = told(capsys)
    assert code == 1
    assert found["settings"]["state"] == "fail"
    assert "tocsin.toml" in found["settings"]["what"]
    assert found["clock"]["state"] == "ok"


def test_a_cache_that_cannot_be_written_fails(capsys, tmp_path):
    (tmp_path / "cache").write_text("a file in the way")
    code, found = told(capsys)
    assert (code, found["cache"]["state"]) == (1, "fail")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_cache_that_others_may_look_into_is_a_warning(capsys, tmp_path):
    (tmp_path / "cache" / "tocsin").mkdir(parents=True, mode=0o755)
    code, found = told(capsys)
    assert (code, found["cache"]["state"]) == (0, "warn")
    assert "chmod 700" in found["cache"]["remedy"]


def test_more_memory_than_there_is_is_a_warning(capsys, monkeypatch):
    monkeypatch.setenv("TOCSIN_MEMORY_MB", str(1 << 24))
    code, found = told(capsys)
    assert (code, found["memory"]["state"]) == (0, "warn")


@pytest.mark.parametrize(
    ("now_s", "state"), [(0, "fail"), (1_600_000_000, "fail"), (1_800_000_000, "ok"), (5_000_000_000, "fail")]
)
def test_a_clock_far_from_this_program_s_life_fails(now_s, state):
    assert clock(now_s).state == state


@pytest.mark.parametrize(
    ("stdout", "names", "state"),
    [("utf-8", "utf-8", "ok"), ("UTF8", "utf-8", "ok"), ("ascii", "utf-8", "warn"), ("utf-8", "ascii", "warn"),
     ("", "utf-8", "warn")],
)  # fmt: skip
def test_text_that_is_not_utf_8_is_a_warning(stdout, names, state):
    assert text_encoding(stdout, names).state == state


def test_a_python_that_is_too_old_fails(capsys, monkeypatch):
    monkeypatch.setattr("tocsin.cli.doctor.OLDEST_PYTHON", (9, 0))
    code, found = told(capsys)
    assert (code, found["python"]["state"]) == (1, "fail")
    assert str(sys.version_info.minor) in found["python"]["what"]
