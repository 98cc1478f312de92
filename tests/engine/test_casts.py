"""The SQL of each cast gives what the plain reference gives, and a lookup what the cast gives."""

from __future__ import annotations

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from reference.casts import ABSENT, UNSAID, cast_value
from strategies import examples
from tocsin.detect.mapping import Cast
from tocsin.detect.normalise import canonical_address, composed
from tocsin.detect.pattern.fold import folded, lowered
from tocsin.engine.casts import cast_sql, column_type
from tocsin.engine.database import connect

_PIECES = {
    Cast.INT: (
        "0",
        "1",
        "9223372036854775807",
        "9223372036854775808",
        "-",
        "+",
        "0x",
        "0X",
        "fF",
        "a",
        "12",
        ".",
        ".0",
    ),
    Cast.FLOAT: ("0", "1", "25", ".", "-", "+", "e", "E5", "x"),
    Cast.BOOL: ("true", "TRUE", "False", "t", "F", "1", "0", "yes", "x"),
    Cast.IP: (
        "10.0.0.1",
        "192.0.2.255",
        ":80",
        "[",
        "]",
        "[.]",
        "2001:DB8::1",
        "::ffff:",
        "%eth0",
        "%Wlan",
        "::",
        "1",
        "host",
        ".",
        "a",
        " ",
        "10",
        "/32",
        "/24",
        "16777216",
        "16777215",
        "4294967295",
        "10.0.0.1",
        "10[.]0[.]0[.]1",
    ),
    Cast.DOMAIN: ("Evil", "example", ".", "[.]", "[dot]", "(.)", " ", "\xc9", "a"),
    Cast.URL: (
        "hxxp",
        "hXXps",
        "http",
        "://",
        "[:]",
        "[://]",
        "evil",
        "[.]",
        " [ dot ] ",
        "{.}",
        "\\.",
        "/a",
        "?b=",
        "#c",
        "H",
        "**",
        "://Evil.Example",
        "HTTP://",
        "User:Pw@",
        "\xc9",
        "e\u0301",
        "/Path",
        ":80",
    ),
    Cast.URL_HOST: (
        "hxxp",
        "HTTP",
        "://",
        "//",
        "user:pw@",
        "Evil",
        "[.]",
        "example",
        ":443",
        "/",
        "?",
        "#",
        "[2001:db8::1]",
        "[2001:DB8::1%1]",
        "@",
        "example.",
    ),
    Cast.URL_PATH: ("/", "a", "[.]", "?", "#", "http://", "\n", "hxxp"),
    Cast.EMAIL: ("Who", "@", "[@]", "[at]", "[AT]", "evil", "[.]", "Example", "."),
    Cast.HASH: ("ABC", "def", "01", "Z"),
    Cast.SYSMON_MD5: ("MD5=", "md5=", "SHA256=", "AB12", "cd", ",", "x", "XMD5=", "="),
    Cast.SYSMON_SHA1: ("SHA1=", "SHA256=", "AB12", "cd", ",", "g"),
    Cast.SYSMON_SHA256: ("SHA1=", "SHA256=", "sha256=", "AB12", ","),
    Cast.SYSMON_IMPHASH: ("IMPHASH=", "MD5=", "AB12", ",", "0"),
    Cast.BASENAME: ("C:", "\\", "/", "a", "b.exe", " ", "\n", "\xc9"),
    Cast.DIRNAME: ("C:", "\\", "/", "a", "b.exe", " ", "\xc9"),
    Cast.REGISTRY_KEY: (
        "HKLM",
        "hklm",
        "HKU",
        "HKCR",
        "HKCU",
        "HKCC",
        "\\",
        "\\REGISTRY\\MACHINE",
        "\\registry\\User",
        "Software",
        "X",
        ":",
        "e\u0301",
    ),
    Cast.PROTOCOL: ("1", "6", "17", "58", "TCP", "udp", "0"),
    Cast.TIME: (
        "2021-03-02",
        "9999-12-31",
        "0001-01-01",
        "2020-02-30",
        "T",
        " ",
        "08:15:00",
        "23:59:59",
        "23:59:60",
        ".5",
        ".123456789",
        "Z",
        "+02:00",
        "-0930",
        "+05",
        "x",
    ),
    Cast.TIME_EPOCH_S: ("0", "1614672900", ".5", ".123456789", "-", "253402300799", "253402300800", "a"),
    Cast.TIME_EPOCH_MS: ("0", "1614672900123", ".4567", "-", "9999999999999999", "a"),
    Cast.TIME_ANY: (
        "1614672900",
        "1614672900123",
        "1614672900123456",
        "1614672900123456789",
        ".5",
        "-",
        "2021-03-02T08:15:00Z",
        "99999999999",
        "100000000000",
        "x",
    ),
    Cast.TIME_CLF: (
        "10/Oct/2000:13:55:36",
        "31/Dec/9999:23:59:59",
        "30/Feb/2000:00:00:00",
        " ",
        "-0700",
        "+0530",
        "+0000",
        "x",
    ),
}
# One lower case for one letter, whatever the version of Unicode.
_LETTERS = st.characters(max_codepoint=0x24F, exclude_categories=("Cs",), exclude_characters="\x00\u0130")
_ANY = st.text(_LETTERS, max_size=6)


