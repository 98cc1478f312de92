"""The modules that take longest go first, so that no worker is left alone with one of them at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

LONGEST = (
    "e2e/test_three_nodes.py",
    "browser/test_pages.py",
    "engine/test_run_against_naive.py",
    "e2e/test_public_indicators.py",
    "store/test_advisories.py",
    "store/test_visibility.py",
    "e2e/test_bad_input.py",
    "e2e/test_log_watched.py",
    "e2e/test_windows.py",
    "detect/pattern/test_sequence.py",
    "detect/pattern/test_against_naive.py",
    "e2e/test_example.py",
    "e2e/test_invariants.py",
    "sources/test_decode.py",
    "store/test_crash.py",
    "engine/test_text_keys.py",
    "inventory/version/test_keys.py",
    "sharing/test_policy.py",
    "store/test_delivery.py",
)
_RANKS = {Path(__file__).parent / name: rank for rank, name in enumerate(LONGEST)}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the order within a module, and among modules that are not named."""
    items.sort(key=lambda item: _RANKS.get(item.path, len(LONGEST)))
