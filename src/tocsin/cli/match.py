"""``tocsin match``: one STIX pattern on STIX observations."""

from __future__ import annotations

import click

from tocsin.cli.command import OneOf, Verb

__all__ = ["match"]

NO_MATCH = 0
MATCH = 1


@click.command(
    cls=Verb,
    examples=(
        "tocsin match \"[ipv4-addr:value = '198.51.100.7']\" observed.json",
        "tocsin match \"[file:name = 'beacon.dll']\" --pattern-version 2.0 - < bundle.json",
    ),
)
@click.argument("pattern")
@click.argument("file")
@click.option(
    "--pattern-version",
    type=OneOf(["2.0", "2.1"]),
    default="2.1",
    show_default=True,
    help="The STIX version whose pattern language PATTERN is written in.",
)
@click.option(
    "--format",
    "as_format",
    type=OneOf(["text", "json"]),
    default="text",
    show_default=True,
    help="How the answer is written.",
)
def match(pattern: str, file: str, pattern_version: str, as_format: str) -> int:
    """Match one STIX PATTERN against the observations in FILE.

    FILE is a STIX 2.0 or 2.1 bundle, one observation, or a JSON list of either; - is stdin.

    Exit code: 1 matches, 0 does not match, 3 the pattern does not compile or FILE is no STIX.
    """
    from tocsin.cli.output import write_output
    from tocsin.cli.whole_input import read_whole, told_name
    from tocsin.errors import PatternError

    data = read_whole(file)
    try:
        from tocsin.service.detect.match import match_pattern

        answer = match_pattern(pattern, data, pattern_version, told_name(file))
    except PatternError as error:
        _point_at(error, pattern)
        raise
    if as_format == "json":
        import json

        text = json.dumps({"matched": answer.matched, "observations": list(answer.observations)})
    else:
        text = "\n".join(["match", *answer.observations] if answer.matched else ["no match"])
    write_output(text + "\n")
    return MATCH if answer.matched else NO_MATCH


def _point_at(error: Exception, pattern: str) -> None:
    """Add the line of the pattern that the error names, with a caret under the column."""
    from tocsin.cli.caret import caret_lines

    where = getattr(error, "where", None)
    if where and where.line is not None and where.column is not None:
        for line in caret_lines(pattern, where.line, where.column):
            error.add_note(line)