def texts(cast: Cast) -> st.SearchStrategy[str]:
    pieces = st.sampled_from(_PIECES.get(cast, ("Aa", "e\u0301", "\u212a", "+", " ", "\xc9", "%2B")))
    return st.one_of(
        st.lists(pieces, min_size=1, max_size=4).map("".join),
        st.sampled_from(ABSENT),
        st.one_of(pieces, _ANY),
    )


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with connect(threads=1, memory_bytes=256 << 20, temporary=tmp_path_factory.mktemp("spill")) as held:
        yield held


def said(database, sql: str, values: list[str]) -> list:
    database.register("given", pa.table({"n": range(len(values)), "x": pa.array(values, pa.string())}))
    return [row[0] for row in database.sql(f"SELECT {sql} FROM given ORDER BY n").fetchall()]


@pytest.mark.parametrize("cast", list(Cast))
def test_a_cast_gives_what_its_description_says(database, cast):
    @settings(max_examples=examples(12))
    @given(st.lists(texts(cast), min_size=1, max_size=12))
    def holds(values):
        for text, value in zip(values, said(database, cast_sql(cast, "present(x)"), values), strict=True):
            expected = cast_value(cast, text)
            assert expected is UNSAID or (value == expected and type(value) is type(expected)), text

    holds()


@pytest.mark.parametrize("cast", list(Cast))
def test_a_cast_gives_one_type_and_never_fails(database, cast):
    kinds = {"text": str, "number": (int, float), "bool": bool, "time": int}

    @settings(max_examples=examples(6))
    @given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=30), min_size=1, max_size=12))
    def holds(values):
        for value in said(database, cast_sql(cast, "present(x)"), values):
            assert value is None or isinstance(value, kinds[column_type(cast)])

    holds()


def _canonical(cast: Cast, text: str) -> str:
    """A literal in the form that the plan gives it."""
    return {
        Cast.IP: canonical_address,
        Cast.DOMAIN: lambda one: one.rstrip(".").lower(),
        Cast.EMAIL: str.lower,
        Cast.HASH: str.lower,
    }.get(cast, composed)(text)


@pytest.mark.parametrize("absent", ABSENT)
@pytest.mark.parametrize("cast", list(Cast))
def test_what_logs_write_for_no_value_is_none(database, cast, absent):
    assert said(database, cast_sql(cast, "present(x)"), [absent]) == [None]


def test_every_cast_has_its_sql_and_its_reference():
    for cast in Cast:
        assert cast_sql(cast, "x")
        cast_value(cast, "1")


