"""How a running service tells how far it is: the caller passes an observer in, the service draws nothing."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Progress", "SilentProgress"]


class Progress(Protocol):
    """Observes a run. Calls come from one thread, in the order of the work."""

    def stage(self, name: str) -> None:
        """Note that a new stage begins; ``name`` is what a person reads ("reading evidence")."""
        ...

    def advance(self, done_bytes: int, total_bytes: int, rows: int) -> None:
        """Note how much of the stage is done in all: bytes of ``total_bytes`` (0: unknown), and rows read."""
        ...


class SilentProgress:
    """Says nothing."""

    def stage(self, name: str) -> None:
        """Ignore a new stage."""

    def advance(self, done_bytes: int, total_bytes: int, rows: int) -> None:
        """Ignore an advance."""
