"""``tocsin wallet statement``: who is behind an address or an incident, as persons say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell

if TYPE_CHECKING:
    from tocsin.ransom.dossier.parts import Said

__all__ = ["statement"]

_SHORT = 8


@click.group(
    cls=VerbGroup,
    examples=(
        "tocsin wallet statement add statements.toml",
        "tocsin wallet statement list",
        'tocsin wallet statement withdraw 3f0c4c53 --why "The source took it back"',
    ),
)
def statement() -> None:
    """Keep what persons say of who is behind an address, a cluster or an incident. The program never says it."""


@statement.command("add", cls=Verb, examples=("tocsin wallet statement add statements.toml",))
@click.argument("file", metavar="FILE|-")
@node_options
def add(file: str, data: str | None, output_format: str) -> int:
    """Note the statements of a file (TOML or JSON): who is named for which role, who says so, on what evidence.

    Of a file in which anything is wrong nothing is noted. A statement that is there already is not noted again.

    Exit code: 0, 3 the file cannot be read, or a statement says what none can, 6 an incident is not here.
    """
    from tocsin.cli.whole_input import read_whole, told_name
    from tocsin.ransom.attribution.statement_file import read_statements
    from tocsin.service.ransom.statements import add_statements

    made = read_statements(read_whole(file), told_name(file))
    with opened(data) as node:
        done = add_statements(node, made, told_name(file), by=acting())
    withdrawn = [one for one in done.known if one.withdrawn_us is not None]
    tell(
        output_format,
        {"new": [_row(one) for one in done.new], "known": [_row(one) for one in done.known]},
        [
            *(f"Noted as {str(one.id)[:_SHORT]}: {_words(one)}." for one in done.new),
            *(f"Known before as {str(one.id)[:_SHORT]}: {_words(one)}." for one in done.known),
            *(
                f"Careful: {str(one.id)[:_SHORT]} was withdrawn, and stays so. State it anew with its day."
                for one in withdrawn
            ),
        ],
    )
    return 0


@statement.command("list", cls=Verb, examples=("tocsin wallet statement list",))
@node_options
def list_(data: str | None, output_format: str) -> int:
    """List all statements by the day on which they were made, withdrawn ones too."""
    from tocsin.service.ransom.statements import list_statements

    with opened(data) as node:
        found = list_statements(node)
    rows = [
        (
            str(one.id)[:_SHORT],
            one.statement.role.value,
            one.statement.named,
            _about(one),
            one.statement.said_by,
            one.statement.said_on.isoformat(),
            one.statement.reliability,
            str(one.statement.credibility),
            "withdrawn" if one.withdrawn_us is not None else "stands",
        )
        for one in found
    ]
    tell(
        output_format,
        {"statements": [_row(one) for one in found]},
        table(
            ("ID", "ROLE", "NAMED", "ABOUT", "SAYS", "ON", "SOURCE", "INFORMATION", "STATE"),
            rows,
            empty="There is none. Note some: tocsin wallet statement add FILE",
        ),
    )
    return 0


@statement.command(
    "withdraw",
    cls=Verb,
    examples=('tocsin wallet statement withdraw 3f0c4c53 --why "The source took it back"',),
)
@click.argument("which", metavar="ID")
@click.option("--why", default="", metavar="TEXT", help="Why; whoever reads it later sees this.")
@node_options
def withdraw(which: str, why: str, data: str | None, output_format: str) -> int:
    """Withdraw a statement. It stays visible as withdrawn, and counts for nothing any more.

    Exit code: 0, 3 it was withdrawn already, or several ids begin so, 6 there is none.
    """
    from tocsin.service.ransom.statements import withdraw as service

    with opened(data) as node:
        done = service(node, which, why=why, by=acting())
    tell(
        output_format,
        {"withdrawn": str(done.id)},
        [f"Withdrawn: {str(done.id)[:_SHORT]}, {_words(done)}."],
    )
    return 0


def _about(one: Said) -> str:
    subject = one.statement.subject
    named = one.subject.removeprefix("the incident ") if subject.kind == "incident" else subject.value
    return f"{subject.kind.value} {named}"


def _words(one: Said) -> str:
    from tocsin.model.told.escape import one_line

    said = one.statement
    return one_line(f"{said.said_by} names {said.named} as {said.role.value} of {one.subject}")


def _row(one: Said) -> dict[str, Any]:
    from tocsin.ransom.dossier.document import said_document

    return said_document(one)
