"""What each form of transactions is read as, and what is wrong with what cannot be read."""

from __future__ import annotations

import gzip
import json

import pytest

from drawn_ledgers import txid
from real_data import shared
from tocsin.errors import BadInput
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.read import transactions_in
from tocsin.ransom.ledger.transaction import OutPoint, Transaction

KEY = bytes.fromhex("0102a3040506ff08")
GENESIS = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f61"
    "7fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c0101000000010000000000000000000000000000000000000"
    "000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e"
    "63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a0"
    "1000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec1"
    "12de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"
)  # fmt: skip
"""The first block of Bitcoin."""
PADDED = b"".join([bytes.fromhex("f9beb4d9"), len(GENESIS).to_bytes(4, "little"), GENESIS])


def read(data, name="a", key=b""):
    found = list(transactions_in(data if isinstance(data, bytes) else json.dumps(data).encode(), name, key))
    return (
        [one for one in found if isinstance(one, Transaction)],
        [str(one) for one in found if not isinstance(one, Transaction)],
    )


def esplora(**changes):
    return {
        "txid": txid(1),
        "vin": [{"txid": txid(9), "vout": 0, "prevout": {"value": 7, "scriptpubkey_address": "me"}}],
        "vout": [{"value": 5, "scriptpubkey_address": "you"}, {"value": 1}],
        "status": {"confirmed": True, "block_height": 100},
        **changes,
    }


def etl(**changes):
    return {
        "hash": txid(1),
        "block_number": 100,
        "inputs": [
            {
                "index": 0,
                "spent_transaction_hash": txid(9),
                "spent_output_index": 0,
                "addresses": [],
                "value": 0,
            }
        ],
        "outputs": [{"index": 0, "addresses": ["you"], "value": 5}],
        "fee": -5,
        **changes,
    }


def test_esplora_gives_amounts_addresses_and_the_height():
    (one,), faults = read(esplora())
    assert not faults
    assert (one.inputs[0].spent, one.inputs[0].amount, one.inputs[0].address) == (
        OutPoint(txid(9), 0),
        7,
        "me",
    )
    assert [(output.amount, output.address) for output in one.outputs] == [(5, "you"), (1, "")]
    assert (one.height, one.place) == (100, None)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"vout": [{"value": 1.5}]}, "Expected `int`, got `float` - at `$.vout[0].value`"),
        ({"vout": [{"value": -1}]}, "is negative: -1"),
        ({"vout": [{"value": 21 * 10**14 + 1}]}, "is more than there is"),
        ({"vout": [{"value": 8}]}, "pays 8 satoshi and spends 7"),
        ({"txid": "abc"}, "'abc' is no id of a transaction"),
        ({"vin": [{"txid": "x", "vout": 0}]}, "spends 'x', which is no id"),
        ({"vin": [{"txid": txid(9), "vout": 0}, {"txid": txid(9), "vout": 0}]}, "spends one output twice"),
        ({"vin": [{"txid": txid(9), "vout": -1}]}, "of a negative number"),
        ({"vout": [{"value": 1, "scriptpubkey": "xyz"}]}, "is not hexadecimal"),
        (
            {"vout": [{"value": 1, "scriptpubkey": "0014" + "00" * 20, "scriptpubkey_address": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"}]},
            "the script pays to bc1q",
        ),
    ],
    ids=["float", "negative", "too-much", "makes-money", "id", "spent-id", "twice", "negative-n", "script", "address"],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_place_and_the_rest_is_read(changes, told):
    found, (fault,) = read([esplora(txid=txid(2)), esplora(**changes)])
    assert [one.txid for one in found] == [txid(2)]
    assert fault.startswith("a at $[1]: ")
    assert told in fault


def test_a_changed_amount_is_found_by_the_id():
    path = shared("ledger/colonial/colonial_fbi_txs.json")
    rows = json.loads(path.read_bytes())
    rows[2]["vout"][0]["value"] -= 1
    found, (fault,) = read(rows)
    assert len(found) == 3
    assert "something in it was changed" in fault


def test_bitcoin_etl_has_no_fee_of_everything():
    (one,), faults = read(etl())
    assert not faults
    assert one.inputs[0].amount is None
    assert one.outputs[0].address == "you"


def test_bigquery_writes_numbers_as_texts_and_parts_in_any_order():
    outputs = [{"index": "1", "value": "6"}, {"index": "0", "value": "5", "addresses": ["nonstandard0f"]}]
    (one,), faults = read(etl(outputs=outputs, block_number="7"))
    assert not faults
    assert [(output.amount, output.address) for output in one.outputs] == [(5, ""), (6, "")]
    assert one.height == 7


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"outputs": [{"value": "1.5"}]}, "'1.5' is no whole number"),
        ({"outputs": [{"value": None}]}, "an output has no value"),
        ({"outputs": [{"index": 1, "value": 1}]}, "are not 0 to 0"),
        ({"inputs": [{"value": 1}]}, "does not say which output it spends"),
        (
            {"inputs": [{"spent_transaction_hash": txid(9), "spent_output_index": 0, "value": -1}]},
            "is negative",
        ),
    ],
    ids=["float", "null", "index", "spent", "negative"],
)
def test_a_line_of_bitcoin_etl_that_cannot_be_is_told_by_its_number(changes, told):
    lines = f"{json.dumps(etl(hash=txid(2)))}\n\n{json.dumps(etl(**changes))}\n"
    found, (fault,) = read(lines.encode())
    assert [one.txid for one in found] == [txid(2)]
    assert fault.startswith("a:3: ")
    assert told in fault


