"""``tocsin inbox``: what members sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.service.exchange.inbox_list import Sent

__all__ = ["inbox"]

WHY_SHOWN: Final = 120


@click.group(
    cls=VerbGroup,
    invoke_without_command=True,
    examples=(
        "tocsin inbox list",
        "tocsin inbox release sighting--...",
        "tocsin inbox refuse ID --why TEXT",
        "tocsin inbox answers CVE-2021-26855",
        "tocsin inbox sent",
    ),
)
@node_options
@click.pass_context
def inbox(context: click.Context, data: str | None, output_format: str) -> int:
    """See what came in from members, and vet, release or refuse it. Released is published.

    A member sees by `sent` what became of what it sent.
    """
    if context.invoked_subcommand is None:
        return _show(data, output_format, ())
    for name in ("data", "output_format"):
        if context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT:
            # Each verb has its own: one that is given here would be lost, and another node be acted on.
            raise UsageError(f"give --data and --format after {context.invoked_subcommand}, not before it")
    return 0


@inbox.command("list", cls=Verb, examples=("tocsin inbox list --state new",))
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(["new", "vetted", "released", "refused"]),
    help="Only these.",
)
@node_options
def list_(states: tuple[str, ...], data: str | None, output_format: str) -> int:
    """List what came in, the oldest first."""
    return _show(data, output_format, states)


def _show(data: str | None, output_format: str, states: tuple[str, ...]) -> int:
    import json

    from tocsin.service.exchange.inbox import items, senders
    from tocsin.service.exchange.node import moment

    with opened(data) as node:
        held = items(node, states=states)
        names = senders(node, held)
    tell(
        output_format,
        {
            "inbox": [
                {
                    "id": one.id,
                    "type": one.type,
                    "from": name,
                    "signed": one.signed,
                    "anonymous": one.anonymous,
                    "submission": one.submission,
                    "state": one.state,
                    "why": one.why,
                    "changed": moment(one.changed_us),
                    "object": json.loads(one.body),
                }
                for one, name in zip(held, names, strict=True)
            ]
        },
        table(
            ("STATE", "FROM", "TYPE", "ID", "WHEN"),
            [
                (one.state, name, one.type, one.id, moment(one.changed_us)[:16].replace("T", " "))
                for one, name in zip(held, names, strict=True)
            ],
            empty="The inbox is empty.",
        ),
    )
    return 0


@inbox.command(
    "answers",
    cls=Verb,
    examples=("tocsin inbox answers CVE-2021-26855", "tocsin inbox answers indicator--... --format json"),
)
@click.argument("warning", metavar="CVE|ID")
@node_options
def answers(warning: str, data: str | None, output_format: str) -> int:
    """Say of each sector how many members answered a warning, and how many saw it or are affected.

    A sector is named from five members on that did not all answer the same. Members are told the same numbers.
    """
    from tocsin.errors import NothingToCheck
    from tocsin.service.exchange.access import access_of_person
    from tocsin.service.exchange.node import moment
    from tocsin.service.exchange.statistics import is_of_vulnerability, warning_statistics, warnings_called
    from tocsin.sharing.statistics import WITHHELD

    with opened(data) as node:
        ids = warnings_called(node, warning)
        if not ids:
            raise NothingToCheck(
                f"this node has not published {warning[:80]!r}", hint="tocsin publish ADVISORY.json"
            )
        access = access_of_person(node, acting())
        found = [(id, warning_statistics(node, access, id)) for id in ids]
    rows, lines = [], []
    for id, figures in found:
        yes = "affected" if is_of_vulnerability(id) else "saw"
        told = [one for one in figures if one.as_of_us is not None]
        rows.append(
            {
                "warning": id,
                "sectors": [
                    {
                        "sector": one.sector,
                        "answered": one.answered,
                        yes: one.yes,
                        "as_of": moment(one.as_of_us or 0),
                    }
                    for one in told
                ],
            }
        )
        words = "affected" if yes == "affected" else "that they saw it"
        lines += [
            f"{one.sector}: {one.yes:,} of {one.answered:,} answered {words} (as of {moment(one.as_of_us or 0)[:10]})"
            for one in told
        ]
    tell(output_format, {"answers": rows, "withheld": WITHHELD}, lines or [WITHHELD])
    return 0


@inbox.command("sent", cls=Verb, examples=("tocsin inbox sent", "tocsin inbox sent --format json"))
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many, the newest first."
)
@node_options
def sent(limit: int, data: str | None, output_format: str) -> int:
    """List what this node sent to hubs, and what became of it by the last sync.

    Of what was sent anonymously a hub is not asked what became of it: the question would tell who sent it.
    """
    import msgspec

    from tocsin.service.exchange.inbox_list import list_sent

    with opened(data) as node:
        found = list_sent(node, limit=limit)
    lines = table(
        ("STATE", "TO", "OBJECTS", "SENT", "WHY"),
        [
            (one.state, one.hub, f"{one.objects:,}", one.sent[:16].replace("T", " "), _reasons(one))
            for one in found.sent
        ],
        empty="Nothing was sent yet: tocsin share.",
    )
    kept = [
        {key: value for key, value in msgspec.to_builtins(one).items() if key != "body"} for one in found.sent
    ]
    tell(output_format, {"sent": kept}, [*lines, *(["There is more: --limit."] if found.next else [])])
    return 0


def _reasons(one: Sent) -> str:
    from tocsin.model.told.escape import one_line

    if one.anonymous:
        return "anonymous: not asked for"
    whys = dict.fromkeys([*(held.why for held in one.answers), *(held.message for held in one.failed)])
    return one_line("; ".join(why for why in whys if why), WHY_SHOWN)


@inbox.command("vet", cls=Verb, examples=("tocsin inbox vet sighting--...",))
@click.argument("id")
@node_options
def vet(id: str, data: str | None, output_format: str) -> int:
    """Note that ID (an object or a whole submission) was looked at and is good."""
    from tocsin.service.exchange.inbox import vet as service

    with opened(data) as node:
        count = service(node, id, by=acting())
    tell(output_format, {"vetted": count}, [f"{count:,} vetted."])
    return 0


@inbox.command("release", cls=Verb, examples=("tocsin inbox release sighting--... --dry-run",))
@click.argument("id")
@click.option(
    "--dry-run", is_flag=True, help="Show what would be published, and what is taken off; publish nothing."
)
@click.option(
    "--known-good",
    type=click.Choice(["block", "inform", "off"]),
    default="block",
    show_default=True,
    help="What to do with an indicator that is widely known to be harmless, such as 8.8.8.8.",
)
@node_options
def release(id: str, dry_run: bool, known_good: str, data: str | None, output_format: str) -> int:  # noqa: FBT001
    """Publish ID (an object or a whole submission) under its own marking and origin.

    What was sent anonymously is published as this node's own, without what tells who sent it.
    """
    if dry_run:
        return _preview(id, data, output_format, known_good)

    from tocsin.service.exchange.inbox import release as service

    with opened(data) as node:
        taken = service(node, id, by=acting(), known_good=known_good)
    tell(
        output_format,
        {
            "released": len(taken.stored),
            "known": len(taken.present),
            "refused": [{"id": one.id, "why": one.why} for one in taken.refused],
        },
        [
            f"{len(taken.stored):,} released, {len(taken.present):,} known before.",
            *(f"{one.id}: {one.why}" for one in taken.refused),
        ],
    )
    return 3 if taken.refused else 0


def _preview(id: str, data: str | None, output_format: str, known_good: str) -> int:
    import json

    from tocsin.model.told.escape import visible
    from tocsin.service.exchange.inbox import preview

    with opened(data) as node:
        found = preview(node, id, known_good=known_good)
    tell(
        output_format,
        {
            "released": 0,
            "would_publish": [json.loads(one) for one in found.objects],
            "taken_off": [{"id": one.object_id, "property": one.path, "why": one.why} for one in found.taken],
            "refused": [{"id": one.id, "why": one.why} for one in found.refused],
        },
        [
            f"{len(found.objects):,} would be published:",
            *(visible(one.decode()) for one in found.objects),
            *(visible(f"taken off: {one.object_id} {one.path}: {one.why}") for one in found.taken),
            *(visible(f"would stay: {one.id}: {one.why}") for one in found.refused),
            "Nothing was published (--dry-run).",
        ],
    )
    return 3 if found.refused else 0


@inbox.command("refuse", cls=Verb, examples=('tocsin inbox refuse sighting--... --why "a test of ours"',))
@click.argument("id")
@click.option("--why", required=True, metavar="TEXT", help="What the one who sent it is told.")
@node_options
def refuse(id: str, why: str, data: str | None, output_format: str) -> int:
    """Refuse ID (an object or a whole submission)."""
    from tocsin.service.exchange.inbox import refuse as service

    with opened(data) as node:
        count = service(node, id, why=why, by=acting())
    tell(output_format, {"refused": count}, [f"{count:,} refused."])
    return 0
