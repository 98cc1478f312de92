from __future__ import annotations

import pytest

from tocsin.ransom.labels.label import Label, address_key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" 1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH\n", "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH"),
        ("0x8589427373D6D84E98730D7795D8f6f8731FDA16", "0x8589427373d6d84e98730d7795d8f6f8731fda16"),
        ("BC1QW508", "bc1qw508"),
        ("bitcoincash:qpm2qsz", "qpm2qsz"),
        ("TVacWx7F5wgMgn49L5frDf9KLgdYy8nPHL", "TVacWx7F5wgMgn49L5frDf9KLgdYy8nPHL"),
    ],
    ids=str,
)
def test_case_is_kept_where_it_means_something(text, key):
    assert address_key(text) == key


@pytest.mark.parametrize(
    ("category", "concepts", "service"),
    [("exchange", (), True), ("", ("mixing_service",), True), ("user", ("scam",), False), ("", (), False)],
    ids=str,
)
def test_a_service_is_told_by_its_category_or_a_concept(category, concepts, service):
    assert Label("1a", "x", "BTC", "s", "p", category=category, concepts=concepts).is_service is service
