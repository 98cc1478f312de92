"""Compiled plans kept on disk, so that a million warnings are compiled once.

A plan is a folder of Arrow files that are mapped into memory, named by a digest of the warnings' bytes, of our
version and of this layout. The whole cache may be deleted at any time; what cannot be read is made anew, and so is
what is not as it was written: a byte that a failing disk changed would make of a warning silently another one. Each
file's CRC-32 is kept for that. It is no seal against a person, who could write the whole folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pyarrow as pa

from tocsin import __version__
from tocsin.detect.plan import Group, Plan
from tocsin.detect.warning import WarningTally

__all__ = ["load_plan", "plan_key", "save_plan"]

_LAYOUT = 3
_KEPT = 8
_READ_BYTES = 1 << 20


class _Index(msgspec.Struct):
    groups: list[tuple[str, str]]
    reads: list[tuple[str, ...]]
    slow: list[int]
    tally: WarningTally
    checksums: dict[str, int]


class _Sealed(msgspec.Struct):
    """The index as its own bytes, and their CRC-32."""

    checksum: int
    index: msgspec.Raw


def plan_key(sources: Iterable[tuple[str, str]]) -> str:
    """Return the key of warnings given as (name, SHA-256 of the bytes) in the order they are read."""
    digest = hashlib.sha256(f"{__version__} {_LAYOUT} {pa.__version__}\n".encode())
    for name, sha256 in sources:
        digest.update(f"{sha256} {name}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def load_plan(cache: Path, key: str) -> tuple[Plan, WarningTally] | None:
    """Return the plan kept under ``key`` and what its reading counted; None if there is none as it was written."""
    folder = cache / "plans" / key
    try:
        sealed = msgspec.json.decode((folder / "index.json").read_bytes(), type=_Sealed)
        if zlib.crc32(sealed.index) != sealed.checksum:
            return None
        index = msgspec.json.decode(sealed.index, type=_Index)
        if any(_checksum(folder / name) != checksum for name, checksum in index.checksums.items()):
            return None
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
        index = msgspec.json.encode(
            _Index(
                groups=[(group.kind, group.path) for group in plan.groups],
                reads=list(plan.reads),
                slow=list(plan.slow),
                tally=tally,
                checksums={path.name: _checksum(path) for path in sorted(making.iterdir())},
            )
        )
        sealed = _Sealed(zlib.crc32(index), msgspec.Raw(index))
        (making / "index.json").write_bytes(msgspec.json.encode(sealed))
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


def _checksum(path: Path) -> int:
    """Return the CRC-32 of a file; read, not mapped, so that only what a check looks at stays in memory."""
    checksum = 0
    buffer = bytearray(_READ_BYTES)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while count := file.readinto(buffer):
            checksum = zlib.crc32(view[:count], checksum)
    return checksum


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
