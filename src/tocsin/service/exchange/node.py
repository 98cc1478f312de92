"""A node: its folder, its keys, its database and its log; all that the verbs of the exchange stand on."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar

from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck, Place, SourceUnavailable, TocsinError
from tocsin.model.timestamp import format_instant
from tocsin.store import log
from tocsin.store.database import Database, database_url
from tocsin.store.organisations import Organisation, find_organisation
from tocsin.store.settings import read_setting
from tocsin.store.upgrade import upgrade
from tocsin.store.writer import Writer
from tocsin.transparency.checkpoint import Checkpoint, sign_checkpoint
from tocsin.transparency.entry import PERSON, SALT_BYTES, Act, Entry, person_commitment
from tocsin.transparency.note import Signer
from tocsin.transparency.tree import root

__all__ = [
    "INBOX",
    "LOG_KEY",
    "NODE_FILE",
    "NODE_KEY",
    "SECRET_KEY",
    "WARNINGS",
    "Node",
    "Surroundings",
    "database_named",
    "keep_file",
    "moment",
    "open_node",
    "private_folder",
    "secret_digest",
    "settings_text",
]

NODE_FILE: Final = "node.toml"
NODE_KEY: Final = "node.key"
LOG_KEY: Final = "log.key"
SECRET_KEY: Final = "secret.key"  # noqa: S105  the name of a file
WARNINGS: Final = "warnings"
INBOX: Final = "inbox"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a door gives a node from outside: the clock (microseconds since 1970) and unguessable bytes.

    ``looking_us`` is the clock by which those who look at the pages are signed in, where it is another: in an exercise
    months pass in a minute.
    """

    now_us: Callable[[], int]
    entropy: Callable[[int], bytes]
    looking_us: Callable[[], int] | None = None


