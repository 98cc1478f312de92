from __future__ import annotations

import pytest

from tocsin.errors import BadInput
from tocsin.ransom.sanctions.party import ListedAddress, Party
from tocsin.ransom.screening.screening import ListedAddresses, MatchClass, Verdict

KEY = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
TRON = "TVacWx7F5wgMgn49L5frDf9KLgdYy8nPHL"
CASH = "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu"
HEX = "5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320"


def party(id, *pairs):
    return Party(
        id, f"Party {id}", (), ("CYBER2",), "2018-11-28", tuple(ListedAddress(*one) for one in pairs)
    )


LISTED = ListedAddresses(
    [
        party("7", ("XBT", KEY), ("USDT", TRON), ("XMR", HEX)),
        party("8", ("BCH", CASH), ("ETH", "0x8589427373D6D84E98730D7795D8f6f8731FDA16"), ("XBT", KEY)),
    ]
)


def test_a_listed_address_is_a_hit_for_each_party_that_it_is_listed_for():
    found = LISTED.screen(f" {KEY}\n")
    (match,) = found.matches
    assert (found.verdict, match.kind) == (Verdict.HIT, MatchClass.EXACT)
    assert [one.id for one in match.parties] == ["7", "8"]


@pytest.mark.parametrize(
    "text",
    ["0x8589427373d6d84e98730d7795d8f6f8731fda16", "0x8589427373D6D84E98730D7795D8F6F8731FDA16"],
    ids=["lower", "upper"],
)
def test_case_that_means_nothing_is_left_aside(text):
    found = LISTED.screen(text)
    assert (found.verdict, found.matches[0].kind) == (Verdict.HIT, MatchClass.EXACT)


def test_the_same_address_in_another_spelling_is_a_hit():
    found = LISTED.screen("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a")
    assert (found.verdict, found.matches[0].kind) == (Verdict.HIT, MatchClass.OTHER_SPELLING)


def test_another_address_of_the_same_key_is_linked_and_says_by_what():
    found = LISTED.screen("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    (match,) = found.matches
    assert (found.verdict, match.kind) == (Verdict.LINKED, MatchClass.SAME_HOLDER)
    assert "both pay to key 751e76e8199196d454941c45d1b3a323f1433bd6" in match.proof


def test_an_account_of_tron_is_linked_to_the_same_bytes_elsewhere():
    bytes_of = LISTED.screen(TRON).address.payload
    assert LISTED.screen(f"0x{bytes_of}").verdict is Verdict.LINKED


def test_what_the_list_holds_is_found_though_it_is_no_address():
    found = LISTED.screen(HEX)
    assert (found.verdict, found.address, found.matches[0].kind) == (Verdict.HIT, None, MatchClass.EXACT)


def test_what_no_list_names_is_no_match_and_what_is_no_address_is_not_screenable():
    assert (
        LISTED.screen("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0").verdict
        is Verdict.NO_MATCH_FOUND
    )
    found = LISTED.screen("hello")
    assert found.verdict is Verdict.NOT_SCREENABLE
    assert found.why


def test_a_typing_error_is_an_error_and_never_no_match():
    with pytest.raises(BadInput, match="typing error"):
        LISTED.screen(KEY[:-1] + "J")


@pytest.mark.parametrize(
    ("listed", "asked"),
    [(KEY, "3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN"), ("3JvL6Ymt8MVWiCNHC7oWU6nLeHNJKLZGLN", KEY)],
    ids=["key-listed", "script-listed"],
)
def test_a_key_is_found_behind_the_script_that_hides_it(listed, asked):
    (match,) = (found := ListedAddresses([party("7", ("XBT", listed))]).screen(asked)).matches
    assert (found.verdict, match.kind) == (Verdict.LINKED, MatchClass.SAME_HOLDER)
    assert match.proof.endswith("is that of key 751e76e8199196d454941c45d1b3a323f1433bd6 (P2SH of P2WPKH)")
