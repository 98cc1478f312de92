from __future__ import annotations

import gzip
import io
import random
import stat
import struct
import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from sources.packing import PACKERS, Pipe, contents, drained, find, left_out
from tocsin.limits import DECOMPRESSION_FLOOR_BYTES
from tocsin.sources import Stream, Unread, find_streams, unpack, zip_archive


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, streamed: bool = False) -> bytes:
    target = io.BytesIO()

    class Forward(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            return target.write(data)

    with zipfile.ZipFile(Forward() if streamed else target, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]


@given(
    members=st.dictionaries(
        st.text("abcé/ .", min_size=1, max_size=8).filter(lambda n: not n.endswith("/")),
        st.binary(max_size=3000).map(b"#".__add__),
        max_size=8,
    ),
    method=st.sampled_from(METHODS),
    streamed=st.booleans(),
    piped=st.booleans(),
)
def test_every_member_is_a_stream_of_its_bytes(members, method, streamed, piped):
    packed = zipped(members, method, streamed=streamed)
    found = find("-", stdin=Pipe(packed) if piped else io.BytesIO(packed))
    assert contents(found) == {f"stdin!/{name}": content for name, content in members.items()}
    assert all(one.problem == "" for one in found if isinstance(one, Stream))


def test_a_hundred_members_come_in_their_order_and_in_any_reading_order(tmp_path):
    members = {f"day-{n:03d}.log": f"line {n}\n".encode() * n for n in range(100)}
    (tmp_path / "logs.zip").write_bytes(zipped(members))
    found = find(tmp_path / "logs.zip")
    assert [one.name for one in found] == [f"{tmp_path}/logs.zip!/{name}" for name in members]
    random.Random(1).shuffle(found)
    assert contents(found) == {f"{tmp_path}/logs.zip!/{name}": content for name, content in members.items()}
    assert all(one.local_path is None for one in found if isinstance(one, Stream))


def test_names_with_path_tricks_are_only_names_and_nothing_is_written(in_folder):
    members = {
        "../../etc/passwd": b"a",
        "/absolute": b"b",
        "C:\\x": b"c",
        "bell\x07\x1b[31m": b"d",
        "\u202egol": b"e",
    }
    Path("tricks.zip").write_bytes(zipped(members))
    assert contents(find("tricks.zip")) == {
        "tricks.zip!/../../etc/passwd": b"a",
        "tricks.zip!//absolute": b"b",
        "tricks.zip!/C:\\x": b"c",
        "tricks.zip!/bell\\x07\\x1b[31m": b"d",
        "tricks.zip!/\\u202egol": b"e",
    }
    assert [path.name for path in in_folder.iterdir()] == ["tricks.zip"]


def test_names_that_are_not_declared_as_utf_8_are_read_as_such_or_as_the_old_code_page(in_folder):
    packed = zipped({"caf__.log": b"1", "n_.log": b"2"})
    Path("a.zip").write_bytes(packed.replace(b"caf__", "café".encode()).replace(b"n_.", b"n\x82."))
    assert contents(find("a.zip")) == {"a.zip!/café.log": b"1", "a.zip!/né.log": b"2"}


def test_an_empty_archive_is_named_as_such(in_folder):
    Path("empty.zip").write_bytes(zipped({}))
    assert find("empty.zip") == [Unread("empty.zip", "an empty archive", by_rule=True)]


def test_folders_in_an_archive_are_no_streams(in_folder):
    Path("a.zip").write_bytes(zipped({"logs/": b"", "logs/a": b"x"}))
    assert [one.name for one in find("a.zip")] == ["a.zip!/logs/a"]


def test_an_encrypted_member_is_named_and_the_others_are_read(in_folder):
    packed = bytearray(zipped({"secret": b"x", "open": b"y"}))
    for signature, flags_at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        packed[packed.index(signature) + flags_at] |= 1
    Path("a.zip").write_bytes(packed)
    found = find("a.zip")
    assert left_out(found) == {"a.zip!/secret": "it is encrypted: unpack it first"}
    assert contents(found) == {"a.zip!/open": b"y"}


def test_a_method_that_is_not_read_is_named(in_folder):
    Path("a.zip").write_bytes(zipped({"a": b"x" * 100}, zipfile.ZIP_LZMA))
    assert left_out(find("a.zip")) == {
        "a.zip!/a": "packed by zip method 14, which is not read: unpack it first"
    }


def test_a_link_in_an_archive_is_not_a_log(in_folder):
    link = zipfile.ZipInfo("link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    assert find("a.zip") == [Unread("a.zip!/link", "a link", by_rule=True)]


@pytest.mark.parametrize("form", sorted(PACKERS))
def test_a_packed_member_is_unpacked_once_more(form, in_folder, log):
    Path("a.zip").write_bytes(zipped({"day.log": PACKERS[form](log), "plain.log": log}))
    assert contents(find("a.zip")) == {"a.zip!/day.log": log, "a.zip!/plain.log": log}


def test_a_zip_in_a_zip_or_in_other_packing_is_refused_with_a_reason(in_folder):
    inner = zipped({"a": b"x"})
    Path("outer.zip").write_bytes(zipped({"inner.zip": inner, "b": b"y"}))
    Path("inner.zip.gz").write_bytes(gzip.compress(inner))
    found = find("outer.zip", "inner.zip.gz")
    reason = "a zip archive inside other packing, which is not read: unpack it first"
    assert left_out(found) == {"outer.zip!/inner.zip": reason, "inner.zip.gz": reason}
    assert contents(found) == {"outer.zip!/b": b"y"}


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("tenth", range(1, 10))
def test_an_archive_cut_at_any_tenth_gives_the_members_before_the_cut(tenth, streamed, in_folder, log):
    members = {f"{n}.log": log[n * 20_000 : (n + 1) * 20_000] for n in range(20)}
    packed = zipped(members, streamed=streamed)
    Path("whole.zip").write_bytes(packed)
    cut = packed[: len(packed) * tenth // 10]
    Path("cut.zip").write_bytes(cut)
    starts = [one.header_offset for one in zipfile.ZipFile("whole.zip").infolist()]
    whole = sum(
        start + 20 < len(cut) for start in starts[1:]
    )  # members whose successor begins before the cut
    found = find("cut.zip")
    read = contents(found)
    assert (
        list(read.items())[:whole]
        == [(f"cut.zip!/{name}", content) for name, content in members.items()][:whole]
    )
    broken = [one for one in found if isinstance(one, Stream) and one.problem]
    assert len(broken) <= 1
    assert "ends early" in left_out(found)["cut.zip"]
    for one in broken:
        assert members[one.name.removeprefix("cut.zip!/")].startswith(read[one.name])


def test_a_member_that_differs_from_its_checksum_is_read_and_said(in_folder):
    packed = zipped({"a.log": b"one line\n"}, zipfile.ZIP_STORED).replace(b"one line", b"two line")
    Path("a.zip").write_bytes(packed)
    assert drained(find("a.zip")) == (b"two line\n", "the member differs from the checksum in the archive")


def test_a_directory_that_leads_nowhere_is_a_problem_of_its_members(in_folder):
    packed = bytearray(zipped({"a": b"x", "b": b"y"}))
    struct.pack_into("<L", packed, packed.index(b"PK\1\2") + 42, 7)
    Path("a.zip").write_bytes(packed)
    first, second = find("a.zip")
    assert isinstance(first, Stream)
    assert isinstance(second, Stream)
    assert (list(first.chunks()), first.problem) == ([], "no zip member begins at byte 7")
    assert list(second.chunks()) == [b"y"]


@given(data=st.data())
def test_no_damage_to_an_archive_makes_it_crash_or_hang(data):
    packed = bytearray(zipped({"a": b"x" * 500, "b": random.Random(1).randbytes(300)}))
    for _ in range(data.draw(st.integers(1, 6))):
        packed[data.draw(st.integers(4, len(packed) - 1))] = data.draw(
            st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, 0x50, 0x4B])
        )
    found = find("-", stdin=io.BytesIO(packed))
    contents(found)
    assert found


def test_a_zip64_archive_is_read(in_folder):
    with (
        zipfile.ZipFile("big.zip", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a", "w", force_zip64=True) as member,
    ):
        member.write(b"content\n" * 1000)
    packed = bytearray(Path("big.zip").read_bytes())
    # Move the sizes and the offset of the directory's entry, and the end record's, to their zip64 forms.
    directory, end = packed.index(b"PK\1\2"), packed.index(b"PK\5\6")
    entry = bytearray(packed[directory:end])
    packed_size, size = struct.unpack_from("<2L", entry, 20)
    struct.pack_into("<2L", entry, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<L", entry, 42, 0xFFFFFFFF)
    extra = struct.pack("<2H3Q", 1, 24, size, packed_size, 0)
    struct.pack_into("<H", entry, 30, len(extra))
    entry = entry[:47] + extra
    end_64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(entry), directory)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, directory + len(entry), 1)
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    Path("big.zip").write_bytes(packed[:directory] + entry + end_64 + locator + tail)
    assert zipfile.ZipFile("big.zip").read("a") == b"content\n" * 1000
    assert contents(find("big.zip")) == {"big.zip!/a": b"content\n" * 1000}


def test_members_that_share_one_bomb_are_stopped_together(in_folder):
    packed = zipped({"zeros": bytes(40 << 20)})
    directory, end = packed.index(b"PK\1\2"), packed.rindex(b"PK\5\6")
    entries = packed[directory:end] * 1000
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1000, 1000, len(entries), directory, 0)
    Path("overlap.zip").write_bytes(packed[:directory] + entries + tail)
    begun = time.monotonic()
    total, stopped = 0, 0
    for one in find_streams(["overlap.zip"], None):
        assert isinstance(one, Stream)
        total += sum(map(len, one.chunks()))
        stopped += "times its size" in one.problem
    assert total <= DECOMPRESSION_FLOOR_BYTES
    assert stopped == 999
    assert time.monotonic() - begun < 20


