"""Fuzz the pattern parser: any text is a pattern or a pattern error with its place, and quickly. ``make fuzz``."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["tocsin"]):
    from tocsin.detect.pattern.parse import parse_pattern
    from tocsin.errors import BadInput, PatternError


def parse_one(data: bytes) -> None:
    text = atheris.FuzzedDataProvider(data).ConsumeUnicodeNoSurrogates(4096)
    for version in ("2.0", "2.1"):
        places = []
        try:
            parse_pattern(text, version)
        except PatternError as error:
            places.append(error.where)
        except BadInput:
            continue
        assert all(place is not None and place.line is not None for place in places)


if __name__ == "__main__":
    atheris.Setup(sys.argv, parse_one)
    atheris.Fuzz()
