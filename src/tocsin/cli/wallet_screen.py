"""``tocsin wallet screen``: whom a payment would reach, and what the law says of it, before it is made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.cli.node import opened, tell

if TYPE_CHECKING:
    from tocsin.service.ransom.screen import Screening

__all__ = ["screen_"]


@click.command(
    cls=Verb,
    examples=(
        "tocsin wallet screen bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "tocsin wallet screen 0x8589427373D6D84E98730D7795D8f6f8731FDA16 --as-of 2025-03-04",
        "tocsin wallet screen 1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH --payer public --where US-NC --format md",
        "tocsin wallet screen --payer public --where US-NC",
        "tocsin wallet screen 12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw --family WannaCry",
    ),
)
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@click.option(
    "--family",
    "families",
    multiple=True,
    metavar="NAME",
    help="The ransomware that the note names; repeatable.",
)
@click.option(
    "--actor", "actors", multiple=True, metavar="NAME", help="The gang or person that it names; repeatable."
)
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
    families: tuple[str, ...],
    actors: tuple[str, ...],
    payer: str | None,
    where: str,
    as_of: str,
    output_format: str,
    data: str | None,
) -> int:
    """Say whether this payer may pay at all, and whether an ADDRESS is one of a sanctioned party or of its holder.

    The verdicts are hit, linked, no_match_found and not_screenable; there is none for clear. An address is compared by
    what it pays to, so that it is found in another spelling too. The list is the one that was the newest on the day.

    It is linked, too, if the loaded ledger has it in one cluster with a listed address, or shows money that came from
    one or went to one, and if a label of it, or what the ransom note says (--family, --actor), leads by the table of
    actors to a listed party. A name that is not in the table only suggests names that are like it.

    And it is linked if the ransom of another incident that is known here, noted or given by a hub, was to be paid to it
    or to an address of its holder or cluster. Your own demand that is open is not held against itself.

    With --payer alone it says whether that payer may pay at all. An address that an older kept list had is told, and
    is no match.

    Exit code: 0 no match in a current list, 1 a hit, a link or a payer who may not pay, 3 an address with a typing
    error, 7 an address that cannot be screened, a list that is missing or older than 7 days, or, where nothing but the
    payer was asked about, that it is not known.
    """
    from shutil import get_terminal_size

    from tocsin.cli.formats.screening import (
        age_warning,
        screening_lines,
        screening_markdown,
    )
    from tocsin.cli.formats.screening_document import screening_document
    from tocsin.cli.output import write_output
    from tocsin.cli.problem import problem_text
    from tocsin.cli.wallet_lists import parse_day
    from tocsin.service.ransom.screen import screen

    day = parse_day(as_of, "--as-of")
    with opened(data) as node:
        found = screen(
            node,
            addresses,
            payer=payer or "",
            where=where,
            as_of=day,
            families=families,
            actors=actors,
        )
    for problem in found.problems:
        sys.stderr.write(problem_text(problem))
    is_terminal = sys.stdout.isatty()
    warning = age_warning(found)
    # The text has it, too; one who sends that away still has to see it.
    if warning and (output_format == "json" or not is_terminal):
        sys.stderr.write(f"{warning}\n")
    if output_format == "md":
        write_output(screening_markdown(found))
    else:
        width = get_terminal_size().columns if is_terminal else None
        tell(output_format, screening_document(found), screening_lines(found, width))
    return _exit_code(found)


def _exit_code(found: Screening) -> int:
    from tocsin.ransom.screening.payment_rules import MayPay
    from tocsin.ransom.screening.screening import Verdict

    verdicts = {one.verdict for one in found.screened} | {one.verdict for one in found.names}
    if verdicts & {Verdict.HIT, Verdict.LINKED} or found.payment.answer is MayPay.FORBIDDEN:
        return 1
    if found.problems:
        return 3
    if not found.is_asked:
        return 0 if found.payment.answer is MayPay.NO_RULE_KNOWN else 7
    return 7 if Verdict.NOT_SCREENABLE in verdicts or not found.is_current else 0
