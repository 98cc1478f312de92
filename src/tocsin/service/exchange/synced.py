"""What a sync brought."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tocsin.errors import TocsinError

if TYPE_CHECKING:
    from tocsin.service.inventory.taking import Taken

__all__ = ["REFUSALS_TOLD", "Decided", "Synced", "WithFindings"]

REFUSALS_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Decided:
    """What a hub decided on an object that this node sent: ``state`` is released or refused, ``why`` in its words."""

    id: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class WithFindings:
    """A warning that was withdrawn, by its id and as its findings name it, and how many of them are kept here.

    ``why`` is the reason that was told, "" if none was.
    """

    id: str
    name: str
    why: str
    findings: int


@dataclass(slots=True)
class Synced:
    """What one hub or source brought. ``problems`` are told; the rest was done.

    ``new`` and ``known`` are versions that came, and ``withdrawn`` those that came now and revoke their object;
    ``no_longer_listed`` are objects that came before and went with this sync. ``with_findings`` are warnings that are
    withdrawn since this sync and of which findings are kept here.
    ``why_refused`` are the first few that were refused: the id or place, and the reason.
    ``decided`` is what the hub says became of what was sent to it before; ``token_until`` is until when the token
    holds that it gave now, empty if it gave none. ``advisories`` is what came of the advisories among its objects, None
    if there never was one. ``is_hub`` says that it is a hub, which may be answered.
    """

    name: str
    new: int = 0
    withdrawn: int = 0
    known: int = 0
    refused: int = 0
    why_refused: list[tuple[str, str]] = field(default_factory=list)
    no_longer_listed: int = 0
    with_findings: list[WithFindings] = field(default_factory=list)
    sent: int = 0
    log_size: int = 0
    proven: int = 0
    decided: list[Decided] = field(default_factory=list)
    token_until: str = ""
    advisories: Taken | None = None
    is_hub: bool = False
    problems: list[TocsinError] = field(default_factory=list)

    def refuse(self, where: str, why: str, count: int = 1) -> None:
        """Count what is not taken, and keep the reason of the first few."""
        self.refused += count
        if len(self.why_refused) < REFUSALS_TOLD:
            self.why_refused.append((where, why))
