from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from reading import CUTS, chunked, read, small_blocks
from tocsin.detect.readers.w3c import exchange_reader, w3c_reader

IIS = b"""#Software: Microsoft Internet Information Services 10.0\r
#Version: 1.0\r
#Date: 2021-03-02 08:15:00\r
#Fields: date time s-ip cs-method cs-uri-stem cs(User-Agent) sc-status\r
2021-03-02 08:15:01 10.0.0.5 POST /owa/auth/x.js Mozilla/5.0+(Windows) 200\r
2021-03-02 08:15:02 10.0.0.5 GET - - 404\r
"""


def test_iis_rows_have_their_fields_and_the_joined_time():
    reading = read(w3c_reader(["date-time", "cs-uri-stem", "cs(User-Agent)"]), [IIS])
    assert reading.rows == [
        (
            5,
            {
                "cs-uri-stem": "/owa/auth/x.js",
                "cs(User-Agent)": "Mozilla/5.0+(Windows)",
                "date-time": "2021-03-02T08:15:01Z",
            },
        ),
        (6, {"cs-uri-stem": None, "cs(User-Agent)": None, "date-time": "2021-03-02T08:15:02Z"}),
    ]
    assert reading.unmapped == {"s-ip", "cs-method", "sc-status"}


def test_a_log_with_the_time_alone_takes_the_date_of_its_directive():
    data = b"#Date: 2021-03-02 00:00:00\n#Fields: time c-ip\n08:15:01 1.2.3.4\n#Date: 2021-03-03 00:00:00\n00:00:01 1.2.3.4\n"
    assert read(w3c_reader(["date-time"]), [data]).rows == [
        (3, {"date-time": "2021-03-02T08:15:01Z"}),
        (5, {"date-time": "2021-03-03T00:00:01Z"}),
    ]


def test_the_fields_may_change_on_the_way():
    data = b"#Fields: a b\n1 2\n#Fields: b\n3\n# a remark\n4\n"
    assert read(w3c_reader(["b"]), [data]).rows == [(2, {"b": "2"}), (4, {"b": "3"}), (6, {"b": "4"})]


def test_rows_of_another_width_and_rows_before_any_fields_are_counted():
    reading = read(w3c_reader(["a"]), [b"0 0\n\n#Fields: a b\n1 2\n1\n1 2 3\n1 2 3\n4 5\n"])
    assert [row for row, _ in reading.rows] == [4, 8]
    assert reading.skipped == {
        "no line naming the fields before it": (1, [1]),
        "1 fields, header has 2": (1, [5]),
        "3 fields, header has 2": (2, [6, 7]),
    }


def test_the_zeros_at_the_end_of_a_log_that_iis_is_writing_cost_one_row():
    reading = read(w3c_reader(["sc-status"]), [IIS + bytes(60_000)])
    assert reading.read == 2
    assert reading.skipped == {"holds NUL bytes": (1, [7])}


def test_quotes_and_carriage_returns_are_ordinary_characters_to_iis():
    assert read(w3c_reader(["a", "b"]), [b'#Fields: a b\n"x 1\n\ry 2\n']).rows == [
        (2, {"a": '"x', "b": "1"}),
        (3, {"a": "\ry", "b": "2"}),
    ]


EXCHANGE = b"""DateTime,RequestId,UrlStem,GenericInfo
#Software: Microsoft Exchange Server
#Version: 15.01.2176.002
#Log-type: HttpProxy Logs
#Date: 2021-03-03T00:00:00.000Z
#Fields: DateTime,RequestId,UrlStem,GenericInfo
2021-03-03T00:00:01.000Z,1,/ecp/y.js,"S:A=1;S:B=""x"",y"
2021-03-03T00:00:02.000Z,2,/owa/,
"""


@pytest.mark.parametrize("drop", [0, 1, 6], ids=["both", "directives only", "neither"])
def test_exchange_rows_are_read_by_either_header(drop):
    lines = EXCHANGE.splitlines(keepends=True)
    data = b"".join(lines[drop:] if drop < 6 else [lines[0], *lines[6:]])
    reading = read(exchange_reader(["UrlStem", "GenericInfo"]), [data])
    assert [value for _, value in reading.rows] == [
        {"UrlStem": "/ecp/y.js", "GenericInfo": 'S:A=1;S:B="x",y'},
        {"UrlStem": "/owa/", "GenericInfo": ""},
    ]
    assert not reading.skipped


def test_a_record_left_open_ends_where_the_fields_change():
    data = b'#Fields: a,b\n1,"2\n#Fields: b,c\n3,4\n'
    reading = read(exchange_reader(["a", "b"]), [data])
    assert reading.rows == [(4, {"b": "3"})]
    assert reading.skipped == {"quote is not closed": (1, [2])}


IIS_PIECES = [
    b"#Fields: a b\n",
    b"#Fields: a date time\n",
    b"#x\n",
    b"#Date: 2021-03-02\n",
    b"- ",
    b"1 2\n",
    b"1 2 3\n",
    b" ",
    b"\n",
    b"\r\n",
    b"\r",
    b"\xff",
    b"\0",
    b'"',
]
EXCHANGE_PIECES = [
    b"#Fields: a,b\n",
    b"#Fields: a,b,c\n",
    b"#x: y\n",
    b"#z",
    b"a,b,c\n",
    b'"',
    b",",
    b"\n",
    b"1,2\n",
    b'1,"2\n3"\n',
    b"\r",
    b"\0",
    b"\xff",
]


@pytest.mark.parametrize(
    ("factory", "pieces"), [(w3c_reader, IIS_PIECES), (exchange_reader, EXCHANGE_PIECES)]
)
@given(data=st.data(), cuts=CUTS, block=st.sampled_from([8, 80, 800]))
def test_any_cutting_gives_the_same_rows(factory, pieces, data, cuts, block):
    text = b"".join(data.draw(st.lists(st.sampled_from(pieces), max_size=60)))
    whole = read(factory(["a", "date-time"]), [text])
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, block)
        assert read(factory(["a", "date-time"]), chunked(text, cuts)) == whole
