"""Texts are their bytes: words, places and ends as plain Python has them."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from strategies import examples
from tocsin.engine.texts import Texts, bytes_equal, folded

VALUES = st.lists(st.one_of(st.none(), st.text(max_size=24)), min_size=0, max_size=12)


def word(text: bytes) -> int:
    return int.from_bytes(text[:8], "little")


def plain(values):
    return [(one or "").encode() for one in values]


@settings(max_examples=examples(100))
@given(VALUES, st.integers(0, 5))
def test_heads_and_tails_are_the_first_and_last_eight_bytes(values, skipped):
    texts = Texts(pa.array(values, pa.string()).slice(skipped))
    rest = plain(values[skipped:])
    fold = 0x2020202020202020
    assert texts.head.tolist() == [word(one) | fold for one in rest]
    assert texts.tail.tolist() == [word(one[-8:]) | fold for one in rest]


@settings(max_examples=examples(100))
@given(VALUES, st.sampled_from(b"a[.\x00"))
def test_rows_are_told_by_what_they_hold_and_end_with(values, byte):
    texts = Texts(pa.array(values, pa.string()))
    assert texts.holding(byte).tolist() == [row for row, one in enumerate(plain(values)) if byte in one]
    ends = [row for row, one in enumerate(plain(values)) if one[-1:] in (b".", b"/") and one]
    assert texts.ending_with(b"./").tolist() == ends


@settings(max_examples=examples(100))
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8), st.binary(min_size=1, max_size=3))
def test_bytes_that_equal_one_of_some_characters_are_flagged(words, characters):
    found = bytes_equal(pa.array(words, pa.uint64()).to_numpy(), characters)
    for one, flags in zip(words, found.tolist(), strict=True):
        expected = bytes(0x80 if byte in characters else 0 for byte in one.to_bytes(8, "little"))
        assert flags.to_bytes(8, "little") == expected


def test_letters_fold_and_the_rest_stays_told_apart():
    words = pa.array([word(b"AbC-1.0/")], pa.uint64()).to_numpy(zero_copy_only=False).copy()
    assert folded(words).tolist() == [word(b"abc-1.0/")]


@pytest.mark.parametrize(
    ("values", "there"),
    [
        (["a", "somewhat long"], True),
        ([], True),
        (["a", ""], False),
        (["a", None], False),
        (["-"], False),
        (["(empty)"], False),
        (["null"], False),
        (["--", "nulls", "(empty).", "e"], True),
    ],
)
def test_all_are_there_if_none_is_what_logs_write_for_no_value(values, there):
    assert Texts(pa.array(values, pa.string())).all_there is there
