from __future__ import annotations

import subprocess
import sys

import pytest

from cli.formats.results import nothing_found
from tocsin.cli.formats.registry import FORMATS, renderer
from tocsin.errors import UsageError


def test_every_format_is_there_and_draws_the_smallest_result() -> None:
    assert set(FORMATS) == {"table", "json", "jsonl", "csv", "sarif", "html", "stix"}
    for name in FORMATS:
        assert isinstance("".join(renderer(name)(nothing_found())), str)


def test_an_unknown_format_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="'yaml'") as caught:
        renderer("yaml")
    assert "jsonl" in str(caught.value.hint)


def test_listing_the_formats_loads_none_of_them() -> None:
    code = (
        "import sys, tocsin.cli.formats.registry as r; list(r.FORMATS); "
        "print([m for m in ('jinja2', 'rich', 'msgspec') if m in sys.modules], "
        "[m for m in r.FORMATS.values() if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[] []\n"
