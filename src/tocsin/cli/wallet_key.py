"""``tocsin wallet key``: a key under which members hash what they share, so that the hub cannot try addresses out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import tell

if TYPE_CHECKING:
    from tocsin.ransom.links.marks import Key

__all__ = ["key", "read_key"]


@click.command(cls=Verb, examples=("tocsin wallet key members.key",))
@click.argument("file", metavar="FILE")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
)
def key(file: str, output_format: str) -> int:
    """Make a key in FILE, or say the name of the one that is there.

    Cases that members share hashed under one key are compared, and the hub, which is not to have it, cannot try out
    which address a hash stands for. Hand it to them yourself, by a way that the hub does not see. Who has it can.

    Exit code: 0, 3 the file is there and holds no key, 4 it cannot be written.
    """
    from tocsin.errors import Place, SourceUnavailable
    from tocsin.ransom.links.marks import KEY_BYTES, key_of, key_text
    from tocsin.service.exchange.node import keep_file

    path = Path(file)
    made = not path.exists()
    if made:
        text = key_text(os.urandom(KEY_BYTES))
        try:
            keep_file(path, text.encode())
        except OSError as error:
            raise SourceUnavailable(f"cannot be written: {error.strerror}", where=Place(file=file)) from error
        held = key_of(text)
    else:
        held = read_key(file)
    told = "made" if made else "there already"
    tell(
        output_format,
        {"key": held.name, "made": made},
        [f"The key {held.name} is {told}. Hand the file to the members, and not to the hub."],
    )
    return 0


def read_key(file: str) -> Key:
    """The key in a file.

    Raises:
        BadInput, SourceUnavailable: there is none, or it cannot be read.
    """
    from tocsin.cli.whole_input import read_whole, told_name
    from tocsin.errors import BadInput, Place
    from tocsin.ransom.links.marks import key_of

    try:
        return key_of(read_whole(file).decode("ascii", "replace"))
    except BadInput as error:
        raise BadInput(error.what, where=Place(file=told_name(file)), hint=error.hint) from None
