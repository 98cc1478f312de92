from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
import zstandard
from hypothesis import example, given, settings, strategies as st

from sources.packing import LOG, PACKERS, Pipe, drained, find, left_out
from tocsin.limits import DECOMPRESSION_FLOOR_BYTES
from tocsin.sources import Stream
from tocsin.sources.decode import _after

FORMS = sorted(PACKERS)


def from_stdin(content: bytes) -> tuple[bytes, str]:
    return drained(find("-", stdin=io.BytesIO(content)))


# A mark before the bytes keeps them from being packed themselves.
PLAIN = st.binary(max_size=3_000).map(b"#".__add__) | st.just(b"")


@given(data=PLAIN, form=st.sampled_from(FORMS), repeat=st.integers(1, 200), most=st.integers(1, 9_000))
@example(data=b"", form="gzip", repeat=1, most=1)
def test_any_bytes_through_any_compression_come_out_equal_however_they_arrive(data, form, repeat, most):
    plain = data * repeat
    packed = PACKERS[form](plain)
    assert from_stdin(packed) == (plain, "")
    assert drained(find("-", stdin=Pipe(packed, most))) == (plain, "")


@given(parts=st.lists(PLAIN, min_size=1, max_size=6), form=st.sampled_from(FORMS), zeros=st.integers(0, 3))
def test_members_frames_and_streams_one_after_another_are_read_as_one(parts, form, zeros):
    packed = (b"\0" * 4 * zeros).join(PACKERS[form](part) for part in parts) + b"\0" * 4 * zeros
    plain = b"".join(parts)
    assert from_stdin(packed) == (plain, "")
    assert drained(find("-", stdin=Pipe(packed, 7))) == (plain, "")


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_is_read_again_with_the_same_result_and_its_head_is_its_beginning(form, log, tmp_path):
    (tmp_path / "day").write_bytes(PACKERS[form](log))
    (stream,) = find(tmp_path / "day")
    assert isinstance(stream, Stream)
    assert stream.head(1000) == log[:1000]
    assert b"".join(stream.chunks()) == b"".join(stream.chunks()) == log
    assert stream.size == stream.taken == (tmp_path / "day").stat().st_size
    assert stream.head() == log[: 64 << 10]
    assert stream.local_path is None


def test_compression_is_known_by_its_bytes_not_by_the_name(log, tmp_path):
    (tmp_path / "plain.gz").write_bytes(log)
    (tmp_path / "packed.log").write_bytes(gzip.compress(log))
    (packed, plain) = find(tmp_path)
    assert isinstance(plain, Stream)
    assert isinstance(packed, Stream)
    assert plain.local_path == (tmp_path / "plain.gz").resolve()
    assert packed.local_path is None
    assert b"".join(plain.chunks()) == b"".join(packed.chunks()) == log


def test_blocks_are_large_and_bounded(tmp_path):
    content = random.Random(1).randbytes(1 << 20) * 20
    for form in ("plain", "gzip", "zstd", "xz"):
        (tmp_path / form).write_bytes(PACKERS.get(form, bytes)(content))
        (stream,) = find(tmp_path / form)
        assert isinstance(stream, Stream)
        sizes = [len(block) for block in stream.chunks()]
        assert sum(sizes) == len(content)
        assert max(sizes) <= (8 << 20) + (128 << 10)
        assert len(sizes) <= 6


