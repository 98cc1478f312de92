"""``wallet trace``: where the satoshi of an output or of an address went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from tocsin.errors import BadInput, NothingToCheck
from tocsin.limits import TRACE_OUTPUTS
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint, is_txid, outpoint_of
from tocsin.ransom.taint.ends import End, Ends
from tocsin.ransom.taint.trace import Trace, trace
from tocsin.service.exchange.node import Node
from tocsin.store.ledger import kept_ledger as read_ledger

__all__ = ["ends_of", "kept_ledger", "known_address", "passed", "seeds_of", "trace_of"]

_BEGINNING: Final = 8
"""Digits of an id that are enough to be one: tables show twelve."""
_HEX: Final = frozenset("0123456789abcdef")


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


def passed(ledger: Ledger, done: Trace, services: Mapping[str, str]) -> dict[End, int]:
    """How many outputs a trace went on from although a service was paid there, or a CoinJoin spends them."""
    ends = Ends(ledger, services, at_coinjoins=True)
    found: Counter[End] = Counter()
    went_on = [one for one in done.seeds if one not in done.ended]
    went_on += [one.point for one in done.reached if one.spent_by and one.ended is None]
    # By all their ids together: to look for one goes through all ids of the ledger.
    for outpoint, number in zip(went_on, ledger.numbers(one.txid for one in went_on), strict=True):
        point = ledger.point(outpoint) if number is None else ledger.points_paid(number)[outpoint.n]
        spender = None if point is None else ledger.spender(point)
        if point is None or spender is None:
            continue
        reason = ends.reason(point, spender, is_seed=outpoint in done.seeds)
        if reason is not None:
            found[reason] += 1
    return dict(found)


def seeds_of(ledger: Ledger, asked: str) -> list[OutPoint]:
    """The outputs that ``asked`` names: one, or all that pay to an address.

    Raises:
        NothingToCheck: nothing that is loaded knows it.
        BadInput: it is no outpoint.
    """
    _check_some(ledger)
    asked = _whole(ledger, asked.strip())
    if ":" in asked and is_txid(asked.lower().partition(":")[0]):
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


def _whole(ledger: Ledger, asked: str) -> str:
    """``asked`` with the whole id of which it gives the beginning, as tables show it; as it is if it gives none.

    Raises:
        BadInput: several ids begin so.
    """
    digits, colon, n = asked.lower().partition(":")
    if not colon or is_txid(digits) or len(digits) < _BEGINNING or not _HEX.issuperset(digits):
        return asked
    found = ledger.beginning_with(digits)
    if len(found) > 1:
        raise BadInput(f"{len(found):,} transactions begin with {digits}", hint="Give more of the id.")
    return f"{found[0]}:{n}" if found else asked


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
