from __future__ import annotations

from hypothesis import given, strategies as st

from tocsin.ransom.sanctions.party import ListedAddress, Party
from tocsin.ransom.screening.formerly import FormerlyListed
from tocsin.ransom.screening.screening import ListedAddresses

ADDRESSES = [
    "149w62rY42aZBox8fGcmqNsXUzSStKeq8C",
    "1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH",
    "0x8589427373D6D84E98730D7795D8f6f8731FDA16",
]
VERSION = st.lists(st.sampled_from(ADDRESSES), unique=True)


def parties(addresses):
    return tuple(Party(text[:4], text[:4], addresses=(ListedAddress("XBT", text),)) for text in addresses)


def naive(versions, text):
    """The last version before the newest that has it, and the one after that; () where the newest has it."""
    for n, version in enumerate(versions):
        if text in version:
            return [(f"2025-01-{31 - n}", f"2025-01-{32 - n}")] if n else []
    return []


@given(st.lists(VERSION, min_size=1, max_size=5))
def test_what_went_is_told_with_the_last_version_that_had_it_and_the_next(versions):
    newest, *older = versions
    before = FormerlyListed(
        ListedAddresses(parties(newest)),
        "2025-01-31",
        [(f"2025-01-{30 - n}", parties(one)) for n, one in enumerate(older)],
    )
    for text in ADDRESSES:
        told = before.of(text)
        assert [(one.issued, one.until) for one in told] == naive(versions, text)
        assert all(one.parties == parties([text]) for one in told)
        assert before.of(text.lower()) == (told if text.startswith("0x") else ())


def test_a_typing_error_and_another_address_of_the_same_holder_are_not_what_was_listed():
    before = FormerlyListed(ListedAddresses(()), "2025-01-31", [("2025-01-30", parties(ADDRESSES[1:2]))])
    assert before.of(ADDRESSES[1][:-1] + "J") == ()
    assert before.of("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4") == ()
    assert before.of("what?") == ()
