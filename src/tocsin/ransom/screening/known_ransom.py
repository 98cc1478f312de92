"""An incident as far as its ransom goes: who tells of it, and which addresses were to be paid, or were."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["KnownRansom", "Origin"]


class Origin(StrEnum):
    """By which way this node knows of an incident."""

    OWN = "own"
    NOTED = "noted"
    RELEASED = "released"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class KnownRansom:
    """What is known of the ransom of one incident; ``name`` is the one under which it was shared.

    ``by`` is who gave it: the hub or source, whom it was noted of, "" for one's own and for what this node released.
    ``when`` is the day of payment, demand or incident as far as it is known (``2026-04``, "" if not at all), ``tlp``
    the label under which it came. ``asked`` and ``paid`` are addresses as the incident writes them. ``names`` are those
    that it gives the attacker, ``families`` those of its malware, ``contact`` is whom it says to ask. One that is
    ``is_open`` is this node's own, and was not paid yet.
    """

    id: str
    name: str
    origin: Origin
    by: str = ""
    when: str = ""
    tlp: str = ""
    asked: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    contact: str = ""
    is_open: bool = False

    @property
    def addresses(self) -> tuple[str, ...]:
        """Those that were paid, and then the others that were to be."""
        return tuple(dict.fromkeys((*self.paid, *self.asked)))

    @property
    def is_given(self) -> bool:
        """Whether it lies here as somebody's object, and is not kept as a form."""
        return self.origin in {Origin.RELEASED, Origin.GIVEN}

    @property
    def whose_word(self) -> str:
        """Whose word it is, in words."""
        match self.origin:
            case Origin.OWN:
                return "your own"
            case Origin.NOTED:
                return f"noted here, of {self.by}" if self.by else "noted here"
            case Origin.RELEASED:
                return "released by this node"
            case Origin.GIVEN:
                return f"given by {self.by}"

    @property
    def told(self) -> str:
        """The incident in words: its name, day and label, and whose word it is."""
        parts = [self.when, f"TLP:{self.tlp.upper()}" if self.tlp else "", self.whose_word]
        return f"{self.name} ({', '.join(filter(None, parts))})"
