"""What the verbs of a node share: its folder, who acts, and how an answer is shown."""

from __future__ import annotations

import getpass
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pathlib import Path

    from tocsin.service.exchange.node import Node, Surroundings
    from tocsin.sources.http_client import HttpClient

__all__ = [
    "acting",
    "client_for",
    "database_of",
    "database_option",
    "has_node",
    "node_folder",
    "node_options",
    "now_us",
    "opened",
    "surroundings",
    "table",
    "tell",
]

F = TypeVar("F", bound=Callable[..., Any])


def node_options(function: F) -> F:
    """Give a verb ``--data`` and ``--format``."""
    for option in (
        click.option(
            "--format",
            "output_format",
            type=click.Choice(["table", "json"]),
            default="table",
            show_default=True,
        ),
        click.option(
            "--data",
            metavar="DIR",
            help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
        ),
    ):
        function = option(function)
    return function


def node_folder(data: str | None) -> Path:
    """The folder of the node: what was said, else what the settings say."""
    from tocsin.config import load_config

    return load_config({"data": data}).data


def has_node(folder: Path) -> bool:
    """Whether there is a node in ``folder``; one that may not be looked into counts, for opening it tells why."""
    try:
        (folder / "node.toml").stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def database_option(function: F) -> F:
    """Give a verb that makes a node ``--database``."""
    return click.option(
        "--database",
        metavar="URL",
        help="postgresql://...; with a password rather in the environment, where other users do not see it.  "
        "[default: $TOCSIN_DATABASE, else a file in the folder]",
    )(function)


def database_of(database: str | None) -> str:
    """Where the database of a new node is to be: what was said, else what the settings say."""
    from tocsin.config import load_config

    return load_config({"database": database}).database


def now_us() -> int:
    """The time, in microseconds since 1970."""
    return time.time_ns() // 1000


def surroundings() -> Surroundings:
    """The clock and the unguessable bytes of this machine."""
    from tocsin.service.exchange.node import Surroundings

    return Surroundings(now_us, os.urandom)


@contextmanager
def opened(data: str | None, *, serving: bool = False) -> Iterator[Node]:
    """The node of this command, closed at its end."""
    from tocsin.service.exchange.node import open_node

    node = open_node(node_folder(data), surroundings(), serving=serving)
    try:
        yield node
    finally:
        node.close()


def acting() -> str:
    """Who acts at the command line: the user of this machine."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "operator"


def client_for(url: str) -> HttpClient:
    """The HTTP client that may reach the server at ``url``."""
    from tocsin.sources.http_client import HttpClient

    return HttpClient(allowed_origins=[url])


def tell(output_format: str, answer: Mapping[str, Any], lines: Sequence[str]) -> None:
    """Write ``answer`` as JSON, or ``lines`` for a person."""
    if output_format == "json":
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines)


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, empty: str) -> list[str]:
    """Lines of a table whose columns are as wide as they need to be."""
    from tocsin.model.told.escape import visible

    if not rows:
        return [empty]
    shown = [[visible(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [list(head), *shown]) for column in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *shown]
    ]
