"""What stands in the boxes of a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tocsin.model.told.number import number
from tocsin.ransom.btc import btc
from tocsin.ransom.flow.layers import Box, Kind, Sum

__all__ = ["BoxWords", "amount_words", "becomes_words", "box_words"]

_HEAD, _TAIL = 8, 6
_NO_ADDRESS: Final = "no address known"


@dataclass(frozen=True, slots=True)
class BoxWords:
    """The lines of a box: what it is, beside it what becomes of it, and the amount with its range below."""

    title: str
    side: str
    lead: str
    lines: tuple[str, ...]


def box_words(box: Box) -> BoxWords:
    """The lines of a box, each short enough for its width."""
    amount = amount_words(box.sum)
    ranged = (f"at least {btc(box.sum.min_sat)}", f"at most {btc(box.sum.max_sat)}")
    match box.kind:
        case Kind.CHAIN:
            count = len(box.chain.txids) if box.chain else 0
            to = number(box.addresses, "address", "addresses") if box.addresses else "no address"
            side = number(box.apart, "goes on", "go on") if box.apart else ""
            return BoxWords("Peel chain", side, number(count, "transaction"), (amount, f"to {to}", *ranged))
        case Kind.REST:
            return BoxWords(f"{number(len(box.points), 'smaller output')}", "", amount, ranged)
        case Kind.SEED:
            return BoxWords(_short(box), _side(box), amount, ("followed from here",))
    return BoxWords(_short(box), _side(box), amount, ranged)


def amount_words(found: Sum) -> str:
    """The amount in BTC; that of outputs of which it cannot be told is never taken for nothing."""
    if not found.untold:
        return f"{btc(found.amount_sat)} BTC"
    return "? BTC" if found.untold == found.outputs else f"{btc(found.amount_sat)} BTC + ?"


def becomes_words(box: Box) -> str:
    """What becomes of an output."""
    if box.ends:
        return "not spent, as far as is loaded"
    if box.to_fees:
        return "spent, all of it on fees"
    if box.unseen:
        return "goes on to outputs that are not drawn"
    return "goes on"


def _short(box: Box) -> str:
    address = box.output.address if box.output else ""
    if not address:
        return _NO_ADDRESS
    return address if len(address) <= _HEAD + _TAIL + 1 else f"{address[:_HEAD]}…{address[-_TAIL:]}"


def _side(box: Box) -> str:
    if box.ends:
        return "not spent"
    if box.unseen:
        return "goes on"
    return "to fees" if box.to_fees else ""
