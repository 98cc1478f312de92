from __future__ import annotations

import bz2
from importlib.resources import files

import pytest
from hypothesis import given, strategies as st

from real_data import shared
from tocsin.errors import BadInput
from tocsin.ransom.sanctions.advanced_xml import read_advanced_xml
from tocsin.ransom.screening.alias_table import likeness, read_alias_table

SHIPPED = read_alias_table((files("tocsin.data") / "actors" / "ransomware.toml").read_text(encoding="utf-8"))
SMALL = """
table = "small"
version = "1"
as_of = 2026-01-01
source = [{ id = "s", title = "A source", url = "https://example.org", day = 2020-01-01, confirmed = true },
          { id = "t", title = "Another", url = "https://example.org/t", day = 2020-01-02, confirmed = false }]
actor = [{ name = "Gang", names = ["The Spider"], party = [
    { id = "7", name = "EXAMPLE Person", relation = "leader", since = "2020-01-01", source = ["t"] }] }]
family = [{ name = "Locker", names = ["Lock/er"], actor = "Gang", relation = "operator", since = "2019", source = ["s"] }]
"""


def small(old="", new=""):
    assert old in SMALL
    return read_alias_table(SMALL.replace(old, new), "a.toml")


def test_a_family_leads_to_its_actor_by_any_of_its_names():
    (one,) = small().families_in("LOCKER")
    assert (one.name, one.family.name, one.actor.name) == ("LOCKER", "Locker", "Gang")
    assert [source.id for source in one.sources] == ["s", "t"]
    (one,) = small().families_in("Something / locker")
    assert one.name == "locker"
    assert small().families_in("Gang") == ()


def test_an_actor_is_found_by_its_names_and_by_those_of_its_listed_parties():
    for said in ("gang", "THE SPIDER", "Example Person", "x, the spider (Gang)"):
        (one,) = small().actors_in(said)
        assert (one.family, one.actor.name) == (None, "Gang")
    assert small().actors_in("Locker") == ()


@pytest.mark.parametrize("said", ["CONTEI", "Lock", "Lockers", "", "/", "Gan g2"], ids=str)
def test_what_is_only_like_a_name_decides_nothing(said):
    assert small().families_in(said) == small().actors_in(said) == ()


def test_what_is_like_it_is_suggested_with_what_it_is_the_likest_first_and_each_party_once():
    listed = [("LOCKERS Limited", "8"), ("Lockers", "8"), ("ZZ", "9"), ("LOCKERY", "10")]
    found = small().suggestions("Lockers", listed)
    assert [(one.name, one.kind, one.id, one.likeness) for one in found] == [
        ("Lockers", "party", "8", 1.0),
        ("Locker", "family", "", 0.91),
        ("LOCKERY", "party", "10", 0.83),
    ]
    assert len(small().suggestions("Locker", [(f"Lockers {n}", str(n)) for n in range(99)])) == 5


def test_the_words_of_a_persons_name_may_come_in_another_order():
    assert likeness("Maksim Yakubets")("YAKUBETS Maksim Viktorovich") == 0.9
    assert likeness("Al")("Al Somebody Else") < 0.5


def test_by_likeness_conti_is_not_cotei():
    assert likeness("CONTI")("COTEI") < 0.5
    assert SHIPPED.families_in("COTEI") == ()


@given(st.text(max_size=12), st.text(max_size=12))
def test_likeness_is_between_0_and_1_and_a_name_is_like_itself(one, other):
    assert 0 <= likeness(one)(other) <= 1
    assert likeness(one)(one) == 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('source = ["s"]', 'source = ["u"]', "names the source u"),
        ('source = ["t"]', "source = []", "EXAMPLE Person has no source"),
        ('source = ["s"]', "source = []", "Locker has no source"),
        ('actor = "Gang"', 'actor = "Gong"', "names the actor Gong"),
        ('names = ["The Spider"]', 'names = ["G-A-N-G"]', None),
        ('relation = "operator"', 'relation = "friend"', "is no table of actors"),
        ("version", "version = [", "is no table of actors"),
    ],
    ids=str,
)
def test_a_table_that_does_not_hold_together_is_refused(old, new, why):
    if why is None:  # one line may say one name twice
        assert small(old, new).actors_in("gang")
        return
    with pytest.raises(BadInput, match=why) as caught:
        small(old, new)
    assert str(caught.value.where) == "a.toml"


def test_two_lines_of_one_name_are_refused():
    line = '{ name = "LOCKER", names = [], actor = "Gang", relation = "operator", since = "2019", source = ["s"] }'
    with pytest.raises(BadInput, match="two lines have the name locker"):
        small("family = [", f"family = [{line}, ")


# -- the table that ships -------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2025-03-04", "2025-11-19"])
def test_each_party_of_the_table_is_on_the_list_by_its_number_and_name(day):
    data = bz2.decompress(shared(f"intel/ofac/sdn_advanced-{day}.xml.bz2").read_bytes())
    listed = {one.id: one for one in read_advanced_xml([data]).parties}
    for actor in SHIPPED.actors:
        for party in actor.party:
            assert listed[party.id].name == party.name
            assert listed[party.id].listed <= party.since


def test_a_line_says_since_when_and_its_sources_have_an_address():
    lines = [*SHIPPED.families, *(party for one in SHIPPED.actors for party in one.party)]
    for line in lines:
        assert line.since[:4].isdecimal()
        assert line.since <= SHIPPED.as_of.isoformat()
    for family in SHIPPED.families:
        (named,) = SHIPPED.families_in(family.name)
        assert all(source.url.startswith("https://") for source in named.sources)
        assert all(source.confirmed or source.note for source in named.sources)


@pytest.mark.parametrize(
    ("said", "actor"),
    [
        ("Ryuk", "Trickbot Group"),
        ("conti", "Trickbot Group"),
        ("WASTEDLOCKER", "Evil Corp"),
        ("Bitpaymer / DoppelPaymer", "Evil Corp"),
        ("Samsam", "SamSam's operators"),
        ("Wannacry", "Lazarus Group"),
        ("Cryptolocker", "Evgeniy Bogachev"),
        ("LockBit 2.0", "LockBit"),
        ("REvil / Sodinokibi", "REvil"),
        ("Hive", "Mikhail Matveev"),
        ("Maui", "Andariel"),
        ("Notpetya", "Sandworm Team"),
    ],
    ids=str,
)
def test_a_family_leads_to_who_is_behind_it(said, actor):
    (one,) = SHIPPED.families_in(said)
    assert one.actor.name == actor


@pytest.mark.parametrize(
    "said", ["DarkSide", "BlackMatter", "Locky", "DoppelPaymer", "Netwalker (Mailto)", "Phoenix"], ids=str
)
def test_what_no_source_leads_to_a_listed_party_is_left_out(said):
    assert SHIPPED.families_in(said) == ()
