"""``tocsin check``: evidence against warnings."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.cli.formats.registry import FORMATS, renderer
from tocsin.errors import BadInput, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tocsin.config import Config
    from tocsin.detect.result import CheckResult
    from tocsin.service.detect.request import CheckRequest

__all__ = ["check", "spread"]

AGAINST = "--against"


def spread(arguments: Sequence[str], option: str) -> list[str]:
    """Return ``arguments`` with ``option A B`` written as ``option A option B``.

    All words up to the next option are its values; ``-`` is a word. ``option=A`` has that one value.
    """
    words: list[str] = []
    inside = False
    options_end = False
    for word in arguments:
        if options_end or word == "--":
            options_end, inside = True, False
            words.append(word)
        elif word.startswith("-") and word != "-":
            inside = word == option
            words.append(word)
        else:
            if inside and words[-1] != option:
                words.append(option)
            words.append(word)
    return words


class CheckVerb(Verb):
    """The verb whose ``--against`` takes several values."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words after the verb."""
        return super().parse_args(ctx, spread(args, AGAINST))

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the usage line's words in the order they are to be typed: evidence first."""
        return ["EVIDENCE...", f"{AGAINST} WARNINGS...", "[OPTIONS]"]


@click.command(
    cls=CheckVerb,
    examples=(
        "tocsin check /var/log --against feed.json",
        "tocsin check evtx/ proxy.csv.gz --against feeds/ iocs.txt --since 90d",
        "tocsin check app.csv --mapping app.toml --against feed.json --format jsonl --output findings.jsonl",
        "tocsin check logs/ --against feed.json --fail-on high --allow-unchecked",
        "zcat access.log.gz | tocsin check - --against feed.json",
        "tocsin check sbom.cdx.json --inventory --against kev.json osv/",
    ),
)
@click.argument("evidence", nargs=-1)
@click.option(
    "--against",
    multiple=True,
    metavar="WARNINGS...",
    help="What to look for: STIX 2.0 or 2.1 bundles, or lists of indicators (txt, CSV). "
    "Every word up to the next option is taken. In a folder, README, LICENSE and *.md are skipped. "
    "[default: what this node knows]",
)
@click.option(
    "--since", metavar="T", help="Look at nothing before T: 2021-03-02, a timestamp, or 90d, 12h ago."
)
@click.option("--until", metavar="T", help="Look at nothing from T on; a day is looked at whole.")
@click.option(
    "--as",
    "as_format",
    metavar="FORMAT",
    help="Read the evidence as FORMAT (access, csv, evtx, exchange, json, ndjson, parquet, stix, tsv, w3c, "
    "zeek-tsv); do not recognise it.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, readable=False),
    metavar="FILE",
    help="A mapping file that says what the columns of your logs mean.",
)
@click.option(
    "--inventory",
    is_flag=True,
    help="EVIDENCE is bills of materials, --against advisories (KEV, CVE, OSV, CSAF, VEX); without either, what the "
    "node keeps of it.",
)
@click.option(
    "--exposed", is_flag=True, help="With --inventory: what is named can be reached from the internet."
)
@click.option(
    "--decide",
    type=OneOf(["bod-26-04", "cisa-coordinator"]),
    help="With --inventory: the table that says what to do first.  [default: bod-26-04]",
)
@click.option(
    "--mission",
    type=OneOf(["low", "medium", "high"]),
    help="With --decide cisa-coordinator: what is at stake for your mission and the public; not said, it is taken as "
    "high.",
)
@click.option("--format", "output_format", type=OneOf([*FORMATS, "vex"]), default="table", show_default=True)
@click.option("--output", metavar="FILE", default="-", help="Write the result to FILE; - is stdout.")
@click.option("--report", metavar="FILE", help="Also write the HTML report to FILE.")
@click.option(
    "--fail-on",
    type=OneOf(["low", "medium", "high", "critical", "affected", "unknown", "never"]),
    help="Exit 1 for findings of this severity or worse.  [default: low; with --inventory: affected, or unknown]",
)
@click.option(
    "--allow-unchecked", is_flag=True, help="Exit 0, not 7, when nothing is found but parts were not checked."
)
@click.option(
    "--known-good/--no-known-good",
    default=None,
    help="Note on findings that a value is widely known to be harmless.  [default: on]",
)
@click.option("--color", type=OneOf(["auto", "always", "never"]), help="Colour the table.  [default: auto]")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep compiled warnings.")
@click.option("--quiet", "-q", is_flag=True, help="No progress and no summary on stderr.")
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def check(**options: Any) -> int:
    """Check EVIDENCE against warnings: are we hit?

    Without --against, what this node knows is looked for (see `tocsin sync`), and the findings are kept in it.

    EVIDENCE is files, folders, globs, or - for stdin. Formats and compression (gz, zst, zip, bz2) are
    recognised. Each warning is answered: hit, not seen, or cannot tell and what is missing.

    \b
    Exit code: 0 nothing found, and all that was asked was checked
               1 findings at or above --fail-on
               2 usage   3 bad input   4 source unavailable   5 not permitted
               6 nothing to check
               7 nothing found, but part could not be checked
    """  # noqa: D301  click reads the escaped character
    from tocsin.cli.exit_code import exit_code
    from tocsin.cli.node import has_node
    from tocsin.cli.output import check_target, keep_inputs, write_output
    from tocsin.cli.progress_bar import open_progress
    from tocsin.config import load_config

    if options["inventory"]:
        from tocsin.cli.check_inventory import inventory_check

        return inventory_check(options, load_config({key: options[key] for key in ("color", "data")}))
    _refuse_words_of_inventory(options)
    config = load_config({key: options[key] for key in ("fail_on", "known_good", "color", "data")})
    of_node = not options["against"] and has_node(config.data)
    _refuse_half_a_question(options["evidence"], options["against"], of_node=of_node)
    if of_node:
        options["against"] = (_node_warnings(config),)
    targets = [target for target in (options["output"], options["report"]) if target]
    for target in targets:
        check_target(target)
    mapping = [str(options["mapping"])] if options["mapping"] else []
    keep_inputs(targets, (*options["evidence"], *options["against"], *mapping))
    request = _request(options, config)

    from tocsin.service.detect import check as service

    with open_progress(quiet=options["quiet"]) as progress:
        result = service.check(request, progress, sys.stdin.buffer)
    if of_node:
        result = _kept(config, result)
    write_output(_drawn(result, options["output_format"], config, options["output"]), options["output"])
    if options["report"]:
        write_output(_drawn(result, "html", config, options["report"]), options["report"])
    if not options["quiet"]:
        _tell_summary(result, options)
    return exit_code(result, fail_on=config.fail_on, allow_unchecked=options["allow_unchecked"])


