"""Addresses of payments in a list that has no field for them: they stand in remarks."""

from __future__ import annotations

import re
from typing import Final

from tocsin.errors import BadInput
from tocsin.ransom.address.address import Address, Payee, parse_address
from tocsin.ransom.sanctions.party import ListedAddress

__all__ = ["addresses_in"]

_WORD: Final = re.compile(r"(?:bitcoincash:)?[0-9A-Za-z]{26,106}")


def addresses_in(text: str) -> tuple[ListedAddress, ...]:
    """The addresses that ``text`` names, each with the chains that it may be used on in the place of a ticker.

    Only those whose checksum holds, and accounts of Ethereum: of 40 hexadecimal digits after 0x a text holds no other
    kind. A word that is one but for a typing error is none, for whose it is cannot be told.
    """
    found: dict[ListedAddress, None] = {}
    for word in _WORD.findall(text):
        try:
            read = parse_address(word)
        except BadInput:
            continue
        if isinstance(read, Address) and (read.payee is not Payee.TEXT or read.form == "Monero"):
            found[ListedAddress("/".join(read.chains), word)] = None
    return tuple(found)
