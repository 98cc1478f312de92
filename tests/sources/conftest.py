from __future__ import annotations

from pathlib import Path

import pytest

from sources.packing import LOG


@pytest.fixture
def log() -> bytes:
    return LOG


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path
