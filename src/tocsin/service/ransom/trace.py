"""``wallet trace``: where the satoshi of an output or of an address went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tocsin.errors import BadInput, NothingToCheck
from tocsin.limits import TRACE_OUTPUTS
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint, is_txid, outpoint_of
from tocsin.ransom.taint.ends import Ends
from tocsin.ransom.taint.trace import Trace, trace
from tocsin.service.exchange.node import Node
from tocsin.store.ledger import kept_ledger as read_ledger

__all__ = ["ends_of", "kept_ledger", "known_address", "seeds_of", "trace_of"]


def kept_ledger(node: Node) -> Ledger:
    """All that was loaded."""
    with node.reading() as connection:
        return read_ledger(connection)


def ends_of(
    ledger: Ledger, stop_at: Collection[str], dust_sat: int, services: Mapping[str, str] | None = None
) -> Ends:
    """Where a trace is to end: ``stop_at`` holds some of ``services``, ``coinjoins`` and ``dust``."""
    return Ends(
        ledger,
        services=(services or {}) if "services" in stop_at else {},
        at_coinjoins="coinjoins" in stop_at,
        dust_sat=dust_sat if "dust" in stop_at else 0,
    )


def trace_of(
    ledger: Ledger,
    asked: str,
    methods: Iterable[str],
    ends: Ends | None = None,
    most: int = TRACE_OUTPUTS,
) -> Trace:
    """Follow what ``asked`` names, ``TXID:N`` or an address, taken as wholly traced, to where ``ends`` says.

    Of the outputs that it reaches the ``most`` that hold most are told.

    Raises:
        NothingToCheck: nothing that is loaded knows it.
        BadInput: it is no outpoint, or its amount is not known.
    """
    return trace(ledger, seeds_of(ledger, asked), methods, ends, most)


def seeds_of(ledger: Ledger, asked: str) -> list[OutPoint]:
    """The outputs that ``asked`` names: one, or all that pay to an address.

    Raises:
        NothingToCheck: nothing that is loaded knows it.
        BadInput: it is no outpoint.
    """
    _check_some(ledger)
    if ":" in asked and is_txid(asked.strip().lower().partition(":")[0]):
        point = outpoint_of(asked)
        if ledger.point(point) is None:
            raise NothingToCheck(
                f"no transaction that is loaded has or spends {point}",
                hint="Load its transaction, or its spender.",
            )
        return [point]
    if is_txid(asked.strip().lower()):
        raise BadInput(f"{asked.strip()} names no output", hint="Say which: TXID:0 is the first.")
    return ledger.paid_to(known_address(ledger, asked))


def known_address(ledger: Ledger, asked: str) -> str:
    """The address that ``asked`` names, as the ledger writes it.

    Raises:
        NothingToCheck: nothing that is loaded knows it.
    """
    _check_some(ledger)
    # Bech32 may be written in capitals (BIP 173).
    for text in (asked.strip(), asked.strip().lower()):
        if known := ledger.spelling(text):
            return known
    raise NothingToCheck(
        f"no transaction that is loaded pays to {asked.strip()[:100]}",
        hint="Load what pays to it, or what spends from it.",
    )


def _check_some(ledger: Ledger) -> None:
    if not len(ledger):
        raise NothingToCheck("no transaction is loaded", hint="Load some: tocsin wallet load FILE...")
