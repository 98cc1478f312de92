"""``tocsin sync``: take what is new, prove it, send what waits."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import client_for, node_options, opened, table, tell
from tocsin.errors import SourceUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tocsin.service.exchange.node import Node
    from tocsin.service.exchange.synced import Synced, WithFindings
    from tocsin.service.ransom.demands import Demand
    from tocsin.sources.http_client import HttpClient

__all__ = ["news", "sync"]

DECISIONS: Final = 20
SHOWN: Final = 300


@click.command(
    cls=Verb,
    examples=(
        "tocsin sync",
        'tocsin sync "Water ISAC"',
        "tocsin sync kev cve osv csaf",
        "tocsin sync cve --mirror /media/usb/cvelistV5-main.zip",
        "tocsin sync ofac tagpacks",
    ),
)
@click.argument(
    "names",
    nargs=-1,
    metavar="[NAME|kev|cve|osv|csaf|vex|eol|epss|ofac|uk-sanctions|eu-sanctions|tagpacks]...",
)
@click.option(
    "--mirror",
    default="",
    metavar="DIR|FILE|URL",
    help="Read the named feeds from there, not from their publishers.",
)
@click.option(
    "--issued",
    default="",
    metavar="DATE",
    help="The day of a list of OFAC: as CSV it does not say it, and of an older one it says that it is meant.",
)
@click.option("--offline", is_flag=True, help="Ask no other machine: read what lies here alone.")
@node_options
def sync(
    names: tuple[str, ...],
    mirror: str,
    issued: str,
    offline: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Take what is new from every hub, source and feed, or from those named. It goes on where it stopped.

    What a list, a bundle or a folder no longer holds counts no longer. If one is empty, or less than half is left
    of a long one, what it held still counts, and that is told: remove the source and add it anew if it is meant.

    What was withdrawn is counted apart from what is new, and named where findings of it are kept here.

    What waits for a hub is sent, and what it decided on what was sent before is told. The token that a hub gave
    when it was joined is renewed in time.

    The feeds kev, cve, osv, csaf and vex bring advisories about products, eol until when they are maintained, epss
    how likely it is that a vulnerability is exploited, ofac, uk-sanctions and eu-sanctions who is sanctioned: each
    version of these lists is kept; if all that came is one that is older than the last, it is kept and the exit code is
    3. tagpacks bring labels of addresses. Once read
    by its name, a feed is read at every sync. So do hubs and sources, among their warnings. Which products here are
    affected by what is new is told at once, and so is a demand of your own incidents that by what is new would pay a
    criminal.
    """
    from tocsin.cli.problem import problem_text
    from tocsin.cli.sync_feeds import answer_lines, feed_lines, feed_rows, unread_lines
    from tocsin.cli.wallet_demands import about_to_pay, demand_rows
    from tocsin.config import load_config
    from tocsin.service.exchange.sync import sync_all
    from tocsin.service.inventory.feed_list import known_feeds
    from tocsin.service.inventory.feeds import FeedWishes, sync_feeds

    known = known_feeds()
    of_feeds = [name for name in names if name in known]
    others = [name for name in names if name not in known]
    if mirror and (not of_feeds or others):
        raise UsageError(
            "--mirror is for feeds of advisories, named one by one",
            hint=f"Name them: tocsin sync kev --mirror DIR. Feeds are {', '.join(known)}.",
        )
    if issued and (names != ("ofac",) or not _is_day(issued)):
        raise UsageError(
            "--issued is a day (2021-07-07), of a list of OFAC alone", hint="tocsin sync ofac --mirror DIR"
        )
    wishes = FeedWishes(mirror, load_config().feeds, offline=offline, issued=issued)
    make_client = _unasked if offline else client_for
    with opened(data) as node:
        became = _watch(node)
        done = sync_all(node, others, make_client) if others or not names else []
        taken = sync_feeds(node, of_feeds, wishes, make_client) if of_feeds or not names else []
        paying = became()
    taken = [*(one.advisories for one in done if one.advisories is not None), *taken]
    code = 0
    told = [(_refusals(one), one.problems) for one in done] + [
        (unread_lines(one), one.problems) for one in taken
    ]
    for lines, problems in told:
        sys.stderr.writelines(f"{line}\n" for line in lines)
        for problem in problems:
            sys.stderr.write(problem_text(problem))
            # That a log was rewritten outranks all else that went wrong.
            code = problem.exit_code if problem.exit_code == 1 else code or problem.exit_code
    tell(
        output_format,
        {
            "synced": [_row(one) for one in done],
            "feeds": feed_rows(taken),
            "about_to_be_paid": demand_rows(paying),
        },
        [
            *(_lines(done) if done or not taken else []),
            *feed_lines(taken),
            *answer_lines(one.advisories for one in done if one.is_hub and one.advisories is not None),
            *about_to_pay(paying),
        ],
    )
    return code