def oracle(form: str, packed: bytes) -> bytes:
    """What the format's own library gives for the beginning of a stream, all at once."""
    decoders: dict[str, Callable[[], object]] = {
        "gzip": lambda: zlib.decompressobj(31),
        "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
        "bzip2": bz2.BZ2Decompressor,
        "xz": lzma.LZMADecompressor,
    }
    return decoders[form]().decompress(packed)  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_stream_cut_at_any_tenth_gives_all_before_the_cut_and_says_where_it_ends(form, tenth, log):
    packed = PACKERS[form](log * 4)
    cut = packed[: len(packed) * tenth // 10]
    expected = oracle(form, cut)
    assert (log * 4).startswith(expected)
    reason = f"{form} data ends early at byte {len(cut)}"
    assert from_stdin(cut) == (expected, reason)
    assert drained(find("-", stdin=Pipe(cut, 1000))) == (expected, reason)


@pytest.mark.parametrize("form", FORMS)
def test_a_stream_cut_anywhere_near_its_end_is_never_taken_for_whole(form):
    packed = PACKERS[form](b"a line\n" * 50)
    for size in range(12, len(packed)):
        plain, problem = from_stdin(packed[:size])
        assert (b"a line\n" * 50).startswith(plain)
        assert "ends early" in problem


@settings(max_examples=40)
@given(form=st.sampled_from(FORMS), place=st.floats(0.05, 1), seed=st.integers(0, 1 << 20))
def test_damage_is_reported_and_what_comes_before_it_is_kept(form, place, seed):
    packed = bytearray(PACKERS[form](LOG))
    at = min(int(len(packed) * place), len(packed) - 1)
    packed[at : at + 8] = random.Random(seed).randbytes(len(packed[at : at + 8]))
    plain, problem = from_stdin(bytes(packed))
    pipe_plain, pipe_problem = drained(find("-", stdin=Pipe(bytes(packed))))
    if plain == LOG and not problem:  # the same bytes by chance
        return
    assert problem
    assert pipe_problem
    # All that the bytes before the damage decode to is there, but for the last kibibyte (64 of a pipe).
    good = oracle(form, bytes(packed[:at]))
    assert plain[: max(0, len(good) - 1024)] == LOG[: max(0, len(good) - 1024)]
    assert pipe_plain[: max(0, len(good) - (64 << 10))] == LOG[: max(0, len(good) - (64 << 10))]


def test_many_tiny_members_take_no_more_time_than_their_bytes():
    packed = gzip.compress(b"") * 400_000
    begun = time.monotonic()
    assert from_stdin(packed) == (b"", "")
    assert time.monotonic() - begun < 20  # copying what is left at each member would take minutes


def test_what_follows_packed_data_and_is_none_is_said(log):
    packed = gzip.compress(log)
    assert from_stdin(packed + b"rubbish") == (
        log,
        f"what follows byte {len(packed)} is not gzip data and is not read",
    )
    assert from_stdin(packed + b"\x1f") == (
        log,
        f"what follows byte {len(packed)} is not gzip data and is not read",
    )


def test_skippable_zstd_frames_are_passed_over(log):
    skippable = b"\x50\x2a\x4d\x18" + struct.pack("<L", 5) + b"12345"
    empty = b"\x5f\x2a\x4d\x18" + struct.pack("<L", 0)
    packed = PACKERS["zstd"](log)
    whole = skippable + packed + empty + packed + skippable
    assert from_stdin(whole) == (log * 2, "")
    assert drained(find("-", stdin=Pipe(whole, 3))) == (log * 2, "")
    assert from_stdin(whole[:-1]) == (log * 2, f"zstd data ends early at byte {len(whole) - 1}")


@pytest.mark.parametrize(
    "options", [{"write_content_size": False}, {"write_checksum": True}, {"level": 19}, {"threads": 2}]
)
def test_zstd_frames_of_every_header_are_read(options, log):
    big = log * 3
    assert from_stdin(zstandard.ZstdCompressor(**options).compress(big)) == (big, "")
    writer = zstandard.ZstdCompressor(**options).compressobj()
    streamed = (
        writer.compress(big)
        + writer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)
        + writer.compress(b"end")
        + writer.flush()
    )
    assert from_stdin(streamed) == (big + b"end", "")


def test_a_decoder_may_not_ask_for_any_amount_of_memory(tmp_path):
    wide = zstandard.ZstdCompressionParameters(window_log=30, enable_ldm=True)
    writer = zstandard.ZstdCompressor(compression_params=wide).compressobj()
    packed = writer.compress(b"x" * 1000) + writer.flush()
    plain, problem = from_stdin(packed)
    assert plain == b""
    assert "zstd data is damaged" in problem
    assert "memory" in problem


def test_an_xz_stream_may_not_ask_for_any_dictionary():
    packed = bytearray(lzma.compress(b"x" * 1000))
    length = (
        packed[12] + 1
    ) * 4  # of the block header; its filter flags give the dictionary's size as one byte
    at = packed.index(b"\x21\x01", 12) + 2
    packed[at] = 40  # 4 GiB
    struct.pack_into("<L", packed, 12 + length - 4, zlib.crc32(packed[12 : 12 + length - 4]))
    plain, problem = from_stdin(bytes(packed))
    assert plain == b""
    assert problem.startswith("xz data is damaged")
    assert "emory" in problem


def test_a_zstd_block_larger_than_any_is_not_waited_for():
    huge = b"\x28\xb5\x2f\xfd\x00\x38" + struct.pack("<L", (1 << 20) << 3)[:3]
    assert from_stdin(huge + bytes(100)) == (b"", "zstd data is damaged near byte 109 (no such block)")


def test_all_before_late_damage_is_given_once(tmp_path):
    plain = random.Random(1).randbytes(6 << 20).hex().encode()
    packed = bytearray(gzip.compress(plain, 1))
    at = len(packed) - 5_000
    packed[at : at + 100] = b"\xff" * 100
    (tmp_path / "late.gz").write_bytes(packed)
    given, problem = drained(find(tmp_path / "late.gz"))
    good = oracle("gzip", bytes(packed[:at]))
    assert len(good) > 8 << 20
    assert given[: len(good) - 1024] == plain[: len(good) - 1024]
    assert "gzip data is damaged near byte" in problem


