"""Bad input through the whole program, bounded in time and memory: told, counted, and never in the way of the rest."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from e2e.checking import EVTX, needs_data
from e2e.hostile import (
    ABSENT,
    GOOD,
    check,
    gzip_bomb,
    indicator,
    many_hits,
    packed,
    row,
    write_bundle,
    zip_bomb,
)

NUMBER = "process:command_line = 'cmd /c evil'"


@pytest.fixture
def folder(tmp_path):
    """A folder with one good row (ok.json) and with warnings (good.json), of which one holds of it and one does not."""
    (tmp_path / "ok.json").write_bytes(row())
    write_bundle(tmp_path / "good.json", GOOD, ABSENT)
    return tmp_path


def answers(told):
    return {answer["title"]: answer["answer"] for answer in told.result["answers"]}


def reason(told, title):
    (found,) = [answer["reason"] for answer in told.result["answers"] if answer["title"] == title]
    return found


def not_checked(told):
    return {skip["reason"]: skip["count"] for skip in told.result["warnings_not_checked"]}


# -- warnings that hurt --------------------------------------------------------------------------


def test_pattern_bombs_are_named_and_counted_and_the_others_are_checked(folder):
    (folder / "ok.json").write_bytes(row() + row(CommandLine="a" * 400_000 + "!"))
    bombs = [
        "[process:command_line MATCHES '^(a+)+$']",  # linear here: it runs, and does not hold
        "(" * 10_000 + f"[{NUMBER}]" + ")" * 10_000,
        "[" + "(" * 10_000 + NUMBER + ")" * 10_000 + "]",
        "[" * 10_000,
        f"[process:command_line = '{'x' * (1 << 20)}']",
        f"[process:command_line MATCHES '{'x' * (1 << 20)}']",
        "[process:command_line MATCHES '((a{100}){100}){100}']",
        "[process:command_line MATCHES '(a)\\\\1']",
        f"[{NUMBER}] REPEATS 1000000000 TIMES",
        f"[{NUMBER}] START t'0000-01-01T00:00:00Z' STOP t'9999-12-31T23:59:59Z'",
        "[process:" + "parent_ref." * 500 + "pid = 5]",
        " AND ".join([f"[{NUMBER}]"] * 3000),
    ]
    write_bundle(
        folder / "bad.json", GOOD, *(indicator(number, text) for number, text in enumerate(bombs, 10))
    )
    told = check(folder, ["ok.json"], ["bad.json"])
    assert told.code == 1
    assert answers(told)["warning 1"] == "hit"
    assert answers(told)["warning 10"] == "not_seen"
    reasons = " | ".join(not_checked(told))
    for words in (
        "nested more than 64 deep",
        "longer than 256 KiB",
        "regular expression cannot run",
        "names no day of the calendar",
        "more than 8 references",
    ):
        assert words in reasons
    # Of what ran none is a hit but the one that holds.
    assert {title for title, answer in answers(told).items() if answer == "hit"} == {"warning 1"}
    assert told.result["totals"]["warnings"] + told.result["totals"]["warnings_not_checked"] == 1 + len(bombs)


def test_bombs_alone_are_no_clean_answer(folder):
    write_bundle(folder / "bad.json", indicator(10, "[" * 10_000))
    told = check(folder, ["ok.json"], ["bad.json"])
    assert (told.code, told.result["totals"]["warnings"]) == (7, 0)
    # Leave to skip parts is no leave to check nothing.
    assert check(folder, ["ok.json"], ["bad.json"], "--allow-unchecked").code == 6


def test_of_two_objects_with_one_id_the_newer_counts_and_a_contradiction_is_not_dropped(folder):
    other = "[process:command_line = 'other']"
    newer = indicator(1, other, modified="2022-01-01T00:00:00.000Z")
    write_bundle(folder / "newer.json", GOOD, GOOD, newer)
    told = check(folder, ["ok.json"], ["newer.json"])
    assert (told.code, answers(told)) == (0, {"warning 1": "not_seen"})
    assert {skip["reason"] for skip in told.result["warnings_skipped"]} == {
        "older version of the same object", "same object as before",
    }  # fmt: skip
    write_bundle(folder / "same.json", indicator(1, other), GOOD)
    assert check(folder, ["ok.json"], ["same.json"]).code == 7


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", 3, "is empty"),
        (b'{"type":"bundle","objects":[{"type":"indicator"', 3, "ends in the middle"),
        (b'{"type":"bundle","objects":' + b"[" * 100_000, 3, ""),
        (b'{"a":1}', 3, "holds no STIX object"),
        (b'{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000"}', 6, "no warning"),
        (b"\x1f\x8b\x08\x00" + b"\x00" * 6 + b"\xff" * 50, 3, "gzip"),
        (random.Random(2).randbytes(1000), 3, "is no feed"),
    ],
    ids=["empty", "cut", "deep", "other", "nothing", "damaged", "noise"],
)
def test_a_file_of_warnings_that_cannot_be_read_is_told_with_its_name(folder, data, code, words):
    (folder / "bad.json").write_bytes(data)
    told = check(folder, ["ok.json"], ["bad.json"])
    assert told.code == code
    assert "bad.json" in told.err
    assert words in told.err


def test_lists_that_are_no_text_are_read_as_far_as_they_are_any(folder):
    (folder / "latin.txt").write_bytes("évil.example\n198.51.100.7\n".encode("latin-1"))
    (folder / "nul.txt").write_bytes(b"198.51.100.9\x00\n\x00\x00\n203.0.113.5\n")
    (folder / "noise.txt").write_bytes(random.Random(1).randbytes(100_000))
    told = check(folder, ["ok.json"], ["latin.txt", "nul.txt", "noise.txt"])
    assert told.code == 1
    assert answers(told)["[ipv4-addr:value = '198.51.100.7']"] == "hit"
    assert not_checked(told)["holds NUL bytes"] == 2
    assert sum(count for reason, count in not_checked(told).items() if "is no feed" in reason) == 1
    assert told.result["totals"]["warnings"] == 3


# -- evidence that hurts --------------------------------------------------------------------------


def test_a_chain_of_references_that_bites_its_tail_ends(folder):
    first, second = (f"process--00000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
    objects = [
        {
            "type": "observed-data", "spec_version": "2.1", "id": "observed-data--00000000-0000-4000-8000-000000000001",
            "created": "2021-01-01T00:00:00Z", "modified": "2021-01-01T00:00:00Z", "number_observed": 1,
            "first_observed": "2021-03-14T00:00:00Z", "last_observed": "2021-03-14T00:00:00Z", "object_refs": [first, second],
        },
        {"type": "process", "id": first, "command_line": "cmd /c evil", "parent_ref": second},
        {"type": "process", "id": second, "pid": 5, "parent_ref": first, "child_refs": [first, second] * 50},
    ]  # fmt: skip
    document = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects}
    (folder / "cycle.json").write_text(json.dumps(document))
    write_bundle(
        folder / "bad.json",
        GOOD,
        indicator(3, "[process:" + "parent_ref." * 7 + "pid = 5]"),
        indicator(4, "[process:" + "child_refs[*]." * 8 + "pid = 6]"),
    )
    told = check(folder, ["cycle.json"], ["bad.json"])
    assert told.code == 1
    assert answers(told)["warning 1"] == answers(told)["warning 3"] == "hit"
    assert answers(told)["warning 4"] != "hit"


@pytest.mark.parametrize("name", ["bomb.json.gz", "bomb.zip"])
def test_a_bomb_is_read_no_further_than_the_limit_and_what_it_hides_cannot_be_told(folder, name):
    if name.endswith("zip"):
        zip_bomb(folder / name)
    else:
        gzip_bomb(folder / name)
    told = check(folder, [name, "ok.json"], ["good.json"])
    assert told.code == 1
    assert "200 times" in reason(told, "warning 2") or "ratio" in reason(told, "warning 2")
    assert answers(told) == {"warning 1": "hit", "warning 2": "cannot_tell"}


def test_a_log_behind_blanks_is_no_empty_file(folder):
    (folder / "late.json").write_bytes(b"\n" * 100_000 + row())
    told = check(folder, ["late.json"], ["good.json"])
    assert told.code in (1, 7)
    assert set(answers(told).values()) <= {"hit", "cannot_tell"}
    beside = check(folder, ["late.json", "ok.json"], ["good.json"])
    assert answers(beside) == {"warning 1": "hit", "warning 2": "cannot_tell"}


def test_rows_that_are_no_text_are_counted_with_their_places_and_the_rest_is_read(folder):
    rows = [
        row(),
        row().replace(b"evil", b"ev\xffil"),
        b"\x00" * 20 + b"\n",
        row().replace(b"evil", b"ev\x00il"),
        b"\xff\xfe\n",
        row(),
    ]
    (folder / "bad.json").write_bytes(b"".join(rows))
    told = check(folder, ["bad.json"], ["good.json"])
    assert told.code == 1
    file = told.file("bad.json")
    assert (file["rows"], file["read"]) == (6, 2)
    assert all(skip["places"] for skip in file["skipped"])
    assert answers(told)["warning 2"] == "cannot_tell"


def test_a_line_of_64_mib_is_skipped_and_the_rest_is_read(folder):
    (folder / "bad.json").write_bytes(row() + b'{"Channel":"' + b"x" * (64 << 20) + b'"}\n' + row())
    told = check(folder, ["bad.json"], ["good.json"])
    assert told.code == 1
    file = told.file("bad.json")
    assert (file["rows"], file["read"]) == (3, 2)
    assert file["skipped"] == [{"reason": "longer than 4 MiB", "count": 1, "places": ["row 2"]}]
    assert answers(told)["warning 2"] == "cannot_tell"


def test_a_long_first_row_does_not_hide_the_others(folder):
    (folder / "bad.json").write_bytes(row(Message="x" * 200_000) + row())
    told = check(folder, ["bad.json"], ["good.json"])
    assert (told.code, told.file("bad.json")["read"]) == (1, 2)


def test_a_first_line_of_64_mib_does_not_hide_the_others(folder):
    (folder / "bad.json").write_bytes(b'{"Channel":"' + b"x" * (64 << 20) + b'"}\n' + row())
    told = check(folder, ["bad.json"], ["good.json"])
    assert (told.code, told.file("bad.json")["read"]) == (1, 1)


@pytest.mark.skipif(not os.environ.get("TOCSIN_SLOW"), reason="writes 1 GiB; set TOCSIN_SLOW=1")
def test_a_line_of_1_gib_is_skipped_and_the_rest_is_read(folder):
    with (folder / "bad.json").open("wb") as out:
        out.write(row() + b'{"Channel":"')
        for _ in range(1024):
            out.write(b"x" * (1 << 20))
        out.write(b'"}\n' + row())
    told = check(folder, ["bad.json"], ["good.json"], time_s=60)
    assert (told.code, told.file("bad.json")["read"]) == (1, 2)


@pytest.mark.skipif(not os.environ.get("TOCSIN_SLOW"), reason="takes a minute; set TOCSIN_SLOW=1")
def test_two_gib_of_hits_stay_within_the_memory(folder):
    """A log that hits in every row: 2 GiB of which deflate makes a hundredth, so no bomb."""
    many_hits(folder / "many.zip")
    told = check(folder, ["many.zip"], ["good.json"], time_s=180)
    assert (told.code, told.result["totals"]["findings"]) == (1, 1)


def test_nesting_without_end_is_counted(folder):
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000 + b"\n"
    (folder / "bad.json").write_bytes(row() + b"[" * 100_000 + b"\n" + deep + row())
    told = check(folder, ["bad.json"], ["good.json"])
    assert (told.code, told.file("bad.json")["rows"], told.file("bad.json")["read"]) == (1, 4, 2)


def many_rows(count=4000):
    digits = random.Random(2)
    return b"".join(row(Note=str(digits.random())) for _ in range(count))


def test_a_cut_gzip_file_is_read_up_to_the_cut(folder):
    (folder / "cut.json.gz").write_bytes(packed(many_rows())[:30_000])
    told = check(folder, ["cut.json.gz"], ["good.json"])
    assert told.code == 1
    file = told.file("cut.json.gz")
    assert 1000 < file["read"] < 4000
    assert file["notes"] == ["gzip data ends early at byte 30000"]
    assert "gzip data ends early" in reason(told, "warning 2")


def test_a_gzip_file_cut_to_nothing_is_damaged_not_empty(folder):
    (folder / "cut.json.gz").write_bytes(packed(many_rows())[:12])
    told = check(folder, ["cut.json.gz", "ok.json"], ["good.json"])
    assert "gzip" in told.file("cut.json.gz")["problem"]
    assert answers(told) == {"warning 1": "hit", "warning 2": "cannot_tell"}


def test_a_cut_zip_file_is_read_up_to_the_cut_and_members_lost_are_told(folder):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("one.json", row())
        archive.writestr("two.json", many_rows())
    (folder / "cut.zip").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    told = check(folder, ["cut.zip"], ["good.json"])
    assert told.code == 1
    assert told.file("one.json")["read"] == 1
    assert answers(told)["warning 2"] == "cannot_tell"
    assert "cut.zip" in reason(told, "warning 2")


def test_a_member_under_a_password_is_evidence_that_is_missing(folder):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("secret.json", row())
    data = bytearray(whole.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    (folder / "secret.zip").write_bytes(data)
    told = check(folder, ["secret.zip", "ok.json"], ["good.json"])
    assert answers(told) == {"warning 1": "hit", "warning 2": "cannot_tell"}
    assert "secret.zip" in reason(told, "warning 2")


def parquet(path, rows=3000):
    names = ["time", "dst_ip", "command_line"]
    columns = [["2021-03-14T06:39:30Z"] * rows, ["198.51.100.7"] * rows, ["cmd /c evil"] * rows]
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), path)


def test_a_cut_parquet_file_is_named_and_the_rest_is_read(folder):
    parquet(folder / "cut.parquet")
    (folder / "cut.parquet").write_bytes((folder / "cut.parquet").read_bytes()[:-100])
    told = check(folder, ["cut.parquet", "ok.json"], ["good.json"])
    assert told.code == 1
    assert told.file("cut.parquet")["problem"].startswith("the Parquet file cannot be read")
    assert answers(told)["warning 2"] == "cannot_tell"


def test_a_parquet_file_damaged_in_its_middle_is_named(folder):
    parquet(folder / "bad.parquet")
    data = bytearray((folder / "bad.parquet").read_bytes())
    data[4 : len(data) // 2] = b"\xff" * (len(data) // 2 - 4)
    (folder / "bad.parquet").write_bytes(data)
    told = check(folder, ["bad.parquet", "ok.json"], ["good.json"])
    assert told.code == 1
    assert told.file("bad.parquet")["problem"]
    assert answers(told)["warning 2"] == "cannot_tell"


@pytest.fixture(scope="module")
def evtx():
    name = "AutomatedTestingTools/panache_sysmon_vs_EDRTestingScript.evtx"
    with zipfile.ZipFile(EVTX / "evtx-attack-samples.zip") as archive:
        return archive.read(name)


@needs_data
def test_a_cut_evtx_file_is_read_up_to_the_cut(folder, evtx):
    (folder / "whole.evtx").write_bytes(evtx)
    (folder / "cut.evtx").write_bytes(evtx[: 4096 + 65536 + 30_000])
    told = check(folder, ["whole.evtx", "cut.evtx"], ["good.json"])
    whole, cut = told.file("whole.evtx"), told.file("cut.evtx")
    assert whole["read"] == 122
    assert 0 < cut["read"] < 122
    assert "cut.evtx" in reason(told, "warning 2")


@needs_data
def test_a_damaged_chunk_of_an_evtx_file_costs_that_chunk_alone(folder, evtx):
    damaged = bytearray(evtx)
    damaged[4096 : 4096 + 65536] = b"\xff" * 65536
    (folder / "bad.evtx").write_bytes(damaged)
    told = check(folder, ["bad.evtx"], ["good.json"])
    file = told.file("bad.evtx")
    assert 0 < file["read"] < 122
    assert answers(told)["warning 2"] == "cannot_tell"
    assert "bad.evtx" in reason(told, "warning 2")


def test_times_outside_of_the_calendar_are_no_times_and_the_rows_still_count(folder):
    times = [
        "0000-01-01 00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z",
        "-0500-01-01T00:00:00Z", "2021-02-30T00:00:00Z", "", "soon", "2021-03-14 06:39:30.227",
    ]  # fmt: skip
    (folder / "bad.json").write_bytes(b"".join(row(UtcTime=time) for time in times))
    told = check(folder, ["bad.json"], ["good.json"])
    assert (told.code, told.file("bad.json")["read"]) == (1, 9)
    assert sum(finding["count"] for finding in told.result["findings"]) == 9
    seen = {finding["first_seen"] for finding in told.result["findings"]} - {""}
    assert seen == {"0001-01-01T00:00:00.000Z", "2021-03-14T06:39:30.227Z", "9999-12-31T23:59:59.000Z"}
    told = check(folder, ["bad.json"], ["good.json"], "--format", "stix", "--report", "report.html")
    assert told.code == 1
    assert "9999-12-31" in told.out
    assert "9999-12-31" in (folder / "report.html").read_text(encoding="utf-8")


def test_no_evidence_is_told_by_its_exit_code(folder):
    (folder / "empty.json").write_bytes(b"")
    (folder / "nothing").mkdir()
    told = check(folder, ["empty.json"], ["good.json"])
    assert (told.code, answers(told)) == (7, {"warning 1": "cannot_tell", "warning 2": "cannot_tell"})
    assert told.file("empty.json")["problem"] == "it is empty"
    assert check(folder, ["nothing"], ["good.json"]).code == 6
    assert check(folder, ["missing.json"], ["good.json"]).code == 4


def test_a_folder_of_junk_is_named_file_by_file_and_the_one_log_in_it_is_read(folder):
    noise = random.Random(3)
    junk = folder / "junk"
    (junk / "deeper").mkdir(parents=True)
    for name, start in {
        "a.bin": b"", "b.evtx": b"ElfFile\0", "c.parquet": b"PAR1", "d.gz": b"\x1f\x8b\x08\x00", "e.zip": b"PK\x03\x04",
        "f.zst": b"\x28\xb5\x2f\xfd", "g.bz2": b"BZh91AY&SY", "m.tar": b"",
    }.items():  # fmt: skip
        (junk / name).write_bytes(start + noise.randbytes(3000))
    (junk / "h.txt").write_text("hello\nworld\n")
    (junk / "i.json").write_text('{"a":1}\n')
    (junk / "l.xml").write_text("<a/>")
    (junk / "n.csv").write_text('a,b\n1,2\n"x')
    (junk / "\x1b[31m\n\u202e.json").write_bytes(row())
    (junk / "loop").symlink_to(junk)
    (junk / "dangling").symlink_to("nowhere")
    os.mkfifo(junk / "pipe")
    (junk / "deeper" / "ok.json").write_bytes(row())
    told = check(folder, ["junk"], ["good.json"])
    assert told.code == 1
    assert "\x1b" not in told.out + told.err
    totals = told.result["totals"]
    assert totals["read"] == 2
    assert totals["files_unread"] == totals["files"] - 2 >= 12
    assert all(file["problem"] for file in told.result["evidence"] if not file["read"])
    assert told.file("b.evtx")["problem"] == "it begins like evtx, but no row of it can be read"
    assert all("gzip" in told.file(name)["problem"] for name in ("d.gz",))
    assert answers(told) == {"warning 1": "hit", "warning 2": "cannot_tell"}


def test_a_gzip_file_in_a_gzip_file_and_a_zip_in_a_zip_come_to_an_end(folder):
    data = row()
    for _ in range(50):
        data = gzip.compress(data, mtime=0)
    (folder / "deep.gz").write_bytes(data)
    inner = row()
    for _ in range(20):
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w") as archive:
            archive.writestr("inner.zip", inner)
        inner = whole.getvalue()
    (folder / "deep.zip").write_bytes(inner)
    told = check(folder, ["deep.gz", "deep.zip", "ok.json"], ["good.json"])
    assert answers(told) == {"warning 1": "hit", "warning 2": "cannot_tell"}


def test_a_table_of_ten_thousand_columns_or_of_rows_of_any_width_is_counted(folder):
    wide = "dst_ip," + ",".join(f"c{number}" for number in range(10_000))
    (folder / "wide.csv").write_text(wide + "\n198.51.100.7" + ",1" * 10_000 + "\n")
    (folder / "ragged.csv").write_text(
        'time,dst_ip\n2021-03-14T00:00:00Z,198.51.100.7\n1\n1,2,3,4\n"open\n' * 50
    )
    write_bundle(folder / "ip.json", indicator(5, "[ipv4-addr:value = '198.51.100.7']"))
    told = check(folder, ["wide.csv", "ragged.csv"], ["ip.json"])
    assert told.code == 1
    assert told.file("wide.csv")["read"] == 1
    assert told.file("ragged.csv")["read"] >= 1
    assert told.file("ragged.csv")["skipped"]
