"""Write the reference pages that come from the code: ``make reference``. A test holds them current."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from tocsin import limits
from tocsin.cli.main import tocsin
from tocsin.config import SETTINGS, Config, load_config
from tocsin.web.routes import ways

if TYPE_CHECKING:
    from tocsin.web.door import Asked

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


_HTTP = """# HTTP API

{made}

What machines can ask a node that serves (`tocsin serve`). The node tells the same as OpenAPI 3.1 at
`/openapi.json`, with the shape of each answer, and on its page `/reference`.

- **A token** goes as `Authorization: Bearer TOKEN`; for TAXII also as the password of any user name. Make one
  with [`tocsin token create`](command-line.md#tocsin-token-create). *Own token*: one of the node's own
  organisation, no member's. A *person* is signed in by a link and has a session's cookie.
- What a token may not see is answered as what is not there.
- A problem is `application/problem+json` (RFC 9457) with `status`, `title` and `detail`; TAXII's own errors are
  TAXII's.
- How often one may ask and how much one may send: [limits](limits.md). 429 and 503 say in `Retry-After` when to
  ask again.

"""
_GROUPS = (
    ("TAXII 2.1", "/taxii2/"),
    ("The log", "/log"),
    ("JSON for tokens and people", "/api/"),
    ("Beside the pages", "/"),
)
_WHO = {"token": "token", "basic": "", "session": "person"}


def http_api() -> str:
    """Return the page of every path for machines, as ``/openapi.json`` tells them."""
    told = ways()
    described = json.loads(bytes(told[0].methods["GET"](cast("Asked", None)).body))["paths"]
    own = {one.path.replace(":path}", "}") for one in told if one.own_only}
    rows: dict[str, list[str]] = {title: [] for title, _ in _GROUPS}
    for path, methods in sorted(described.items()):
        title = next(title for title, start in _GROUPS if path.startswith(start))
        rows[title] += [
            _http_row(path, method, one, own=path in own) for method, one in sorted(methods.items())
        ]
    parts = [_HTTP.format(made=MADE)]
    for title, held in rows.items():
        parts.append(
            f"## {title}\n\n| ask | what | who | query |\n| --- | --- | --- | --- |\n"
            + "\n".join(held)
            + "\n"
        )
    return "\n".join(parts)


def _http_row(path: str, method: str, described: dict[str, Any], *, own: bool) -> str:
    who = ", ".join(dict.fromkeys(_WHO[name] for one in described["security"] for name in one if _WHO[name]))
    who = who.replace("token", "own token") if own else who
    query = ", ".join(f"`{one['name']}`" for one in described.get("parameters", []) if one["in"] == "query")
    about = described["summary"].replace("|", "\\|")
    return f"| `{method.upper()} {path}` | {about} | {who or 'anybody'} | {query} |"


def pages() -> dict[Path, str]:
    """Return each page and what it should hold."""
    return {
        PAGES / "command-line.md": command_line(),
        PAGES / "limits.md": limits_page(),
        PAGES / "configuration.md": configuration(),
        PAGES / "http-api.md": http_api(),
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
