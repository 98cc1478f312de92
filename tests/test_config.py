"""Settings: flag before environment before ./tocsin.toml before the person's own file before the default."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from tocsin.config import SETTINGS, cache_folder, load_config, private_folder, settings_folder
from tocsin.errors import BadInput

posix = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="XDG folders are for other systems")


@pytest.fixture
def world(tmp_path):
    """Load settings in a world of our own: a folder, a home, an environment."""
    home = tmp_path / "home"
    own = settings_folder({"HOME": str(home), "APPDATA": str(home)})
    own.mkdir(parents=True)

    def load(*, here="", mine="", environment=None, flags=None):
        (tmp_path / "tocsin.toml").write_text(here)
        (own / "tocsin.toml").write_text(mine)
        known = {"HOME": str(home), "APPDATA": str(home), **(environment or {})}
        return load_config(flags, environment=known, folder=tmp_path)

    load.here, load.mine = str(tmp_path / "tocsin.toml"), str(own / "tocsin.toml")
    return load


def test_without_any_setting_all_is_default(world):
    config = world()
    assert set(config.origin.values()) == {"default"}
    assert config.origin.keys() == {setting.key for setting in SETTINGS}
    assert (config.fail_on, config.color, config.known_good, config.hosts) == ("low", "auto", True, ())
    assert config.threads >= 1


@pytest.mark.parametrize(
    ("given_in", "value", "origin"),
    [
        ({"mine": "threads = 2"}, 2, "mine"),
        ({"mine": "threads = 2", "here": "threads = 3"}, 3, "here"),
        ({"here": "threads = 3", "environment": {"TOCSIN_THREADS": "4"}}, 4, "environment TOCSIN_THREADS"),
        ({"environment": {"TOCSIN_THREADS": "4"}, "flags": {"threads": 5}}, 5, "flag"),
        ({"here": "threads = 3", "flags": {"threads": None}}, 3, "here"),
    ],
)
def test_the_nearest_wins_and_says_where_it_stands(world, given_in, value, origin):
    config = world(**given_in)
    assert config.threads == value
    assert config.origin["threads"] == {"mine": world.mine, "here": world.here}.get(origin, origin)


def test_files_are_joined_key_by_key(world):
    config = world(here='fail_on = "high"', mine='fail_on = "low"\nmemory_mb = 900')
    assert (config.fail_on, config.memory_mb) == ("high", 900)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("threads", "8", 8),
        ("memory_mb", "2048", 2048),
        ("fail_on", "never", "never"),
        ("color", "always", "always"),
        ("known_good", "no", False),
        ("known_good", "TRUE", True),
        ("hosts", "mail, web ,", ("mail", "web")),
        ("hosts", "", ()),
        ("cache_dir", "/var/cache/t", Path("/var/cache/t")),
    ],
)
def test_environment_text_becomes_a_value(world, key, text, value):
    assert getattr(world(environment={f"TOCSIN_{key.upper()}": text}), key) == value


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("thread = 1", "thread"),
        ("threads = 0", "threads"),
        ("threads = 1.5", "threads"),
        ("threads = true", "threads"),
        ('threads = "2"', "threads"),
        ("memory_mb = 1", "memory_mb"),
        ('fail_on = "none"', "fail_on"),
        ("color = 1", "color"),
        ('known_good = "yes"', "known_good"),
        ('hosts = "mail"', "hosts"),
        ("hosts = [1]", "hosts"),
        ('cache_dir = ""', "cache_dir"),
        ("[check]\nthreads = 1", "check"),
    ],
)
def test_a_key_or_value_that_is_off_names_file_and_key(world, text, key):
    with pytest.raises(BadInput) as caught:
        world(here=text)
    assert caught.value.where.file == world.here
    assert caught.value.where.path == key
    assert caught.value.hint


@pytest.mark.parametrize(
    ("variable", "text"), [("TOCSIN_THREDS", "1"), ("TOCSIN_THREADS", "many"), ("TOCSIN_KNOWN_GOOD", "x")]
)
def test_a_variable_that_is_off_is_named(world, variable, text):
    with pytest.raises(BadInput, match=variable):
        world(environment={variable: text})


@pytest.mark.parametrize("content", [b"threads = ", b"\xff", b"a\0b"])
def test_a_file_that_is_no_toml_is_named(tmp_path, content):
    (tmp_path / "tocsin.toml").write_bytes(content)
    with pytest.raises(BadInput, match=r"tocsin\.toml"):
        load_config(environment={"HOME": str(tmp_path)}, folder=tmp_path)


def test_a_settings_file_that_is_a_folder_is_named(tmp_path):
    (tmp_path / "tocsin.toml").mkdir()
    with pytest.raises(BadInput, match="cannot be read"):
        load_config(environment={"HOME": str(tmp_path)}, folder=tmp_path)


@given(st.dictionaries(st.sampled_from([one.variable for one in SETTINGS]), st.text(max_size=12)))
def test_any_environment_gives_settings_or_bad_input(environment):
    try:
        config = load_config(environment={"HOME": "/nowhere", **environment}, folder=Path("/nowhere"))
    except BadInput as error:
        assert error.where.path in environment  # noqa: PT017  either outcome is right
    else:
        assert config.threads >= 1


@posix
@pytest.mark.parametrize(
    ("given_in", "where"),
    [
        ({"environment": {"TOCSIN_DATA": "~nobody-by-that-name/x"}}, "environment at TOCSIN_DATA"),
        ({"flags": {"cache_dir": "~nobody-by-that-name"}}, "--cache-dir"),
    ],
)
def test_the_home_of_somebody_unknown_is_told_with_its_place(given_in, where):
    with pytest.raises(BadInput, match="the home of a user who is not known") as told:
        load_config(**{"environment": {"HOME": "/nowhere"}, "folder": Path("/nowhere"), **given_in})
    assert str(told.value.where) == where


def test_the_folders_are_those_of_xdg():
    assert cache_folder({"HOME": "/h"}) == Path("/h/.cache/tocsin")
    assert cache_folder({"HOME": "/h", "XDG_CACHE_HOME": "/c"}) == Path("/c/tocsin")
    assert cache_folder({"HOME": "/h", "XDG_CACHE_HOME": "relative"}) == Path("/h/.cache/tocsin")
    assert settings_folder({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}) == Path("/c/tocsin")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_a_private_folder_is_its_owner_s_alone(tmp_path):
    assert private_folder(tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    private_folder(tmp_path / "a" / "b")


def test_a_private_folder_that_cannot_be_made_is_bad_input(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="file"):
        private_folder(tmp_path / "file")
    with pytest.raises(BadInput):
        private_folder(tmp_path / "file" / "below")
