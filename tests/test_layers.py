"""The layers hold: import-linter's contracts, and what it cannot see."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "tocsin"
PURE = (
    "model",
    "detect",
    "inventory",
    "incidents",
    "measures",
    "ransom",
    "sharing",
    "transparency",
    "limits.py",
    "errors.py",
)


def modules(*parts):
    paths = [PACKAGE / part for part in parts]
    return [one for path in paths for one in ([path] if path.is_file() else sorted(path.rglob("*.py")))]


def test_the_contracts_of_the_layers_are_kept():
    script = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", modules(*PURE), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_core_opens_nothing(path):
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"open", "print", "input", "exec", "eval", "__import__", "breakpoint"}


@pytest.mark.parametrize("path", modules("service"), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_service_knows_of_the_database_the_type_of_a_connection_and_no_more(path):
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    named = [
        node
        for node in tree
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
    ]
    assert {(node.module, alias.name) for node in named for alias in node.names} <= {
        ("sqlalchemy", "Connection")
    }


@pytest.mark.parametrize("path", modules("."), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_below_the_command_line_ends_the_process(path):
    text = path.read_text(encoding="utf-8")
    if path.relative_to(PACKAGE).parts[0] != "cli":
        assert "sys.exit(" not in text
        assert "SystemExit" not in text
        assert "os._exit(" not in text


@pytest.mark.parametrize("path", modules("."), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_says_what_it_offers(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a module's docstring says what it is"
    if path.name == "__init__.py" or path.relative_to(PACKAGE).parts[:2] == ("store", "migrations"):
        return  # Alembic's files are read by it, and imported by nobody.
    offered = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
    ]
    assert offered, "no __all__"


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc", "base"])
def test_no_module_is_a_drawer_for_odds_and_ends(name):
    assert not [path for path in modules(".") if path.stem == name or name in path.parts]
