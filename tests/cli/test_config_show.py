"""``tocsin config show``."""

from __future__ import annotations

import json
import tomllib

import pytest

from tocsin.cli.main import main
from tocsin.config import SETTINGS, load_config


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_shown_as_a_settings_file_takes_it(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("TOCSIN_HOSTS", "mail, söuth")
    assert main(["config", "show", "--origin"]) == 0
    shown = capsys.readouterr().out
    assert tomllib.loads(shown).keys() == {setting.key for setting in SETTINGS}
    before = load_config()
    monkeypatch.delenv("TOCSIN_HOSTS")
    (tmp_path / "tocsin.toml").write_text(shown)
    after = load_config()
    assert all(getattr(before, one.key) == getattr(after, one.key) for one in SETTINGS)


def test_the_origin_of_each_value_is_told(capsys, tmp_path, monkeypatch):
    (tmp_path / "tocsin.toml").write_text('fail_on = "high"\n')
    monkeypatch.setenv("TOCSIN_THREADS", "1")
    assert main(["config", "show", "--origin", "--format", "json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["fail_on"] == {"value": "high", "origin": str(tmp_path / "tocsin.toml")}
    assert shown["threads"] == {"value": 1, "origin": "environment TOCSIN_THREADS"}
    assert shown["color"] == {"value": "auto", "origin": "default"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_password_of_the_database_is_not_shown(capsys, monkeypatch, form):
    monkeypatch.setenv("TOCSIN_DATABASE", "postgresql://me:hun%40ter2@db.example/tocsin?x=1")
    assert main(["config", "show", "--format", form]) == 0
    assert "postgresql://me:***@db.example/tocsin?x=1" in capsys.readouterr().out
    monkeypatch.setenv("TOCSIN_DATABASE", "postgresql://me@/tocsin?host=/run/pg&password=hunter2&sslmode=x")
    assert main(["config", "show", "--format", form]) == 0
    assert "postgresql://me@/tocsin?host=/run/pg&password=***&sslmode=x" in capsys.readouterr().out


def test_a_setting_that_is_off_exits_3_and_names_it(capsys, monkeypatch):
    monkeypatch.setenv("TOCSIN_THREADS", "many")
    assert main(["config", "show"]) == 3
    assert "TOCSIN_THREADS" in capsys.readouterr().err
