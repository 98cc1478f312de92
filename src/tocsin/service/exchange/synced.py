"""What a sync brought."""

from __future__ import annotations

from dataclasses import dataclass, field

from tocsin.errors import TocsinError

__all__ = ["Synced"]


@dataclass(slots=True)
class Synced:
    """What one hub or source brought. ``problems`` are told; the rest was done.

    ``new`` and ``known`` are versions that came, ``no_longer_listed`` objects that came before and went with this sync.
    """

    name: str
    new: int = 0
    known: int = 0
    refused: int = 0
    no_longer_listed: int = 0
    sent: int = 0
    log_size: int = 0
    proven: int = 0
    problems: list[TocsinError] = field(default_factory=list)
