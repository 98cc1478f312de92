"""``init``: a node is its organisation, its keys and an empty log. No account, no password."""

from __future__ import annotations

import os
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
    open_node,
)
from tocsin.store.collections import add_collection
from tocsin.store.database import Database, database_url
from tocsin.store.organisations import add_organisation
from tocsin.store.settings import read_setting, write_setting
from tocsin.store.upgrade import upgrade
from tocsin.transparency.entry import Act

__all__ = ["init_node", "organisation_id", "read_sectors"]

_NAMESPACE: Final = uuid.UUID("f3b1c0de-6a0b-5b0c-9d3a-6f2b7d1e4a55")
_COLLECTIONS: Final = (
    (WARNINGS, "Warnings", "What this node has published."),
    (INBOX, "Inbox", "Where members put sightings and reports; each reads there what is its own."),
)
NAME_LENGTH: Final = 120


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
    """Make a node in ``folder``, and open it.

    Raises:
        BadInput: the name or a sector is none, or there is a node already.
        SourceUnavailable: the folder or the database cannot be written.
    """
    name, sectors = read_name(name), read_sectors(sector_names)
    if (folder / NODE_FILE).exists():
        raise BadInput(
            "there is a node already", where=Place(str(folder)), hint="Use it, or name another --data."
        )
    url = database_url(database, folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for key in (NODE_KEY, LOG_KEY, SECRET_KEY):
            _keep(folder / key, around.entropy(32))
        held = Database(url)
        upgrade(held)
        _fill(held, folder, around, name, sectors)
        held.close()
        # Last: the file says that there is a node, and there is one only now.
        _keep(
            folder / NODE_FILE,
            f"# A Tocsin node. Its keys lie beside this file.\ndatabase = {_toml(database)}\n".encode(),
        )
    except OSError as error:
        raise SourceUnavailable(
            f"the node cannot be written: {error.strerror}", where=Place(str(folder))
        ) from error
    return open_node(folder, around)


def _fill(
    database: Database, folder: Path, around: Surroundings, name: str, sectors: tuple[str, ...]
) -> None:
    public = (
        Ed25519PrivateKey.from_private_bytes((folder / NODE_KEY).read_bytes()).public_key().public_bytes_raw()
    )
    id = organisation_id(public)
    now = around.now_us()
    node = Node(folder, database, around)

    def act(connection: Connection) -> None:
        if read_setting(connection, "organisation") is not None:
            raise BadInput(
                "the database holds a node already", hint="Name another --database, or restore that node."
            )
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


def _keep(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read, and have it on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "node"


def _toml(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
