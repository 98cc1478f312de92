"""``tocsin wallet load``: what this node knows of the ledger."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import node_options, opened, table, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.service.ransom.ledger_files import FileRead
    from tocsin.service.ransom.load import Loaded

__all__ = ["load", "missing_lines", "tell_faults"]

_NAMED = 3


@click.command(
    cls=Verb,
    examples=(
        "tocsin wallet load colonial_*_txs.json",
        "tocsin wallet load ~/.bitcoin/blocks/blk04000.dat export.jsonl.gz",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--anew", is_flag=True, help="Forget what was loaded before, damaged or not: all comes from these files."
)
@node_options
def load(files: tuple[str, ...], anew: bool, data: str | None, output_format: str) -> int:  # noqa: FBT001
    """Load transactions: Esplora JSON, bitcoin-etl or BigQuery JSON lines, CSV, blocks, blk*.dat with its xor.dat.

    In whatever order they come, the same is known in the end. Ids and Merkle roots are recomputed. Of a file that
    contradicts what is known nothing is taken.

    Exit code: 0 all was read, 3 something was not, and the rest was loaded, 6 there is no file.
    """
    from tocsin.service.ransom.ledger_files import read_files
    from tocsin.service.ransom.load import load as load_

    with opened(data) as node:
        done = load_(node, read_files(files, sys.stdin.buffer), anew=anew)
    tell(output_format, _answer(done), _lines(done))
    return tell_faults(done.files, as_json=output_format == "json")


def tell_faults(files: Sequence[FileRead], *, as_json: bool) -> int:
    """Tell on stderr what could not be read; returns the exit code: 3 or 4 if there is something, else 0."""
    from tocsin.cli.problem import problem_json, problem_text
    from tocsin.errors import BadInput, SourceUnavailable
    from tocsin.limits import LEDGER_FAULTS

    faults = [fault for file in files for fault in file.faults]
    for fault in faults[:LEDGER_FAULTS]:
        sys.stderr.write(problem_json(fault) if as_json else problem_text(fault))
    if len(faults) > LEDGER_FAULTS and not as_json:
        sys.stderr.write(f"tocsin: and {len(faults) - LEDGER_FAULTS:,} more like these\n")
    if any(isinstance(fault, BadInput) for fault in faults):
        return BadInput.exit_code
    return SourceUnavailable.exit_code if faults else 0


def missing_lines(missing: Sequence[str]) -> list[str]:
    """That amounts are unknown, and which transactions would tell them."""
    if not missing:
        return []
    named = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED:,} more" if missing[_NAMED:] else "")
    return [
        f"Of inputs that spend from {len(missing):,} transactions the amount is not known, as these are not loaded:",
        f"  {named}",
    ]


def _answer(done: Loaded) -> dict[str, Any]:
    return {
        "files": [
            {"name": file.name, "transactions": len(file.transactions), "faults": len(file.faults)}
            for file in done.files
        ],
        "new": done.new,
        "better_known": done.better,
        "known_before": done.same,
        "held": done.held,
        "missing": sorted(done.missing),
    }


def _lines(done: Loaded) -> list[str]:
    rows = [[file.name, f"{len(file.transactions):,}", f"{len(file.faults):,}"] for file in done.files]
    return [
        *table(["FILE", "TRANSACTIONS", "NOT READ"], rows, empty=""),
        f"{done.new:,} new, {done.better:,} better known now, {done.same:,} known before; {done.held:,} are loaded.",
        *missing_lines(sorted(done.missing)),
    ]