def test_a_second_approach_goes_on_where_the_first_ended():
    assert list(_after(3, iter([b"ab", b"cd", b"ef"]))) == [b"d", b"ef"]
    assert list(_after(0, iter([b"ab"]))) == [b"ab"]


def test_a_pipe_is_read_once_and_says_so(log):
    (stream,) = find("-", stdin=Pipe(gzip.compress(log)))
    assert isinstance(stream, Stream)
    assert stream.head(10) == stream.head(10) == log[:10]
    assert b"".join(stream.chunks()) == log
    assert list(stream.chunks()) == []
    assert stream.problem == "standard input can be read only once"


def zstd_of_zeros(blocks: int) -> bytes:
    """A frame of run-length blocks: 128 KiB from every four bytes."""
    body = (struct.pack("<L", (128 << 10) << 3 | 1 << 1)[:3] + b"\0") * (blocks - 1)
    last = struct.pack("<L", (128 << 10) << 3 | 1 << 1 | 1)[:3] + b"\0"
    return b"\x28\xb5\x2f\xfd\x00\x38" + body + last


def bomb(form: str) -> bytes:
    if form == "zstd":
        return zstd_of_zeros(100_000)  # 12 GB from 400 kB
    made = {
        "gzip": zlib.compressobj(1, wbits=31),
        "bzip2": bz2.BZ2Compressor(),
        "xz": lzma.LZMACompressor(preset=0),
    }[form]
    zeros = bytes(8 << 20)
    return b"".join([*(made.compress(zeros) for _ in range(12)), made.flush()])


def test_the_bomb_of_run_length_blocks_is_a_true_frame():
    assert from_stdin(zstd_of_zeros(3)) == (bytes(3 * (128 << 10)), "")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("piped", [False, True])
def test_a_bomb_is_stopped_in_bounded_memory(form, piped, tmp_path):
    packed = bomb(form)
    (tmp_path / "bomb").write_bytes(packed)
    (stream,) = find("-", stdin=Pipe(packed)) if piped else find(tmp_path / "bomb")
    assert isinstance(stream, Stream)
    tracemalloc.start()
    length = sum(map(len, stream.chunks()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    limit = max(DECOMPRESSION_FLOOR_BYTES, 200 * len(packed))
    assert (DECOMPRESSION_FLOOR_BYTES if piped else limit) - (9 << 20) <= length <= limit
    assert stream.problem == f"unpacks to more than 200 times its size; stopped at {length} bytes"
    assert peak < 40 << 20
    assert length == sum(map(len, stream.chunks())) or piped  # a second pass is not charged twice


def test_a_small_file_of_one_repeated_line_is_no_bomb():
    line = b"nothing happened\n" * 1_000_000
    assert from_stdin(gzip.compress(line)) == (line, "")


def test_packing_in_packing_is_undone_to_three_levels(log):
    packed = log
    for form in ("gzip", "zstd", "xz"):
        packed = PACKERS[form](packed)
    assert from_stdin(packed) == (log, "")
    found = find("-", stdin=io.BytesIO(PACKERS["bzip2"](packed)))
    assert left_out(found) == {"stdin": "packed more than 3 levels deep: unpack it first"}


def test_a_bomb_of_bombs_is_charged_to_the_file_on_disk(tmp_path):
    zeros = b"".join(
        [*(one.compress(bytes(16 << 20)) for one in [zlib.compressobj(9, wbits=31)] for _ in range(20)), b""]
    )
    (tmp_path / "nested").write_bytes(gzip.compress(zeros))
    plain, problem = drained(find(tmp_path / "nested"))
    assert "unpacks to more than 200 times" in problem
    assert len(plain) <= DECOMPRESSION_FLOOR_BYTES


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07\x01", "a rar archive"),
        (b"\x1f\x9d\x90", "compress (.Z) data"),
    ],
)
def test_packing_that_is_not_read_is_named(head, what):
    assert left_out(find("-", stdin=io.BytesIO(head + b"rest"))) == {
        "stdin": f"{what}, which is not read: unpack it first"
    }


def test_a_file_that_goes_between_finding_and_reading_is_a_problem_not_a_crash(tmp_path):
    path = tmp_path / "day.log"
    path.write_bytes(b"line\n")
    (stream,) = find(path)
    assert isinstance(stream, Stream)
    path.unlink()
    assert list(stream.chunks()) == []
    assert stream.problem == "it cannot be read past byte 0: No such file or directory"
    assert stream.head() == b""


def test_a_read_error_midway_keeps_what_came_before(log, monkeypatch, tmp_path):
    class Failing(io.BytesIO):
        def read(self, size=-1):
            if self.tell() >= 50_000:
                raise OSError(5, "Input/output error")
            return super().read(min(size, 10_000))

    plain, problem = drained(find("-", stdin=Failing(log)))
    assert plain == log[:50_000]
    assert problem == "it cannot be read past byte 50000: Input/output error"
