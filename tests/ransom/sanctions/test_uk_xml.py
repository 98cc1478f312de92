from __future__ import annotations

from hashlib import sha256

import pytest

from ransom.sanctions.lists import eu_xml, uk_xml
from tocsin.errors import BadInput, LimitExceeded
from tocsin.limits import SANCTIONS_NESTING, SANCTIONS_TEXT_CHARACTERS
from tocsin.ransom.sanctions.party import ListedAddress, Party
from tocsin.ransom.sanctions.uk_xml import is_uk_xml, read_uk_xml

BTC = ListedAddress("BTC/BCH/BSV", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")


def test_a_designation_has_its_names_regime_day_and_the_addresses_that_its_remarks_name():
    data = uk_xml()
    read = read_uk_xml([data])
    assert is_uk_xml(data[:200])
    assert not is_uk_xml(eu_xml())
    assert read.parties == (
        Party(
            "CYB0007",
            "EXAMPLE Person",
            ("Alias of EXAMPLE Person", "Пример"),
            ("The Cyber (Sanctions) (EU Exit) Regulations 2020",),
            "2023-02-09",
            (BTC,),
        ),
    )
    assert (read.list, read.issued, read.form) == ("UK Sanctions List", "2025-03-21", "uk-sanctions-list-xml")
    assert read.sha256 == sha256(data).hexdigest()


def test_the_day_may_be_written_either_way_and_must_be_there():
    assert read_uk_xml([uk_xml("2026-09-29")]).issued == "2026-09-29"
    for day in ("", "soon", "31/02/2025", "1/2"):
        with pytest.raises(BadInput, match="on which day"):
            read_uk_xml([uk_xml(day)])


def test_it_is_the_same_in_however_small_pieces_and_parties_do_not_mix():
    data = uk_xml(parties=[("A1", "One Person", str(BTC.text)), ("A2", "Two Persons", "nothing")])
    whole = read_uk_xml([data])
    assert [(one.id, one.name, one.addresses) for one in whole.parties] == [
        ("A1", "One Person", (BTC,)),
        ("A2", "Two Persons", ()),
    ]
    assert read_uk_xml([data[at : at + 3] for at in range(0, len(data), 3)]) == whole


def test_the_parts_of_a_name_are_its_own():
    more = b"<Name><Name2>Middle</Name2></Name><Name><Name6>Last</Name6></Name></Names>"
    (party,) = read_uk_xml([uk_xml().replace(b"</Names>", more)]).parties
    assert party.aliases == ("Alias of EXAMPLE Person", "Middle", "Last", "Пример")


def test_a_party_without_a_name_has_its_number_for_one():
    data = uk_xml().replace(b"<Name1>", b"<X>").replace(b"</Name1>", b"</X>").replace(b"Name6>", b"X>")
    (party,) = read_uk_xml([data.replace("Пример".encode(), b"")]).parties
    assert party.name == "CYB0007"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (uk_xml()[:-40], "cut off"),
        (b"", "cut off"),
        (eu_xml(), "is no UK Sanctions List"),
        (uk_xml(parties=()), "names no party"),
        (uk_xml().replace(b"CYB0007", b""), "no UniqueID"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE Designations [<!ENTITY a "b">]>\n<Designations>&a;</Designations>', "document type"),
        (b"<Designations><a></b></Designations>", "no well-formed XML"),
        (uk_xml().replace(b"utf-8", b"utf-9"), "unknown encoding"),
        (uk_xml().replace(b"utf-8", b"shift_jis"), "no well-formed XML"),
    ],
    ids=["cut", "empty", "other", "nobody", "no-id", "bomb", "broken", "no-encoding", "many-bytes"],
)  # fmt: skip
def test_what_is_no_whole_list_is_an_error(data, why):
    with pytest.raises(BadInput, match=why) as caught:
        read_uk_xml([data], "uk.xml")
    assert caught.value.where.file == "uk.xml"


def test_depth_and_texts_are_bounded():
    with pytest.raises(LimitExceeded, match="deeper"):
        read_uk_xml([b"<Designations>" + b"<a>" * SANCTIONS_NESTING])
    with pytest.raises(LimitExceeded, match="characters"):
        read_uk_xml([uk_xml(parties=[("A", "B C", "x" * (SANCTIONS_TEXT_CHARACTERS + 1))])])
