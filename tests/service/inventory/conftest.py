from __future__ import annotations

import pytest

from inventory.stocked import stocked
from taxii.hub import Hub


@pytest.fixture
def hub(tmp_path):
    """A node with two sites and the advisories about what is there."""
    made = stocked(Hub(tmp_path / "hub"))
    yield made
    made.node.close()
