"""Transactions from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO, Final

from tocsin.errors import BadInput, NothingToCheck, Place, SourceUnavailable, TocsinError
from tocsin.limits import LEDGER_BYTES
from tocsin.ransom.ledger.read import transactions_in
from tocsin.ransom.ledger.transaction import Transaction
from tocsin.sources.evidence import find_streams
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.whole import whole

__all__ = ["FileRead", "read_files"]

_KEY: Final = "xor.dat"


@dataclass(frozen=True, slots=True)
class FileRead:
    """What came of one file: its transactions, and each part that could not be read, with its place."""

    name: str
    transactions: tuple[Transaction, ...]
    faults: tuple[TocsinError, ...] = ()


def read_files(arguments: Sequence[str], stdin: BinaryIO | None) -> list[FileRead]:
    """The transactions of files, folders, archives or ``-``.

    The key of a ``blk*.dat`` is taken from the ``xor.dat`` beside it.

    Raises:
        NothingToCheck: there is no file at all.
    """
    read = [one for one in map(_read, find_streams(arguments, stdin)) if one is not None]
    if not read:
        raise NothingToCheck(f"there is no file of transactions in {', '.join(arguments)}")
    return read


def _read(found: Stream | Unread) -> FileRead | None:
    if isinstance(found, Unread):
        if found.by_rule:
            return None
        return FileRead(found.name, (), (SourceUnavailable(found.reason, where=Place(file=found.name)),))
    if PurePath(found.name).name == _KEY:
        return None
    try:
        rows = list(
            transactions_in(whole(found, LEDGER_BYTES, "transactions"), found.name, _key_beside(found))
        )
    except (BadInput, SourceUnavailable) as error:
        return FileRead(found.name, (), (error,))
    return FileRead(
        found.name,
        tuple(one for one in rows if isinstance(one, Transaction)),
        tuple(one for one in rows if not isinstance(one, Transaction)),
    )


def _key_beside(found: Stream) -> bytes:
    path = found.local_path
    if path is None or not (path.name.startswith("blk") and path.suffix == ".dat"):
        return b""
    key = path.with_name(_KEY)
    if not key.is_file():
        return b""
    return b"".join(
        whole(one, LEDGER_BYTES, "keys") for one in find_streams([str(key)], None) if isinstance(one, Stream)
    )