def test_a_coinbase_spends_nothing():
    coinbase = {"txid": "00" * 32, "vout": 4294967295, "prevout": None, "is_coinbase": True}
    assert read(esplora(vin=[coinbase]))[0][0].inputs == ()
    assert read(etl(is_coinbase=True, inputs=[]))[0][0].inputs == ()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"[" * 100_000, "nested more than"),
        (b'[{"txid": 1}', "cannot be read"),
        (b'{"address": "bc1q"}', "is no transaction"),
        (b"", "is no whole block"),
        (b"PK\x03\x04", "is no whole block"),
    ],
    ids=["bomb", "cut", "other", "empty", "zip"],
)
def test_what_is_no_transactions_is_one_fault(data, told):
    found, (fault,) = read(data)
    assert not found
    assert told in fault


def test_the_first_block_is_read_alone_in_a_file_and_under_a_key():
    locked = bytes(byte ^ KEY[at % 8] for at, byte in enumerate(PADDED))
    for data, key in (
        (GENESIS, b""),
        (PADDED + bytes(20), b""),
        (locked + bytes(20), KEY),
        (PADDED, bytes(8)),
    ):
        (one,), faults = read(data, key=key)
        assert not faults
        assert one.txid == "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
        assert (one.height, one.place, one.inputs, one.outputs[0].amount) == (0, 0, (), 50_0000_0000)


def test_a_block_whose_last_bytes_are_those_of_the_key_is_not_taken_for_padding():
    key = bytearray(KEY)
    for at in range(len(PADDED) - 3, len(PADDED)):
        key[at % 8] = PADDED[at]
    locked = bytes(byte ^ key[at % 8] for at, byte in enumerate(PADDED))
    assert locked.endswith(bytes(3))
    found, faults = read(locked + bytes(20), key=bytes(key))
    assert (len(found), faults) == (1, [])


def test_what_is_wrong_with_a_block_is_told_and_the_blocks_before_stay():
    assert "it ends after 200 bytes" in read(GENESIS[:200])[1][0]
    assert "end at byte 285 of 286" in read(GENESIS + b"x")[1][0]
    negative = GENESIS.replace(bytes.fromhex("00f2052a01000000"), b"\xff" * 8)
    assert "an amount in it is negative or more than there is: -1 at byte 205" in read(negative)[1][0]
    changed = GENESIS[:-10] + b"\0" + GENESIS[-9:]
    assert "Merkle root" in read(changed)[1][0]
    locked = bytes(byte ^ KEY[at % 8] for at, byte in enumerate(PADDED))
    assert "after the key is applied" in read(locked, key=KEY[::-1])[1][0]
    assert "has 3 bytes instead of 8" in read(locked, key=b"abc")[1][0]
    found, (fault,) = read(PADDED + PADDED[:100])
    assert len(found) == 1
    assert fault == "a at block 1 at byte 293: the block is cut off: 92 of 285 bytes"
    found, (fault,) = read(PADDED + b"junk and more")
    assert (len(found), fault) == (1, "a at block 1 at byte 293: no block begins here: 6a756e6b")


def test_every_cut_of_a_block_is_refused():
    for size in range(len(GENESIS)):
        found, faults = read(b"" + GENESIS[:size])
        assert (found, len(faults)) == ([], 1)


def test_a_whole_block_of_the_main_chain_is_read():
    path = shared("ledger/btcd-block-0000000000000000001602407ac49862a7bca9d00f7f402db20b7be2f5de59d2.blk")
    found, faults = read(path.read_bytes())
    assert not faults
    assert len(found) == 3315
    assert {one.height for one in found} == {574200}
    ledger = Ledger.of(reversed(found))
    held = [ledger.transaction_at(number) for number in range(len(ledger))]
    assert [(one.txid, one.outputs, one.place) for one in held] == [
        (one.txid, one.outputs, one.place) for one in found
    ]
    assert [[input.spent for input in one.inputs] for one in held] == [
        [input.spent for input in one.inputs] for one in found
    ]
    assert sum(ledger.columns.spent < ledger.columns.outputs) > 900
    assert sum(1 for point in range(ledger.columns.outputs) if ledger.address(point)) > 6000


