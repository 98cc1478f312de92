"""The README shows what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tocsin.cli.main import main

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(
    r"<!-- output(?:, first (\d+) lines)?: tocsin (.+?) -->\n```text\n(.*?)```\n<!-- /output -->", re.DOTALL
)
BLOCKS = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def test_the_readme_shows_an_output():
    assert BLOCKS


@pytest.mark.parametrize(("lines", "command", "shown"), BLOCKS)
def test_what_the_readme_shows_is_what_the_command_prints(
    lines, command, shown, monkeypatch, capfd, tmp_path
):
    if not shown.strip():
        pytest.skip("the block is empty: `make reference` fills it")
    for variable, folder in (("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config")):
        monkeypatch.setenv(variable, str(tmp_path / folder))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(ROOT)
    assert main(shlex.split(command)) in {0, 1, 7}
    printed = capfd.readouterr().out.splitlines(keepends=True)
    assert "".join(printed[: int(lines)] if lines else printed) == shown
