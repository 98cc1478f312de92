"""``tocsin gate``: may this product come in?"""

from __future__ import annotations

import shutil
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

from tocsin.cli.check import spread
from tocsin.cli.command import OneOf, Verb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from tocsin.config import Config
    from tocsin.inventory.gate.summary import Attestation
    from tocsin.inventory.gate.verdict import GateResult
    from tocsin.service.exchange.node import Node

__all__ = ["FORMATS", "gate"]

_FIRST_YEAR: Final = 1971
_LAST_YEAR: Final = 2999

FORMATS: Final = {
    "table": "tocsin.cli.formats.gate_table",
    "json": "tocsin.inventory.told.gate_json",
    "sarif": "tocsin.inventory.told.gate_sarif",
    "html": "tocsin.cli.formats.gate_html",
}


class GateVerb(Verb):
    """The verb whose ``--against`` takes several values."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words after the verb."""
        return super().parse_args(ctx, spread(args, "--against"))

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the usage line's words in the order they are to be typed: the product first."""
        return ["PRODUCT.cdx.json", "[OPTIONS]"]


@click.command(
    cls=GateVerb,
    examples=(
        "tocsin gate product.cdx.json --attestation product.intoto.jsonl --artifact product.whl --against osv/",
        "tocsin gate product.cdx.json --policy ours.toml --questionnaire vendor.toml --format sarif",
        "tocsin gate --kept",
    ),
)
@click.argument("product", metavar="PRODUCT.cdx.json", default="")
@click.option(
    "--attestation",
    "attestations",
    multiple=True,
    metavar="FILE",
    help="Who built it: DSSE envelopes, in-toto statements or Sigstore bundles; may be given again.",
)
@click.option(
    "--artifact",
    "artifacts",
    multiple=True,
    metavar="FILE",
    help="The product's file, as it was got; may be given again.",
)
@click.option("--questionnaire", metavar="FILE", default="", help="What the vendor answers, as TOML or JSON.")
@click.option(
    "--against",
    multiple=True,
    metavar="ADVISORIES...",
    help="Advisories and ends of life: files, folders, globs. Every word up to the next option is taken.  "
    "[default: the node's]",
)
@click.option("--policy", metavar="NAME|FILE", default="strict", show_default=True, help="By which rules.")
@click.option("--at", "as_of", metavar="TIME", help="Judge as of this day or time (UTC).  [default: now]")
@click.option("--format", "output_format", type=OneOf(list(FORMATS)), default="table", show_default=True)
@click.option("--output", metavar="FILE", default="-", help="Write the result to FILE; - is stdout.")
@click.option(
    "--attest",
    metavar="FILE",
    help="Write the verdict to FILE as an attestation, signed with the node's key.",
)
@click.option(
    "--keep",
    is_flag=True,
    help="Have the node keep the verdict, for its pages; the newest 1,000 stay.",
)
@click.option(
    "--kept",
    is_flag=True,
    help="List the verdicts that the node keeps, about products whose names hold PRODUCT.",
)
@click.option("--color", type=OneOf(["auto", "always", "never"]), help="Colour the table.  [default: auto]")
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def gate(
    product: str,
    attestations: tuple[str, ...],
    artifacts: tuple[str, ...],
    questionnaire: str,
    against: tuple[str, ...],
    policy: str,
    as_of: str | None,
    output_format: str,
    output: str,
    attest: str | None,
    keep: bool,  # noqa: FBT001  a flag
    kept: bool,  # noqa: FBT001  a flag
    color: str | None,
    data: str | None,
) -> int:
    """Judge by a policy whether a product may come in: pass, fail, or unknown and what is missing.

    PRODUCT.cdx.json is its bill of materials. What was not brought, cannot be read or is too old is unknown, never
    clean. Nothing is fetched and nothing leaves this machine.

    Exit code: 0 pass, 1 fail, 7 unknown.
    """
    from tocsin.cli.node import has_node, opened
    from tocsin.cli.output import check_target, keep_inputs, write_output
    from tocsin.config import load_config
    from tocsin.errors import UsageError

    if kept:
        return _list_kept(product, data, output_format)
    if not product:
        raise UsageError(
            "no product is named", hint="Name its bill of materials: tocsin gate product.cdx.json"
        )
    from tocsin.service.inventory.gate import GateQuestion, judge_product, unsigned

    asked = GateQuestion(product, attestations, artifacts, questionnaire, against, policy)
    moment = _moment(as_of)
    named = (product, *attestations, *artifacts, *filter(None, [questionnaire, policy]), *against)
    if named.count("-") > 1:
        raise UsageError(
            "stdin (-) is named twice", hint="It can be read once: save one of the two to a file."
        )
    if attest and moment is not None:
        raise UsageError(
            "--attest goes without --at: what is signed is what holds now", hint="Leave one of the two away."
        )
    for target in (output, attest or "-"):
        check_target(target)
    keep_inputs([output, attest or "-"], named)
    config = load_config({"color": color, "data": data})
    if not has_node(config.data):
        if attest or keep or data:
            raise UsageError(
                f"there is no node in {config.data}"
                if data
                else f"there is no node that could {'sign' if attest else 'keep'} the verdict",
                hint="Make one: tocsin init --name NAME --sector SECTOR. Or leave --attest, --keep and --data away.",
            )
        result = judge_product(asked, time.time(), sys.stdin.buffer, None, moment)
        attestation = unsigned(result)
    else:
        from tocsin.service.inventory.gate_node import attest as signed, knowledge_of

        with opened(str(config.data)) as node:
            result = judge_product(asked, time.time(), sys.stdin.buffer, knowledge_of(node), moment)
            attestation = signed(node, result) if moment is None else unsigned(result)
            if keep:
                _keep(node, result, attestation)
    if attest and attestation.envelope is not None:
        write_output(attestation.envelope.decode() + "\n", attest)
    write_output(_drawn(result, attestation, output_format, config, output), output)
    return _exit_code(result)


