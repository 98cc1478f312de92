"""The one factory of DuckDB connections: nothing loaded, nothing reached, bounded, and locked."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from duckdb.func import ARROW, SPECIAL

from tocsin.detect.normalise import address_of, canonical_address
from tocsin.engine.casts import macros

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
    for name, function in (
        ("address_of", _addresses),
        ("canonical_address", _canonical_addresses),
        ("address_digits", _address_digits),
    ):
        database.create_function(name, function, ["VARCHAR"], "VARCHAR", type=ARROW, null_handling=SPECIAL)
    database.execute(macros())
    database.execute("SET enable_external_access = false")
    database.execute("SET lock_configuration = true")
    return database


# Called only for the few values that plain SQL cannot bring into form.
_lock = threading.Lock()


def _addresses(values: pa.Array) -> pa.Array:
    return _mapped(values, address_of)


def _canonical_addresses(values: pa.Array) -> pa.Array:
    return _mapped(values, canonical_address)


def _address_digits(values: pa.Array) -> pa.Array:
    return _mapped(values, _digits)


def _digits(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return f"{int(address):0{8 if address.version == 4 else 32}x}"


def _mapped(values: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    with _lock:
        distinct = pc.unique(values).to_pylist()
        known = {value: None if value is None else function(value) for value in distinct}
        return pa.array([known[value] for value in values.to_pylist()], pa.string())
