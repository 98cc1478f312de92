"""``backup`` and ``restore``: the whole node in one file, its keys included."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection

from tocsin.errors import BadInput, Place, SourceUnavailable
from tocsin.service.exchange.init import KEY_BYTES
from tocsin.service.exchange.node import (
    LOG_KEY,
    NODE_FILE,
    NODE_KEY,
    SECRET_KEY,
    Node,
    Surroundings,
    keep_file,
    open_node,
    private_folder,
    settings_text,
)
from tocsin.store.archive import dump, load
from tocsin.store.database import Database, database_url
from tocsin.store.upgrade import HEAD, check_known, revision, upgrade, upgrade_to
from tocsin.transparency.entry import Act

__all__ = ["backup", "restore"]

_ROWS: Final = "rows.jsonl.gz"
_REVISION: Final = "revision"
_KEYS: Final = (NODE_KEY, LOG_KEY, SECRET_KEY)


def backup(node: Node, path: Path) -> int:
    """Write the node, as of one moment, to ``path`` (a tar that only its owner can read). Returns its rows.

    Whoever has the file has the node's keys.

    Raises:
        SourceUnavailable: the file cannot be written, or is there already.
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
            try:
                _pack(node, handle, rows, size)
            except BaseException:
                path.unlink(missing_ok=True)  # half a backup is none
                raise
    except FileExistsError as error:
        raise SourceUnavailable(
            "there is a file already, and a backup overwrites none",
            where=Place(str(path)),
            hint="Name another file.",
        ) from error
    except OSError as error:
        raise SourceUnavailable(
            f"the backup cannot be written: {error.strerror}", where=Place(str(path))
        ) from error
    return count


def _pack(node: Node, handle: int, rows: BinaryIO, size: int) -> None:
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as archive:
            _add(archive, _REVISION, io.BytesIO(HEAD.encode()), len(HEAD))
            for name in _KEYS:
                _add(archive, name, io.BytesIO(node.key(name)), KEY_BYTES)
            _add(archive, _ROWS, rows, size)
        file.flush()
        os.fsync(file.fileno())


def restore(folder: Path, path: Path, around: Surroundings, *, database: str = "", by: str) -> Node:
    """Make the node of a backup in ``folder``, with its database at ``database`` or in the folder.

    A backup of an older Tocsin is brought to the schema of this one. The log goes on where the backup ended:
    members who saw later entries will say so, loudly.

    Raises:
        BadInput: it is no backup, or one of a newer Tocsin, or the folder or the database holds something already.
        SourceUnavailable: the file cannot be read or the folder not written.
    """
    if (folder / NODE_FILE).exists():
        raise BadInput("there is a node already", where=Place(str(folder)), hint="Restore into a new folder.")
    try:
        with tarfile.open(path, mode="r:") as archive:
            wanted = _small(archive, _REVISION, path).decode()
            try:
                check_known(wanted)
            except BadInput as error:
                raise BadInput(f"the backup {error.what}", where=Place(str(path)), hint=error.hint) from None
            keys = {name: _small(archive, name, path) for name in _KEYS}
            if any(len(key) != KEY_BYTES for key in keys.values()):
                raise BadInput("holds a key that is none", where=Place(str(path)))
            private_folder(folder, ())
            held = Database(database_url(database, folder))
            try:
                _fill(held, wanted, _lines(_member(archive, _ROWS, path)))
            finally:
                held.close()
        for name, key in keys.items():
            keep_file(folder / name, key)
        keep_file(folder / NODE_FILE, settings_text(database))
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
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


def _fill(held: Database, wanted: str, lines: Iterator[bytes]) -> None:
    """Put rows of the revision ``wanted`` into an empty database, and bring it to this program's."""
    if revision(held) not in {"", wanted}:
        raise BadInput(
            "the database has tables of another revision", hint="Restore into a new folder or database."
        )
    upgrade_to(held, wanted)
    load(held, lines)
    upgrade(held)


def _add(archive: tarfile.TarFile, name: str, file: BinaryIO, size: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    archive.addfile(entry, file)


def _small(archive: tarfile.TarFile, name: str, path: Path) -> bytes:
    return _member(archive, name, path).read(KEY_BYTES + 1)


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
