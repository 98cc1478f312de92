"""Fuzz the reader of STIX observations: any bytes are observations or bad input. ``make fuzz``."""

from __future__ import annotations

import contextlib
import sys

import atheris

with atheris.instrument_imports(include=["tocsin"]):
    from tocsin.errors import BadInput
    from tocsin.model.observed import read_observations


def read_one(data: bytes) -> None:
    with contextlib.suppress(BadInput):
        read_observations(data, "fuzz.json")


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_one)
    atheris.Fuzz()
