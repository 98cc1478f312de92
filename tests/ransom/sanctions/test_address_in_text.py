from __future__ import annotations

import pytest

from tocsin.ransom.sanctions.address_in_text import addresses_in
from tocsin.ransom.sanctions.party import ListedAddress

BTC = "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"
OLD = ("BTC/BCH/BSV", BTC)
ETH = "0x8589427373D6D84E98730D7795D8f6f8731FDA16"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Digital currency address: XBT {BTC}; alt. ETH {ETH}.", [OLD, ("EVM", ETH)]),
        (f"({BTC},{BTC})", [OLD]),
        ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", [("BCH", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a")]),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", [("BTC", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")]),
        (f"TRX TVacWx7F5wgMgn49L5frDf9KLgdYy8nPHL / {BTC[:-1]}J", [("TRON", "TVacWx7F5wgMgn49L5frDf9KLgdYy8nPHL")]),
        ("", []),
        ("IBAN GB29NWBK60161331926819 and SWIFT KHJBSDKH", []),
        ("a" * 40, []),
        # 44 characters of base58 may be a key of Solana, or anything.
        ("7EqQdEULxWcraVx3mXKFjc84LhCkMGZCkRuDpvcMwJeK", []),
    ],
    ids=str,
)  # fmt: skip
def test_what_holds_as_an_address_is_found_in_a_text_and_nothing_else(text, found):
    assert addresses_in(text) == tuple(ListedAddress(*one) for one in found)
