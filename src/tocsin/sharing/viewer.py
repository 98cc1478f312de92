"""Who asks to see: an organisation or one of its people, and what it is to this node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tocsin.errors import BadInput
from tocsin.model.tlp import Tlp
from tocsin.sharing.label import ANONYMOUS

__all__ = ["RELATIONS", "Relation", "Viewer"]

Relation = Literal["own", "member", "client_member", "client", "peer", "reader"]
"""What an organisation is to this node.

``own``: it runs this node. ``member``: it joined this node. ``client``: this organisation lists it as its
client (in TLP's sense); ``client_member``: both. ``peer``: a hub that this node joined. ``reader``: anybody
else, who need not be known.
"""

RELATIONS: frozenset[Relation] = frozenset({"own", "member", "client_member", "client", "peer", "reader"})


@dataclass(frozen=True, slots=True)
class Viewer:
    """One who asks.

    ``organisation`` is an identity id, "" for one that is not known. ``person`` is a name where one person
    has signed in, "" for an organisation's token. ``groups`` are the audiences that the viewer belongs to
    (``sector:energy``, ``community:ports``, ``organisation:identity--...``). Nothing above ``ceiling`` is shown.

    Raises:
        BadInput: the relation is none, or the organisation calls itself ``anonymous``.
    """

    organisation: str
    relation: Relation
    person: str = ""
    groups: frozenset[str] = frozenset()
    ceiling: Tlp = Tlp.AMBER_STRICT

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise BadInput(
                f"a viewer's relation is one of {', '.join(sorted(RELATIONS))}, not {self.relation!r}"
            )
        if self.organisation == ANONYMOUS:
            raise BadInput(f"no organisation is called {ANONYMOUS!r}: it stands for those who are not named")

    @property
    def names(self) -> frozenset[str]:
        """The audiences that the viewer belongs to, a person's own name among them."""
        return self.groups | {f"person:{self.person}"} if self.person else self.groups
