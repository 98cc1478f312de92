"""Progress: drawn for a person who watches, and for nobody else."""

from __future__ import annotations

import io
import sys

import pytest

from tocsin.cli.progress_bar import ProgressBar, open_progress
from tocsin.service.progress import SilentProgress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("terminal", "quiet", "term", "drawn"),
    [(True, False, "xterm", True), (True, True, "xterm", False), (False, False, "xterm", False),
     (True, False, "dumb", False)],
)  # fmt: skip
def test_progress_is_drawn_only_where_a_person_watches(monkeypatch, terminal, quiet, term, drawn):
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "stderr", Terminal() if terminal else io.StringIO())
    with open_progress(quiet=quiet) as progress:
        assert isinstance(progress, ProgressBar if drawn else SilentProgress)


def test_the_stage_and_the_rows_are_shown_on_stderr(monkeypatch, capsys):
    monkeypatch.setenv("TERM", "xterm")
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    with open_progress(quiet=False) as progress:
        progress.stage("reading evidence")
        progress.advance(50, 100, 1234)
        progress.advance(60, 0, 2345)
    assert "reading evidence" in stderr.getvalue()
    assert "2,345 rows" in stderr.getvalue()
    assert capsys.readouterr().out == ""