@pytest.mark.parametrize(
    ("cast", "text", "expected"),
    [
        (Cast.EMAIL, "a[at]evil[.]example", "a@evil.example"),
        (Cast.IP, " 10.0.0.1", "10.0.0.1"),
        (Cast.IP, "10.0.0.1 ", "10.0.0.1"),
        (Cast.IP, "[10.0.0.1]", "10.0.0.1"),
        (Cast.IP, "10[.]0[.]0[.]1:80", "10.0.0.1"),
        (Cast.IP, "10.0.0.1/32:80", "10.0.0.1"),
        (Cast.IP, "10.0.0.1/24:80", None),
        (Cast.IP, "FE80::1%en", "fe80::1"),
        (Cast.IP, "mail.example:smtp", None),
        (Cast.IP, "3232235777", "192.168.1.1"),
        (Cast.URL_HOST, "http://[2001:DB8::1]/", "2001:db8::1"),
        (Cast.URL_HOST, "http://evil.example./", "evil.example"),
        (Cast.URL_HOST, "http://[nothing]/", None),
        (Cast.URL_HOST, "hxxps://Evil[.]example./a", "evil.example"),
        (Cast.URL_HOST, "hxxp://.evil[.]example./", ".evil.example"),
        (Cast.REGISTRY_KEY, "\\", None),
        (Cast.URL, "https://Mail.Example:8443/Owa?a=[b]", "https://mail.example:8443/Owa?a=[b]"),
        (Cast.URL, "/Owa?u=HTTPS://Mail.Example/", "/Owa?u=HTTPS://Mail.Example/"),
        (Cast.URL_PATH, "/r\xe9[.]a?b", "/r\xe9.a"),
        (Cast.REGISTRY_KEY, "hklm:\\Software\\", "HKEY_LOCAL_MACHINE\\Software"),
        (Cast.REGISTRY_KEY, "HKEY_USERS\\S-1-5-18", "HKEY_USERS\\S-1-5-18"),
        (Cast.REGISTRY_KEY, "\\registry\\user\\S-1-5-18", "HKEY_USERS\\S-1-5-18"),
        (Cast.REGISTRY_KEY, "C:\\Windows\\notepad.exe", "C:\\Windows\\notepad.exe"),
        (Cast.DOMAIN, ".", None),
        (Cast.TEXT, "a\x00\xe9b", "a\x00\xe9b"),
        (Cast.INT, "80.6", None),
        (Cast.TIME, "2016-12-31T23:59:60Z", 1483228800000000),
    ],
)
def test_fault_a_cast_reads(database, cast, text, expected):
    assert said(database, cast_sql(cast, "present(x)"), [text]) == [expected]


@pytest.mark.parametrize("cast", [one for one in Cast if column_type(one) == "text"])
def test_a_text_full_of_blanks_and_brackets_takes_no_longer_than_its_length(database, cast):
    # With an expression that goes back, each of these would take hours.
    hostile = [one * 300_000 + "[" for one in (" ", "[", "[.", "\\", "h", "@", "//", "HK:", "%", ":")]
    values = said(database, cast_sql(cast, "present(x)"), hostile)
    assert len(values) == len(hostile)


@pytest.mark.parametrize(
    "cast",
    [
        Cast.BASENAME,
        Cast.DIRNAME,
        Cast.URL_PATH,
        Cast.URL,
    ],
)
def test_decomposed_letters_are_composed_as_literals_are(database, cast):
    text = unicodedata.normalize("NFD", "/r\xe9sum\xe9/r\xe9sum\xe9")
    (value,) = said(database, cast_sql(cast, "x"), [text])
    assert value == composed(value)


def test_the_database_folds_and_lowers_every_letter_as_python_does(database):
    letters = [
        chr(code) for code in range(1, 0x20000) if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co")
    ]
    assert said(database, "folded(x)", letters) == [folded(one) for one in letters]
    assert said(database, "lower(x)", letters) == [lowered(one) for one in letters]


@settings(max_examples=examples(30))
@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cn"))), min_size=1, max_size=12))
def test_the_database_folds_and_composes_text_as_python_does(database, values):
    assert said(database, "folded(x)", values) == [folded(one) for one in values]
    assert said(database, "composed(x)", values) == [composed(one) for one in values]


@pytest.mark.parametrize(
    "text", ["\x00", "\x00\xe9", "e\u0301\x00\x00e\u0301", "\xe9\x00", "\x00a\x00\u0301"]
)
def test_text_on_both_sides_of_a_nul_is_composed(database, text):
    assert said(database, "composed(x)", [text]) == [composed(text)]