def test_the_file_of_a_test_chain_is_read_to_its_padding():
    data = gzip.decompress(shared("ledger/regtest-blk00000.dat.gz").read_bytes())
    found, faults = read(data, "blk00000.dat")
    assert not faults
    assert len(found) == 356
    assert {one.height for one in found} == set(range(202))
    Ledger.of(found)


def test_two_blocks_with_the_same_end_do_not_pass_for_one():
    from tocsin.ransom.ledger.block import merkle_root

    ids = [bytes([n]) * 32 for n in range(3)]
    assert merkle_root(ids)
    assert merkle_root([*ids, ids[2]]) == b""
    assert merkle_root([]) == b""


def test_a_fault_says_what_can_be_read():
    (fault,) = transactions_in(b"PK\x03\x04", "a.zip")
    assert isinstance(fault, BadInput)
    assert "xor.dat" in fault.hint


SCRIPT = "0014751e76e8199196d454941c45d1b3a323f1433bd6"
OWN = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


def told(**more):
    paid = {"value": 5, "scriptpubkey": SCRIPT, **more.pop("paid", {})}
    vin = more.pop("vin", [{"txid": txid(9), "vout": 0}])
    return read(json.dumps({"txid": txid(1), "vin": vin, "vout": [paid], **more}).encode())


@pytest.mark.parametrize(
    "text", [OWN, OWN.upper(), "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"], ids=["own", "case", "test"]
)
def test_an_address_that_pays_the_same_as_its_script_hides_nothing(text):
    found, faults = told(paid={"scriptpubkey_address": text})
    assert not faults
    ledger = Ledger.of(found)
    assert ledger.paid_to(OWN) == ledger.paid_to(text) == [OutPoint(txid(1), 0)]


@pytest.mark.parametrize(
    "text",
    ["1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "ltc1qar0srrr7xfkvy5l643lydnw9re59gtzzztjrdy"],
    ids=["main", "other-chain"],
)
def test_an_address_that_is_not_its_scripts_is_refused(text):
    found, faults = told(paid={"scriptpubkey_address": text})
    assert not found
    assert "the script pays to" in faults[0]


@pytest.mark.parametrize(
    "vin",
    [
        [],
        [{"txid": txid(9), "vout": 0, "is_coinbase": True}],
        [{"txid": "00" * 32, "vout": 4294967295, "is_coinbase": True}, {"txid": txid(9), "vout": 0}],
        [{"txid": "00" * 32, "vout": 4294967295}],
    ],
    ids=["no-input", "spends", "and-more", "not-said"],
)
def test_what_only_says_that_it_is_a_coinbase_is_none(vin):
    found, faults = told(vin=vin)
    assert not found
    assert "input" in faults[0] or "coinbase" in faults[0]


def test_a_coinbase_spends_nothing_and_says_so():
    (found,), _ = told(vin=[{"txid": "00" * 32, "vout": 4294967295, "is_coinbase": True}])
    assert found.inputs == ()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"inputs": [], "outputs": []}, "no input"),
        ({"is_coinbase": True, "inputs": [{"spent_transaction_hash": txid(9), "spent_output_index": 0}], "outputs": []}, "spends something"),
        ({"is_coinbase": True, "outputs": [], "block_number": 1 << 31}, "height"),
        ({"is_coinbase": True, "outputs": [], "block_number": -7}, "height"),
        ({"is_coinbase": True, "outputs": [], "block_number": 1, "index": 10**30}, "place"),
        ({"inputs": [{"spent_transaction_hash": txid(9), "spent_output_index": 1 << 32}], "outputs": []}, "number that none has"),
        ({"inputs": [{"spent_transaction_hash": txid(9), "spent_output_index": n, "value": 21 * 10**14} for n in (0, 1)], "outputs": []}, "more than there is"),
    ],
    ids=["no-input", "coinbase-spends", "height", "negative-height", "place", "n", "all-there-is-twice"],
)  # fmt: skip
def test_numbers_that_no_chain_has_are_said_with_their_place(row, words):
    found, faults = read(json.dumps({"hash": txid(1), **row}).encode())
    assert not found
    assert words in faults[0]
    assert faults[0].startswith("a")


def test_a_block_that_claims_billions_of_parts_is_refused_at_once():
    from tocsin.errors import Place
    from tocsin.limits import LEDGER_BLOCK_BYTES
    from tocsin.ransom.ledger.block import block_transactions

    claim = bytes(80) + b"\x01" + bytes(4) + b"\xfe\xff\xff\xff\xff" + bytes(1000)
    with pytest.raises(BadInput, match="4,294,967,295 parts follow"):
        block_transactions(claim, Place("a"))
    with pytest.raises(BadInput, match="is the most"):
        block_transactions(bytes(LEDGER_BLOCK_BYTES + 1), Place("a"))