def _watch(node: Node) -> Callable[[], Sequence[Demand]]:
    """Which demands come to lead to a criminal until it is asked; most nodes have none, and then nothing is loaded."""
    from tocsin.service.ransom.known_ransoms import unpaid

    if not unpaid(node):
        return lambda: ()
    from tocsin.service.ransom.demands import watch

    return watch(node)


def _is_day(text: str) -> bool:
    from datetime import date

    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _unasked(url: str) -> HttpClient:
    from tocsin.sources.web_address import parse_web_address

    raise SourceUnavailable(
        f"{parse_web_address(url).shown} is not asked, since this runs offline", hint="Leave --offline away."
    )


def _row(one: Synced) -> dict[str, Any]:
    return {
        "name": one.name,
        "new": one.new,
        "withdrawn": one.withdrawn,
        "known": one.known,
        "withdrawn_with_findings": [
            {"id": held.id, "name": held.name, "why": held.why, "findings": held.findings}
            for held in one.with_findings
        ],
        "no_longer_listed": one.no_longer_listed,
        "refused": one.refused,
        "why_refused": [{"id": id, "why": why} for id, why in one.why_refused],
        "proven": one.proven,
        "sent": one.sent,
        "log_size": one.log_size,
        "decided": [{"id": held.id, "state": held.state, "why": held.why} for held in one.decided],
        "token_until": one.token_until or None,
        "problems": [str(problem) for problem in one.problems],
    }


def news(done: Sequence[Synced]) -> list[str]:
    """What was withdrawn after it was found here, what hubs decided on what was sent, renewed tokens: a line each."""
    from tocsin.model.told.escape import one_line

    ended = [(one.name, held) for one in done for held in one.with_findings]
    told = [
        one_line(f"{one.name} {held.state} {held.id}{': ' if held.why else ''}{held.why}", SHOWN)
        for one in done
        for held in one.decided
    ]
    more = [f"and {len(told) - DECISIONS:,} more: tocsin inbox sent"] if len(told) > DECISIONS else []
    renewed = [
        f"{one.name} renewed this node's token: it holds until {one.token_until[:10]}."
        for one in done
        if one.token_until
    ]
    return [*_withdrawn(ended), *told[:DECISIONS], *more, *renewed]


def _withdrawn(ended: Sequence[tuple[str, WithFindings]]) -> Iterator[str]:
    from tocsin.model.told.escape import one_line
    from tocsin.model.told.number import number

    for giver, one in ended[:DECISIONS]:
        name = one.name or "a warning without a name"
        why = f" {one.why}" if one.why else ""
        kept = f"{number(one.findings, 'finding')} of it {'is' if one.findings == 1 else 'are'} kept here."
        yield one_line(f"{giver}: withdrawn: {name} ({one.id}).{why} {kept}", SHOWN)
    if len(ended) > DECISIONS:
        yield f"and {len(ended) - DECISIONS:,} more that were withdrawn after they were found here"
    if ended:
        yield "What you did because of that can be undone. To read them: tocsin explain --withdrawn yes"


def _refusals(one: Synced) -> list[str]:
    """The first few that were not taken with the reason, and how many more there are."""
    from tocsin.model.told.escape import one_line

    told = [one_line(f"{one.name}: refused: {id}: {why}", SHOWN) for id, why in one.why_refused]
    more = one.refused - len(told)
    return [*told, *([f"{one.name}: and {more:,} more refused"] if told and more > 0 else [])]


def _lines(done: Sequence[Synced]) -> list[str]:
    return [
        *table(
            ("FROM", "NEW", "WITHDRAWN", "KNOWN", "NO LONGER LISTED", "REFUSED", "PROVEN", "SENT"),
            [
                (
                    one.name,
                    f"{one.new:,}",
                    f"{one.withdrawn:,}",
                    f"{one.known:,}",
                    f"{one.no_longer_listed:,}",
                    f"{one.refused:,}",
                    f"{one.proven:,}",
                    f"{one.sent:,}",
                )
                for one in done
            ],
            empty="There is nothing to sync with. Join a hub (tocsin join) or add a source (tocsin source add).",
        ),
        *news(done),
    ]
