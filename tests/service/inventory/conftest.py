from __future__ import annotations

import itertools
from hashlib import sha256
from pathlib import Path

import pytest

from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.node import Surroundings

EXAMPLES = Path(__file__).parents[3] / "src/tocsin/data/examples/gate"


@pytest.fixture
def node(tmp_path):
    """A node of a made-up utility, whose clock stands still."""
    count = itertools.count()
    around = Surroundings(
        lambda: 1_795_780_800_000_000, lambda size: sha256(str(next(count)).encode()).digest()[:size]
    )
    made = init_node(tmp_path / "node", around, name="Brookwater", sector_names=["water"])
    yield made
    made.close()
