"""Compiled plans kept on disk, so that a million warnings are compiled once.

A plan is a folder of Arrow files that are mapped into memory, named by a digest of the warnings' bytes, of our
version and of this layout. The whole cache may be deleted at any time; what cannot be read is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pyarrow as pa

from tocsin import __version__
from tocsin.detect.plan import Group, Plan
from tocsin.detect.warning import WarningTally

__all__ = ["load_plan", "plan_key", "save_plan"]

_LAYOUT = 2
_KEPT = 8


class _Index(msgspec.Struct):
    groups: list[tuple[str, str]]
    reads: list[tuple[str, ...]]
    slow: list[int]
    tally: WarningTally


def plan_key(sources: Iterable[tuple[str, str]]) -> str:
    """Return the key of warnings given as (name, SHA-256 of the bytes) in the order they are read."""
    digest = hashlib.sha256(f"{__version__} {_LAYOUT} {pa.__version__}\n".encode())
    for name, sha256 in sources:
        digest.update(f"{sha256} {name}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def load_plan(cache: Path, key: str) -> tuple[Plan, WarningTally] | None:
    """Return the plan kept under ``key`` and what its reading counted; None if there is none that can be read."""
    folder = cache / "plans" / key
    try:
        index = msgspec.json.decode((folder / "index.json").read_bytes(), type=_Index)
        groups = tuple(
            Group(kind, path, _mapped(folder / f"group-{number}.arrow"))
            for number, (kind, path) in enumerate(index.groups)
        )
        plan = Plan(_mapped(folder / "warnings.arrow"), groups, tuple(index.reads), tuple(index.slow))
    except (OSError, msgspec.DecodeError, pa.ArrowException):
        return None
    with contextlib.suppress(OSError):
        os.utime(folder)
    return plan, index.tally


def save_plan(cache: Path, key: str, plan: Plan, tally: WarningTally) -> None:
    """Keep ``plan`` under ``key``; the folder appears whole or not at all, and the oldest beyond a few go.

    Raises:
        OSError: the cache cannot be written.
    """
    plans = cache / "plans"
    plans.mkdir(mode=0o700, parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=plans))
    try:
        _write(making / "warnings.arrow", plan.warnings)
        for number, group in enumerate(plan.groups):
            _write(making / f"group-{number}.arrow", group.rows)
        index = _Index(
            [(group.kind, group.path) for group in plan.groups], list(plan.reads), list(plan.slow), tally
        )
        (making / "index.json").write_bytes(msgspec.json.encode(index))
        shutil.rmtree(plans / key, ignore_errors=True)
        making.rename(plans / key)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    kept = sorted(
        (entry for entry in plans.iterdir() if entry.is_dir()), key=lambda entry: -entry.stat().st_mtime
    )
    for folder in kept[_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.unify_dictionaries())


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