class Node:
    """An open node. ``serving`` gives it a writer of its own thread; without, each act is its own commit."""

    def __init__(
        self, folder: Path, database: Database, around: Surroundings, *, serving: bool = False
    ) -> None:
        self.folder = folder
        self.database = database
        self.around = around
        self._writer = Writer(database) if serving else None

    @property
    def now_us(self) -> int:
        """The time, in microseconds since 1970."""
        return self.around.now_us()

    @property
    def looking_us(self) -> int:
        """The time of those who look at the pages, in microseconds since 1970."""
        return (self.around.looking_us or self.around.now_us)()

    @property
    def now_text(self) -> str:
        """The time, as STIX writes it."""
        return moment(self.now_us)

    @cached_property
    def own(self) -> Organisation:
        """The organisation that runs this node."""
        with self.database.reading() as connection:
            id = read_setting(connection, "organisation")
            found = find_organisation(connection, id) if id else None
        if found is None:
            raise BadInput("the node's database names no organisation", where=Place(str(self.folder)))
        return found

    @cached_property
    def log_signer(self) -> Signer:
        """What signs the log's checkpoints; its name is the log's origin."""
        with self.database.reading() as connection:
            name = read_setting(connection, "log")
        return Signer(name or "", self.key(LOG_KEY))

    def key(self, name: str) -> bytes:
        """The 32 secret bytes in the file ``name``."""
        path = self.folder / name
        try:
            held = path.read_bytes()
        except OSError as error:
            raise SourceUnavailable(
                f"a key of the node cannot be read: {error.strerror}", where=Place(str(path))
            ) from error
        if len(held) != 32:
            raise BadInput("is no key of 32 bytes", where=Place(str(path)), hint="Restore it from a backup.")
        return held

    def write(self, act: Callable[[Connection], T]) -> T:
        """Run ``act`` in a writing transaction; its value is given once it is durable."""
        if self._writer is not None:
            return self._writer.write(act)
        with self.database.writing() as connection:
            return act(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that reads one state."""
        with self.database.reading() as connection:
            yield connection

    def record(self, connection: Connection, act: Act, by: str, subject: dict[str, Any], now_us: int) -> int:
        """Log one act in the transaction of the act; returns the number of its leaf."""
        return log.append(connection, [self.salted(act, by, subject, now_us)])

    def salted(self, act: Act, by: str, subject: dict[str, Any], now_us: int) -> log.Salted:
        """An entry of the log with a salt of its own."""
        return log.Salted(self.around.entropy(SALT_BYTES), Entry(act, moment(now_us), by, subject))

    def salted_for_others(self, act: Act, by: str, subject: dict[str, Any], now_us: int) -> log.Salted:
        """An entry that is opened to others: it names this organisation, and only commits to the person ``by``."""
        if by == self.own.name:
            return self.salted(act, by, subject, now_us)
        salt = self.around.entropy(SALT_BYTES)
        held = self.salted(act, self.own.name, {**subject, PERSON: person_commitment(salt, by)}, now_us)
        return replace(held, person=by, person_salt=salt)

    def checkpoint(self, connection: Connection) -> bytes:
        """The log's state as it is, signed; one that was given out for the same size is given again."""
        signer = self.log_signer
        size = log.size(connection)
        held = log.checkpoint_of(connection, signer.name, size)
        if held is not None:
            return held
        return sign_checkpoint(Checkpoint(signer.name, size, root(size, log.node_reader(connection))), signer)

    def close(self) -> None:
        """Finish what was taken, and close the database."""
        if self._writer is not None:
            self._writer.close()
        self.database.close()


def moment(us: int) -> str:
    """Microseconds since 1970 as STIX writes a time."""
    return format_instant(us * 1000)


def private_folder(folder: Path, ours: Container[str]) -> None:
    """Make ``folder`` one that its owner alone can open.

    Raises:
        BadInput: it holds other things than those called ``ours``: nobody else's folder is closed to them.
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    others = sorted(one.name for one in folder.iterdir() if one.name not in ours)
    if others:
        raise BadInput(
            f"the folder holds other things: {', '.join(others[:3])}",
            where=Place(str(folder)),
            hint="Give the node a folder of its own: --data DIR.",
        )
    folder.chmod(0o700)


def keep_file(path: Path, data: bytes) -> None:
    """Write a file that its owner alone can read, and have it on the disk.

    Raises:
        OSError: it cannot be written.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        os.fchmod(handle, 0o600)  # it may have been there, and readable by others
        file.write(data)
        file.flush()
        os.fsync(handle)


def settings_text(database: str) -> bytes:
    """What stands in the node's file: where its database is, which may hold a password."""
    # A JSON string is one of TOML.
    quoted = json.dumps(database, ensure_ascii=False)
    return f"# A Tocsin node. Its keys lie beside this file.\ndatabase = {quoted}\n".encode()


def secret_digest(secret: str) -> bytes:
    """What is kept of a secret of 256 bits: its SHA-256 is as hard to turn back as a slow hash of a password."""
    return sha256(secret.encode()).digest()


def open_node(folder: Path, around: Surroundings, *, serving: bool = False) -> Node:
    """Open the node in ``folder``.

    Raises:
        NothingToCheck: there is no node.
        BadInput: its settings cannot be read.
        SourceUnavailable: its database does not answer.
    """
    settings = _settings(folder)
    database = Database(database_url(str(settings.get("database", "")), folder))
    upgrade(database)
    return Node(folder, database, around, serving=serving)


def database_named(folder: Path) -> str | None:
    """The URL of the database of the node in ``folder``, "" for a file in it; None where no node can be read."""
    try:
        return str(_settings(folder).get("database", ""))
    except TocsinError:
        return None


def _settings(folder: Path) -> dict[str, Any]:
    """What stands in the node's file; raises as :func:`open_node` does."""
    path = folder / NODE_FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NothingToCheck(
            f"there is no node in {folder}", hint="Make one: tocsin init --name NAME --sector SECTOR"
        ) from None
    except OSError as error:
        raise SourceUnavailable(
            f"the node cannot be opened: {error.strerror}", where=Place(str(path))
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"the node's settings are not TOML: {error}", where=Place(str(path))) from error
