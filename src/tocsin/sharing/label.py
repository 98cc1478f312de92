"""The label of an object: all that governs who may see it, without the object itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from tocsin.errors import BadInput

__all__ = ["ANONYMOUS", "NOT_UNDERSTOOD", "OWN", "PAP_LEVELS", "Channel", "Label"]

Channel = Literal["published", "submitted", "received"]
"""How an object came to lie here: published by this node, sent to it by a member, or pulled from a hub or source."""

OWN: Final = ""
"""The origin of what this node's own organisation made."""

ANONYMOUS: Final = "anonymous"
"""The origin of what was brokered: it came from somebody else, and who that was is not kept with it."""

NOT_UNDERSTOOD: Final = 5
"""The ``tlp`` of an object with a marking that is not understood, above every level of TLP."""

PAP_LEVELS: Final = ("", "clear", "green", "amber", "red")
"""The levels of the Permissible Actions Protocol, the strictest last; "" where an object says none."""

_CHANNELS: Final = frozenset({"published", "submitted", "received"})


@dataclass(frozen=True, slots=True)
class Label:
    """What of an object is asked when it is decided who may see it; equal labels are decided alike.

    ``tlp`` is a :class:`~tocsin.model.tlp.Tlp` (0 to 4) or ``NOT_UNDERSTOOD``. ``audience`` are names that
    :mod:`tocsin.sharing.audience` describes; empty means everybody whom the TLP allows. ``origin`` is the
    identity id of the organisation that the object came from, ``OWN`` or ``ANONYMOUS``.

    Raises:
        BadInput: a level or a channel is none, so that no row of a database means what no rule speaks of.
    """

    tlp: int
    pap: str = ""
    audience: frozenset[str] = frozenset()
    origin: str = OWN
    channel: Channel = "published"

    @property
    def scope(self) -> str:
        """Whose objects this one lies among: those that are published here, or those that one organisation sent.

        Only objects of one scope hide each other, stand in each other's way and define each other's markings.
        Otherwise whoever sends an object under an id that others refer to would hide theirs, or learn that it is here.
        """
        return "" if self.channel == "published" else f"{self.channel} {self.origin}"

    def __post_init__(self) -> None:
        if not 0 <= self.tlp <= NOT_UNDERSTOOD:
            raise BadInput(f"a label's tlp is 0 to {NOT_UNDERSTOOD}, not {self.tlp}")
        if self.pap not in PAP_LEVELS:
            raise BadInput(f"a label's pap is one of {', '.join(PAP_LEVELS[1:])} or empty, not {self.pap!r}")
        if self.channel not in _CHANNELS:
            raise BadInput(
                f"a label's channel is one of {', '.join(sorted(_CHANNELS))}, not {self.channel!r}"
            )
