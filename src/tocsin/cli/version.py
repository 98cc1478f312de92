"""``tocsin version``: how two versions stand to each other, and whether one is in a range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tocsin.cli.command import OneOf, Verb, VerbGroup

if TYPE_CHECKING:
    from tocsin.inventory.version import Order

__all__ = ["version"]

FORMAT = click.option(
    "--format",
    "as_format",
    type=OneOf(["text", "json"]),
    default="text",
    show_default=True,
    help="How the answer is written.",
)


@click.group(
    cls=VerbGroup,
    examples=(
        "tocsin version compare deb 1.18.3-1~bpo11+1 1.18.3-1",
        "tocsin version in-range 2.14.1 'vers:maven/>=2.0|<2.15.0'",
    ),
)
def version() -> None:
    """Ask how versions are ordered. What cannot be told is said to be unknown, and is no error."""


@version.command(
    "compare",
    cls=Verb,
    examples=(
        "tocsin version compare rpm 1.0~rc1 1.0",
        "tocsin version compare generic 'V2.3 SP1' V2.4",
        "tocsin version compare pypi - < pairs.tsv",
    ),
)
@click.argument("scheme")
@click.argument("a")
@click.argument("b", required=False)
@FORMAT
def compare_(scheme: str, a: str, b: str | None, as_format: str) -> int:
    """Say how version A stands to version B by the rule of SCHEME: <, =, > or ? where that cannot be told.

    SCHEME is a package type (npm, deb, rpm, maven ...), semver, or generic for firmware and free text. With - for A,
    and no B, pairs are read from stdin: a line each, with a tab between the two.

    Exit code: 0 with any answer, 3 a line of stdin is no pair.
    """
    from tocsin.cli.output import write_output
    from tocsin.cli.whole_input import STDIN
    from tocsin.inventory.version import compare

    if b is None:
        if a != STDIN:
            raise click.UsageError("Missing argument 'B'.", click.get_current_context())
        pairs = _pairs_of_stdin()
    else:
        pairs = [(a, b)]
    answers = [(one, two, compare(scheme, one, two)) for one, two in pairs]
    if as_format == "json":
        found = [_document(scheme, *answer) for answer in answers]
        write_output(_json(found if b is None else found[0]))
    else:
        write_output("".join(f"{order.value}\n" for _, _, order in answers))
    return 0


@version.command(
    "in-range",
    cls=Verb,
    examples=(
        "tocsin version in-range 1.4.2 'vers:npm/>=1.0.0|<1.5.0'",
        "tocsin version in-range 1.1.1k 'vers:openssl/<1.1.1l'",
    ),
)
@click.argument("text", metavar="VERSION")
@click.argument("wanted", metavar="VERS_RANGE")
@FORMAT
def in_range(text: str, wanted: str, as_format: str) -> int:
    """Say whether VERSION is in VERS_RANGE: yes, no, or unknown where that cannot be told.

    VERS_RANGE is a range of package-url's VERS specification: vers:SCHEME/ and then constraints with | between.

    Exit code: 0 with any answer, 3 the range cannot be read.
    """
    from tocsin.cli.output import write_output
    from tocsin.errors import NotARange
    from tocsin.inventory.version import parse_vers

    try:
        found = parse_vers(wanted)
    except NotARange as error:
        _point_at(error, wanted)
        raise
    answer = {True: "yes", False: "no", None: "unknown"}[found.contains(text)]
    if as_format == "json":
        write_output(_json({"version": text, "range": str(found), "in_range": answer}))
    else:
        write_output(f"{answer}\n")
    return 0


def _pairs_of_stdin() -> list[tuple[str, str]]:
    from tocsin.cli.whole_input import STDIN, read_whole, told_name
    from tocsin.errors import BadInput, Place

    pairs = []
    # What is no UTF-8 is no version of any scheme, and is answered so.
    for number, line in enumerate(read_whole(STDIN).decode("utf-8", "surrogateescape").splitlines(), 1):
        one, tab, two = line.partition("\t")
        if not tab or "\t" in two:
            raise BadInput(
                "a line is two versions with one tab between",
                where=Place(file=told_name(STDIN), line=number),
                hint="Correct or take out the line.",
            )
        pairs.append((one, two))
    return pairs


def _document(scheme: str, a: str, b: str, order: Order) -> dict[str, str]:
    return {"scheme": scheme, "a": a, "b": b, "order": order.value}


def _json(document: object) -> str:
    import json

    return json.dumps(document) + "\n"


def _point_at(error: Exception, text: str) -> None:
    """Add the text that the error names a column of, with a caret under it."""
    from tocsin.cli.caret import caret_lines

    where = getattr(error, "where", None)
    if where and where.line is not None and where.column is not None:
        for line in caret_lines(text, where.line, where.column):
            error.add_note(line)
