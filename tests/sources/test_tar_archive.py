from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from sources.packing import PACKERS, Pipe, contents, find, left_out
from tocsin.sources import Stream, Unread, find_streams, tar_archive, unpack


def tarred(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return target.getvalue()


NAMES = st.text("abcé._", min_size=1, max_size=8) | st.sampled_from(["n" * 90, "d/" * 80 + "x", "l" * 300])
PLAIN = st.binary(max_size=2_000).map(b"#".__add__)


@given(
    members=st.dictionaries(NAMES, PLAIN, max_size=6),
    form=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
    packer=st.sampled_from([None, *PACKERS]),
    most=st.none() | st.integers(1, 5_000),
)
def test_every_member_is_a_stream_of_its_bytes_packed_or_not(members, form, packer, most):
    packed = tarred(members, form)
    if not members:  # nothing but zeros: no header tells what it is
        return
    packed = PACKERS[packer](packed) if packer else packed
    stdin = Pipe(packed, most) if most else io.BytesIO(packed)
    read = {}
    for one in find_streams(["-"], stdin):  # in order, as a pipe needs it
        assert isinstance(one, Stream)
        assert one.head(100) == members[one.name.removeprefix("stdin!/")][:100]
        read[one.name] = b"".join(one.chunks())
        assert one.problem == ""
    assert read == {f"stdin!/{name}": content for name, content in members.items()}


@pytest.mark.parametrize("packer", [None, "gzip", "zstd"])
def test_a_hundred_members_are_read_in_any_order(packer, in_folder, log):
    members = {f"day-{n:03d}.log": log[: n * 1000] for n in range(100)}
    packed = tarred(members)
    Path("logs").write_bytes(PACKERS[packer](packed) if packer else packed)
    found = find("logs")
    assert [one.name for one in found] == [f"logs!/{name}" for name in members]
    random.Random(1).shuffle(found)
    assert contents(found) == {f"logs!/{name}": content for name, content in members.items()}


def test_members_read_in_order_unpack_the_archive_once(in_folder, monkeypatch, log):
    Path("logs").write_bytes(gzip.compress(tarred({str(n): log for n in range(20)})))
    passes = []
    decoded = tar_archive.Forward._restart
    monkeypatch.setattr(tar_archive.Forward, "_restart", lambda self: (passes.append(1), decoded(self)))
    for one in find_streams(["logs"], None):
        assert isinstance(one, Stream)
        assert one.head() == log[: 64 << 10]
        assert b"".join(one.chunks()) == log
    assert passes == []


def test_a_head_that_lies_across_two_blocks_does_not_start_the_archive_again():
    content = b"#" + random.Random(1).randbytes(70_000)
    archive = gzip.compress(tarred({str(number): content for number in range(1_000)}), 0)
    count = 0
    for one in find_streams(["-"], Pipe(archive)):
        assert isinstance(one, Stream)
        assert one.head() == content[: 64 << 10]
        assert b"".join(one.chunks()) == content
        assert one.problem == ""
        count += 1
    assert count == 1_000


def test_a_small_archive_from_a_pipe_is_read_in_any_order(log):
    found = find("-", stdin=Pipe(gzip.compress(tarred({"a": log, "b": b"#"}))))
    assert contents(found[::-1]) == {"stdin!/b": b"#", "stdin!/a": log}


def test_a_zip_in_a_tar_is_refused_with_a_reason(in_folder):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a", "x")
    Path("a.tar").write_bytes(tarred({"in.zip": target.getvalue()}))
    assert left_out(find("a.tar")) == {
        "a.tar!/in.zip": "a zip archive inside other packing, which is not read: unpack it first"
    }


def test_out_of_order_from_a_long_pipe_is_a_problem_not_wrong_bytes(monkeypatch):
    monkeypatch.setattr(unpack, "PIPED_ARCHIVE_BYTES", 1 << 20)
    content = random.Random(1).randbytes(4 << 20)
    found = find("-", stdin=Pipe(tarred({"a": b"#" + content, "b": b"#" + content}), 1 << 20))
    assert all(isinstance(one, Stream) for one in found)
    assert contents(found[:1]) == {"stdin!/a": b""}
    assert found[0].problem == "standard input can be read only once, and in its own order"


def test_large_members_are_read_in_bounded_blocks(in_folder):
    content = b"#" + random.Random(1).randbytes(30 << 20)
    Path("a.tar").write_bytes(tarred({"big": content, "small": b"#"}))
    big, small = find("a.tar")
    assert isinstance(big, Stream)
    assert isinstance(small, Stream)
    blocks = list(big.chunks())
    assert b"".join(blocks) == content
    assert max(map(len, blocks)) <= 8 << 20
    assert list(small.chunks()) == [b"#"]
    assert (big.size, small.size, big.local_path) == (len(content), 1, None)


@pytest.mark.parametrize("packer", [None, "gzip", "zstd", "bzip2", "xz"])
@pytest.mark.parametrize("tenth", range(1, 10))
def test_an_archive_cut_at_any_tenth_gives_what_comes_before_the_cut(packer, tenth, in_folder):
    members = {f"{n}.log": b"#" + random.Random(n).randbytes(20_000) for n in range(20)}
    packed = PACKERS[packer](tarred(members)) if packer else tarred(members)
    Path("cut").write_bytes(packed[: len(packed) * tenth // 10])
    read, problems = {}, {}
    found = []
    for one in find_streams(["cut"], None):
        found.append(one)
        if isinstance(one, Stream):
            read[one.name] = b"".join(one.chunks())
            problems[one.name] = one.problem
    if list(read) == ["cut"]:  # not even the first block is whole, so nothing tells that it is a tar archive
        assert packer == "bzip2" or (packer == "zstd" and tenth <= 3)
        assert read["cut"] == b""
        assert "ends early" in problems["cut"]
        return
    for name, content in read.items():
        whole = members[name.removeprefix("cut!/")]
        assert whole.startswith(content)
        assert (content == whole) == (problems[name] == "")
    assert "ends early" in left_out(found)["cut"]
    assert len(read) >= 2 * tenth - 6  # a zstd block holds six members


def test_what_is_no_regular_file_is_named_and_not_read(in_folder):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, kind in [
            ("soft", tarfile.SYMTYPE),
            ("hard", tarfile.LNKTYPE),
            ("pipe", tarfile.FIFOTYPE),
            ("folder", tarfile.DIRTYPE),
        ]:
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = "/etc/passwd"
            archive.addfile(info)
        archive.addfile(tarfile.TarInfo("empty"))
    Path("a.tar").write_bytes(target.getvalue())
    found = find("a.tar")
    assert contents(found) == {"a.tar!/empty": b""}
    assert [one for one in found if isinstance(one, Unread)] == [
        Unread("a.tar!/soft", "a link to /etc/passwd", by_rule=True),
        Unread("a.tar!/hard", "a link to /etc/passwd", by_rule=True),
        Unread("a.tar!/pipe", "not a regular file", by_rule=True),
    ]


def test_path_tricks_and_odd_bytes_are_only_names(in_folder):
    Path("a.tar").write_bytes(tarred({"../../x": b"1", "/etc/y": b"2", "\udce9": b"3"}, tarfile.GNU_FORMAT))
    assert contents(find("a.tar")) == {"a.tar!/../../x": b"1", "a.tar!//etc/y": b"2", "a.tar!/\\xe9": b"3"}
    assert [path.name for path in in_folder.iterdir()] == ["a.tar"]


def header(name: bytes, size: bytes, kind: bytes = b"0") -> bytes:
    raw = bytearray(
        name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size.ljust(12, b"\0") + b"00000000000\0"
    )
    raw += b" " * 8 + kind + b"\0" * 100 + b"ustar\x0000" + b"\0" * 247
    raw[148:156] = b"%06o\0 " % sum(raw)
    return bytes(raw)


def test_a_negative_size_does_not_send_the_walk_backwards(in_folder):
    Path("a.tar").write_bytes(
        header(b"a", b"00000000001\0") + b"x".ljust(512, b"\0") + header(b"b", b"\xff" * 12)
    )
    found = find("a.tar")
    assert contents(found) == {"a.tar!/a": b"x"}
    assert left_out(found) == {
        "a.tar": "the tar header at byte 1024 gives a negative size; members after this are not read"
    }


def test_a_huge_extended_header_is_refused_before_it_is_held(in_folder):
    Path("a.tar").write_bytes(header(b"x", b"77777777777\0", b"x") + b"\0" * 4096)
    assert left_out(find("a.tar")) == {
        "a.tar": "the tar header at byte 0 is too large; members after this are not read"
    }


def test_a_header_that_promises_more_than_there_is_ends_with_the_archive(in_folder):
    Path("a.tar").write_bytes(header(b"a", b"77777777777\0") + b"x" * 1000)
    stream, rest = find("a.tar")
    assert isinstance(stream, Stream)
    assert b"".join(stream.chunks()) == b"x" * 1000
    assert stream.problem == f"the archive ends after 1000 of the member's {8**11 - 1} bytes"
    assert isinstance(rest, Unread)
    assert "ends early" in rest.reason


def test_a_sparse_member_is_named_not_misread(in_folder):
    raw = bytearray(header(b"holes", b"00000000004\0", b"S"))
    raw[482] = 1
    raw[148:156] = b" " * 8
    raw[148:156] = b"%06o\0 " % sum(raw)
    more = b"\0" * 504 + b"\0" * 8
    Path("a.tar").write_bytes(
        bytes(raw)
        + more
        + b"data".ljust(512, b"\0")
        + header(b"b", b"00000000001\0")
        + b"x".ljust(512, b"\0")
        + bytes(1024)
    )
    found = find("a.tar")
    assert contents(found) == {"a.tar!/b": b"x"}
    assert list(left_out(found)) == ["a.tar!/holes"]


def test_more_members_than_the_limit_are_said(in_folder, monkeypatch):
    monkeypatch.setattr(tar_archive, "ZIP_MEMBERS", 3)
    Path("a.tar").write_bytes(tarred({str(n): b"x" for n in range(5)}))
    found = find("a.tar")
    assert list(contents(found)) == ["a.tar!/0", "a.tar!/1", "a.tar!/2"]
    assert left_out(found) == {"a.tar": "it has more than 3 members; members after this are not read"}


def test_a_packed_member_of_a_packed_archive_is_the_third_level(in_folder, log):
    inner = tarred({"day.log.gz": gzip.compress(log), "deep.gz.gz": gzip.compress(gzip.compress(log))})
    Path("a.tgz").write_bytes(gzip.compress(inner))
    found = find("a.tgz")
    assert contents(found) == {"a.tgz!/day.log.gz": log}
    assert left_out(found) == {"a.tgz!/deep.gz.gz": "packed more than 3 levels deep: unpack it first"}


@given(data=st.data())
def test_no_damage_to_an_archive_makes_it_crash_or_hang(data):
    packed = bytearray(tarred({"é" * 60: b"#" * 700, "b": b"#"}))
    for _ in range(data.draw(st.integers(1, 6))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    found = find("-", stdin=io.BytesIO(packed))
    contents(found)
    assert found