def _list_kept(words: str, data: str | None, output_format: str) -> int:
    from msgspec import to_builtins

    from tocsin.cli.node import opened, table, tell
    from tocsin.errors import UsageError
    from tocsin.service.inventory.gate_kept import listed_verdicts

    if output_format not in {"table", "json"}:
        raise UsageError(
            f"a list of verdicts has no format {output_format!r}", hint="Formats are table and json."
        )
    with opened(data) as node:
        found = listed_verdicts(node, words)
    rows = [
        (
            str(one.number),
            one.verdict.upper(),
            one.product,
            one.as_of[:10],
            one.policy,
            one.by,
            f"/gate/{one.number}",
        )
        for one in found
    ]
    lines = table(
        ("number", "verdict", "product", "as of", "policy", "kept by", "page"),
        rows,
        empty="No verdict is kept that is like that."
        if words
        else "No verdict is kept. Keep one: tocsin gate --keep",
    )
    tell(output_format, {"found": len(found), "verdicts": [to_builtins(one) for one in found]}, lines)
    return 0


def _keep(node: Node, result: GateResult, attestation: Attestation) -> None:
    from tocsin.cli.node import acting
    from tocsin.service.inventory.gate_kept import keep_verdict

    number, gone = keep_verdict(node, result, attestation, by=acting())
    more = f" It took the place of the oldest: {gone} went." if gone else ""
    sys.stderr.write(f"Kept as number {number}; its page is /gate/{number}.{more}\n")


def _moment(text: str | None) -> datetime | None:
    """The moment that ``text`` names, a day being its end; None for none.

    Raises:
        UsageError: it is neither a day nor a time.
    """
    from datetime import UTC, datetime, time as time_of_day

    from tocsin.errors import UsageError

    if text is None:
        return None
    try:
        held = datetime.fromisoformat(text)
    except ValueError:
        held = None
    if held is None or not _FIRST_YEAR <= held.year <= _LAST_YEAR:
        raise UsageError(
            f"--at {text[:40]!r} is no day or time of our age",
            hint="Write 2026-11-27 or 2026-11-27T12:00:00Z.",
        )
    if len(text) == len("2026-11-27"):
        held = datetime.combine(held.date(), time_of_day(23, 59, 59))
    return held if held.tzinfo is not None else held.replace(tzinfo=UTC)


def _drawn(
    result: GateResult, attestation: Attestation, name: str, config: Config, target: str
) -> Iterator[str]:
    render = import_module(FORMATS[name]).render
    if name != "table":
        chunks: Iterator[str] = render(result, attestation)
        return chunks
    from tocsin.cli.output import use_color

    width = shutil.get_terminal_size((100, 24)).columns
    lines: Iterator[str] = render(result, attestation, width=width, colour=use_color(config.color, target))
    return lines


def _exit_code(result: GateResult) -> int:
    """0 for pass, 1 for fail, 7 for what cannot be told."""
    from tocsin.cli.exit_code import CLEAN, FOUND, UNCHECKED
    from tocsin.inventory.gate.verdict import Verdict

    return {Verdict.PASS: CLEAN, Verdict.FAIL: FOUND, Verdict.UNKNOWN: UNCHECKED}[result.verdict]
