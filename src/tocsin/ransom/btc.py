"""Satoshi as a person reads them."""

from __future__ import annotations

from typing import Final

__all__ = ["btc", "btc_range"]

_COIN: Final = 100_000_000


def btc(sat: int | None) -> str:
    """Whole satoshi as BTC with all eight decimals; ``?`` for what is not known."""
    return "?" if sat is None else f"{sat // _COIN:,}.{sat % _COIN:08}"


def btc_range(low_sat: int, high_sat: int) -> str:
    """``57.78585047 to 63.69996546``, or one amount where both are the same."""
    return btc(low_sat) if low_sat == high_sat else f"{btc(low_sat)} to {btc(high_sat)}"
