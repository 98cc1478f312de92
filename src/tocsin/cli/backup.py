"""``tocsin backup`` and ``tocsin restore``: the whole node in one file."""

from __future__ import annotations

from pathlib import Path

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import (
    acting,
    database_of,
    database_option,
    node_folder,
    node_options,
    opened,
    surroundings,
    tell,
)

__all__ = ["backup", "restore"]


@click.command(cls=Verb, examples=("tocsin backup /secure/riverton-2026-11-27.tocsin",))
@click.argument("file", type=click.Path(path_type=Path))
@node_options
def backup(file: Path, data: str | None, output_format: str) -> int:
    """Write the node as of now to FILE, while it serves. Whoever has FILE has the node's keys: keep it locked away."""
    from tocsin.service.exchange.backup import backup as service

    with opened(data) as node:
        rows = service(node, file)
    tell(output_format, {"backup": str(file), "rows": rows}, [f"{rows:,} rows and the keys are in {file}."])
    return 0


@click.command(cls=Verb, examples=("tocsin restore riverton-2026-11-27.tocsin --data /srv/tocsin",))
@click.argument("file", type=click.Path(path_type=Path))
@database_option
@node_options
def restore(file: Path, database: str | None, data: str | None, output_format: str) -> int:
    """Make the node that FILE holds, in a new folder.

    A backup that an older Tocsin wrote is brought to the form of this one.
    """
    from tocsin.service.exchange.backup import restore as service

    folder = node_folder(data)
    node = service(folder, file, surroundings(), database=database_of(database), by=acting())
    name = node.own.name
    node.close()
    tell(output_format, {"organisation": name, "data": str(folder)}, [f"{name} is restored in {folder}."])
    return 0
