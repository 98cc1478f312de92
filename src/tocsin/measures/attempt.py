"""What measures are chosen against: something that was done to somebody, as the stages that it needed."""

from __future__ import annotations

import msgspec

__all__ = ["Attempt", "Stage"]


class Stage(msgspec.Struct, frozen=True):
    """One thing that the attacker had to get done, by any one of ``techniques`` (ATT&CK ids)."""

    name: str
    techniques: tuple[str, ...]


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An incident, a campaign or what a group is known for. All of ``stages`` have to succeed.

    ``kind`` is ``incident``, ``campaign`` or ``group``; ``began`` the day of its first act (``YYYY-MM-DD``, "" if
    unknown); ``sectors`` ids of the 16 sectors that it hit, empty if nobody says.
    """

    id: str
    name: str
    kind: str
    stages: tuple[Stage, ...]
    began: str = ""
    sectors: tuple[str, ...] = ()
