"""How often one may ask: buckets that fill with time, of a bounded number, whatever the method of a request."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

__all__ = ["Rates"]

MOST_KEYS: Final = 20_000
"""Askers that are remembered; the one that was quiet longest is forgotten first."""


class Rates:
    """Lets each key through ``a_minute`` times in a minute, all at once or spread. ``now_us`` is the clock."""

    def __init__(self, a_minute: int, now_us: Callable[[], int]) -> None:
        self._most = float(a_minute)
        self._now_us = now_us
        self._held: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, key: str) -> int:
        """How many seconds ``key`` has to wait before it is let through; 0 if it need not. Takes nothing."""
        with self._lock:
            left, _ = self._left(key)
        return 0 if left >= 1 else max(1, round((1 - left) * 60 / self._most + 0.5))

    def take(self, key: str) -> int:
        """Take one, and return how many seconds ``key`` has to wait; 0 if it is let through."""
        with self._lock:
            left, now = self._left(key)
            if left < 1:
                return max(1, round((1 - left) * 60 / self._most + 0.5))
            self._held[key] = (left - 1, now)
            self._held.move_to_end(key)
            while len(self._held) > MOST_KEYS:
                self._held.popitem(last=False)
        return 0

    def _left(self, key: str) -> tuple[float, int]:
        now = self._now_us()
        left, at = self._held.get(key, (self._most, now))
        # A clock that was put back gives nothing and takes nothing.
        return min(self._most, left + max(0, now - at) / 60_000_000 * self._most), now
