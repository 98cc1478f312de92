"""What somebody says of an address, and where it stands."""

from __future__ import annotations

from typing import Final

import msgspec

__all__ = ["SERVICES", "Label", "address_key"]

SERVICES: Final = frozenset(
    {
        "atm", "coinjoin", "defi_bridge", "defi_dex", "defi_lending", "exchange", "faucet", "gambling", "hosted_wallet",
        "market", "mixing_service", "payment_processor", "service", "shop", "wallet_service",
    }
)  # fmt: skip
"""Concepts of the INTERPOL taxonomy that TagPacks use, of whoever holds the money of many at one address: whom it comes
from there is no longer whom it goes to."""

_CASELESS: Final = ("0x", "bc1", "ltc1", "tb1", "bitcoincash:")
_PREFIX: Final = "bitcoincash:"


class Label(msgspec.Struct, frozen=True, array_like=True):
    """One label of one address, as its pack gives it; "" where the pack does not say.

    ``label`` is the name that the pack uses, of ransomware a family; ``category``, ``abuse`` and ``concepts`` are of
    its taxonomy, ``actor`` and ``confidence`` ids of its own. ``source`` is where it is said, ``pack`` the pack's file,
    ``lastmod`` a day (YYYY-MM-DD). An address is not checked: one with a typing error names nobody.
    """

    address: str
    label: str
    currency: str
    source: str
    pack: str
    category: str = ""
    abuse: str = ""
    actor: str = ""
    confidence: str = ""
    lastmod: str = ""
    concepts: tuple[str, ...] = ()

    @property
    def is_service(self) -> bool:
        """Whether it says that the address is of a service."""
        return not SERVICES.isdisjoint((self.category, *self.concepts))


def address_key(text: str) -> str:
    """By what labels of an address are found: its text, without case and prefix where they mean nothing."""
    lower = text.strip().lower()
    return lower.removeprefix(_PREFIX) if lower.startswith(_CASELESS) else text.strip()
