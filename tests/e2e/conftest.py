"""The real evidence, read once in plain Python for all tests of this folder."""

from __future__ import annotations

import pytest

from e2e.checking import EVTX, WINDOWS, ZEEK
from e2e.evtx_events import read_archive
from e2e.windows_events import read_events
from e2e.zeek_records import read_records


@pytest.fixture(scope="session")
def windows():
    """All events of the 26 Windows sets."""
    return read_events(WINDOWS.glob("*.jsonl.gz"))


@pytest.fixture(scope="session")
def attacks():
    """The records of the 80 EVTX samples of attacks."""
    return read_archive(EVTX / "evtx-attack-samples.zip")


@pytest.fixture(scope="session")
def regression():
    """The records of the 100 EVTX samples of detection rules, and of their JSON twins."""
    return read_archive(EVTX / "sigma-regression.zip")


@pytest.fixture(scope="session")
def zeek():
    """The records of the combined Zeek log."""
    return read_records(ZEEK / "combined_zeek.log.gz")
