"""Golden files: what a format drew when it was last looked at. ``UPDATE_GOLDEN=1 pytest ...`` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["hold"]

FOLDER = Path(__file__).parent / "golden"


def hold(name: str, drawn: str) -> None:
    """Hold ``drawn`` to the golden file ``name``."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(drawn.encode())
    assert drawn == path.read_bytes().decode(), (
        f"{name} differs; if that is meant, run with UPDATE_GOLDEN=1 and look"
    )
