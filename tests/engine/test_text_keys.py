"""What a text's key lets through: every text that a cast brings to a value looked for, and hardly any other."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings, strategies as st

from engine.test_casts import texts
from reference.casts import ABSENT
from strategies import examples
from tocsin.detect.mapping import Cast
from tocsin.engine.casts import cast_sql
from tocsin.engine.database import connect
from tocsin.engine.prefixes import octet_prefixes
from tocsin.engine.text_keys import Keys, Prefixes, Shape, can_key, key_shape, odd_rows
from tocsin.engine.texts import Texts

# Each way from a field's text to a value that mappings go, and the cast whose texts try it best.
CHAINS = [
    ((Cast.TEXT,), Cast.TEXT),
    ((Cast.LOWER,), Cast.LOWER),
    ((Cast.PLUS,), Cast.PLUS),
    ((Cast.HASH,), Cast.HASH),
    ((Cast.DOMAIN,), Cast.DOMAIN),
    ((Cast.EMAIL,), Cast.EMAIL),
    ((Cast.IP,), Cast.IP),
    ((Cast.URL,), Cast.URL),
    ((Cast.URL_HOST,), Cast.URL_HOST),
    ((Cast.URL, Cast.URL_HOST), Cast.URL_HOST),
    ((Cast.URL, Cast.URL_HOST, Cast.DOMAIN), Cast.URL_HOST),
    ((Cast.BASENAME,), Cast.BASENAME),
    ((Cast.TEXT, Cast.BASENAME), Cast.BASENAME),
    ((Cast.TEXT, Cast.DIRNAME), Cast.DIRNAME),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("spill")
    with connect(threads=1, memory_bytes=200 << 20, temporary=folder) as held:
        yield held


def cast_through(database, casts, values: list[str]) -> list[str | None]:
    database.register("given", pa.table({"n": range(len(values)), "x": pa.array(values, pa.string())}))
    query = "SELECT n, present(x) AS x FROM given"
    for cast in casts:
        query = f"SELECT n, {cast_sql(cast, 'x')} AS x FROM ({query})"
    return [value for _, value in database.sql(f"{query} ORDER BY n").fetchall()]


def passed(shape: Shape, casts, looked_for: list[str], values: list[str]) -> set[int]:
    held = Texts(pa.array(values, pa.string()))
    keys = Keys(shape, [pa.array(looked_for, pa.string())])
    return {*keys.rows(held).tolist(), *odd_rows(casts, held).tolist()}


def test_an_address_with_its_networks_length_passes(database):
    shape = key_shape((Cast.IP,))
    assert cast_through(database, (Cast.IP,), ["10.0.0.1/32"]) == ["10.0.0.1"]
    assert passed(shape, (Cast.IP,), ["10.0.0.1"], ["10.0.0.1/32"]) == {0}


@pytest.mark.parametrize(
    ("casts", "like"), CHAINS, ids=lambda one: "-".join(one) if isinstance(one, tuple) else ""
)
def test_every_text_that_is_cast_to_a_value_looked_for_passes(database, casts, like):
    shape = key_shape(casts)
    assert shape is not None
    longer = st.tuples(texts(like), texts(like), texts(like)).map("".join)

    # Many at once, since to plan the query takes longer than to draw and cast the texts: as many as sixty short lists.
    @settings(max_examples=examples(20))
    @given(st.lists(st.one_of(texts(like), longer), min_size=15, max_size=24))
    def holds(values):
        for row, value in enumerate(cast_through(database, casts, values)):
            if value and value not in ABSENT and can_key(shape, [pa.array([value])]):
                assert row in passed(shape, casts, [value], values), (values[row], value)

    holds()


SPELLINGS = [
    ((Cast.DOMAIN,), "evil.example", "EVIL.Example", "evil[.]example", "evil.example."),
    ((Cast.HASH,), "ab" * 32, "AB" * 32, "aB" * 32),
    ((Cast.IP,), "10.0.0.1", "10.0.0.1", "10.0.0.1:80", "10[.]0[.]0[.]1", "[10.0.0.1]"),
    ((Cast.IP,), "2001:db8::1", "2001:DB8:0::1", "[2001:db8::1]:443"),
    (
        (Cast.URL,),
        "http://evil.example/p",
        "hxxp://evil.example/p",
        "http://evil[.]example/p",
        "HTTP://evil.example/p",
    ),
    (
        (Cast.URL, Cast.URL_HOST),
        "evil.ex",
        "http://evil.ex/",
        "https://evil.ex:8443/a",
        "http://EVIL.ex?q",
        "http://u@evil.ex#",
    ),
    ((Cast.TEXT, Cast.BASENAME), "a.exe", r"C:\x\a.exe", "/x/a.exe", "a.exe", "a.exe/"),
    ((Cast.TEXT, Cast.DIRNAME), r"C:\Temp", r"C:\Temp\a.exe", "C:\\Temp/a"),
    ((Cast.TEXT,), "caf\xe9", "cafe\u0301", "caf\xe9"),
]


@pytest.mark.parametrize(
    ("casts", "value", "spelled"), [(casts, value, one) for casts, value, *all_ in SPELLINGS for one in all_]
)
def test_a_value_passes_however_it_is_spelled(casts, value, spelled):
    shape = key_shape(casts)
    assert shape is not None
    others = ["x" * 20, spelled, "", "something else that is long enough"]
    assert 1 in passed(shape, casts, [value], others)


@pytest.mark.parametrize(
    ("casts", "start"), [((Cast.TEXT,), ""), ((Cast.DOMAIN,), ""), ((Cast.URL,), "https://")]
)
def test_hardly_any_other_text_passes(casts, start):
    chance = Random(1)
    looked_for, others = (
        [f"{start}{chance.getrandbits(64):016x}.example/{n}" for n in range(count)]
        for count in (5_000, 50_000)
    )
    shape = key_shape(casts)
    assert shape is not None
    assert len(passed(shape, casts, looked_for, others)) < 100
    assert len(passed(shape, casts, looked_for, looked_for)) == 5_000


@pytest.mark.parametrize(
    "casts",
    [
        (Cast.REGISTRY_KEY,),
        (Cast.PROTOCOL,),
        (Cast.INT,),
        (Cast.TIME,),
        (Cast.URL, Cast.URL_HOST, Cast.BASENAME),
    ],
)
def test_what_changes_more_than_letters_has_no_key(casts):
    assert key_shape(casts) is None


def test_a_folder_too_short_for_its_key_has_none():
    assert not can_key(Shape.FOLDER, [pa.array([r"C:\Te"])])
    assert can_key(Shape.FOLDER, [pa.array([r"C:\Temp"])])
    assert can_key(Shape.NAME, [pa.array(["a"])])
    assert not can_key(Shape.PART, [pa.array(["anything"])])


@settings(max_examples=examples(50))
@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**32 - 1))
def test_every_address_of_a_network_begins_like_it(number, length, inside):
    size = 1 << 32 - length
    low = number - number % size
    address = low + inside % size
    text = ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))
    rows = pa.table(
        {"low": [f"{low:08x}"], "high": [f"{low + size - 1:08x}"], "warning": [0], "exact": [True]}
    )
    prefixes = octet_prefixes(rows)
    single = prefixes.filter(pa.compute.equal(prefixes["level"], 4))["prefix"].to_pylist()
    found = Prefixes(prefixes).rows(Texts(pa.array(["1", text, None])))
    assert text in single or 1 in found.tolist()


def test_addresses_of_other_networks_do_not_pass():
    rows = pa.table({"low": ["0b000000"], "high": ["0b0000ff"], "warning": [0], "exact": [True]})
    values = [f"{first}.{second}.0.9" for first in range(12, 60) for second in range(50)]
    assert not len(Prefixes(octet_prefixes(rows)).rows(Texts(pa.array(values))))


def test_an_array_that_is_a_part_of_another_is_read_as_its_own():
    values = pa.array(["first value", "second value", "third value", "a"])
    for start, stop in ((1, 3), (2, 4), (0, 1), (3, 4), (1, 1)):
        part = values.slice(start, stop - start)
        texts_of_part, alone = Texts(part), Texts(pa.array(part.to_pylist(), pa.string()))
        assert np.array_equal(texts_of_part.head, alone.head)
        assert np.array_equal(texts_of_part.tail, alone.tail)
        assert texts_of_part.holding(ord("v")).tolist() == alone.holding(ord("v")).tolist()
