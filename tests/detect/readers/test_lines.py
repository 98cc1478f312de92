from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, strategies as st

from reading import CUTS, chunked, small_blocks
from tocsin import limits
from tocsin.detect.readers.interface import Tally
from tocsin.detect.readers.lines import cut_lines, sound_lines, torn_lines


def cut(chunks, *, sound=False):
    tally = Tally()
    found = []
    for lines in cut_lines(chunks, tally):
        kept = sound_lines(lines, tally) if sound else lines
        assert b"".join(kept[i] for i in range(len(kept))) == kept.data
        found += [(int(row), kept[i]) for i, row in enumerate(kept.rows)]
    return found, {reason: (entry.count, entry.rows) for reason, entry in tally.skipped.items()}


def naive(data: bytes, longest: int):
    """Lines by ``split`` alone: (kept, skipped as too long)."""
    pieces = data.split(b"\n")
    lines = [piece + b"\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
    numbered = list(enumerate(lines, 1))
    kept = [(row, line) for row, line in numbered if len(line.removesuffix(b"\n")) <= longest]
    return kept, [row for row, line in numbered if len(line.removesuffix(b"\n")) > longest]


def test_a_final_line_without_a_line_end_is_a_line():
    assert cut([b"a\nb"])[0] == [(1, b"a\n"), (2, b"b")]


def test_nothing_gives_no_lines():
    assert cut([])[0] == cut([b"", b""])[0] == []


@given(
    data=st.lists(st.sampled_from([b"a", b"bcd", b"\n", b"\r\n", b"0123456789"]), max_size=60).map(b"".join),
    cuts=CUTS,
    block=st.sampled_from([8, 80, 800, limits.BLOCK_BYTES]),
    longest=st.sampled_from([5, 12, 1000]),
)
def test_lines_are_those_of_a_split_however_the_bytes_are_cut(data, cuts, block, longest):
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, block, longest)
        found, skipped = cut(chunked(data, cuts))
    kept, long = naive(data, longest)
    assert found == kept
    assert skipped == ({"longer than 0 MiB": (len(long), long[:5])} if long else {})


def test_a_line_of_a_gigabyte_is_skipped_in_bounded_memory():
    piece = bytes(8 << 20).replace(b"\0", b"x")
    tracemalloc.start()
    found, skipped = cut([b"a\n", *[piece] * 128, b"\nb\n"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [(1, b"a\n"), (3, b"b\n")]
    assert skipped == {"longer than 4 MiB": (1, [2])}
    assert peak < 8 * len(piece)


def test_a_line_that_is_too_long_at_the_very_end_is_counted():
    assert cut([b"a\n", b"x" * (limits.LINE_BYTES + 1)])[1] == {"longer than 4 MiB": (1, [2])}


def test_a_line_of_just_the_limit_is_kept_with_either_line_end():
    line = b"x" * limits.LINE_BYTES + b"\n"
    found, skipped = cut([b"a\n" * 3_000_000 + line + b"b\n"])
    assert len(found) == 3_000_002
    assert not skipped


def test_blank_lines_are_no_rows_but_count_as_lines():
    assert cut([b"a\n\n\r\n\rb\n\n c"], sound=True)[0] == [(1, b"a\n"), (4, b"\rb\n"), (6, b" c")]


def test_only_the_lines_at_fault_are_skipped_and_each_once():
    data = b"a\n\xff\nb\xc3\xa9\n\0\n\0\xff\nc\xe2\x82\n\xed\xa0\x80\nend"
    found, skipped = cut([data], sound=True)
    assert [row for row, _ in found] == [1, 3, 8]
    assert skipped == {"holds NUL bytes": (2, [4, 5]), "not UTF-8": (3, [2, 6, 7])}


def test_many_lines_at_fault_are_all_counted_and_five_are_named():
    assert cut([b"\xff\n" * 1000], sound=True)[1] == {"not UTF-8": (1000, [1, 2, 3, 4, 5])}


def test_a_carriage_return_within_a_line_is_found():
    (lines,) = cut_lines([b"a\r\nb\rc\n\rd\ne\r"], Tally())
    assert torn_lines(lines).tolist() == [1, 2, 3]
