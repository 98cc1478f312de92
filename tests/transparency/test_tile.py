"""Tiles: their paths both ways, what they hold, and that proofs can be made from them alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from tocsin.errors import BadInput
from tocsin.limits import LOG_LEAVES
from tocsin.transparency.tile import (
    EntryBundle,
    Tile,
    bundle_bytes,
    bundles_of,
    parse_bundle,
    parse_tile,
    parse_tile_path,
    reader_of_tiles,
    tiles_of,
)
from tocsin.transparency.tree import consistency_proof, inclusion_proof, root
from transparency.logs import Log, numbered

LOG = Log(numbered(70_000))

widths = st.integers(1, 256)
indexes = st.integers(0, LOG_LEAVES // 256)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),  # the specification's example
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(1, 1_000), "tile/1/x001/000"),
        (Tile(63, 5, 255), "tile/63/005.p/255"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (EntryBundle(0, 1), "tile/entries/000.p/1"),
        (EntryBundle(1_234_067), "tile/entries/x001/x234/067"),
    ],
)
def test_a_tile_has_the_path_of_the_specification(tile, path):
    assert tile.path == path
    assert parse_tile_path(path) == tile


@given(st.integers(0, 63), indexes, widths)
def test_every_path_of_a_tile_is_read_as_that_tile(level, index, width):
    assert parse_tile_path(Tile(level, index, width).path) == Tile(level, index, width)


@given(indexes, widths)
def test_every_path_of_a_bundle_is_read_as_that_bundle(index, width):
    assert parse_tile_path(EntryBundle(index, width).path) == EntryBundle(index, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/67", "tile/0/0067", "tile/0/x067",
        "tile/0/001/234/067", "tile/0/x001/234/067", "tile/0/x001/x234/x067", "tile/0/x000/067", "tile/0/x1/067",
        "tile/0/x001//067", "tile/00/067", "tile/64/067", "tile/-1/067", "tile/+1/067", "tile/1e1/067",
        "tile/entry/067", "tile/ENTRIES/067", "/tile/0/067", "tile/0/067/", "tile/0/067\n", " tile/0/067",
        "tile/0/067.p", "tile/0/067.p/", "tile/0/067.p/0", "tile/0/067.p/01", "tile/0/067.p/256", "tile/0/067.p/999",
        "tile/0/067.p/-1", "tile/0/067.p/1.p/1", "tile/0/067.P/1", "tile/0/../067", "tile/0/%30%36%37", "tile/0/٠٦٧",
        "tile/٣/067", "tile/0/067?x", "tile/0/067.p/١", "tile/0/x001/x234/x067/x001/x234/x067/x001/x234/067",
        "tile/0/x999/x999/x999/x999/x999/x999/999", "checkpoint",
    ],
)  # fmt: skip
def test_any_other_path_is_refused(path):
    assert parse_tile_path(path) is None


@given(st.text(alphabet="tile/0123x.pens", max_size=30))
def test_what_is_read_is_written_the_same(path):
    tile = parse_tile_path(path)
    assert tile is None or tile.path == path


def test_a_tree_of_70_000_has_the_tiles_of_the_specifications_example():
    tiles = list(tiles_of(70_000))
    assert tiles == [
        *(Tile(0, index) for index in range(273)), Tile(0, 273, 112),
        Tile(1, 0), Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]  # fmt: skip
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == []
    assert len(list(bundles_of(70_000))) == 274


@given(st.integers(0, 140_000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
@settings(max_examples=50)
def test_the_tiles_since_a_smaller_tree_are_those_it_lacked(sizes):
    old, new = sizes
    before = set(tiles_of(old))
    assert list(tiles_of(new, since=old)) == [tile for tile in tiles_of(new) if tile not in before]
    held = set(bundles_of(old))
    assert list(bundles_of(new, since=old)) == [bundle for bundle in bundles_of(new) if bundle not in held]
    assert all(tile.is_in(new) for tile in tiles_of(new))


def test_a_tile_is_in_a_tree_that_has_all_its_hashes():
    assert Tile(0, 0, 5).is_in(5)
    assert not Tile(0, 0, 6).is_in(5)
    assert Tile(1, 0, 1).is_in(256)
    assert not Tile(1, 0, 1).is_in(255)
    assert not Tile(63, 0, 1).is_in(LOG_LEAVES)
    assert EntryBundle(1, 1).is_in(257)
    assert not EntryBundle(1, 1).is_in(256)


def test_a_tile_holds_the_hashes_of_its_level():
    assert parse_tile(Tile(0, 3, 7), LOG.tile(Tile(0, 3, 7))) == [
        LOG.nodes[0, 768 + place] for place in range(7)
    ]
    assert LOG.tile(Tile(1, 1, 1)) == LOG.nodes[8, 256]
    assert LOG.tile(Tile(2, 0, 1)) == LOG.nodes[16, 0]
    assert len(LOG.tile(Tile(0, 0))) == 8_192


@pytest.mark.parametrize("data", [b"", b"x" * 31, b"x" * 33, b"x" * 63, b"x" * 65])
def test_a_tile_of_another_length_is_refused(data):
    with pytest.raises(BadInput, match=r"tile/0/005\.p/2 has"):
        parse_tile(Tile(0, 5, 2), data)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20))
def test_a_bundle_is_read_as_the_entries_it_was_made_of(entries):
    assert parse_bundle(EntryBundle(0, len(entries)), bundle_bytes(entries)) == entries


def test_an_entry_of_a_bundle_is_65_535_bytes_at_most():
    longest = b"x" * 65_535
    assert bundle_bytes([longest]) == b"\xff\xff" + longest
    with pytest.raises(BadInput, match="65536 bytes"):
        bundle_bytes([longest + b"x"])


def test_a_bundle_is_cut_off_or_prolonged_nowhere():
    bundle, data = EntryBundle(0, 3), bundle_bytes([b"one", b"", b"three"])
    assert parse_bundle(bundle, data) == [b"one", b"", b"three"]
    for end in range(len(data)):
        with pytest.raises(BadInput, match=r"breaks off|does not hold 3"):
            parse_bundle(bundle, data[:end])
    for more in (b"\x00", b"\x00\x00", b"\x00\x01x", b"\x00\x00" * 100):
        with pytest.raises(BadInput, match=r"breaks off|does not hold 3"):
            parse_bundle(bundle, data + more)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 513, 65_535, 65_536, 65_537, 70_000])
def test_roots_and_proofs_can_be_made_from_tiles_alone(size):
    asked = []

    def data_of(tile):
        asked.append(tile)
        return LOG.tile(tile)

    node = reader_of_tiles(size, data_of)
    assert root(size, node) == root(size, LOG.node)
    for index in {0, size // 3, size - 1}:
        assert inclusion_proof(index, size, node) == inclusion_proof(index, size, LOG.node)
        assert consistency_proof(index, size, node) == consistency_proof(index, size, LOG.node)
    assert set(asked) <= set(tiles_of(size))
    assert len(asked) == len(set(asked))
