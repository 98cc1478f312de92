"""Satoshi as a person reads them."""

from __future__ import annotations

from typing import Final

__all__ = ["btc"]

_COIN: Final = 100_000_000


def btc(sat: int | None) -> str:
    """Whole satoshi as BTC with all eight decimals; ``?`` for what is not known."""
    return "?" if sat is None else f"{sat // _COIN:,}.{sat % _COIN:08}"
