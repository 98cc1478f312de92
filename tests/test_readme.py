"""The README shows what the commands print, and says the first things first."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))
import readme_output

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
QUESTIONS = (
    "Are we hit?",
    "Are we exposed? May this product come in?",
    "Whom must we tell, and what caused it?",
    "What do we do first?",
    "May we pay? Where did the money go?",
)

BLOCKS = readme_output.BLOCK.findall(TEXT)


def test_each_of_the_five_questions_has_one_command_with_its_output():
    parts = re.split(
        r"^### (.+)$", TEXT.partition("\n## Five questions\n")[2].partition("\n## ")[0], flags=re.MULTILINE
    )
    assert tuple(parts[1::2]) == QUESTIONS
    assert [len(readme_output.BLOCK.findall(part)) for part in parts[2::2]] == [1] * 5
    assert all(shown.strip() for *_, shown, _ in BLOCKS)


def test_it_is_read_in_a_few_minutes():
    assert len(TEXT.splitlines()) < 200
    assert TEXT.index("make run") < TEXT.index("## Five questions")


@pytest.mark.parametrize(
    ("node", "lines", "command", "shown"), [block[1:5] for block in BLOCKS], ids=QUESTIONS
)
def test_what_the_readme_shows_is_what_the_command_prints(node, lines, command, shown):
    if command.startswith("plan") and importlib.util.find_spec("ortools") is None:
        pytest.skip("without the extra [plan] other measures may be chosen")
    assert readme_output.shown(command, node, lines) == shown
