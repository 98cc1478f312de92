"""The names of the extensions that a dossier is written with, and the ids of its objects.

The types ``cryptocurrency-wallet`` and ``cryptocurrency-transaction`` are those of DOGESEC (stix2extensions, github:
muchdogesec/stix2extensions). Their amounts are numbers with a fraction, and they name no outpoint, so what is exact is
in an extension of ours.
"""

from __future__ import annotations

import uuid
from typing import Final

from tocsin.model.canonical_json import canonical_json
from tocsin.model.ids import SCO_NAMESPACE

__all__ = [
    "ATTRIBUTION",
    "AUTHOR",
    "SATOSHI",
    "TRANSACTION",
    "WALLET",
    "made_id",
    "transaction_id",
    "wallet_id",
]

WALLET: Final = "extension-definition--be78509e-6958-51b1-8b26-d17ee0eba2d7"
TRANSACTION: Final = "extension-definition--151d042d-4dcf-5e44-843f-1024440318e5"

SATOSHI: Final = "extension-definition--d6a7835f-0a97-59c9-b5d4-b8ed466a113d"
"""Our own, of a transaction: whole satoshi, outpoints, and how much of what was followed is in an output."""

ATTRIBUTION: Final = "extension-definition--8fbccc0b-e082-5dad-80f6-8ed3995a7fca"
"""Our own, of a relationship: the role that somebody is said to have, by whom, and both Admiralty grades."""

AUTHOR: Final = "identity--8c5241a6-ea59-5c38-84aa-226cf1bacda7"
"""Whoever makes Tocsin: the author of its extensions."""

_NAMESPACE: Final = uuid.UUID("9b1c5a52-6f5e-4a0e-8b57-3d1f4c2e7a90")


def made_id(type: str, *parts: str) -> str:
    """The id of an object of ours: the same for the same parts."""
    return f"{type}--{uuid.uuid5(_NAMESPACE, chr(10).join((type, *parts)))}"


def wallet_id(address: str) -> str:
    """The id of an address (STIX 2.1 section 2.9; its ``value`` contributes)."""
    return _observable("cryptocurrency-wallet", {"value": address})


def transaction_id(txid: str) -> str:
    """The id of a transaction of Bitcoin (its ``symbol`` and ``value`` contribute)."""
    return _observable("cryptocurrency-transaction", {"symbol": "BTC", "value": txid})


def _observable(type: str, contributing: dict[str, str]) -> str:
    return f"{type}--{uuid.uuid5(SCO_NAMESPACE, canonical_json(contributing).decode())}"
