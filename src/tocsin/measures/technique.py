"""What an attacker does, as ATT&CK names it."""

from __future__ import annotations

import msgspec

__all__ = ["Technique"]


class Technique(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A technique.

    ``id`` is ATT&CK's (``T1078``, ``T0883``, ``T1566.001``), ``tactics`` the short names of its tactics.

    ``matrices`` are ``enterprise`` and ``ics``. ``revoked_by`` is the id that took its place; ``deprecated``: ATT&CK
    dropped it.
    """

    id: str
    name: str
    tactics: tuple[str, ...] = ()
    matrices: tuple[str, ...] = ()
    revoked_by: str = ""
    deprecated: bool = False
