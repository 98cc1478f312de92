"""Nodes on each database, as the inventory's tests have them."""

from __future__ import annotations

from service.inventory.conftest import nothing_but_this_machine, world

__all__ = ["nothing_but_this_machine", "world"]