def _refuse_words_of_inventory(options: dict[str, Any]) -> None:
    for said, used in (
        ("--exposed", options["exposed"]),
        ("--decide", options["decide"]),
        ("--mission", options["mission"]),
        ("--format vex", options["output_format"] == "vex"),
        (f"--fail-on {options['fail_on']}", options["fail_on"] in {"affected", "unknown"}),
    ):
        if used:
            raise UsageError(f"{said} is for an inventory", hint="Add --inventory, or leave it away.")


def _node_warnings(config: Config) -> str:
    from tocsin.cli.node import acting, opened
    from tocsin.service.exchange.known_warnings import warnings_file

    with opened(str(config.data)) as node:
        return str(warnings_file(node, acting()))


def _kept(config: Config, result: CheckResult) -> CheckResult:
    """Name who gave each warning, instead of the file that the node wrote for the check, and keep the findings."""
    import msgspec

    from tocsin.cli.node import acting, opened
    from tocsin.service.exchange.finding_store import keep
    from tocsin.service.exchange.known_warnings import with_sources

    with opened(str(config.data)) as node:
        named = msgspec.structs.replace(result, findings=with_sources(node, acting(), result.findings))
        keep(node, named.findings)
    return named


def _refuse_half_a_question(evidence: Sequence[str], against: Sequence[str], *, of_node: bool) -> None:
    if not evidence:
        raise UsageError(
            "no evidence is named",
            hint=f"Name your logs before {AGAINST}: tocsin check /var/log {AGAINST} feed.json. "
            f"Every word after {AGAINST} is taken as warnings, up to the next option.",
        )
    if not against and not of_node:
        raise UsageError(
            "no warnings are named",
            hint=f"Say what to look for with {AGAINST}: tocsin check {evidence[0]} {AGAINST} feed.json. "
            "Or make a node that keeps warnings: tocsin init.",
        )
    if [*evidence, *against].count("-") > 1:
        raise UsageError(
            "stdin (-) is named twice", hint="It can be read once: save one of the two to a file."
        )


def _request(options: dict[str, Any], config: Config) -> CheckRequest:
    from tocsin.cli.period import parse_moment
    from tocsin.model.timestamp import parse_timestamp
    from tocsin.service.detect.request import CheckRequest

    now = time.time_ns()
    since, until = options["since"], options["until"]
    since = parse_moment(since, option="--since", now=now) if since else None
    until = parse_moment(until, option="--until", now=now, day_ends=True) if until else None
    if since and until and parse_timestamp(since) >= parse_timestamp(until):
        raise UsageError(
            f"--since {options['since']} is not before --until {options['until']}", hint="Swap them."
        )
    return CheckRequest(
        evidence=options["evidence"],
        against=options["against"],
        since=since,
        until=until,
        as_format=options["as_format"],
        mapping=options["mapping"],
        cache=None if options["no_cache"] else _cache(config.cache_dir),
        threads=config.threads,
        memory_bytes=config.memory_mb << 20,
        known_good=config.known_good,
        now=now,
        hosts=config.hosts,
        list_answers=options["output_format"] == "json",
    )


def _cache(folder: Path) -> Path | None:
    from tocsin.config import private_folder

    try:
        return private_folder(folder)
    except BadInput as error:
        # A check is worth more than its cache.
        sys.stderr.write(f"tocsin: {error}; going on without a cache. What to do: {error.hint}\n")
        return None


def _drawn(result: CheckResult, name: str, config: Config, target: str) -> Iterator[str]:
    if name == "table":
        from tocsin.cli.formats.table import render
        from tocsin.cli.output import use_color

        width = shutil.get_terminal_size((100, 24)).columns
        return render(result, width=width, colour=use_color(config.color, target))
    return renderer(name)(result)


def _tell_summary(result: CheckResult, options: dict[str, Any]) -> None:
    from tocsin.model.told.number import number

    totals = result.totals
    if options["output_format"] != "table" or options["output"] != "-":
        sys.stderr.write(
            f"{number(totals.warnings, 'warning')}: {totals.hit:,} hit, {totals.not_seen:,} not seen, "
            f"{totals.cannot_tell:,} cannot tell, {totals.warnings_not_checked:,} more not checked.\n"
            f"{number(totals.rows, 'row')} of {number(totals.files, 'file')}: {totals.read:,} read, "
            f"{totals.skipped:,} skipped.\n"
        )
    for target in (options["output"], options["report"]):
        if target and target != "-":
            sys.stderr.write(f"Written: {target}\n")
