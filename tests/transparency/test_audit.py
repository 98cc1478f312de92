"""The watch: growth is told from rewriting, and every damaged hash, tile and entry is found."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput, Forked, LogTampered, Rewound, TocsinError
from tocsin.transparency.audit import Watch, check_bundles, check_leaves, check_tiles, compare, compare_two
from tocsin.transparency.checkpoint import Checkpoint
from tocsin.transparency.tile import bundles_of, tiles_of
from tocsin.transparency.tree import EMPTY_ROOT, consistency_proof
from transparency.logs import ORIGIN, Log, flips, numbered

MOST = 90
HONEST = Log(numbered(MOST))
NOTHING = Checkpoint(ORIGIN, 0, EMPTY_ROOT)


def proof(log, old, new):
    return consistency_proof(old, new, log.node)


def rewritten(at):
    """The same log, but for one entry."""
    return Log([*HONEST.entries[:at], b"another", *HONEST.entries[at + 1 :]])


sizes = st.integers(1, MOST).flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new)))


@given(sizes)
def test_a_log_that_grew_is_told_so(pair):
    old, new = pair
    verdict = compare(HONEST.checkpoint(old), HONEST.checkpoint(new), proof(HONEST, old, new))
    assert verdict == (Watch.OK if old == new else Watch.GREW)
    compare_two(HONEST.checkpoint(new), HONEST.checkpoint(old), proof(HONEST, old, new))


def test_the_same_checkpoint_needs_no_proof():
    assert compare(HONEST.checkpoint(), HONEST.checkpoint()) == "ok"
    compare_two(HONEST.checkpoint(), HONEST.checkpoint())


def test_a_first_look_needs_no_proof():
    assert compare(NOTHING, HONEST.checkpoint()) == "grew"
    assert compare(NOTHING, HONEST.checkpoint(), []) == "grew"
    assert compare(NOTHING, HONEST.checkpoint(), [EMPTY_ROOT]) == "grew"
    assert compare(NOTHING, NOTHING) == "ok"


@given(sizes, st.data())
def test_no_proof_hides_a_rewritten_past(pair, data):
    old, new = pair
    forged = rewritten(data.draw(st.integers(0, old - 1)))
    for offered in (proof(forged, old, new), proof(HONEST, old, new)):
        with pytest.raises(Forked):
            compare(HONEST.checkpoint(old), forged.checkpoint(new), offered)
        with pytest.raises(Forked):
            compare_two(forged.checkpoint(new), HONEST.checkpoint(old), offered)


@given(sizes, st.data())
def test_what_is_rewritten_after_the_known_checkpoint_is_no_fork_of_it(pair, data):
    old, new = pair
    forged = rewritten(data.draw(st.integers(old, MOST)))
    assert compare(HONEST.checkpoint(old), forged.checkpoint(new), proof(forged, old, new)) in set(Watch)


@given(sizes)
def test_a_log_that_became_shorter_is_rewound(pair):
    new, old = pair
    if new < old:
        with pytest.raises(Rewound, match=f"it had {old} entries, and now shows {new}; {old - new} are gone"):
            compare(HONEST.checkpoint(old), HONEST.checkpoint(new), proof(HONEST, new, old))
    with pytest.raises(Rewound):
        compare(HONEST.checkpoint(old), NOTHING)


def test_a_fork_at_equal_size_is_found_without_a_proof():
    one, other = HONEST.checkpoint(), rewritten(MOST - 1).checkpoint()
    for held in (compare, compare_two):
        with pytest.raises(Forked, match="TWO HISTORIES"):
            held(one, other)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (5, 8), (8, 64), (33, 90)])
def test_no_flipped_bit_of_a_proof_passes_the_watch(old, new):
    good = proof(HONEST, old, new)
    for place, one in enumerate(good):
        for changed in flips(one):
            with pytest.raises(Forked):
                compare(
                    HONEST.checkpoint(old),
                    HONEST.checkpoint(new),
                    [*good[:place], changed, *good[place + 1 :]],
                )


def test_growth_without_a_proof_is_not_believed():
    with pytest.raises(BadInput, match=r"no proof that the log 'hub\.example/log' only grew from 5 to 9"):
        compare(HONEST.checkpoint(5), HONEST.checkpoint(9))
    with pytest.raises(Forked):
        compare(HONEST.checkpoint(5), HONEST.checkpoint(9), [])


def test_two_logs_are_not_compared():
    other = Checkpoint("other.example", MOST, HONEST.checkpoint().root)
    for held in (compare, compare_two):
        with pytest.raises(BadInput, match="two logs"):
            held(HONEST.checkpoint(), other)


@pytest.mark.parametrize("kind", [LogTampered, Forked, Rewound])
def test_tampering_ends_as_a_finding_does(kind):
    assert issubclass(kind, TocsinError)
    assert kind.exit_code == 1
    assert kind.code in {"log-tampered", "log-forked", "log-rewound"}


def test_tampering_is_told_loudly_and_with_what_to_do():
    with pytest.raises(Forked) as forked:
        compare(HONEST.checkpoint(), rewritten(0).checkpoint())
    with pytest.raises(Rewound) as rewound:
        compare(HONEST.checkpoint(9), HONEST.checkpoint(5))
    for caught in (forked, rewound):
        assert ORIGIN in caught.value.what
        assert "Keep both signed checkpoints" in caught.value.hint
        assert "Tell the other members" in caught.value.hint


# -- the whole log ----------------------------------------------------------------------------
@given(st.integers(0, MOST))
def test_all_leaves_of_a_log_give_its_signed_root(size):
    check_leaves(HONEST.checkpoint(size), HONEST.leaves()[:size])


def test_leaves_that_are_changed_missing_added_or_moved_are_found():
    leaves, signed = HONEST.leaves(), HONEST.checkpoint()
    for changed, why in (
        (leaves[:-1], "signed 90 entries, and here are 89"),
        (leaves[1:], "here are 89"),
        ([*leaves, leaves[0]], "here are 91"),
        ([], "here are 0"),
        ([leaves[1], leaves[0], *leaves[2:]], "not those it signed"),
        ([*leaves[:-1], leaves[0]], "not those it signed"),
    ):
        with pytest.raises(LogTampered, match=why):
            check_leaves(signed, changed)


LARGE = Log(numbered(66_000))
CHECKED = [0, 1, 255, 256, 257, 1_000, 65_535, 65_536, 66_000]


@pytest.mark.parametrize("size", CHECKED)
def test_a_whole_log_passes(size):
    asked = []

    def data_of(tile):
        asked.append(tile)
        return LARGE.tile(tile)

    check_tiles(LARGE.checkpoint(size), data_of)
    assert asked == list(tiles_of(size))
    check_bundles(LARGE.checkpoint(size), LARGE.bundle, LARGE.tile)


@pytest.mark.parametrize("size", [1, 256, 700, 2_000])
def test_a_thousand_flipped_bytes_in_tiles_are_each_found(size):
    chance = random.Random(6962)
    held = {tile: LARGE.tile(tile) for tile in tiles_of(size)}
    signed = LARGE.checkpoint(size)
    for _ in range(1_000 if size == 700 else 100):
        tile = chance.choice(list(held))
        good, place = held[tile], chance.randrange(len(held[tile]))
        held[tile] = good[:place] + bytes([good[place] ^ chance.randrange(1, 256)]) + good[place + 1 :]
        with pytest.raises(LogTampered):
            check_tiles(signed, held.__getitem__)
        held[tile] = good


@pytest.mark.parametrize(
    "tile", [tile for tile in tiles_of(66_000) if tile.level or tile.index in {0, 100, 257}]
)
def test_a_flipped_byte_of_a_large_log_is_found_and_its_place_named(tile):
    good = LARGE.tile(tile)

    def data_of(asked):
        return good[:-1] + bytes([good[-1] ^ 1]) if asked == tile else LARGE.tile(asked)

    with pytest.raises(LogTampered) as caught:
        check_tiles(LARGE.checkpoint(), data_of)
    if tile.width == 256 or tile.level:
        assert tile.path in caught.value.what
    else:
        assert "not those it signed" in caught.value.what


def test_a_thousand_flipped_bytes_in_bundles_are_each_found():
    chance = random.Random(9162)
    size = 700
    held = {bundle: LARGE.bundle(bundle) for bundle in bundles_of(size)}
    for _ in range(1_000):
        bundle = chance.choice(list(held))
        good, place = held[bundle], chance.randrange(len(held[bundle]))
        held[bundle] = good[:place] + bytes([good[place] ^ chance.randrange(1, 256)]) + good[place + 1 :]
        with pytest.raises((LogTampered, BadInput)):
            check_bundles(LARGE.checkpoint(size), held.__getitem__, LARGE.tile)
        held[bundle] = good


def test_a_tile_of_another_length_is_refused():
    with pytest.raises(BadInput, match="tile/0/000"):
        check_tiles(LARGE.checkpoint(256), lambda tile: LARGE.tile(tile)[:-1])


def test_a_server_that_answers_twice_differently_gains_nothing():
    """Each tile is asked for once, so that what is checked is what is believed."""
    given_out = set()

    def data_of(tile):
        assert tile not in given_out
        given_out.add(tile)
        return LARGE.tile(tile)

    check_tiles(LARGE.checkpoint(700), data_of)
