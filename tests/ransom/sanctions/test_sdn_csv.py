from __future__ import annotations

import gzip

import pytest

from ransom.sanctions.lists import sdn_row
from real_data import shared
from tocsin.errors import BadInput
from tocsin.ransom.sanctions.party import ListedAddress, pairs_of
from tocsin.ransom.sanctions.sdn_csv import is_overflow, is_sdn_csv, read_sdn_csv

ROW = sdn_row(
    7, "EXAMPLE, Person", "SDGT] [IFSR", "Gender Male; Digital Currency Address - XBT 1a; alt. Digital Curr"
)
MORE = b"7,\"ency Address - XBT 1b; a.k.a. 'NICK'.\"\r\n"


def real(name):
    return gzip.decompress(shared(f"intel/ofac/{name}").read_bytes())


def test_the_list_of_july_2021_holds_addresses_that_stand_in_the_overflow_alone():
    data, overflow = real("sdn-2021-07.csv.gz"), real("sdn_comments-2021-07.csv.gz")
    assert is_sdn_csv(data[:4096])
    assert is_overflow(overflow[:4096])
    read = read_sdn_csv(data, overflow, "2021-07-07")
    found = pairs_of(read.parties)
    # The list alone shows 81, one of them cut to "1Gq": 80 whole, and 16 more in the overflow.
    whole = [one for one in found if f"- {one.ticker} {one.text}".encode() in data]
    assert (len(read.parties), len(found), len(whole)) == (8_976, 96, 80)
    assert sum(1 for one in read.parties if one.addresses) == 15
    assert min(len(one.text) for one in found) == 34


def test_without_its_overflow_a_list_is_not_taken_for_whole():
    with pytest.raises(BadInput, match=r"go on in sdn_comments\.csv") as error:
        read_sdn_csv(sdn_row(6, "A", "CUBA", "") + ROW, None, "2021-07-07", "sdn.csv")
    assert str(error.value).startswith("sdn.csv:2: ")
    with pytest.raises(BadInput, match="no more of them"):
        read_sdn_csv(ROW, b"", "2021-07-07")


def test_a_remark_goes_on_where_it_was_cut():
    (party,) = read_sdn_csv(ROW + b"\x1a", MORE, "2021-07-07").parties
    assert party.addresses == (ListedAddress("XBT", "1a"), ListedAddress("XBT", "1b"))
    assert (party.name, party.aliases, party.programmes) == ("EXAMPLE, Person", ("NICK",), ("SDGT", "IFSR"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (sdn_row(7, "A", "CUBA", "")[:-9], "1: the list is cut off"),
        (sdn_row(7, "A", "CUBA", "") + b'8,"B",-0- \r\n', "2: a row has 12 fields"),
        (b"\x1a", "names no party"),
    ],
)
def test_a_list_that_is_damaged_is_an_error_with_its_line(data, says):
    with pytest.raises(BadInput) as error:
        read_sdn_csv(data, None, "2021-07-07", "sdn.csv")
    assert says in str(error.value)
