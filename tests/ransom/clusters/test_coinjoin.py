"""What looks like a CoinJoin joins nobody; a common payment does."""

from __future__ import annotations

import pytest

from tocsin.ransom.clusters.coinjoin import is_coinjoin

BTC = 100_000_000


@pytest.mark.parametrize(
    ("payers", "amounts"),
    [
        (5, [5_000_000] * 5),
        (3, [BTC] * 3 + [7_000_000, 8_000_000, 9_000_000]),
        (4, [BTC] * 3 + [7_000_000]),
        (12, [10_000_000] * 10 + [9_000_000 + n for n in range(10)] + [300_000]),
        (40, [BTC] * 4 + [BTC // 2] * 9 + [65_536] * 20 + [1_000_000 + n for n in range(20)]),
    ],
    ids=["whirlpool", "joinmarket", "joinmarket-without-change", "wasabi-1", "wasabi-2"],
)
def test_what_several_persons_pay_to_themselves_is_a_coinjoin(payers, amounts):
    assert is_coinjoin(payers, amounts)


@pytest.mark.parametrize(
    ("payers", "amounts"),
    [
        (2, [BTC, 3 * BTC]),
        (5, [BTC, BTC, 3 * BTC]),
        (2, [BTC] * 3),
        (3, [BTC] * 3 + [BTC + n for n in range(1, 6)]),
        (5, [546] * 4 + [BTC]),
        (5, [0, 0, 0]),
        (50, [BTC]),
        (50, [BTC, BTC, 1 * BTC + 1, 2 * BTC, 3 * BTC]),
        (19, [BTC] * 4 + [BTC // 2] * 9 + [65_536] * 18 + [1_000_000 + n for n in range(20)]),
    ],
    ids=[
        "payment", "two-equal", "too-few-pay", "batch", "tokens", "data", "collecting", "many-pay-few-equal", "too-few-for-wasabi-2",
    ],
)  # fmt: skip
def test_a_common_payment_is_none(payers, amounts):
    assert not is_coinjoin(payers, amounts)
