"""``wallet trace``: where the satoshi of an output or of an address went."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.errors import BadInput, NothingToCheck
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint, is_txid, outpoint_of
from tocsin.ransom.taint.trace import Trace, trace
from tocsin.service.exchange.node import Node
from tocsin.store.ledger import kept_transactions

__all__ = ["kept_ledger", "known_address", "seeds_of", "trace_of"]


def kept_ledger(node: Node) -> Ledger:
    """All that was loaded."""
    with node.reading() as connection:
        return Ledger(kept_transactions(connection))


def trace_of(ledger: Ledger, asked: str, methods: Iterable[str]) -> Trace:
    """Follow what ``asked`` names, ``TXID:N`` or an address, taken as wholly traced.

    Raises:
        NothingToCheck: nothing that is loaded knows it.
        BadInput: it is no outpoint, or its amount is not known.
    """
    return trace(ledger, seeds_of(ledger, asked), methods)


def seeds_of(ledger: Ledger, asked: str) -> list[OutPoint]:
    """The outputs that ``asked`` names: one, or all that pay to an address.

    Raises:
        NothingToCheck: nothing that is loaded knows it.
        BadInput: it is no outpoint.
    """
    _check_some(ledger)
    if ":" in asked and is_txid(asked.strip().lower().partition(":")[0]):
        point = outpoint_of(asked)
        if ledger.amount_of(point) is None and point not in ledger.spends:
            raise NothingToCheck(
                f"no transaction that is loaded has or spends {point}",
                hint="Load its transaction, or its spender.",
            )
        return [point]
    if is_txid(asked.strip().lower()):
        raise BadInput(f"{asked.strip()} names no output", hint="Say which: TXID:0 is the first.")
    return ledger.paid_to[known_address(ledger, asked)]


def known_address(ledger: Ledger, asked: str) -> str:
    """The address that ``asked`` names, as the ledger writes it.

    Raises:
        NothingToCheck: nothing that is loaded knows it.
    """
    _check_some(ledger)
    # Bech32 may be written in capitals (BIP 173).
    for text in (asked.strip(), asked.strip().lower()):
        if text in ledger.paid_to:
            return text
    raise NothingToCheck(
        f"no transaction that is loaded pays to {asked.strip()[:100]}",
        hint="Load what pays to it, or what spends from it.",
    )


def _check_some(ledger: Ledger) -> None:
    if not ledger.transactions:
        raise NothingToCheck("no transaction is loaded", hint="Load some: tocsin wallet load FILE...")
