"""Real data that tests use where it is beside the checkout; nothing of it is committed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

SHARED: Final = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(path: str) -> Path:
    """The file or folder ``path`` of the shared data; the test is skipped where it is not there."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"the real data is not at {found}")
    return found
