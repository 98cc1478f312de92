from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from inventory import naive_names
from tocsin.errors import BadInput
from tocsin.inventory.alias import Alias, product_name
from tocsin.inventory.alias_list import COLUMNS, read_alias_list, render
from tocsin.inventory.identity import Identity

HEAD = ",".join(COLUMNS)


def made(held, named, why="", *, same=True):
    return Alias(held, named, same, "2026-11-27", "Water ISAC", why)


def read(text):
    return read_alias_list(text.encode(), "list.csv")


@given(st.integers(0, 2**32))
def test_a_list_is_read_as_it_was_written(seed):
    chance = random.Random(seed)
    components = [naive_names.component(chance) for _ in range(3)]
    said = naive_names.aliases(chance, components, 5)
    assert read("".join(render(said))) == (said, [])


@pytest.mark.parametrize(
    "held",
    [
        Identity(models=("6ES7214-1AG40",)),
        Identity(skus=("2711R-T7T",)),
        Identity(serials=("S:1",)),
        Identity(hashes=("sha256:ab",)),
        Identity(name='=HYPERLINK("x")', vendor="-@"),
        Identity(name="насос, 3"),
        Identity(name="'quoted'"),
    ],
)
def test_each_kind_of_name_is_read_as_it_was_written(held):
    said = [
        made(
            product_name(held),
            Identity(purls=("pkg:deb/debian/x?distro=debian-12",)),
            "+1 by ann",
            same=False,
        )
    ]
    text = "".join(render(said))
    assert not [cell for cell in text.split(",") if cell.lstrip(' "').startswith(("=", "+", "-", "@"))]
    assert read(text) == (said, [])


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("a,b,,maybe,c,d,,2026-01-01,z,", "it says 'maybe' and neither same nor different"),
        ("a,,,same,c,d,,2026-01-01,z,", "it names no product"),
        ("a,b,,same,c,d,,soon,z,", "'soon' is no day"),
        ("a,b,,same,c,d,,2026-01-01,,", "it does not say who said so"),
        ("a,b,,same,c,d", "it has 6 cells and not 10"),
        (",,thing:1,same,c,d,,2026-01-01,z,", "'thing:1' is no identifier"),
        (",,pkg:,same,c,d,,2026-01-01,z,", "is no purl"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_and_the_rest_is_read(row, why):
    good = "a,b,,same,c,d,,2026-01-01,z,"
    said, unread = read(f"{HEAD}\r\n{row}\r\n\r\n{good}\r\n")
    assert [one.held.name for one in said] == ["b"]
    assert [one.place for one in unread] == ["line 2"]
    assert why in unread[0].why


@pytest.mark.parametrize("text", ["", "a,b\n", "vendor,product\nx,y\n", '"open'])
def test_what_is_no_such_list_is_refused(text):
    with pytest.raises(BadInput):
        read(text)
