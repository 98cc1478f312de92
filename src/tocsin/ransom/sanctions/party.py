"""A sanctioned party as a list has it, and one version of a list."""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ["EU_FSF", "OFAC_SDN", "UK_SL", "ListVersion", "ListedAddress", "Party", "pairs_of"]

OFAC_SDN: Final = "OFAC SDN"
"""The list of Specially Designated Nationals and Blocked Persons."""

UK_SL: Final = "UK Sanctions List"
"""The list of the Foreign, Commonwealth & Development Office; since 28 January 2026 the only one of its country."""

EU_FSF: Final = "EU consolidated list"
"""The consolidated list of persons, groups and entities subject to EU financial sanctions."""


class ListedAddress(msgspec.Struct, frozen=True, array_like=True, order=True):
    """An address as a list spells it, with the ticker that the list gives it (``XBT``)."""

    ticker: str
    text: str


class Party(msgspec.Struct, frozen=True, array_like=True):
    """Who is listed: the number that the list gives, names, programmes, the day of the first entry ("": not said)."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    listed: str = ""
    addresses: tuple[ListedAddress, ...] = ()


class ListVersion(msgspec.Struct, frozen=True):
    """What one issue of a list says. ``issued`` is its day (YYYY-MM-DD), ``sha256`` that of its plain file.

    ``overflow_sha256`` is that of the file of remarks that goes with a CSV, ``form`` says how it was written.
    """

    list: str
    issued: str
    sha256: str
    form: str
    parties: tuple[Party, ...]
    overflow_sha256: str = ""


def pairs_of(parties: tuple[Party, ...]) -> dict[ListedAddress, tuple[Party, ...]]:
    """The distinct (ticker, address) of parties, each with those that it is listed for."""
    found: dict[ListedAddress, tuple[Party, ...]] = {}
    for party in parties:
        for one in dict.fromkeys(party.addresses):
            found[one] = (*found.get(one, ()), party)
    return found
