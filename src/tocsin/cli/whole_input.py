"""Reads one small input, a file or stdin, whole."""

from __future__ import annotations

import sys
from pathlib import Path

from tocsin.errors import LimitExceeded, Place, SourceUnavailable
from tocsin.limits import OBSERVED_DATA_BYTES

__all__ = ["STDIN", "read_whole", "told_name"]

STDIN = "-"


def told_name(name: str) -> str:
    """Return what to call the input ``name`` in what a person reads."""
    return "stdin" if name == STDIN else name


def read_whole(name: str) -> bytes:
    """Return the bytes of the file ``name``, or of stdin for ``-``.

    Raises:
        SourceUnavailable: it cannot be opened or read.
        LimitExceeded: it is larger than ``OBSERVED_DATA_BYTES``.
    """
    try:
        if name == STDIN:
            data = sys.stdin.buffer.read(OBSERVED_DATA_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(OBSERVED_DATA_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceUnavailable(
            f"cannot be read: {reason}",
            where=Place(file=told_name(name)),
            hint="Check the name and your right to read it.",
        ) from error
    if len(data) > OBSERVED_DATA_BYTES:
        raise LimitExceeded(
            f"is larger than {OBSERVED_DATA_BYTES >> 20} MiB, and such a file is held in memory whole",
            where=Place(file=told_name(name)),
            hint="Split it.",
        )
    return data
