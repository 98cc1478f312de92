"""Bills of materials that hurt, through the command line: refused with their place, or left out and counted."""

from __future__ import annotations

import gzip
import json
import os

import pytest

from tocsin.cli.main import main
from tocsin.service.inventory import reading

OSV = {
    "id": "PYSEC-1",
    "modified": "2026-11-26T00:00:00Z",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "django"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0"}]}],
        }
    ],
}
HEAD = b'{"bomFormat":"CycloneDX","specVersion":"1.6","components":'
DJANGO = b'{"type":"library","name":"django","version":"2.2","purl":"pkg:pypi/django@2.2"}'
GOOD = HEAD + b"[" + DJANGO + b"]}"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "&b;&b;"><!ENTITY b "&a;&a;">]><l>&a;</l>'
XXE = b'<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><bom xmlns="http://cyclonedx.org/schema/bom/1.5">&x;</bom>'


@pytest.fixture
def check(capsys, monkeypatch, tmp_path):
    """Checks bills against one advisory: exit code, the result or None, and the error or None."""
    monkeypatch.setenv("TOCSIN_DATA", str(tmp_path / "no-node"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "osv.json").write_text(json.dumps(OSV))

    def run(*bills):
        code = main(["check", "--inventory", *bills, "--against", "osv.json", "--format", "json"])
        told = capsys.readouterr()
        return (
            code,
            json.loads(told.out) if told.out else None,
            json.loads(told.err) if told.err.startswith("{") else None,
        )

    return run


REFUSED = {
    "XML": (
        b'<bom xmlns="http://cyclonedx.org/schema/bom/1.5"/>',
        "is CycloneDX in XML, which is not read",
        {},
    ),
    "XXE": (XXE, "is CycloneDX in XML, which is not read", {}),
    "a billion laughs": (LAUGHS, "is XML, and no bill of materials is read from it", {}),
    "deep": (HEAD + b"[" * 100_000 + b"]" * 100_000 + b"}", "nests deeper than 64 levels", {}),
    "deep parts": (
        HEAD + b'[{"name":"x","components":' * 20_000 + b"[]" + b"}]" * 20_000 + b"}",
        "nests deeper than 64 levels",
        {},
    ),
    "empty": (b"", "is empty", {}),
    "blank": (b" \n", "is empty", {}),
    "a list": (b"[]", "is no bill of materials that is known", {}),
    "NULs": (bytes(1000), "is no bill of materials that is known", {}),
    "a NUL behind": (GOOD + b"\0", "is no JSON: trailing characters", {"line": 1, "column": len(GOOD) + 1}),
    "Latin-1": (
        GOOD.replace(b"django", b"dj\xc4ngo", 1),
        "is not UTF-8: the byte 0xc4 does not belong there",
        {"line": 1, "column": GOOD.index(b"django") + 3},
    ),
    "cut off": (GOOD[:-3], "is no JSON: it ends in the middle", {"line": 1, "column": len(GOOD) - 2}),
    "hidden": (
        GOOD[:-1] + b',"components":[]}',
        "gives the member 'components' twice, so that two readers of it may read different things",
        {"path": "$"},
    ),
    "packed and cut off": (gzip.compress(GOOD, mtime=0)[:60], "gzip data ends early", {}),
    "packed with junk": (gzip.compress(GOOD, mtime=0) + b"junk", "what follows byte", {}),
    "a bomb": (gzip.compress(bytes(40 << 20), mtime=0), "", {}),
    "something else": (b"{}", "is JSON, but no bill of materials that is known", {}),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("name", ["bill.json", "a\nb\x1b.json"], ids=["name", "odd name"])
def test_a_bill_that_hurts_is_refused_with_its_place(check, tmp_path, what, name):
    data, why, where = REFUSED[what]
    (tmp_path / name).write_bytes(data)

    code, result, error = check(name)

    assert (code, result) == (3, None)
    assert error["detail"].startswith(why)
    assert "\x1b" not in error["where"]["file"]
    assert error["where"] == {"file": error["where"]["file"], **where}


@pytest.mark.parametrize("what", REFUSED)
def test_beside_a_good_bill_it_is_left_out_and_counted(check, tmp_path, what):
    (tmp_path / "bill.json").write_bytes(REFUSED[what][0])
    (tmp_path / "good.json").write_bytes(GOOD)

    code, result, _ = check("bill.json", "good.json")

    assert code == 1
    assert (result["counts"]["releases"], result["counts"]["affected"]) == (1, 1)
    [left] = result["not_read"]
    assert left["why"].startswith(REFUSED[what][1])


def test_several_that_hurt_are_nothing_to_check_and_the_first_is_told(check, tmp_path):
    folder = tmp_path / "bills"
    folder.mkdir()
    (folder / "a.json").write_bytes(b"")
    (folder / "b.xml").write_bytes(LAUGHS)

    code, _, error = check("bills")

    assert code == 6
    assert error["detail"] == (
        "no bill of materials is among what was named: 2 files could not be read, the first is bills/a.json: is empty"
    )


def test_a_bill_without_components_is_never_clean(check, tmp_path):
    (tmp_path / "bill.json").write_bytes(HEAD + b"[]}")

    code, _, error = check("bill.json")

    assert (code, error["detail"]) == (6, "bill.json lists no component")


@pytest.mark.parametrize(
    "data",
    [
        "\ufeff".encode("utf-16-le") + GOOD.decode().encode("utf-16-le"),
        "\ufeff".encode("utf-32-be") + GOOD.decode().encode("utf-32-be"),
        b"\xef\xbb\xbf" + GOOD,
        gzip.compress(GOOD, mtime=0),
        GOOD[:-1] + b',"dependencies":[{"ref":"a","dependsOn":["b"]},{"ref":"b","dependsOn":["a"]}]}',
        GOOD.replace(b'"name"', b'"bom-ref":"a","name"').replace(b"]}", b"," + DJANGO + b"]}"),
        GOOD[:-1] + b',"version":1' + b"0" * 5000 + b"}",
    ],
    ids=["UTF-16", "UTF-32", "mark", "gzip", "cycle", "the same twice", "number"],
)
def test_what_is_odd_and_whole_is_read(check, tmp_path, data):
    (tmp_path / "bill.json").write_bytes(data)

    code, result, _ = check("bill.json")

    assert (code, result["counts"]["affected"], result["not_read"]) == (1, 1, [])


def test_entries_that_hurt_are_each_told_and_the_rest_is_judged(check, tmp_path):
    rows = [b"5", b"null", b'"x"', b"[]", b'{"type":7}', b'{"name":{}}', b'{"name":"q","purl":"pkg:"}']
    (tmp_path / "bill.json").write_bytes(HEAD + b"[" + b",".join([DJANGO, *rows]) + b"]}")

    code, result, _ = check("bill.json")

    assert code == 1
    assert result["counts"]["releases"] == 2  # what has a name is there, whatever else of it is wrong
    assert {one["place"].partition(".type")[0].partition(".name")[0] for one in result["not_read"]} >= {
        f"$.components[{number}]" for number in range(1, 7)
    }


@pytest.mark.parametrize("what", ["loop", "dangling", "fifo", "missing"])
def test_what_is_no_file_is_told_at_once(check, tmp_path, what):
    if what == "loop":
        (tmp_path / what).symlink_to(what)
    elif what == "dangling":
        (tmp_path / what).symlink_to("gone")
    elif what == "fifo":
        os.mkfifo(tmp_path / what)

    code, _, error = check(what)

    assert (code, error["where"]) == (4, {"file": what})


def test_a_folder_that_leads_back_to_itself_is_read_once(check, tmp_path):
    folder = tmp_path / "bills"
    folder.mkdir()
    (folder / "up").symlink_to("..")
    (folder / "good.json").write_bytes(GOOD)

    assert check("bills")[1]["counts"]["releases"] == 1


def test_a_bill_that_is_too_large_is_refused_before_it_is_parsed(check, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "BOM_BYTES", 1 << 20)
    (tmp_path / "bill.json").write_bytes(GOOD[:-1] + b" " * (1 << 20) + b"}")

    code, _, error = check("bill.json")

    assert (code, error["detail"]) == (3, "is larger than the 1 MiB that are read of a bill of materials")


def test_of_advisories_one_that_hurts_is_refused_too(check, tmp_path):
    (tmp_path / "bill.json").write_bytes(GOOD)
    (tmp_path / "osv.json").write_bytes(gzip.compress(json.dumps(OSV).encode(), mtime=0)[:60])

    code, _, error = check("bill.json")

    assert (code, error["where"]["file"]) == (3, "osv.json")