def test_more_members_than_the_limit_are_said(in_folder, monkeypatch):
    monkeypatch.setattr(zip_archive, "ZIP_MEMBERS", 3)
    Path("a.zip").write_bytes(zipped({str(n): b"x" for n in range(5)}))
    found = find("a.zip")
    assert list(contents(found)) == ["a.zip!/0", "a.zip!/1", "a.zip!/2"]
    assert left_out(found) == {"a.zip": "it has more than 3 members"}


def test_a_large_zip_from_a_pipe_is_refused_with_the_way_out(monkeypatch):
    monkeypatch.setattr(unpack, "PIPED_ARCHIVE_BYTES", 1000)
    packed = zipped({"a": random.Random(1).randbytes(3000)})
    assert left_out(find("-", stdin=Pipe(packed))) == {
        "stdin": "a zip archive of more than 64 MiB from a pipe: give it as a file"
    }
    assert list(contents(find("-", stdin=io.BytesIO(packed)))) == ["stdin!/a"]


def test_what_a_redirected_shell_gives_is_read_from_where_it_stands(in_folder):
    Path("a.zip").write_bytes(b"skip" + zipped({"a": b"x"}))
    with Path("a.zip").open("rb") as handle:
        handle.seek(4)
        assert contents(find("-", stdin=handle)) == {"stdin!/a": b"x"}
