"""``init``: a node is its organisation, its keys and an empty log. No account, no password."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from tocsin.errors import BadInput, Place, SourceUnavailable
from tocsin.model.sectors import find_sector, sectors as all_sectors
from tocsin.service.exchange.node import (
    INBOX,
    LOG_KEY,
    NODE_FILE,
    NODE_KEY,
    SECRET_KEY,
    WARNINGS,
    Node,
    Surroundings,
    keep_file,
    open_node,
    private_folder,
    settings_text,
)
from tocsin.store.collections import add_collection
from tocsin.store.database import Database, database_url
from tocsin.store.organisations import add_organisation, find_organisation
from tocsin.store.settings import read_setting, write_setting
from tocsin.store.upgrade import upgrade
from tocsin.transparency.entry import Act

__all__ = ["init_node", "organisation_id", "read_name", "read_sectors"]

_NAMESPACE: Final = uuid.UUID("f3b1c0de-6a0b-5b0c-9d3a-6f2b7d1e4a55")
_COLLECTIONS: Final = (
    (WARNINGS, "Warnings", "What this node has published."),
    (INBOX, "Inbox", "Where members put sightings and reports; each reads there what is its own."),
)
NAME_LENGTH: Final = 120
KEY_BYTES: Final = 32
_OURS: Final = frozenset(
    {
        NODE_KEY,
        LOG_KEY,
        SECRET_KEY,
        *(f"tocsin.db{end}" for end in ("", "-wal", "-shm", "-journal")),
        "lost+found",
    }
)


def read_sectors(names: Sequence[str]) -> tuple[str, ...]:
    """The ids of the sectors with these names.

    Raises:
        BadInput: one is none of the 16.
    """
    found = []
    for name in names:
        sector = find_sector(name)
        if sector is None:
            known = ", ".join(one.id for one in all_sectors())
            raise BadInput(f"{name[:60]!r} is none of the 16 sectors", hint=f"They are {known}.")
        found.append(sector.id)
    return tuple(dict.fromkeys(found))


def read_name(name: str) -> str:
    """The name of an organisation, as it is kept.

    Raises:
        BadInput: it is empty, too long or holds characters that no name has.
    """
    held = " ".join(name.split())
    if not held or len(held) > NAME_LENGTH or not held.isprintable():
        raise BadInput(
            f"{name[:60]!r} is no name of an organisation: 1 to {NAME_LENGTH} printable characters"
        )
    return held


def organisation_id(public_key: bytes) -> str:
    """The identity id of an organisation: made from its public key, so that nobody else can have it."""
    return f"identity--{uuid.uuid5(_NAMESPACE, public_key.hex())}"


def init_node(
    folder: Path, around: Surroundings, *, name: str, sector_names: Sequence[str], database: str = ""
) -> Node:
    """Make a node in ``folder``, and open it. One that was cut off before its end is finished by the same call.

    Raises:
        BadInput: the name or a sector is none, there is a node already, or the folder holds other things.
        SourceUnavailable: the folder or the database cannot be written.
    """
    name, sectors = read_name(name), read_sectors(sector_names)
    if (folder / NODE_FILE).exists():
        raise BadInput(
            "there is a node already", where=Place(str(folder)), hint="Use it, or name another --data."
        )
    url = database_url(database, folder)
    try:
        private_folder(folder, _OURS)
        for key in (NODE_KEY, LOG_KEY, SECRET_KEY):
            _make_key(folder / key, around)
        held = Database(url)
        try:
            upgrade(held)
            _fill(held, folder, around, name, sectors)
        finally:
            held.close()
        # Last: the file says that there is a node, and there is one only now.
        keep_file(folder / NODE_FILE, settings_text(database))
    except OSError as error:
        raise SourceUnavailable(
            f"the node cannot be written: {error.strerror}", where=Place(str(folder))
        ) from error
    return open_node(folder, around)


def _make_key(path: Path, around: Surroundings) -> None:
    """A new key; one that is there already stays, since it may be the only one that opens what it closed."""
    if not path.exists() or path.stat().st_size != KEY_BYTES:
        keep_file(path, around.entropy(KEY_BYTES))
    else:
        path.chmod(0o600)


def _fill(
    database: Database, folder: Path, around: Surroundings, name: str, sectors: tuple[str, ...]
) -> None:
    node = Node(folder, database, around)
    public = Ed25519PrivateKey.from_private_bytes(node.key(NODE_KEY)).public_key().public_bytes_raw()
    id = organisation_id(public)
    now = around.now_us()

    def act(connection: Connection) -> None:
        there = read_setting(connection, "organisation")
        if there is not None:
            _check_same(connection, there, id, name, sectors)
            return
        add_organisation(
            connection, id=id, name=name, sectors=sectors, relation="own", public_key=public, now_us=now
        )
        write_setting(connection, "organisation", id)
        write_setting(connection, "log", f"{_slug(name)}.{public.hex()[:12]}.tocsin")
        for alias, title, description in _COLLECTIONS:
            add_collection(
                connection,
                id=str(uuid.UUID(bytes=around.entropy(16), version=4)),
                alias=alias,
                title=title,
                description=description,
                kind=alias,
            )
        node.record(
            connection, Act.INIT, name, {"organisation": id, "name": name, "sectors": list(sectors)}, now
        )

    node.write(act)


def _check_same(connection: Connection, there: str, id: str, name: str, sectors: tuple[str, ...]) -> None:
    """What a database holds already is this very node, which was not finished.

    Raises:
        BadInput: it is another node, or was begun under another name.
    """
    if there != id:
        raise BadInput(
            "the database holds a node already", hint="Name another --database, or restore that node."
        )
    held = find_organisation(connection, there)
    if held is None or (held.name, held.sectors) != (name, sectors):
        begun = "another name" if held is None else f"the name {held.name!r} with {', '.join(held.sectors)}"
        raise BadInput(
            f"this node was begun under {begun}, and not finished",
            hint="Give that name and those sectors, or another --data.",
        )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "node"
