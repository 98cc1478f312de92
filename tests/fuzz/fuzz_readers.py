"""Feed every log reader with bytes that libFuzzer makes up.

Run with ``python tests/fuzz/fuzz_readers.py [libFuzzer options]``; needs ``atheris``. The first two bytes
choose the reader and how the rest is cut.
"""

from __future__ import annotations

import sys

from tocsin.detect.readers.interface import Tally
from tocsin.detect.readers.recognise import field_names, recognise_format
from tocsin.detect.readers.registry import READERS

__all__ = ["feed", "main"]

FORMATS = sorted(READERS)
FIELDS = ("a", "date-time", "@path", "path", "Event.System.EventID")


def feed(data: bytes) -> None:
    """Read ``data`` as one format, and check that the counts add up and each batch is sound."""
    if len(data) < 2:
        return
    format, size, body = FORMATS[data[0] % len(FORMATS)], data[1] + 1, data[2:]
    tally = Tally()
    rows = 0
    chunks = (body[at : at + size] for at in range(0, len(body), size))
    for batch in READERS[format](FIELDS)(chunks, tally):
        values = batch.table if batch.json is None else batch.json
        values.validate(full=True)
        rows += len(batch.rows)
    assert rows == tally.read
    field_names(recognise_format("", body), body)


def main() -> None:
    """Fuzz until stopped."""
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, feed)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
