"""Fuzz what comes from others: any bytes are warnings or bad input, and each thing in them is counted. ``make fuzz``."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["tocsin"]):
    from tocsin.detect.plan import compile_plan
    from tocsin.detect.warning import WarningTally
    from tocsin.detect.warnings_in import read_warnings
    from tocsin.errors import BadInput


def read_one(data: bytes) -> None:
    tally = WarningTally()
    try:
        plan = compile_plan(read_warnings("fuzz", data, tally), tally)
    except BadInput:
        return
    left = sum(count for counts in (tally.skipped, tally.not_checked) for count, _ in counts.values())
    assert tally.seen == tally.read + left
    assert plan.warnings.num_rows == tally.read
    for ordinal in range(plan.warnings.num_rows):
        plan.expression(ordinal)


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_one)
    atheris.Fuzz()
