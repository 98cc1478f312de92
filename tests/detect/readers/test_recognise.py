from __future__ import annotations

import gzip
import json
import zipfile
from itertools import chain

import pytest
from hypothesis import given, strategies as st

from reading import LOGS, needs_logs
from tocsin.detect.readers.access import ACCESS_FIELDS
from tocsin.detect.readers.recognise import field_names, recognise_format
from tocsin.detect.readers.registry import READERS

ACCESS = b'203.0.113.9 - - [02/Mar/2021:08:15:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/7"\n'
BUNDLE = {"type": "bundle", "id": "bundle--1", "objects": [{"type": "indicator", "id": "indicator--1"}]}

HEADS = {
    "empty": [b"", b"\n \r\n", b"\xef\xbb\xbf"],
    "evtx": [b"ElfFile\0" + bytes(100)],
    "parquet": [b"PAR1\x15\x04"],
    "ndjson": [
        b'{"a":1}\n{"a":2}\n{"a',
        b'{"a":1}',
        b'{"a":1}\nbroken\n{"a":2}\n{"a":3}\n',
        b'broken\n{"a":2}\n{"a":3}\n',
        '{"a":1}\n{"b":2}\n'.encode("utf-16"),
        b"\xef\xbb\xbf" + b'{"value":1}\n',
    ],
    "json": [
        b'[{"a":1},{"a":2}]',
        b'[\n {"a":1}',
        b"[]",
        b'{\n  "a": 1\n}\n{\n  "a": 2\n}\n',
        b'{"Records":[{"a":1}]}',
        b'{"Records":[{"a":1},{"a":' + b"1" * 5000,
        b'{"value": [',
    ],
    "stix": [
        json.dumps(BUNDLE).encode(),
        json.dumps(BUNDLE, indent=2).encode(),
        json.dumps({"id": "bundle--1", "objects": [], "type": "bundle"}).encode(),
        json.dumps([{"type": "observed-data", "id": "observed-data--1"}]).encode(),
    ],
    "w3c": [
        b"#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time c-ip\r\n",
        b"#Fields: date time c-ip\n2021-03-02 08:00:00 1.2.3.4\n" + bytes(9000),
    ],
    "exchange": [
        b"#Software: Microsoft Exchange Server\n#Fields: a,b,c\n1,2,3\n",
        b"DateTime,RequestId\n#Software: Microsoft Exchange Server\n#Version: 15.01\n",
    ],
    "zeek-tsv": [b"#separator \\x09\n#fields\ta\tb\n", b"#fields\ta\tb\n1\t2\n"],
    "access": [ACCESS * 3, b"www.example.org:80 " + ACCESS, b"noise\n" + ACCESS * 3],
    "syslog": [
        b"Mar  2 10:00:01 host sshd[1]: Failed password for root\n",
        b"Mar  2 08:15:00 web1 sshd[71]: Failed password for root from 203.0.113.7 port 22 ssh2\n",
        b"Mar 12 08:15:00 web1 kernel: IN=eth0 OUT= SRC=203.0.113.7, DST=10.0.0.5, LEN=40\n" * 3,
        b"Mar  2 2021 08:15:00 fw1 : %ASA-6-302013: Built inbound TCP connection\n",
        b"2026-02-01T00:00:00.123456+01:00 web1 CRON[12]: pam_unix(cron:session): session opened\n",
        b"<34>Oct 11 22:14:15 mymachine su: 'su root' failed\n",
        b'<165>1 2003-10-11T22:14:15.003Z host.example evntslog - ID47 [x iut="3"] An event, one, two\n' * 2,
        b"cut in two\n" + b"Mar  2 08:15:00 web1 sshd[71]: one, two\n" * 3,
    ],
    "csv": [
        b"time,dst,port\n1,10.0.0.1,80\n2,10.0.0.2,4",
        b'"a";"b"\n"x;\ny";2\n',
        b"a|b\n1|2\n",
        b"# made by x\na,b\n1,2\n",
        b"\xef\xbb\xbfa,b\r\n1,2\r\n",
    ],
    "tsv": [b"a\tb\n1\t2\n"],
    "text": [
        b"March came in 2021, the host was up\n",
        b"2026-02-01T00:00:00Z INFO started: all is well\n",
        b"[2021-03-02 10:00] INFO started\n",
        b"{not json} at all\n",
        b"evil.example.org\nbad.example.org\n",
        b"Dear all, hello\nthis is a text, with commas, and more\nbye\n",
        b"1,2,3\n4,5,6\n",
    ],
    "binary": [bytes(range(256)), bytes(64), b"\x7fELF\x02\x01\x01" + bytes(57)],
}


