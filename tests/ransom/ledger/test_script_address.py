"""The addresses of scripts are those that others write."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from real_data import shared
from tocsin.ransom.address.address import parse_address
from tocsin.ransom.ledger.script import Kind, paid_by
from tocsin.ransom.ledger.script_address import REGTEST, TESTNET, address_of

KEY = "751e76e8199196d454941c45d1b3a323f1433bd6"


@pytest.mark.parametrize(
    ("script", "network", "address"),
    [
        # BIP 173 and BIP 350, test vectors.
        ("0014" + KEY, None, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        ("00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262", TESTNET, "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7"),
        ("5128" + KEY * 2, None, "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y"),
        ("6002751e", None, "bc1sw50qgdz25j"),
        ("512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", None, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
        ("0014" + KEY, REGTEST, "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"),
        ("76a914" + KEY + "88ac", None, "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"),
        ("76a914" + "00" * 20 + "88ac", None, "1111111111111111111114oLvT2"),
        ("6a0568656c6c6f", None, ""),
        ("", None, ""),
        ("0015" + "00" * 21, None, ""),
    ],
)  # fmt: skip
def test_a_script_has_the_address_that_others_write(script, network, address):
    assert address_of(bytes.fromhex(script), *([network] if network else [])) == address


def test_each_address_of_the_real_transactions_is_that_of_its_script():
    compared = 0
    for name in ("anchor", "fbi", "ransom"):
        for one in json.loads(shared(f"ledger/colonial/colonial_{name}_txs.json").read_bytes()):
            for output in [*one["vout"], *(input["prevout"] for input in one["vin"])]:
                assert address_of(bytes.fromhex(output["scriptpubkey"])) == output.get(
                    "scriptpubkey_address", ""
                )
                compared += 1
    assert compared > 400


def test_bare_keys_and_data_are_told_from_what_is_not_known():
    assert paid_by(b"\x21" + b"\x02" * 33 + b"\xac") == (Kind.KEY, b"\x02" * 33, 0)
    assert paid_by(b"\x6a\x01x")[0] is Kind.DATA
    assert paid_by(b"\x51")[0] is Kind.OTHER


@given(st.sampled_from(["key", "script", "witness"]), st.binary(min_size=20, max_size=20), st.integers(1, 16))
def test_an_address_that_is_written_is_read_back_as_what_it_pays_to(kind, payload, version):
    script = {
        "key": b"\x76\xa9\x14" + payload + b"\x88\xac",
        "script": b"\xa9\x14" + payload + b"\x87",
        "witness": bytes([0x50 + version, 20]) + payload,
    }[kind]
    found = parse_address(address_of(script))
    held = f"{version}-{payload.hex()}" if kind == "witness" else payload.hex()
    assert (found.payee.value, found.payload) == (kind, held)
