"""``backup`` and ``restore``: the whole node in one file, its keys included."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection

from tocsin.errors import BadInput, Place, SourceUnavailable
from tocsin.service.exchange.node import (
    LOG_KEY,
    NODE_FILE,
    NODE_KEY,
    SECRET_KEY,
    Node,
    Surroundings,
    open_node,
)
from tocsin.store.archive import dump, load
from tocsin.store.database import Database, database_url
from tocsin.store.upgrade import HEAD, upgrade
from tocsin.transparency.entry import Act

__all__ = ["backup", "restore"]

_ROWS: Final = "rows.jsonl.gz"
_REVISION: Final = "revision"
_KEYS: Final = (NODE_KEY, LOG_KEY, SECRET_KEY)


def backup(node: Node, path: Path) -> int:
    """Write the node, as of one moment, to ``path`` (a tar that only its owner can read). Returns its rows.

    Whoever has the file has the node's keys.

    Raises:
        SourceUnavailable: the file cannot be written.
    """
    count = 0
    try:
        with tempfile.TemporaryFile() as rows:
            with gzip.GzipFile(fileobj=rows, mode="wb", compresslevel=1, mtime=0) as packed:
                for line in dump(node.database):
                    packed.write(line)
                    count += 1
            size = rows.tell()
            rows.seek(0)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                with tarfile.open(fileobj=file, mode="w") as archive:
                    _add(archive, _REVISION, io.BytesIO(HEAD.encode()), len(HEAD))
                    for name in _KEYS:
                        _add(archive, name, io.BytesIO(node.key(name)), 32)
                    _add(archive, _ROWS, rows, size)
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise SourceUnavailable(
            f"the backup cannot be written: {error.strerror}", where=Place(str(path))
        ) from error
    return count


def restore(folder: Path, path: Path, around: Surroundings, *, database: str = "", by: str) -> Node:
    """Make the node of a backup in ``folder``, with its database at ``database`` or in the folder.

    The log goes on where the backup ended: members who saw later entries will say so, loudly.

    Raises:
        BadInput: it is no backup, of another revision, or there is a node already.
        SourceUnavailable: the file cannot be read or the folder not written.
    """
    if (folder / NODE_FILE).exists():
        raise BadInput("there is a node already", where=Place(str(folder)), hint="Restore into a new folder.")
    try:
        with tarfile.open(path, mode="r:") as archive:
            revision = _member(archive, _REVISION, path).read().decode()
            if revision != HEAD:
                raise BadInput(f"the backup is of revision {revision[:20]}, this Tocsin writes {HEAD}")
            keys = {name: _member(archive, name, path).read() for name in _KEYS}
            if any(len(key) != 32 for key in keys.values()):
                raise BadInput("holds a key that is none", where=Place(str(path)))
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            held = Database(database_url(database, folder))
            upgrade(held)
            load(held, _lines(_member(archive, _ROWS, path)))
            held.close()
        for name, key in {**keys, NODE_FILE: _settings(database)}.items():
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise BadInput(f"is no backup of a node: {error}", where=Place(str(path))) from None
    except OSError as error:
        raise SourceUnavailable(
            f"the node cannot be restored: {error.strerror or error}", where=Place(str(path))
        ) from error
    node = open_node(folder, around)
    now = node.now_us

    def act(connection: Connection) -> int:
        return node.record(connection, Act.RESTORE, by, {"backup": path.name}, now)

    node.write(act)
    return node


def _settings(database: str) -> bytes:
    quoted = database.replace("\\", "\\\\").replace('"', '\\"')
    return f'# A Tocsin node. Its keys lie beside this file.\ndatabase = "{quoted}"\n'.encode()


def _add(archive: tarfile.TarFile, name: str, file: BinaryIO, size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    archive.addfile(entry, file)


def _member(archive: tarfile.TarFile, name: str, path: Path) -> BinaryIO:
    try:
        file = archive.extractfile(name)
    except KeyError:
        file = None
    if file is None:
        raise BadInput(f"is no backup of a node: it holds no {name}", where=Place(str(path)))
    return file  # type: ignore[return-value]


def _lines(file: BinaryIO) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=file, mode="rb") as rows:
        yield from rows
