"""Vectors: those of BIP 173 and 350, EIP-55 and cashaddr.md; the rest are listed by OFAC or made here."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.ransom.address.address import Address, NotScreenable, Payee, parse_address

KEY = "751e76e8199196d454941c45d1b3a323f1433bd6"
POINT = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"


@pytest.mark.parametrize(
    ("text", "form", "payload"),
    [
        ("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", "P2WPKH", KEY),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "P2TR", POINT),
        (
            "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
            "P2W",
            f"1-{KEY}{KEY}",
        ),
        ("BC1SW50QGDZ25J", "P2W", "16-751e"),
        ("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "P2W", f"2-{KEY[:32]}"),
    ],
    ids=["v0", "v1", "v1-40", "v16", "v2"],
)
def test_what_the_bips_call_valid_is_understood(text, form, payload):
    found = parse_address(text)
    assert (found.text, found.form, found.payload) == (text.lower(), form, payload)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd", "other checksum"),
        ("BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL", "other checksum"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh", "other checksum"),
        ("bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4", "column 60: 'o' does not occur"),
        ("BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R", "no witness program"),
        ("bc1pw5dgrnzv", "no witness program"),
        (
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
            "no witness program",
        ),
        ("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "no witness program"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf", "no witness program"),
        ("tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq47Zagq", "column 59: upper and lower"),
        ("bc1gmk9yu", "too short"),
    ],
    ids=lambda one: one[:14] + one[-5:],
)
def test_what_the_bips_call_invalid_is_an_error(text, says):
    with pytest.raises(BadInput) as error:
        parse_address(text)
    assert says in str(error.value)


def test_one_wrong_character_of_bech32_is_named_by_its_place():
    right = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
    for place in range(3, len(right)):
        wrong = right[:place] + ("q" if right[place] != "q" else "p") + right[place + 1 :]
        with pytest.raises(BadInput) as error:
            parse_address(wrong)
        assert error.value.where.column == place + 1


@pytest.mark.parametrize(
    "text",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_the_case_of_eip_55_is_held_to(text):
    right = parse_address(text)
    assert parse_address(text.lower()) == right == parse_address("0x" + text[2:].upper())
    at = next(place for place, one in enumerate(text[2:], 2) if one.isalpha())
    with pytest.raises(BadInput, match="EIP-55") as error:
        parse_address(text[:at] + text[at].swapcase() + text[at + 1 :])
    assert error.value.where.column == at + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu", "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"),
        ("1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR", "BITCOINCASH:QR95SY3J9XWD2AP32XKYKTTR4CVCU7AS4Y0QVERFUY"),
        ("3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC", "ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq"),
    ],
)
def test_an_address_of_bitcoin_cash_is_one_in_both_spellings(old, new):
    assert parse_address(old).is_same(parse_address(new))


def test_one_wrong_character_of_cashaddr_is_named_by_its_place():
    with pytest.raises(BadInput) as error:
        parse_address("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6q")
    assert error.value.where.column == 54
    with pytest.raises(BadInput, match="'b' does not occur") as error:
        parse_address("bitcoincash:qpm2bsznhks23z7629mms6s4cwef74vcwvy22gdx6a")
    assert error.value.where.column == 17


def test_one_key_is_found_on_other_chains_and_in_other_outputs_and_is_not_the_same_address():
    legacy = parse_address("1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH")
    segwit = parse_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")
    assert legacy.holder == segwit.holder == f"key:{KEY}"
    assert not legacy.is_same(segwit)
    assert legacy.is_same(legacy)


def test_twenty_bytes_of_an_account_are_one_account_on_tron_and_elsewhere_and_never_a_key_hash():
    tron = parse_address("TVacWx7F5wgMgn49L5frDf9KLgdYy8nPHL")
    account = parse_address("0x" + tron.payload)
    assert tron.holder == account.holder
    assert not tron.is_same(account)
    assert tron.payee is Payee.ACCOUNT
    assert not tron.holder.startswith("key:")


@pytest.mark.parametrize(
    ("text", "form", "chain"),
    [
        ("LaYUy1DGfVSuSF5KbPhbLrm8kRotqiwUJn", "P2PKH", "LTC"),
        ("t1WSKwCDL1QYRRUrCCknEs5tDLhtGVYu9KM", "P2PKH", "ZEC"),
        ("Xs3vzQmNvAxRa3Xo8XzQqUb3BMgb9EogF4", "P2PKH", "DASH"),
        ("GPwg61XoHqQPNmAucFACuQ5H9sGCDv9TpS", "P2PKH", "BTG"),
        ("DFFJhnQNZf8rf67tYnesPu7MuGUpYtzv7Z", "P2PKH", "XVG"),
        ("rnXyVQzgxZe7TR1EPzTkGj2jxH4LMJYh66", "account", "XRP"),
        ("bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23", "bech32", "BNB"),
        ("42RLPACwZPx3vYYmxSueqsogfynBDqXK298EDsNoyoHi", "Solana", "SOL"),
        (
            "8ANG5NBnApL94YAKRfCSaS7g2fjEi1DWVcFNTn3wQ5HpfsgtnusgxaXE24bbhXukTgF8esRnMsWaReRiqNbSBSbmRE5Nm5M",
            "Monero",
            "XMR",
        ),
    ],
    ids=lambda one: one[:6],
)
def test_other_chains_are_known_by_their_form_and_a_typing_error_is_found(text, form, chain):
    found = parse_address(text)
    assert found.form == form
    assert chain in found.chains
    if chain == "SOL":
        return  # it has no checksum
    other = "a" if text[-3] != "a" else "c"
    with pytest.raises(BadInput, match="typing error"):
        parse_address(text[:-3] + other + text[-2:])


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("1BpEi6DfDAUFd7GtittLSdBeYJvc0aVggu", 29),
        ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg", 42),
        ("0x5aaeb6053f3e94c9b9a09f33669435e7ef1bea", 40),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv81f3t4", 39),
        ("rnXyVQzgxZe7TR1EPzTkGj2jxH4LMJYh60", 34),
    ],
)
def test_a_character_that_cannot_be_is_named_by_its_place(text, column):
    with pytest.raises(BadInput) as error:
        parse_address(text)
    assert error.value.where.column == column


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "someone@example.org",
        "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
        "mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn",
        "5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320",
    ],
)
def test_what_is_of_no_known_kind_or_of_a_test_network_is_not_screenable(text):
    assert isinstance(parse_address(text), NotScreenable)


def test_a_payment_link_is_read_for_its_address():
    found = parse_address("bitcoin:1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu?amount=1.5&label=x")
    assert isinstance(found, Address)
    assert found.text == "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu"
    with pytest.raises(BadInput) as error:
        parse_address("bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3tq?amount=1")
    assert error.value.where.column == 50


SOME = [
    "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
    "rnXyVQzgxZe7TR1EPzTkGj2jxH4LMJYh66",
    "bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf23",
]


@given(st.sampled_from(SOME), st.integers(0, 60), st.integers(0, 60), st.text(max_size=8))
def test_whatever_is_cut_out_or_put_in_nothing_else_than_an_error_of_ours_comes(text, start, end, put):
    changed = text[:start] + put + text[end:]
    try:
        found = parse_address(changed)
    except BadInput as error:
        column = error.where.column if error.where else None
        assert column is None or 1 <= column <= max(1, len(changed.strip()))
        return
    assert found.text or not changed.strip()


@pytest.mark.parametrize("text", ["bc", "ltc", "bnb", "1" * 5_000, "q" * 5_000, "bc1" + "q" * 5_000])
def test_a_text_without_its_separator_or_longer_than_any_address_is_not_screenable(text):
    assert isinstance(parse_address(text), NotScreenable)
