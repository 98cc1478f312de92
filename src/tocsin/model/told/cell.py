"""A text as a cell of a spreadsheet, which must not run it."""

from __future__ import annotations

import re
from typing import Final

from tocsin.model.told.escape import visible

__all__ = ["cell", "may_run", "unguarded"]

# Some spreadsheets read the full-width forms alike. Blanks before them are skipped, and what was guarded already is
# guarded once more, so that it is read back as it was.
_RUN: Final = re.compile("[' ]*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def may_run(text: str) -> bool:
    """Whether a spreadsheet could run ``text`` as a formula, now or once an apostrophe before it is taken away."""
    return _RUN.match(text) is not None


def cell(text: str) -> str:
    """``text`` with invisible characters spelled out, and an apostrophe before what could be run as a formula."""
    shown = visible(text)
    return f"'{shown}" if may_run(text) else shown


def unguarded(text: str) -> str:
    """What :func:`cell` was given, invisible characters aside."""
    return text[1:] if text.startswith("'") and may_run(text) else text
