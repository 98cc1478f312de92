from __future__ import annotations

import pytest

from exercise.fake_run import Fake


@pytest.fixture(scope="session")
def fake():
    """A nation of 64 through which four attacks were played; only its making draws anything."""
    return Fake()


@pytest.fixture(scope="session")
def run(fake, tmp_path_factory):
    """Its folder, done and scored."""
    return fake.write(tmp_path_factory.mktemp("run") / "done")
