"""``tocsin wallet``: whom a payment would reach, and what the law says of it, before it is made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.command import OneOf, Verb, VerbGroup
from tocsin.cli.node import node_options, opened, table, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from tocsin.service.ransom.screen import Screening

__all__ = ["wallet"]


@click.group(
    cls=VerbGroup,
    examples=(
        "tocsin sync ofac",
        "tocsin wallet screen bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 --payer private --where US-TX",
        "tocsin wallet lists",
    ),
)
def wallet() -> None:
    """Look before a ransom is paid: whom would it reach, and may this body pay at all. It is not legal advice."""


@wallet.command(
    "screen",
    cls=Verb,
    examples=(
        "tocsin wallet screen bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "tocsin wallet screen 0x8589427373D6D84E98730D7795D8f6f8731FDA16 --as-of 2025-03-04",
        "tocsin wallet screen 1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH --payer public --where US-NC --format md",
    ),
)
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--payer", type=OneOf(["public", "private"]), help="Who would pay: a public body or another.")
@click.option("--where", default="", metavar="PLACE", help="Where the payer is: a country or state, US-NC.")
@click.option(
    "--as-of", "as_of", default="", metavar="DATE", help="Answer as of that day.  [default: today, in UTC]"
)
@click.option(
    "--format", "output_format", type=OneOf(["table", "json", "md"]), default="table", show_default=True
)
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def screen_(
    addresses: tuple[str, ...],
    payer: str | None,
    where: str,
    as_of: str,
    output_format: str,
    data: str | None,
) -> int:
    """Say whether this payer may pay at all, and whether an ADDRESS is one of a sanctioned party or of its holder.

    The verdicts are hit, linked, no_match_found and not_screenable; there is none for clear. An address is compared by
    what it pays to, so that it is found in another spelling too. The list is the one that was the newest on the day.

    Exit code: 0 no match in a current list, 1 a hit, a link or a payer who may not pay, 3 an address with a typing
    error, 7 an address that cannot be screened, or a list that is missing or older than 7 days.
    """
    from tocsin.cli.formats.screening import (
        age_warning,
        screening_document,
        screening_lines,
        screening_markdown,
    )
    from tocsin.cli.output import write_output
    from tocsin.cli.problem import problem_text
    from tocsin.service.ransom.screen import screen

    day = _day(as_of, "--as-of")
    with opened(data) as node:
        found = screen(node, addresses, payer=payer or "", where=where, as_of=day)
    for problem in found.problems:
        sys.stderr.write(problem_text(problem))
    warning = age_warning(found)
    if warning:
        sys.stderr.write(f"{warning}\n")
    if output_format == "md":
        write_output(screening_markdown(found))
    else:
        tell(output_format, screening_document(found), screening_lines(found))
    return _exit_code(found)


@wallet.command(
    "lists",
    cls=Verb,
    examples=("tocsin wallet lists", "tocsin wallet lists --diff 2025-03-04 2025-03-21"),
)
@click.option("--diff", nargs=2, metavar="FROM TO", help="What changed between the lists of these two days.")
@node_options
def lists(diff: tuple[str, str] | None, data: str | None, output_format: str) -> int:
    """Show the versions of sanctions lists that are kept, or what changed between those of two days."""
    from datetime import date

    from tocsin.service.ransom.lists import changes_between, versions

    with opened(data) as node:
        if diff:
            first, last = (_day(one, "--diff") or date.min for one in diff)
            changes = changes_between(node, first, last)
            tell(output_format, changes.document(), changes.lines())
            return 0
        held = versions(node)
    rows = [
        (one.list, one.issued, f"{one.parties:,}", f"{one.addresses:,}", one.form, one.sha256[:16])
        for one in held
    ]
    document: dict[str, Any] = {
        "lists": [
            {
                "list": one.list,
                "issued": one.issued,
                "parties": one.parties,
                "addresses": one.addresses,
                "form": one.form,
                "sha256": one.sha256,
            }
            for one in held
        ]
    }
    empty = "No list is kept. Bring one: tocsin sync ofac"
    tell(
        output_format,
        document,
        table(("LIST", "ISSUED", "PARTIES", "ADDRESSES", "FORM", "SHA-256"), rows, empty=empty),
    )
    return 0


def _day(text: str, option: str) -> date | None:
    from datetime import date

    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is no day", hint="Write it as 2025-03-04.") from None


def _exit_code(found: Screening) -> int:
    from tocsin.ransom.payment_rules import MayPay
    from tocsin.ransom.screening import Verdict

    verdicts = {one.verdict for one in found.screened}
    if verdicts & {Verdict.HIT, Verdict.LINKED} or found.payment.answer is MayPay.FORBIDDEN:
        return 1
    if found.problems:
        return 3
    return 7 if Verdict.NOT_SCREENABLE in verdicts or not found.is_current else 0