@pytest.mark.parametrize(
    ("format", "head"), [(format, head) for format, heads in HEADS.items() for head in heads]
)
def test_the_content_tells_the_format(format, head):
    assert recognise_format("x", head) == format
    assert recognise_format("x.log", head) == format


def test_the_name_breaks_ties():
    long = b'{"a":"' + b"x" * 70_000
    assert recognise_format("a.jsonl", long) == "ndjson"
    assert recognise_format("a.json", long) == "json"
    assert recognise_format("A.CSV", b"address\n10.0.0.1\n") == "csv"
    assert recognise_format("a.csv", b'{"a":1}\n') == "ndjson"


def test_each_format_that_is_read_here_has_its_reader():
    assert set(READERS) == set(HEADS) - {"empty", "parquet", "stix", "syslog", "text", "binary"}


@pytest.mark.parametrize(
    ("format", "head", "names"),
    [
        ("ndjson", b'{"a":{"b":1},"c.d":2}\n{"a":{"e":[{"f":1}]}}\n{"cut":', ("a.b", "c.d", "a.e")),
        ("json", b'{"Records":[{"a":1},{"b":{"c":2}},{"cut":', ("a", "b.c")),
        ("csv", b'"a ";b\n1;2\n', ("a", "b")),
        ("tsv", b"a\tb,c\n", ("a", "b,c")),
        (
            "w3c",
            b"#Fields: date time c-ip\n1 2 3\n#Fields: date x\n",
            ("date", "time", "c-ip", "x", "date-time"),
        ),
        ("w3c", b"#Fields: c-ip\n", ("c-ip",)),
        ("exchange", b"a,b\n#Software: Microsoft Exchange Server\n", ("a", "b")),
        ("exchange", b'#Fields: a,"b"\n1,2\n', ("a", "b")),
        ("zeek-tsv", b"#path\tconn\n#fields\tts\tid.orig_h\n", ("@path", "ts", "id.orig_h")),
        ("access", ACCESS, ACCESS_FIELDS),
        ("text", b"x", ()),
        ("parquet", b"PAR1", ()),
        ("csv", b"", ()),
    ],
)
def test_field_names_are_those_that_the_head_shows(format, head, names):
    assert field_names(format, head) == names


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.sampled_from([*chain.from_iterable(HEADS.values())]), max_size=3).map(b"".join),
    )
)
def test_recognising_never_raises(head):
    format = recognise_format("x.csv", head)
    assert format in HEADS
    for each in HEADS:
        field_names(each, head)


@needs_logs
def test_the_recorded_logs_are_recognised():
    for path in [*(LOGS / "windows").glob("*.gz"), *(LOGS / "zeek").rglob("*.gz")]:
        head = gzip.decompress(path.read_bytes())[: 64 << 10]
        assert recognise_format(path.stem, head) == "ndjson", path
        assert {"ts", "EventID", "event_id"} & set(field_names("ndjson", head)), path
    with zipfile.ZipFile(LOGS / "evtx/sigma-regression.zip") as archive:
        for name in archive.namelist():
            if name.endswith(".evtx"):
                head = archive.read(name)
                assert recognise_format(name, head) == "evtx"
