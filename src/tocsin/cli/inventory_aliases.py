"""``tocsin inventory review``, ``same``, ``different``, ``forget``, ``aliases`` and ``adopt``: what a name means."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.cli.node import acting, node_options, opened, tell
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tocsin.inventory.alias import Alias
    from tocsin.inventory.question import Question
    from tocsin.service.exchange.node import Node
    from tocsin.service.inventory.aliases import Said

__all__ = ["adopt", "aliases", "different", "forget", "review", "same"]

_SHOWN: Final = 10
_NAMED: Final = 3


@click.command("review", cls=Verb, examples=("tocsin inventory review", "tocsin inventory review --ask"))
@click.option("--ask", is_flag=True, help="Ask one after the other, and keep the answers.")
@node_options
def review(ask: bool, data: str | None, output_format: str) -> int:  # noqa: FBT001  click passes it by name
    """List what only a person can tell: which products here may be those that advisories speak of.

    First what is known to be exploited, then by day, then by how much an answer settles. Answer with
    `tocsin inventory same` or `tocsin inventory different`, once for all versions and sites.
    """
    from tocsin.inventory.told.asked import question_row
    from tocsin.service.inventory.review import open_questions

    with opened(data) as node:
        found = open_questions(node)
        if ask:
            return _walk(node, found)
    lines = [line for number, one in enumerate(found[:_SHOWN], 1) for line in _asked(number, one)]
    if len(found) > _SHOWN:
        lines.append(f"and {len(found) - _SHOWN:,} more; --format json lists all")
    tell(
        output_format,
        {"questions": [question_row(one) for one in found]},
        lines or ["There is nothing to ask: no product here is named by its name alone."],
    )
    return 0


def _asked(number: int, one: Question) -> Iterator[str]:
    from tocsin.inventory.alias import name_words
    from tocsin.inventory.question import question_words, why_possible
    from tocsin.model.told.escape import one_line, visible

    yield f"{number}. {visible(one_line(question_words(one)))}"
    yield f"   {why_possible(one.held, one.named)} {_settles(one)}"
    named = one.named.name if one.named.vendor else name_words(one.named)
    words = f"{shlex.quote(name_words(one.held))} {shlex.quote(named)}"
    maker = f" --vendor {shlex.quote(one.named.vendor)}" if one.named.vendor and one.named.name else ""
    yield visible(f"   yes: tocsin inventory same {words}{maker}")
    yield visible(f"   no:  tocsin inventory different {words}{maker}")


def _settles(one: Question) -> str:
    from tocsin.model.told.escape import visible
    from tocsin.model.told.number import number

    many = number(len(one.vulnerabilities), "vulnerability", "vulnerabilities")
    exploited = f", {len(one.exploited):,} of them known to be exploited" if one.exploited else ""
    due = f"; if it is, the first is due by {one.due}" if one.due else ""
    ids = sorted(one.advisories)
    more = f" and {len(ids) - _NAMED:,} more" if len(ids) > _NAMED else ""
    return f"It is about {many}{exploited}{due} ({', '.join(map(visible, ids[:_NAMED]))}{more})."


def _walk(node: Node, found: Sequence[Question]) -> int:
    from tocsin.service.inventory.aliases import say_of

    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask at",
            hint="Leave --ask away: each question is listed with both answers.",
        )
    for number, one in enumerate(found, 1):
        sys.stdout.write("\n".join(list(_asked(number, one))[:2]) + "\n")
        said = click.prompt(
            "Yes, no, skip or quit", type=click.Choice(["y", "n", "s", "q"]), default="s", show_choices=True
        )
        if said == "q":
            break
        if said in {"y", "n"}:
            done = say_of(node, one.held, one.named, same=said == "y", by=acting())
            sys.stdout.write("\n".join(_lines(done)) + "\n")
    return 0


def _saying(function: Callable[..., int]) -> Callable[..., int]:
    for option in (
        click.option("--note", default="", metavar="TEXT", help="Why; whoever asks later reads it."),
        click.option(
            "--vendor", default="", metavar="NAME", help="Who makes NAME, if no advisory here says so."
        ),
        click.argument("name", metavar="NAME|PURL|CPE"),
        click.argument("product"),
    ):
        function = option(function)
    return node_options(function)


@click.command(
    "same",
    cls=Verb,
    examples=(
        "tocsin inventory same 'PanelView 800' 'PanelView 800 2711R' --vendor 'Rockwell Automation'",
        "tocsin inventory same 'Pump 3 controller' cpe:2.3:h:siemens:s7-1200:-:*:*:*:*:*:*:* --note 'type plate'",
        "tocsin inventory same 'our web shop' pkg:pypi/django",
    ),
)
@_saying
def same(product: str, name: str, vendor: str, note: str, data: str | None, output_format: str) -> int:
    """Say that PRODUCT, as the inventory calls it, is what advisories call NAME.

    It holds for all its versions and sites, for bills and advisories to come. It goes before what programs match, and
    not before names that are exact (a purl, an order number).
    """
    return _say(product, name, vendor, note, data, output_format, same=True)


@click.command(
    "different",
    cls=Verb,
    examples=(
        "tocsin inventory different 'Exchange' 'Exchange Server' --vendor Microsoft --note 'a telephone exchange'",
    ),
)
@_saying
def different(product: str, name: str, vendor: str, note: str, data: str | None, output_format: str) -> int:
    """Say that PRODUCT, as the inventory calls it, is not what advisories call NAME. It is not asked again.

    What was matched by its name is then told as not affected, by whose word. A match by a name that is exact stays.
    """
    return _say(product, name, vendor, note, data, output_format, same=False)


def _say(
    product: str, name: str, vendor: str, note: str, data: str | None, output_format: str, *, same: bool
) -> int:
    from tocsin.service.inventory.aliases import say

    with opened(data) as node:
        done = say(node, product, name, same=same, by=acting(), vendor=vendor, why=note)
    tell(
        output_format,
        {**_alias(done.alias), "versions": done.versions, "sites": list(done.sites)},
        [*_lines(done), "Next: tocsin check --inventory"],
    )
    return 0


def _lines(done: Said) -> list[str]:
    from tocsin.inventory.alias import alias_words
    from tocsin.model.told.escape import one_line, visible
    from tocsin.model.told.number import number

    before = [f"Until now: {visible(one_line(alias_words(done.before)))}."] if done.before else []
    of = f"{number(done.versions, 'product')} of that name at {number(len(done.sites), 'site')}"
    return [*before, f"Kept: {visible(one_line(alias_words(done.alias)))}. It is about {of}."]


def _alias(one: Alias) -> dict[str, Any]:
    from tocsin.inventory.told.json_rows import said

    return said(one)


@click.command(
    "forget",
    cls=Verb,
    examples=(
        "tocsin inventory forget 'PanelView 800'",
        "tocsin inventory forget Exchange 'Microsoft Exchange Server'",
    ),
)
@click.argument("product")
@click.argument("name", default="")
@node_options
def forget(product: str, name: str, data: str | None, output_format: str) -> int:
    """Forget what was said of PRODUCT (or of it and NAME alone); it is asked again."""
    from tocsin.inventory.alias import alias_words
    from tocsin.model.told.escape import one_line, visible
    from tocsin.service.inventory.aliases import forget as service

    with opened(data) as node:
        gone = service(node, product, name, by=acting())
    tell(
        output_format,
        {"forgotten": [_alias(one) for one in gone]},
        [f"Forgotten: {visible(one_line(alias_words(one)))}." for one in gone],
    )
    return 0


@click.command(
    "aliases",
    cls=Verb,
    examples=("tocsin inventory aliases", "tocsin inventory aliases --format csv > aliases.csv"),
)
@click.option(
    "--format", "output_format", type=OneOf(["table", "json", "csv"]), default="table", show_default=True
)
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def aliases(output_format: str, data: str | None) -> int:
    """List what persons said of names. As CSV it is for others (`tocsin inventory adopt`).

    The CSV says in place of who said it which organisation did. It tells what products run here: look at it first.
    """
    from tocsin.inventory.alias import alias_words
    from tocsin.model.told.escape import one_line, visible
    from tocsin.service.inventory.aliases import export, list_aliases

    with opened(data) as node:
        found = export(node) if output_format == "csv" else list_aliases(node)
    if output_format == "csv":
        from tocsin.inventory.alias_list import render

        sys.stdout.writelines(render(found))
        return 0
    tell(
        output_format,
        {"aliases": [_alias(one) for one in found]},
        [f"- {visible(one_line(alias_words(one)))}" for one in found]
        or ["There is none yet. See what is asked: tocsin inventory review"],
    )
    return 0


@click.command("adopt", cls=Verb, examples=("tocsin inventory adopt aliases-of-the-isac.csv",))
@click.argument("file", metavar="FILE|-")
@node_options
def adopt(file: str, data: str | None, output_format: str) -> int:
    """Adopt what others said of names, from a list as CSV. A word of your own stands.

    From then on it counts here as a person's word, so adopt lists of those alone whose word you would take.
    """
    from tocsin.cli.whole_input import read_whole, told_name
    from tocsin.inventory.alias import alias_words
    from tocsin.inventory.alias_list import read_alias_list
    from tocsin.model.told.escape import one_line, visible
    from tocsin.service.inventory.aliases import adopt as service

    theirs, unread = read_alias_list(read_whole(file), told_name(file))
    with opened(data) as node:
        done = service(node, theirs, by=acting())
    about = sum(bool(one.versions) for one in done.taken)
    tell(
        output_format,
        {
            "adopted": [_alias(one.alias) for one in done.taken],
            "known": done.known,
            "otherwise": [_alias(one) for one in done.otherwise],
            "refused": [{**_alias(one), "why": why} for one, why in done.refused],
            "not_read": [{"place": one.place, "why": one.why} for one in unread],
        },
        [
            f"{len(done.taken):,} adopted, {about:,} of them about products that are here; {done.known:,} were known.",
            *(f"Yours stands: {visible(one_line(alias_words(one)))}." for one in done.otherwise),
            *(
                f"Refused: {visible(one_line(alias_words(one)))}: {visible(why)}."
                for one, why in done.refused
            ),
            *(f"Not read: {one.place}: {visible(one_line(one.why))}" for one in unread),
        ],
    )
    return 0
