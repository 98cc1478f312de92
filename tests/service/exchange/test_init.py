"""``init``: a node is there whole or not at all, and its secrets are its owner's."""

from __future__ import annotations

import stat
import tomllib

import pytest

from service.exchange.world import acts, indicator, tell
from tocsin.errors import BadInput, SourceUnavailable
from tocsin.service.exchange import init
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.node import LOG_KEY, NODE_FILE, NODE_KEY, SECRET_KEY, open_node, settings_text

KEYS = (NODE_KEY, LOG_KEY, SECRET_KEY)


def make(world, folder, name="Riverton", sectors=("water",), database=""):
    made = init_node(folder, world.around, name=name, sector_names=sectors, database=database)
    world.nodes.append(made)
    return made


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_node_has_an_organisation_keys_and_a_log_of_one_leaf(world):
    node = make(world, world.place("a"), "Riverton  Water", ("water", "energy"))
    assert (node.own.name, node.own.relation) == ("Riverton Water", "own")
    assert node.own.sectors == ("water-and-wastewater", "energy")
    assert node.own.id == init.organisation_id(node.own.public_key)
    assert acts(node) == ["init"]


def test_the_folder_and_what_is_secret_in_it_are_closed_to_others(world):
    folder = world.place("a")
    folder.chmod(0o755)
    (folder / NODE_KEY).write_bytes(b"x")
    (folder / NODE_KEY).chmod(0o644)
    make(world, folder)
    assert mode(folder) == 0o700
    assert {mode(folder / name) for name in (*KEYS, NODE_FILE)} == {0o600}


def test_a_second_init_is_refused_and_changes_nothing(world):
    folder = world.place("a")
    make(world, folder)
    before = {name: (folder / name).read_bytes() for name in KEYS}
    with pytest.raises(BadInput, match="a node already"):
        make(world, folder, "Other")
    assert {name: (folder / name).read_bytes() for name in KEYS} == before


@pytest.mark.parametrize("stage", ["upgrade", "_fill", "settings_text"])
def test_what_was_cut_off_is_finished_by_the_same_call(world, monkeypatch, stage):
    folder = world.place("a")

    def cut(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(init, stage, cut)
        with pytest.raises(SourceUnavailable, match="No space left"):
            make(world, folder)
    assert not (folder / NODE_FILE).exists()
    keys = {name: (folder / name).read_bytes() for name in KEYS}
    node = make(world, folder)
    assert {name: (folder / name).read_bytes() for name in KEYS} == keys
    assert acts(node) == ["init"]
    again = open_node(folder, world.around)
    world.nodes.append(again)
    assert again.own.id == node.own.id


def test_what_was_begun_under_another_name_is_not_finished_under_this_one(world, monkeypatch):
    folder = world.place("a")
    with monkeypatch.context() as patched:
        patched.setattr(init, "settings_text", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(SourceUnavailable):
            make(world, folder)
    with pytest.raises(BadInput, match="begun under the name 'Riverton'"):
        make(world, folder, "Other")


def test_a_folder_with_other_things_is_left_alone(world):
    folder = world.place("a")
    folder.chmod(0o755)
    (folder / "letters").mkdir()
    with pytest.raises(BadInput, match="holds other things: letters"):
        make(world, folder)
    assert mode(folder) == 0o755


def test_a_database_that_holds_another_node_is_refused(world):
    first = make(world, world.place("a"))
    second = world.place("b")
    with pytest.raises(BadInput, match="the database holds a node already"):
        make(world, second, database=f"sqlite:///{first.folder / 'tocsin.db'}")
    assert not (second / NODE_FILE).exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "a\x07b"])
def test_a_name_that_is_none_is_refused_before_anything_is_made(world, name):
    with pytest.raises(BadInput, match="no name of an organisation"):
        make(world, world.folder / "new", name)
    assert not (world.folder / "new").exists()


def test_a_sector_that_is_none_is_refused_with_those_there_are(world):
    with pytest.raises(BadInput) as caught:
        make(world, world.folder / "new", sectors=("wizardry",))
    assert "water-and-wastewater" in caught.value.hint


def test_a_password_of_the_database_is_told_to_nobody(world, monkeypatch):
    def unreachable(*_):
        raise OSError(111, "Connection refused")

    monkeypatch.setattr(init, "upgrade", unreachable)
    with pytest.raises(SourceUnavailable) as caught:
        make(world, world.place("a"), database="postgresql://me:hunter2@db.example/tocsin")
    error = caught.value
    assert "hunter2" not in f"{error} {error.hint} {error.where} {error.__cause__}"


def test_a_database_with_any_character_comes_back_from_the_settings():
    text = 'postgresql://me:a"b\\c\u00e9%20\t#@db/tocsin'
    assert tomllib.loads(settings_text(text).decode())["database"] == text


def test_a_node_in_postgresql_is_as_one_in_a_file(world, postgres):
    folder = world.folder / "pg" / "node"
    node = make(world, folder, database=postgres())
    tell(node, indicator(1))
    assert acts(node) == ["init", "publish"]
    assert mode(folder / NODE_FILE) == 0o600
    assert not (folder / "tocsin.db").exists()
    node.close()
    assert world.open(folder).own.name == "Riverton"
