"""``tocsin check --inventory``: what is here against advisories; reached through ``tocsin check``."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.config import Config
    from tocsin.inventory.exposure import InventoryResult

__all__ = ["FAIL_ON", "FORMATS", "drawn", "inventory_check", "inventory_exit_code", "tell_counts"]

FORMATS: Final = {
    "table": "tocsin.cli.formats.inventory_table",
    "json": "tocsin.inventory.told.json_rows",
    "csv": "tocsin.inventory.told.csv_rows",
    "sarif": "tocsin.inventory.told.sarif",
    "vex": "tocsin.inventory.told.vex",
}
FAIL_ON: Final = ("affected", "unknown", "never")
_NOT_THEIRS: Final = ("since", "until", "as_format", "mapping", "report")


def inventory_check(options: dict[str, Any], config: Config) -> int:
    """Run the check that ``options`` of ``tocsin check`` ask for, and return its exit code."""
    from tocsin.cli.output import check_target, keep_inputs, write_output
    from tocsin.service.collector import collector_paused

    _refuse(options)
    check_target(options["output"])
    keep_inputs([options["output"]], (*options["evidence"], *options["against"]))
    # A node is asked for places while they are written.
    with collector_paused(), ExitStack() as stack:
        result = _result(options, config, stack)
        write_output(drawn(result, options["output_format"], config, options["output"]), options["output"])
    if not options["quiet"] and (options["output_format"] != "table" or options["output"] != "-"):
        tell_counts(result)
    return inventory_exit_code(
        result, fail_on=options["fail_on"] or "affected", allow_unchecked=options["allow_unchecked"]
    )


def _refuse(options: dict[str, Any]) -> None:
    for name in _NOT_THEIRS:
        if options[name]:
            said = f"--{name.replace('_format', '')}"
            raise UsageError(f"{said} is for logs; an inventory has none", hint=f"Leave {said} away.")
    if options["output_format"] not in FORMATS:
        raise UsageError(
            f"an inventory has no format {options['output_format']!r}",
            hint=f"Formats are {', '.join(FORMATS)}.",
        )
    if options["fail_on"] and options["fail_on"] not in FAIL_ON:
        raise UsageError(
            f"--fail-on {options['fail_on']} is for logs",
            hint=f"With --inventory it is {', '.join(FAIL_ON)}.",
        )
    if [*options["evidence"], *options["against"]].count("-") > 1:
        raise UsageError(
            "stdin (-) is named twice", hint="It can be read once: save one of the two to a file."
        )


def _result(options: dict[str, Any], config: Config, stack: ExitStack) -> InventoryResult:
    from tocsin.cli.node import has_node, now_us, opened
    from tocsin.service.inventory.check import TABLES, Wanted

    table = options["decide"] or TABLES[0]
    if options["mission"] and table == TABLES[0]:
        raise UsageError(
            "--mission is asked for by the coordinator's table alone",
            hint=f"Add --decide {TABLES[1]}, or leave it away.",
        )
    wanted = Wanted(table, (), options["mission"] or "")
    if options["evidence"]:
        from tocsin.service.inventory.check import Files, check_files

        asked = Files(options["evidence"], options["against"], exposed=options["exposed"], wanted=wanted)
        if asked.against:
            return check_files(asked, now_us() / 1_000_000, sys.stdin.buffer)
        if not has_node(config.data):
            raise UsageError(
                "no advisories are named, and there is no node that keeps some",
                hint="Say what to hold it against: tocsin check sbom.json --inventory --against kev.json osv/. "
                "Or make a node: tocsin init, tocsin sync kev cve.",
            )
        from tocsin.service.inventory.check_node import check_named

        return check_named(stack.enter_context(opened(str(config.data))), asked, sys.stdin.buffer)
    if not has_node(config.data):
        raise UsageError(
            "no inventory is named, and there is no node that keeps one",
            hint="Name one: tocsin check sbom.json --inventory --against kev.json. Or make a node: tocsin init.",
        )
    from tocsin.service.inventory.check_node import check_node

    node = stack.enter_context(opened(str(config.data)))
    return check_node(node, options["against"], sys.stdin.buffer, wanted)


def drawn(result: InventoryResult, name: str, config: Config, target: str) -> Iterator[str]:
    """``result`` in the format ``name``, in chunks."""
    render = import_module(FORMATS[name]).render
    if name != "table":
        chunks: Iterator[str] = render(result)
        return chunks
    from tocsin.cli.output import use_color

    width = shutil.get_terminal_size((100, 24)).columns
    lines: Iterator[str] = render(result, width=width, colour=use_color(config.color, target))
    return lines


def tell_counts(result: InventoryResult) -> None:
    """Say on stderr what it comes to."""
    counts = result.counts
    sys.stderr.write(
        f"{counts.releases:,} products: {counts.affected:,} affected, {counts.unknown:,} unknown, "
        f"{counts.fixed:,} fixed, {counts.not_affected:,} not affected, {counts.unnamed:,} named by no advisory, "
        f"{counts.no_data:,} of kinds without a feed. {len(result.not_read):,} parts were not read.\n"
    )
    if counts.treated:
        sys.stderr.write(f"{counts.treated:,} of those affected are mitigated or accepted altogether.\n")


def inventory_exit_code(result: InventoryResult, *, fail_on: str, allow_unchecked: bool) -> int:
    """1 for what ``fail_on`` says; else 7 where something could not be told or is old, unless allowed; else 0.

    What is mitigated, or accepted until a day to come, is no reason for 1.
    """
    from tocsin.cli.exit_code import CLEAN, FOUND, UNCHECKED
    from tocsin.inventory.rule import Verdict

    fails = {"affected": {Verdict.AFFECTED}, "unknown": {Verdict.AFFECTED, Verdict.UNKNOWN}, "never": set()}
    if any(one.verdict in fails[fail_on] and one.is_open for one in result.exposures.cases):
        return FOUND
    counts = result.counts
    if fail_on == "unknown" and counts.no_data:
        return FOUND
    # A product that counts as affected may have vulnerabilities beside that could not be told.
    unknown = any(one.verdict is Verdict.UNKNOWN for one in result.exposures.cases)
    doubtful = (
        unknown or counts.no_data or result.not_read or any(feed.makes_doubtful for feed in result.feeds)
    )
    return UNCHECKED if doubtful and not allow_unchecked else CLEAN
