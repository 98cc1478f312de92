from __future__ import annotations

from hashlib import sha256

import pytest

from ransom.sanctions.lists import eu_xml, uk_xml
from tocsin.errors import BadInput
from tocsin.ransom.sanctions.eu_xml import is_eu_xml, read_eu_xml
from tocsin.ransom.sanctions.party import ListedAddress, Party

BTC = ListedAddress("BTC/BCH/BSV", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")
ETH = "0x8589427373D6D84E98730D7795D8f6f8731FDA16"


def test_an_entity_has_its_names_programme_first_day_and_the_addresses_of_remarks_and_numbers():
    data = eu_xml(parties=[("EU.7.1", "EXAMPLE Person", f"wallet {BTC.text}", ETH)])
    read = read_eu_xml([data])
    assert is_eu_xml(data[:300])
    assert not is_eu_xml(uk_xml())
    assert read.parties == (
        Party(
            "EU.7.1",
            "EXAMPLE Person",
            ("EXAMPLE Person alias",),
            ("CYB",),
            "2023-06-23",
            (BTC, ListedAddress("EVM", ETH)),
        ),
    )
    assert (read.list, read.issued, read.form) == ("EU consolidated list", "2025-03-21", "eu-fsf-xml-1.1")
    assert read.sha256 == sha256(data).hexdigest()


def test_what_the_entity_says_of_its_day_and_number_counts():
    data = eu_xml().replace(b'unitedNationId=""', b'designationDate="2022-01-02"').replace(b"EU.7.1", b"")
    (party,) = read_eu_xml([data]).parties
    assert (party.id, party.listed) == ("13", "2022-01-02")


def test_it_is_the_same_in_however_small_pieces_and_parties_do_not_mix():
    data = eu_xml(parties=[("1", "A", "", BTC.text), ("2", "B", "", "x")])
    whole = read_eu_xml([data])
    assert [(one.id, one.name, one.addresses) for one in whole.parties] == [
        ("1", "A", (BTC,)),
        ("2", "B", ()),
    ]
    assert read_eu_xml([data[at : at + 3] for at in range(0, len(data), 3)]) == whole


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (eu_xml()[:-20], "cut off"),
        (uk_xml(), "no consolidated list of the EU"),
        (eu_xml().replace(b"fsd/export", b"fsd/import"), "no consolidated list of the EU"),
        (eu_xml(day=""), "on which day"),
        (eu_xml(parties=()), "names no party"),
        (eu_xml().replace(b"EU.7.1", b"").replace(b'logicalId="13"', b""), "no number"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE export [<!ENTITY a "b">]>\n<export/>', "document type"),
    ],
    ids=["cut", "other", "other-space", "no-day", "nobody", "no-id", "bomb"],
)
def test_what_is_no_whole_list_is_an_error(data, why):
    with pytest.raises(BadInput, match=why) as caught:
        read_eu_xml([data], "eu.xml")
    assert caught.value.where.file == "eu.xml"
