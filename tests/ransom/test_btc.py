from __future__ import annotations

import pytest

from tocsin.ransom.btc import btc


@pytest.mark.parametrize(
    ("sat", "words"),
    [
        (0, "0.00000000"),
        (1, "0.00000001"),
        (100_000_000, "1.00000000"),
        (2_100_000_000_000_000, "21,000,000.00000000"),
        (None, "?"),
    ],
)
def test_satoshi_are_told_as_coins_with_all_decimals_and_what_is_not_known_is_not_nothing(sat, words):
    assert btc(sat) == words
