"""``tocsin inbox``: what members sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tocsin.service.exchange.sent_list import Sent
    from tocsin.store.inbox import InboxItem

__all__ = ["inbox"]

SAYS_SHOWN: Final = 100
SENT_SHOWN: Final = 300


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
    """List what came in, by what was sent together: what waits longest first, with the id by which to decide on it."""
    return _show(data, output_format, states)


def _show(data: str | None, output_format: str, states: tuple[str, ...]) -> int:
    import json

    from tocsin.service.exchange.access import access_of_person
    from tocsin.service.exchange.inbox import items, senders, words
    from tocsin.service.exchange.node import moment

    with opened(data) as node:
        held = items(node, states=states)
        names = senders(node, held)
        says = words(node, held, access_of_person(node, acting()))
        now_us = node.now_us
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
                    "received": moment(one.asked_us),
                    "vetted": moment(one.vetted_us) if one.vetted_us is not None else "",
                    "says": said,
                    "object": json.loads(one.body),
                }
                for one, name, said in zip(held, names, says, strict=True)
            ]
        },
        table(
            ("STATE", "FROM", "WAITS", "ID", "SAYS"),
            _reports(
                held,
                dict(zip((one.place for one in held), zip(names, says, strict=True), strict=True)),
                now_us,
            ),
            empty="The inbox is empty.",
        ),
    )
    return 0


def _reports(
    held: Sequence[InboxItem], told: Mapping[int, tuple[str, str]], now_us: int
) -> list[tuple[str, ...]]:
    """A row for what was sent together. ``told`` is of each place who sent it and what it says."""
    from tocsin.model.told.age import age_words
    from tocsin.model.told.escape import one_line
    from tocsin.service.exchange.inbox import OPEN, STATES, lead_of, together

    rows: list[tuple[str, ...]] = []
    for some in together(held):
        lead = lead_of(some)
        name, says = told[lead.place]
        counts = {state: sum(one.state == state for one in some) for state in STATES}
        several = len(some) > 1
        rows.append(
            (
                ", ".join(
                    f"{count:,} {state}" if several else state for state, count in counts.items() if count
                ),
                name,
                age_words(max(0, now_us - lead.asked_us)) if any(one.state in OPEN for one in some) else "",
                lead.submission if several else lead.id,
                one_line(f"{says} (with {len(some) - 1:,} more)" if several else says, SAYS_SHOWN),
            )
        )
    return rows


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
    """List what this node sent to hubs: each step that it took by the last sync, and what came of it.

    Received, vetted, released or refused, each with its time (UTC). Of what was released it is told how many members
    answered and how many of them saw it, where that tells nothing of any one of them.

    Of what was sent anonymously a hub is not asked what became of it: the question would tell who sent it.
    """
    import msgspec

    from tocsin.service.exchange.access import access_of_person
    from tocsin.service.exchange.sent_list import list_sent
    from tocsin.service.exchange.sent_words import outcome

    with opened(data) as node:
        found = list_sent(node, access=access_of_person(node, acting()), limit=limit)
    lines = [line for one in found.sent for line in _sent_lines(one)] or [
        "Nothing was sent yet: tocsin share."
    ]
    kept = [
        {key: value for key, value in msgspec.to_builtins(one).items() if key != "body"}
        | {"outcome": outcome(one)}
        for one in found.sent
    ]
    tell(output_format, {"sent": kept}, [*lines, *(["There is more: --limit."] if found.next else [])])
    return 0


def _sent_lines(one: Sent) -> list[str]:
    """Three lines or more: what it is, the four steps, what came of it, and what the hub did not take."""
    from tocsin.model.told.escape import one_line
    from tocsin.service.exchange.sent_words import outcome, steps_told

    steps = [
        " ".join(filter(None, (step.name, step.at[:16].replace("T", " "), step.note and f"({step.note})")))
        for step in steps_told(one)
    ]
    return [
        one_line(f"{one.state}: {one.says}, to {one.hub}", SENT_SHOWN),
        f"  {' > '.join(steps)}",
        f"  {one_line(outcome(one), SENT_SHOWN)}",
        *(f"  Not taken: {one_line(f'{held.id}: {held.message}', SENT_SHOWN)}" for held in one.failed),
    ]


@inbox.command("vet", cls=Verb, examples=("tocsin inbox vet sighting--...",))
@click.argument("id")
@node_options
def vet(id: str, data: str | None, output_format: str) -> int:
    """Note that ID (an object or a whole submission) was looked at and is good."""
    from tocsin.service.exchange.inbox import standing, vet as service

    with opened(data) as node:
        count = service(node, id, by=acting())
        now = standing(node, id)
    tell(output_format, {"vetted": count, "now": now}, [f"{count:,} vetted.", *_now(now)])
    return 0


def _now(counts: Mapping[str, int]) -> list[str]:
    """Where all of a submission stands after a decision; nothing of a single object."""
    whole = sum(counts.values())
    if whole < 2:
        return []
    stands = ", ".join(f"{count:,} {state}" for state, count in counts.items() if count)
    return [f"Of the {whole:,} that were sent together: {stands}."]


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

    from tocsin.service.exchange.inbox import release as service, standing

    with opened(data) as node:
        taken = service(node, id, by=acting(), known_good=known_good)
        now = standing(node, id)
    tell(
        output_format,
        {
            "released": len(taken.stored),
            "known": len(taken.present),
            "refused": [{"id": one.id, "why": one.why} for one in taken.refused],
            "now": now,
        },
        [
            f"{len(taken.stored):,} released, {len(taken.present):,} known before.",
            *(f"{one.id}: {one.why}" for one in taken.refused),
            *_now(now),
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
    from tocsin.service.exchange.inbox import refuse as service, standing

    with opened(data) as node:
        count = service(node, id, why=why, by=acting())
        now = standing(node, id)
    tell(output_format, {"refused": count, "now": now}, [f"{count:,} refused.", *_now(now)])
    return 0
