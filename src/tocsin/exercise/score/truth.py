"""What was planted in an exercise, and what everybody may know of its nation: ``truth.json`` and ``nation.json``."""

from __future__ import annotations

import msgspec

__all__ = ["Attack", "Demand", "Nation", "Owner", "OwnerTruth", "Planted", "Trace", "Truth", "Weakness"]


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """A trace of the attack in an owner's logs; ``kept`` if a log that shows it is kept and reaches back to it."""

    pattern: str
    kept: bool
    log: str = ""
    at: str = ""
    host: str = ""


class Weakness(msgspec.Struct, frozen=True, kw_only=True):
    """A product that the attack could use; ``known`` if its version is written down in the inventory."""

    product: str
    known: bool
    version: str = ""
    cve: str = ""


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """An address that the owner is to pay to; ``known`` if it is written down."""

    address: str
    known: bool


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """What of one attack is planted at one owner. It is *affected* if any list is not empty."""

    hit: tuple[Trace, ...] = ()
    exposed: tuple[Weakness, ...] = ()
    paying: tuple[Demand, ...] = ()


class OwnerTruth(msgspec.Struct, frozen=True, kw_only=True):
    """``private`` are words that nobody else may learn; ``attacks`` go by the id of the attack."""

    private: tuple[str, ...] = ()
    attacks: dict[str, Planted] = {}


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """The truth of a whole nation, by the id of the owner."""

    owners: dict[str, OwnerTruth]
    seed: int = 0


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """An owner as everybody may know it. ``sectors`` are ids of the 16."""

    id: str
    name: str
    sectors: tuple[str, ...] = ()
    own_process: bool = False
    offline: bool = False


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """An attack that is played: who reports it first, and when; ``happened`` is how it went in life."""

    id: str
    name: str
    first_report: str = ""
    first_victim: str = ""
    happened: str = ""


class Nation(msgspec.Struct, frozen=True, kw_only=True):
    """The nation of an exercise; ``days`` are those of all its attacks together, 0 where nobody said it."""

    owners: tuple[Owner, ...]
    attacks: tuple[Attack, ...]
    members: int = 0
    days: float = 0
    speed: str | float = ""
    seed: int = 0
