"""A node on each database, as the inventory's tests have it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from service.inventory.conftest import (  # noqa: F401  fixtures
    nothing_but_this_machine,
    world,
)


@pytest.fixture
def here(world):  # noqa: F811  the fixture above
    """The node, with the clock that bills and feeds are kept by."""
    node = world.node("Town Water", database=world.database)
    return SimpleNamespace(node=node, world=world, now_us=world.now_us)
