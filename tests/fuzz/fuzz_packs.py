"""Fuzz what unpacks: any bytes are streams, each read to its end or with the reason why not. ``make fuzz``."""

from __future__ import annotations

import io
import sys

import atheris

with atheris.instrument_imports(include=["tocsin"]):
    from tocsin.sources.origin import StandardInput
    from tocsin.sources.stream import Stream
    from tocsin.sources.unpack import streams


def unpack_one(data: bytes) -> None:
    for found in streams("fuzz", StandardInput(io.BytesIO(data))):
        assert found.name.isprintable()
        if isinstance(found, Stream):
            head = found.head()
            begun = b"".join(found.chunks())[: len(head)]
            assert begun == head or found.problem
        else:
            assert found.reason


if __name__ == "__main__":
    atheris.Setup(sys.argv, unpack_one)
    atheris.Fuzz()
