from __future__ import annotations

import bz2
from hashlib import sha256

import pytest

from ransom.sanctions.lists import advanced_xml
from real_data import shared
from tocsin.errors import BadInput, LimitExceeded
from tocsin.ransom.sanctions.advanced_xml import is_advanced_xml, read_advanced_xml
from tocsin.ransom.sanctions.party import ListedAddress, Party, pairs_of

TORNADO = ListedAddress("ETH", "0x8589427373D6D84E98730D7795D8f6f8731FDA16")


def packed(name):
    with bz2.open(shared(f"intel/ofac/{name}")) as file:
        while block := file.read(1 << 20):
            yield block


@pytest.mark.parametrize(
    ("day", "parties", "pairs", "tornado"),
    [
        ("2025-03-04", 17_635, 714, True),
        ("2025-03-21", 17_701, 624, False),
        ("2025-11-19", 18_367, 758, False),
    ],
)
def test_the_lists_of_ofac_are_read_whole(day, parties, pairs, tornado):
    read = read_advanced_xml(packed(f"sdn_advanced-{day}.xml.bz2"))
    found = pairs_of(read.parties)
    assert (read.issued, len(read.parties), len(found)) == (day, parties, pairs)
    assert (TORNADO in found) is tornado
    assert all(one.name and one.programmes and one.listed for one in read.parties)


def test_a_party_has_its_names_programmes_day_and_addresses():
    data = advanced_xml(parties=[("7", "EXAMPLE Person", [("XBT", "1a"), ("ETH", "0xb"), ("XBT", "1a")])])
    read = read_advanced_xml([data])
    assert is_advanced_xml(data[:200])
    assert read.parties == (
        Party(
            "7",
            "EXAMPLE Person",
            ("EXAMPLE Person alias",),
            ("CYBER2",),
            "2018-11-28",
            (ListedAddress("XBT", "1a"), ListedAddress("ETH", "0xb")),
        ),
    )
    assert (read.list, read.issued, read.sha256) == ("OFAC SDN", "2025-03-04", sha256(data).hexdigest())


def test_a_ticker_that_nobody_heard_of_is_taken_from_the_list():
    read = read_advanced_xml([advanced_xml(parties=[("7", "X", [("NEWCOIN", "some text")])])])
    assert list(pairs_of(read.parties)) == [ListedAddress("NEWCOIN", "some text")]


def test_it_is_the_same_in_however_small_pieces():
    data = advanced_xml()
    assert read_advanced_xml([data[at : at + 3] for at in range(0, len(data), 3)]) == read_advanced_xml(
        [data]
    )


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_list_that_is_cut_off_is_an_error_with_its_place(share):
    data = advanced_xml()
    with pytest.raises(BadInput, match="cut off") as error:
        read_advanced_xml([data[: int(len(data) * share)]], "sdn.xml")
    assert error.value.where.file == "sdn.xml"
    assert error.value.where.line >= 2


BOMB = b"""<?xml version="1.0"?>
<!DOCTYPE Sanctions [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>
<Sanctions><DateOfIssue><Year>&c;</Year></DateOfIssue></Sanctions>"""


def test_a_document_type_is_refused_before_anything_unfolds():
    with pytest.raises(BadInput, match="document type") as error:
        read_advanced_xml([BOMB], "bomb.xml")
    assert (error.value.where.file, error.value.where.line) == ("bomb.xml", 2)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<html><body/></html>", "no list of OFAC"),
        (b"<Sanctions><a></b></Sanctions>", "1:17: is no well-formed XML"),
        (b"<Sanctions></Sanctions>", "on which day"),
        (
            b"<Sanctions><DateOfIssue><Year>2025</Year><Month>13</Month></DateOfIssue></Sanctions>",
            "on which day",
        ),
        (
            b"<Sanctions><DateOfIssue><Year>2025</Year><Month>3</Month><Day>4</Day></DateOfIssue></Sanctions>",
            "no party",
        ),
    ],
    ids=["html", "tags", "empty", "month", "nobody"],
)
def test_what_is_no_such_list_is_an_error(data, says):
    with pytest.raises(BadInput) as error:
        read_advanced_xml([data], "x.xml")
    assert says in str(error.value)


def test_a_list_that_is_too_deep_or_whose_text_is_too_long_is_refused():
    with pytest.raises(LimitExceeded, match="nested"):
        read_advanced_xml([b"<Sanctions><DistinctParties>" + b"<a>" * 100])
    with pytest.raises(LimitExceeded, match="characters"):
        read_advanced_xml([b"<Sanctions><X><Comment>" + b"a" * (2 << 20)])
