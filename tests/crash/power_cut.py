"""A disk as a power cut leaves it, from the journal that ``shim.c`` keeps of what a process did to its files.

What was synced is there. Of what was written since, each sector of 512 bytes is there or not, by chance, whatever
the order in which it was written: a disk and its cache promise no more.
"""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Operation", "build_shim", "operations", "rebuilt"]

_HEAD = struct.Struct("<cIQQ")
_SECTOR = 512


@dataclass(frozen=True)
class Operation:
    """One thing that was done: W write, S sync, T truncate, U unlink, R rename (``data`` is the new path)."""

    what: str
    path: str
    offset: int
    data: bytes


def build_shim(folder: Path) -> Path | None:
    """Compile the shim; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    made = folder / "shim.so"
    source = Path(__file__).parent / "shim.c"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-o", str(made), str(source), "-ldl", "-lpthread"],
        check=True,
        capture_output=True,
    )
    return made


def operations(journal: Path) -> list[Operation]:
    """Read the journal."""
    data = journal.read_bytes()
    found, at = [], 0
    while at + _HEAD.size <= len(data):
        what, path, offset, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        name = data[at : at + path].decode()
        found.append(Operation(what.decode(), name, offset, data[at + path : at + path + length]))
        at += path + length
    return found


class _File:
    def __init__(self) -> None:
        self.safe = bytearray()
        self.waiting: list[Operation] = []
        self.is_there = False

    def sync(self) -> None:
        for one in self.waiting:
            _apply(self.safe, one)
        self.waiting.clear()
        self.is_there = True

    def cut(self, chance: random.Random) -> bytes | None:
        """What is found after the cut; None if there is no such file."""
        share = chance.choice([0.0, 1.0, chance.random()])
        held = bytearray(self.safe)
        kept = [part for one in self.waiting for part in _sectors(one) if chance.random() < share]
        if chance.random() < 0.5:
            chance.shuffle(kept)
        for part in kept:
            _apply(held, part)
        return bytes(held) if self.is_there or kept or chance.random() < 0.5 else None


def _apply(held: bytearray, one: Operation) -> None:
    if one.what == "T":
        del held[one.offset :]
        held.extend(bytes(max(0, one.offset - len(held))))
        return
    held.extend(bytes(max(0, one.offset - len(held))))
    held[one.offset : one.offset + len(one.data)] = one.data


def _sectors(one: Operation) -> list[Operation]:
    if one.what == "T":
        return [one]
    parts = []
    at = 0
    while at < len(one.data):
        step = _SECTOR - (one.offset + at) % _SECTOR
        parts.append(Operation("W", one.path, one.offset + at, one.data[at : at + step]))
        at += step
    return parts


def rebuilt(done: list[Operation], acknowledged: str, folder: Path, chance: random.Random) -> set[int]:
    """Write what a cut after ``done`` leaves into ``folder``; return what had been acknowledged by then."""
    files: dict[str, _File] = {}
    told = b""
    for one in done:
        if one.path == acknowledged:
            told += one.data
            continue
        if one.path.endswith("-shm"):
            continue  # shared memory, made anew whenever the first process opens the database
        held = files.setdefault(one.path, _File())
        if one.what == "S":
            held.sync()
        elif one.what == "U":
            del files[one.path]
        elif one.what == "R":
            files[one.data.decode()] = files.pop(one.path)
        else:
            held.waiting.append(one)
    for path, held in files.items():
        found = held.cut(chance)
        if found is not None:
            (folder / Path(path).name).write_bytes(found)
    return {int(line) for line in told.split(b"\n")[:-1]}
