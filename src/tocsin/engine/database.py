"""The one factory of DuckDB connections: nothing loaded, nothing reached, bounded, and locked."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import ARROW, SPECIAL

from tocsin.engine.casts import macros
from tocsin.engine.odd_casts import ODD_CASTS

__all__ = ["connect"]


def connect(*, threads: int, memory_bytes: int, temporary: Path) -> duckdb.DuckDBPyConnection:
    """Return a connection that may read no file.

    ``temporary`` is the folder it spills to; its owner removes it. Time is UTC.
    """
    database = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": f"{memory_bytes // (1 << 20)}MiB",
            "temp_directory": str(temporary),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    database.execute("SET TimeZone = 'UTC'")
    database.execute("SET enable_progress_bar = false")
    database.execute("SET disabled_optimizers = 'join_order,build_side_probe_side'")
    for name, cast in ODD_CASTS.items():
        odd = functools.partial(_mapped, cast)
        database.create_function(name, odd, ["VARCHAR"], "VARCHAR", type=ARROW, null_handling=SPECIAL)
    database.execute(macros())
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


_lock = threading.Lock()


def _mapped(cast: Callable[[str], str | None], values: pa.Array) -> pa.Array:
    with _lock:
        distinct = pc.unique(values).to_pylist()
        known = {value: None if value is None else cast(value) for value in distinct}
        return pa.array([known[value] for value in values.to_pylist()], pa.string())
