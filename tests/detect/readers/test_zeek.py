from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from reading import CUTS, chunked, read, small_blocks
from tocsin.detect.readers.interface import Tally
from tocsin.detect.readers.zeek import zeek_tsv_reader

CONN = b"""#separator \\x09
#set_separator\t,
#empty_field\t(empty)
#unset_field\t-
#path\tconn
#open\t2021-03-02-08-00-00
#fields\tts\tuid\tid.orig_h\tservice\ttunnel_parents
#types\ttime\tstring\taddr\tstring\tset[string]
1614672000.1\tC1\t10.0.0.5\tdns\t(empty)
1614672001.2\tC2\t10.0.0.6\t-\t(empty)
#close\t2021-03-02-09-00-00
"""


def test_rows_have_their_fields_the_path_and_no_value_for_unset_or_empty():
    reading = read(zeek_tsv_reader(["id.orig_h", "service", "tunnel_parents", "@path"]), [CONN])
    assert reading.rows == [
        (9, {"id.orig_h": "10.0.0.5", "service": "dns", "tunnel_parents": None, "@path": "conn"}),
        (10, {"id.orig_h": "10.0.0.6", "service": None, "tunnel_parents": None, "@path": "conn"}),
    ]
    assert reading.unmapped == {"ts", "uid"}
    assert not reading.skipped


def test_logs_one_after_another_keep_their_own_layout_and_path():
    dns = CONN.replace(b"conn", b"dns").replace(b"id.orig_h\tservice", b"service\tid.orig_h")
    reading = read(zeek_tsv_reader(["id.orig_h", "@path"]), [CONN + dns])
    assert [value["@path"] for _, value in reading.rows] == ["conn", "conn", "dns", "dns"]
    assert [value["id.orig_h"] for _, value in reading.rows] == ["10.0.0.5", "10.0.0.6", "dns", None]


def test_another_separator_and_other_markers_are_followed():
    data = b"#separator \\x2c\n#unset_field,NIL\n#fields,a,b\n1,NIL\n-,2\n"
    assert read(zeek_tsv_reader(["a", "b"]), [data]).rows == [
        (4, {"a": "1", "b": None}),
        (5, {"a": "-", "b": "2"}),
    ]


def test_escapes_are_undone_where_they_make_text():
    data = b"#fields\ta\n\\x41\\x09b\nplain\n\\xc3\\xa9\n\\xff\n"
    assert [value["a"] for _, value in read(zeek_tsv_reader(["a"]), [data]).rows] == [
        "A\tb",
        "plain",
        "é",
        "\\xff",
    ]


def test_rows_of_another_width_and_a_cut_off_end_are_counted():
    reading = read(zeek_tsv_reader(["uid"]), [CONN.replace(b"\tC2", b"") + b"1\tC3"])
    assert reading.read == 1
    assert reading.skipped == {"4 fields, header has 5": (1, [10]), "2 fields, header has 5": (1, [12])}


PIECES = [
    b"#separator \\x09\n",
    b"#separator ;\n",
    b"#fields\ta\tb\n",
    b"#fields\ta\n",
    b"#path\tx\n",
    b"1\t2\n",
    b"-\t(empty)\n",
    b"\\x41\t2\n",
    b"\t",
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"#close\n",
]


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join), CUTS, st.sampled_from([8, 80, 800]))
def test_any_cutting_gives_the_same_rows(data, cuts, block):
    whole = read(zeek_tsv_reader(["a", "@path"]), [data])
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, block)
        assert read(zeek_tsv_reader(["a", "@path"]), chunked(data, cuts)) == whole
    # A line of nothing but carriage returns is blank.
    assert whole.there == sum(bool(line.strip(b"\r")) and line[:1] != b"#" for line in data.split(b"\n"))


def test_vectors_and_sets_are_arrays_of_json():
    log = (
        b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
        b"#fields\tquery\tanswers\ttags\n#types\tstring\tvector[string]\tset[string]\n"
        b"a,b\twww.example,192.0.2.1\tx\\x2cy,z\n"
        b"c\t-\t(empty)\n"
    )
    (batch,) = zeek_tsv_reader(["query", "answers", "tags"])([log], Tally())
    assert batch.table.to_pylist() == [
        {"query": "a,b", "answers": '["www.example","192.0.2.1"]', "tags": '["x,y","z"]'},
        {"query": "c", "answers": None, "tags": None},
    ]
