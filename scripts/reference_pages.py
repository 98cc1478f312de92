"""Write the reference pages that come from the code: ``make reference``. A test holds them current."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from tocsin import limits
from tocsin.cli.main import tocsin
from tocsin.config import SETTINGS, Config, load_config

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "reference"
WIDTH = 100
MADE = "<!-- Made by `make reference`; change the code, not this page. -->"


def command_line() -> str:
    """Return the page of every verb's help."""
    parts = ["# Command line", MADE, "Results go to stdout, all else to stderr. [Exit codes](exit-codes.md)."]
    for names, text in _helps(tocsin, ("tocsin",), None):
        parts += [f"## {' '.join(names)}", f"```text\n{text}\n```"]
    return "\n\n".join(parts) + "\n"


def _helps(
    command: click.Command, names: tuple[str, ...], parent: click.Context | None
) -> Iterator[tuple[tuple[str, ...], str]]:
    context = click.Context(
        command, info_name=names[-1], parent=parent, terminal_width=WIDTH, help_option_names=["-h", "--help"]
    )
    yield names, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            verb = command.get_command(context, name)
            if verb is not None:
                yield from _helps(verb, (*names, name), context)


def limits_page() -> str:
    """Return the page of every limit: its name, value and the text under it in ``limits.py``."""
    tree = ast.parse(Path(limits.__file__).read_text(encoding="utf-8"))
    lines = [
        "# Limits",
        "",
        MADE,
        "",
        "What is larger, deeper or slower than these is refused or counted as skipped, and said so.",
        "The rest goes on.",
        "",
        "| limit | value | why |",
        "| --- | ---: | --- |",
    ]
    for place, node in enumerate(tree.body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            below = tree.body[place + 1]
            if not (isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)):
                raise LookupError(f"{node.target.id} has no text that says why")  # noqa: TRY004  no type is wrong
            why = " ".join(str(below.value.value).split()).replace("``", "`").replace("|", "\\|")
            lines.append(f"| `{node.target.id}` | {_amount(node.target.id)} | {why} |")
    return "\n".join(lines) + "\n"


def _amount(name: str) -> str:
    value = getattr(limits, name)
    if name.endswith("_BYTES"):
        whole = value >> 20
        return f"{whole:,} MiB" if value == whole << 20 and whole else f"{value >> 10:,} KiB"
    if name.endswith("_S"):
        return f"{value:,} s"
    return f"{value:,}"


def settings_table() -> str:
    """Return the table of settings."""
    default = _defaults()
    lines = ["| key | environment | must be | default | what |", "| --- | --- | --- | --- | --- |"]
    for setting in SETTINGS:
        value = default.get(setting.key, getattr(_config(), setting.key))
        shown = value if isinstance(value, str) and " " in value else f"`{str(value).lower()}`"
        lines.append(
            f"| `{setting.key}` | `{setting.variable}` | {setting.must_be} | {shown} | {setting.what} |"
        )
    return "\n".join(lines)


def _defaults() -> dict[str, str]:
    return {
        "cache_dir": "your cache folder",
        "threads": "those it may use",
        "hosts": "no host",
        "database": "a file in the node's folder",
    }


def _config() -> Config:
    return load_config(environment={"HOME": "/nowhere"}, folder=Path("/nowhere"))


def configuration() -> str:
    """Return the page of settings: as it stands, with the table between its marks made anew."""
    page = (PAGES / "configuration.md").read_text(encoding="utf-8")
    before, mark, rest = page.partition("<!-- settings -->\n")
    _, end, after = rest.partition("<!-- /settings -->\n")
    if not (mark and end):
        raise ValueError("configuration.md has lost the marks of its table")
    return f"{before}{mark}{settings_table()}\n{end}{after}"


def pages() -> dict[Path, str]:
    """Return each page and what it should hold."""
    return {
        PAGES / "command-line.md": command_line(),
        PAGES / "limits.md": limits_page(),
        PAGES / "configuration.md": configuration(),
    }


def main() -> int:
    """Write the pages that have changed and name them."""
    for path, text in pages().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
