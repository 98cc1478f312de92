"""One case of ransom as far as the ledger goes: where it was to be paid, and what was paid."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.errors import BadInput
from tocsin.ransom.address.address import NotScreenable, parse_address
from tocsin.ransom.ledger.transaction import OutPoint

__all__ = ["Case", "holder_of", "plain_address"]


@dataclass(frozen=True, slots=True)
class Case:
    """What one victim knows. ``addresses`` are those of demand and payment, ``points`` the outputs that were paid.

    ``day`` is that of the payment or else of the demand (``YYYY-MM-DD``, "" if not known).
    """

    id: str
    addresses: tuple[str, ...] = ()
    points: tuple[OutPoint, ...] = ()
    day: str = ""


def plain_address(text: str) -> str:
    """The one spelling of an address; a text that is none stays as it is."""
    try:
        found = parse_address(text)
    except BadInput:
        return text.strip()
    return found.text


def holder_of(text: str) -> str:
    """The same for two addresses that one key or one script can spend from, in any spelling."""
    try:
        found = parse_address(text)
    except BadInput:
        return f"text:{text.strip()}"
    return f"text:{found.text}" if isinstance(found, NotScreenable) else found.holder
