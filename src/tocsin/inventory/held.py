"""A release and where it is: by which bills of materials, and at which sites these hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tocsin.inventory.alias import Alias
from tocsin.inventory.component import Component
from tocsin.inventory.identity import Identity
from tocsin.inventory.treatment import Treatment

__all__ = ["HeldBill", "HeldRelease"]


@dataclass(frozen=True, slots=True, eq=False)
class HeldBill:
    """A bill that holds at a site: what is the same for all that it lists. Two that say the same are two.

    ``subject`` is what it is a bill of, ``also`` are the names that persons said that has too.
    """

    site: str
    exposed: bool
    owner: str
    name: str
    subject: Component | None
    known_since: date
    also: tuple[Identity, ...] = ()


@dataclass(frozen=True, slots=True)
class HeldRelease:
    """A release; the bills that list it, each with the place where it does so first; and what persons said of its name.

    ``treatments`` tell by site and vulnerability what is being done.
    """

    component: Component
    held: Mapping[HeldBill, str]
    aliases: Sequence[Alias] = ()
    treatments: Mapping[str, Mapping[str, Treatment]] = field(default_factory=dict)
