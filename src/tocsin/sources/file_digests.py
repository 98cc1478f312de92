"""The digests of one file as it lies there, packed or not: for holding it to what somebody attested."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tocsin.errors import Place, SourceUnavailable
from tocsin.sources.origin import CHUNK_BYTES, RegularFile, shown

__all__ = ["file_digests"]

_ALGORITHMS = ("sha256", "sha384", "sha512")


def file_digests(name: str) -> tuple[tuple[str, str], ...]:
    """SHA-256, SHA-384 and SHA-512 of the file ``name``, each with its digits in lower case; read once, in blocks.

    Raises:
        SourceUnavailable: it cannot be read, or is no regular file.
    """
    path = Path(name)
    where = Place(file=shown(name))
    try:
        if not path.is_file():
            what = "is not there" if not path.exists() else "is no regular file"
            raise SourceUnavailable(what, where=where, hint="Name the file itself.")
        running = [hashlib.new(algorithm) for algorithm in _ALGORITHMS]
        for block in RegularFile(path, path.stat().st_size).blocks(CHUNK_BYTES):
            for one in running:
                one.update(block)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceUnavailable(f"cannot be read: {reason}", where=where) from error
    return tuple((one.name, one.hexdigest()) for one in running)
