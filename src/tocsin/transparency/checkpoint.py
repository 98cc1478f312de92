"""Checkpoints: how large a log is and what its root is, signed by the log (c2sp.org/tlog-checkpoint)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.errors import BadInput, NotProven
from tocsin.limits import LOG_LEAVES
from tocsin.transparency.note import Signer, Verifier, open_note, sign
from tocsin.transparency.one_spelling import read_base64, read_decimal, write_base64
from tocsin.transparency.tree import EMPTY_ROOT, HASH_BYTES

__all__ = ["Checkpoint", "open_checkpoint", "parse_checkpoint", "sign_checkpoint"]

_CONTROL = re.compile(r"[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's state: its name, how many leaves it has and their root.

    ``extensions`` are lines that others may write below; they are kept, and nothing is read from them.

    Raises:
        BadInput: no checkpoint can have these parts.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not all(line and not _CONTROL.search(line) for line in (self.origin, *self.extensions)):
            raise BadInput("a checkpoint's origin and extensions are lines with characters in them")
        if not 0 <= self.size <= LOG_LEAVES:
            raise BadInput(f"a log holds 0 to {LOG_LEAVES} leaves")
        if len(self.root) != HASH_BYTES:
            raise BadInput(f"a root has {HASH_BYTES} bytes, this one {len(self.root)}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise BadInput("a log without leaves has one root only, and this is another")

    @property
    def text(self) -> str:
        """The text that is signed."""
        lines = (self.origin, str(self.size), write_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read what :attr:`Checkpoint.text` writes.

    Raises:
        BadInput: it is anything else, such as another spelling of the same.
    """
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1]:
        raise BadInput("not a checkpoint: it has at least three lines, each ended by a newline")
    size, root = read_decimal(lines[1]), read_base64(lines[2])
    if size is None or root is None:
        raise BadInput("not a checkpoint: the second line is a number, the third a hash in base64")
    return Checkpoint(lines[0], size, root, tuple(lines[3:-1]))


def sign_checkpoint(checkpoint: Checkpoint, *signers: Signer) -> bytes:
    """Return the checkpoint as a signed note.

    Raises:
        BadInput: there is no signer, or the origin holds what a note cannot.
    """
    return sign(checkpoint.text, *signers)


def open_checkpoint(data: bytes, verifier: Verifier) -> Checkpoint:
    """Return the checkpoint that the log signed whose key is ``verifier``; key and origin have one name.

    Raises:
        BadInput: it is no checkpoint in a signed note.
        NotProven: this key did not sign it, or it is of a log with another name.
    """
    checkpoint = parse_checkpoint(open_note(data, (verifier,)))
    if checkpoint.origin != verifier.name:
        raise NotProven(
            f"a checkpoint of the log {checkpoint.origin[:200]!r}, signed with the key of {verifier.name!r}",
            hint="A log signs with a key of its own name. Ask who runs it why this one does not.",
        )
    return checkpoint
