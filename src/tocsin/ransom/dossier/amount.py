"""Amounts in words: whole satoshi, written as BTC with all eight digits."""

from __future__ import annotations

__all__ = ["btc", "btc_range"]


def btc(sat: int | None) -> str:
    """``63.70000000``; a question mark where it is not known, which is never 0."""
    return "?" if sat is None else f"{sat // 100_000_000:,}.{sat % 100_000_000:08}"


def btc_range(low_sat: int, high_sat: int) -> str:
    """``57.78585047 to 63.69996546``, or one amount where both are the same."""
    return btc(low_sat) if low_sat == high_sat else f"{btc(low_sat)} to {btc(high_sat)}"
