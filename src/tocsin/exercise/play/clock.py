"""The time in the nation: another than the wall's, and as fast as the exercise is played."""

from __future__ import annotations

import time

__all__ = ["NationClock"]

_US = 1_000_000


class NationClock:
    """Tells microseconds since 1970. Set to a moment, it goes on from there ``speed`` times as fast as the wall's."""

    def __init__(self, base_us: int, speed: float = 1.0) -> None:
        self.set(base_us, speed)

    def set(self, base_us: int, speed: float) -> None:
        """Go on from ``base_us``."""
        self._base_us, self._speed, self._began = base_us, speed, time.monotonic()

    def now_us(self) -> int:
        """The time, which never stands still between two questions of one process."""
        return self._base_us + int((time.monotonic() - self._began) * self._speed * _US)
