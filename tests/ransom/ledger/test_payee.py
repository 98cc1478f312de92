"""Whom an output pays is kept in few bytes, and comes back as it was told."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.ransom.ledger.payee import Payees, address_in, payee_of, script_in, told_address, united
from tocsin.ransom.ledger.script_address import MAINNET, REGTEST, address_of, script_for

HASH = bytes(range(20))
SCRIPTS = {
    "p2pkh": b"\x76\xa9\x14" + HASH + b"\x88\xac",
    "p2sh": b"\xa9\x14" + HASH + b"\x87",
    "p2wpkh": b"\x00\x14" + HASH,
    "p2wsh": b"\x00\x20" + HASH + bytes(12),
    "p2tr": b"\x51\x20" + HASH + bytes(12),
    "key": b"\x21\x02" + HASH + bytes(12) + b"\xac",
    "data": b"\x6a\x04abcd",
    "empty": b"",
}
ANY_SCRIPT = st.one_of(st.sampled_from(list(SCRIPTS.values())), st.binary(max_size=40))
TOLD = st.one_of(
    st.tuples(ANY_SCRIPT, st.just("")),
    st.tuples(ANY_SCRIPT, st.sampled_from(["tb1qxyz", "LTC"])),
    st.tuples(st.none(), st.sampled_from(["me", "you", "tb1qxyz"])),
)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_script_comes_back_and_those_with_an_address_take_no_more_than_its_hash(script):
    payee = payee_of(script, "")
    assert script_in(payee) == script
    assert told_address(payee) == ""
    assert address_in(payee) == address_of(script)
    if address_of(script):
        assert len(payee) == (33 if len(script) == 34 else 21)


@given(TOLD)
def test_what_was_told_comes_back(told):
    script, address = told
    payee = payee_of(script, address)
    assert (script_in(payee), told_address(payee)) == (script, address)


@pytest.mark.parametrize("name", ["p2pkh", "p2sh", "p2wpkh", "p2wsh", "p2tr"])
def test_an_address_alone_is_the_same_payee_as_its_script(name):
    script = SCRIPTS[name]
    address = address_of(script)
    assert script_for(address) == script
    assert payee_of(None, address) == payee_of(script, "") == payee_of(script, address)
    if address.startswith("bc1"):
        assert payee_of(None, address.upper()) == payee_of(script, "")


@pytest.mark.parametrize(
    "text",
    ["", "me", "1me", "bc1q", address_of(SCRIPTS["p2wpkh"], REGTEST), address_of(SCRIPTS["p2pkh"], REGTEST),
     address_of(SCRIPTS["p2pkh"])[:-1] + "1", "1" * 30, "bc1" + "q" * 39],
    ids=["none", "name", "one", "short", "regtest", "old-regtest", "typo", "ones", "typo-bech32"],
)  # fmt: skip
def test_a_text_that_is_no_address_of_the_main_chain_has_no_script(text):
    assert script_for(text) is None
    assert address_in(payee_of(None, text)) == text


@given(st.lists(st.lists(TOLD, unique=True, max_size=6), min_size=1, max_size=4))
def test_tables_are_united_as_sets_are(drawn):
    tables = [list(dict.fromkeys(payee_of(*told) for told in some)) for some in drawn]
    one, numbers = united([Payees.of(some) for some in tables])
    assert len(one) == len({payee for some in tables for payee in some})
    for some, places in zip(tables, numbers, strict=True):
        assert [one[place] for place in places.tolist()] == some


@given(st.lists(TOLD, unique=True, max_size=12))
def test_one_address_is_one_holder_however_it_was_told(drawn):
    payees = list(dict.fromkeys(payee_of(*told) for told in drawn))
    table = Payees.of(payees)
    names = [{told_address(payee), address_of(script_in(payee) or b"")} - {""} for payee in payees]
    groups = [set(some) for some in names]
    for _ in names:  # until nothing grows: two that share an address share all
        groups = [set().union(*(other for other in groups if other & one), one) for one in groups]
    for number, group in enumerate(groups):
        same = [at for at, other in enumerate(groups) if group and other == group]
        assert table.holders[number] == min(same, default=-1)
        for address in names[number]:
            direct = [at for at, some in enumerate(names) if address in some]
            assert sorted(set(table.numbers_of(address))) == direct
            many = table.numbers_by_address([address, "nobody"])
            assert {one: sorted(set(numbers)) for one, numbers in many.items()} == {address: direct}
    firsts = {min(at for at, other in enumerate(groups) if other == one) for one in groups if one}
    assert {number for number, _ in table.addresses()} == firsts


def test_payees_that_begin_alike_are_told_apart():
    some = [payee_of(None, f"12345678-{n}") for n in range(5)]
    assert Payees.of(some[:3]).places(Payees.of([some[4], some[1], some[2]])).tolist() == [-1, 1, 2]
    assert MAINNET.prefix == "bc"


def test_a_payee_is_not_found_where_its_bytes_lie_across_others():
    address = address_of(SCRIPTS["p2pkh"])
    across = Payees.of([b"\xf0" + payee_of(SCRIPTS["p2pkh"], "")[:10], payee_of(SCRIPTS["p2pkh"], "")[10:]])
    assert across.numbers_of(address) == []
    longer = Payees.of([b"\xf0" + payee_of(SCRIPTS["p2pkh"], ""), payee_of(SCRIPTS["p2pkh"], "")])
    assert longer.numbers_of(address) == [1]
