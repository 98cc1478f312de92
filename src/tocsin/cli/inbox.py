"""``tocsin inbox``: what members sent."""

from __future__ import annotations

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell

__all__ = ["inbox"]


@click.group(
    cls=VerbGroup,
    invoke_without_command=True,
    examples=("tocsin inbox list", "tocsin inbox release sighting--...", "tocsin inbox refuse ID --why TEXT"),
)
@node_options
@click.pass_context
def inbox(context: click.Context, data: str | None, output_format: str) -> int:
    """See what came in from members, and vet, release or refuse it. Released is published."""
    if context.invoked_subcommand is None:
        return _show(data, output_format, ())
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


@inbox.command("release", cls=Verb, examples=("tocsin inbox release sighting--...",))
@click.argument("id")
@node_options
def release(id: str, data: str | None, output_format: str) -> int:
    """Publish ID (an object or a whole submission) under its own marking and origin."""
    from tocsin.service.exchange.inbox import release as service

    with opened(data) as node:
        taken = service(node, id, by=acting())
    tell(
        output_format,
        {"released": len(taken.stored), "refused": [{"id": one.id, "why": one.why} for one in taken.refused]},
        [f"{len(taken.stored):,} released.", *(f"{one.id}: {one.why}" for one in taken.refused)],
    )
    return 3 if taken.refused else 0


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
