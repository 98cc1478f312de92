"""A progress line on stderr, at a terminal only."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Self

from tocsin.service.progress import Progress, SilentProgress

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["ProgressBar", "open_progress"]


def open_progress(*, quiet: bool) -> AbstractContextManager[Progress]:
    """Return the observer for a run: a bar where a person watches, else silence."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return nullcontext(SilentProgress())
    return ProgressBar()


class ProgressBar:
    """Draws the stage, how much of it is done, and the rows read; gone when the run ends."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress as Bar,
            TextColumn,
            TimeElapsedColumn,
        )

        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            DownloadColumn(),
            TextColumn("{task.fields[rows]:,} rows"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
            refresh_per_second=8,
        )
        self._task = self._bar.add_task("", total=None, rows=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def stage(self, name: str) -> None:
        """Begin a stage at nothing done."""
        self._bar.reset(self._task, total=None, description=name, rows=0)

    def advance(self, done_bytes: int, total_bytes: int, rows: int) -> None:
        """Show how far the stage is."""
        self._bar.update(self._task, completed=done_bytes, total=total_bytes or None, rows=rows)
