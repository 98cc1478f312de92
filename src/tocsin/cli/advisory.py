"""``tocsin advisory``: what this node knows of vulnerabilities, advisory by advisory."""

from __future__ import annotations

from typing import Any, Final

import click

from tocsin.cli.command import OneOf, Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, tell
from tocsin.errors import UsageError

__all__ = ["advisory"]

FORMS: Final = ("csaf", "osv", "cve", "kev", "openvex", "cyclonedx-vex")
_LINE: Final = 1_000
_TEXTS: Final = (
    "id", "title", "publisher", "publisher-category", "namespace", "category", "status", "version", "form-version",
    "tlp", "history",
)  # fmt: skip
SORTS: Final = ("current", "initial", "cvss", "severity", "cve", "product", "read", *_TEXTS)
FIELDS: Final = (*_TEXTS, "initial", "current", "severity")

_form = click.option(
    "--form", default="", type=OneOf(["", *FORMS]), metavar="FORM", help="Of this form, if several have it."
)


@click.group(
    cls=VerbGroup,
    examples=(
        "tocsin advisory list --affecting --unread",
        "tocsin advisory list siemens s7-1500 --sort cvss",
        "tocsin advisory show ICSA-24-046-11",
        "tocsin advisory diff ICSA-24-046-11",
        "tocsin advisory read ICSA-24-046-11",
    ),
)
def advisory() -> None:
    """Look through the advisories that this node keeps, of every form: CSAF, OSV, CVE, KEV, VEX."""


@advisory.command(
    "list",
    cls=Verb,
    examples=(
        "tocsin advisory list --affecting --unread",
        "tocsin advisory list pump controller --cvss-min 9 --since 2026-01-01",
        "tocsin advisory list --where publisher=siemens --where status=final --sort cvss",
        "tocsin advisory list --cve CVE-2021-44228 --format json",
    ),
)
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--cve", default="", metavar="NAME", help="That speak of this vulnerability, or are called so.")
@click.option("--product", default="", metavar="WORDS", help="That name a product with all these words.")
@click.option("--publisher", default="", metavar="TEXT", help="Whose publisher's name holds TEXT.")
@click.option(
    "--where",
    multiple=True,
    metavar="FIELD=TEXT",
    help=f"Of which FIELD holds TEXT. Fields: {', '.join(FIELDS)}.",
)
@click.option("--form", default="", type=OneOf(["", *FORMS]), metavar="FORM", help=f"{', '.join(FORMS)}.")
@click.option("--feed", default="", metavar="NAME", help="That came with this feed, hub or source.")
@click.option("--since", default="", metavar="DAY", help="Published or changed on DAY or later (2026-01-31).")
@click.option("--severity", default="", metavar="WORD", help="That their publisher calls so: critical, ...")
@click.option("--cvss-min", type=click.FloatRange(0, 10), metavar="SCORE", help="Scored SCORE or higher.")
@click.option("--unread", is_flag=True, help="That nobody marked as read, or that changed since.")
@click.option("--affecting", is_flag=True, help="By which something here is affected, or may be.")
@click.option(
    "--sort",
    type=OneOf(list(SORTS)),
    default="current",
    show_default=True,
    metavar="ORDER",
    help=f"{', '.join(SORTS)}.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="How many."
)
@click.option(
    "--format", "output_format", type=OneOf(["table", "json", "csv"]), default="table", show_default=True
)
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def list_(
    words: tuple[str, ...],
    cve: str,
    product: str,
    publisher: str,
    where: tuple[str, ...],
    form: str,
    feed: str,
    since: str,
    severity: str,
    cvss_min: float | None,
    unread: bool,  # noqa: FBT001  click passes it by name
    affecting: bool,  # noqa: FBT001  click passes it by name
    sort: str,
    limit: int,
    output_format: str,
    data: str | None,
) -> int:
    """List advisories, the last changed first; with words only those in whose names or products all of them occur.

    Words are found in the id, the title, the publisher, the vulnerabilities and the products, whatever their case. What
    is --affecting is judged as `tocsin check --inventory` does.
    """
    from tocsin.cli.formats.advisory_table import list_csv, list_lines
    from tocsin.service.inventory.advisory_list import Wanted, advisory_list, concerned_here
    from tocsin.service.inventory.exposure_list import known

    holding = dict(map(_pair, where))
    if publisher:
        holding["publisher"] = publisher
    wanted = Wanted(
        words=" ".join(words),
        product=product,
        name=cve,
        holding=holding,
        form=form,
        feed=feed,
        severity=severity,
        score_min=cvss_min,
        since=since,
        unread=unread,
        affecting=affecting,
        sort=sort,
    )
    with opened(data) as node:
        here = concerned_here(known(node)) if affecting else None
        found = advisory_list(node, wanted, here, limit=limit)
    if output_format == "csv":
        click.echo(list_csv(found.advisories), nl=False)
        return 0
    tell(output_format, _plain(found), list_lines(found, asked=wanted != Wanted(sort=wanted.sort)))
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, is_pair, value = text.partition("=")
    if not is_pair or name not in FIELDS:
        raise UsageError(
            f"--where {text[:60]} is no FIELD=TEXT", hint=f"Fields: {', '.join(sorted(FIELDS))}."
        )
    return name, value


def _plain(value: object) -> Any:
    import msgspec

    return msgspec.to_builtins(value)


@advisory.command(
    "show",
    cls=Verb,
    examples=(
        "tocsin advisory show ICSA-24-046-11",
        "tocsin advisory show ICSA-24-046-11 --version 1",
        "tocsin advisory show CVE-2021-44228 --format json",
    ),
)
@click.argument("id")
@click.option("--version", default="", metavar="NAME", help="As it was: the number of an earlier version.")
@_form
@node_options
def show(id: str, version: str, form: str, data: str | None, output_format: str) -> int:
    """Show what an advisory says, what was noted about it, and which versions of it are kept.

    Of a vulnerability every advisory that speaks of it is shown. Which products here it concerns: `tocsin affected`.
    """
    from tocsin.cli.formats.advisory_table import show_lines
    from tocsin.service.inventory.advisory_view import shown_advisories

    with opened(data) as node:
        found, more = shown_advisories(node, id, version=version, form=form)
    tell(
        output_format,
        {"name": id, "advisories": _plain(found), "more": more},
        [line for one in found for line in show_lines(one)]
        + ([f"and {more:,} more advisories: tocsin advisory list --cve {id}"] if more else []),
    )
    return 0


@advisory.command(
    "diff",
    cls=Verb,
    examples=("tocsin advisory diff ICSA-24-046-11", "tocsin advisory diff ICSA-24-046-11 1 3"),
)
@click.argument("id")
@click.argument("old", default="")
@click.argument("new", default="")
@_form
@node_options
def diff(id: str, old: str, new: str, form: str, data: str | None, output_format: str) -> int:
    """Show what an advisory says otherwise than before: products, versions, remedies, scores.

    OLD and NEW are numbers of versions, or the days on which they were changed; without them the last two. Of documents
    (CSAF, VEX) the last three earlier versions are kept from when a newer one is read; of records of large lists (CVE,
    OSV, KEV) those that name something in the inventory.
    """
    from dataclasses import asdict

    from tocsin.inventory.told.difference_words import difference_lines
    from tocsin.model.told.escape import one_line
    from tocsin.service.inventory.advisory_versions import difference

    with opened(data) as node:
        found = difference(node, id, old, new, form=form)
    changed = [f"{sign} {one_line(text, _LINE)}" for sign, text in difference_lines(found.changes)]
    tell(
        output_format,
        {
            "id": found.id,
            "form": found.form,
            "feed": found.feed,
            "old": {"version": found.old.name, "changed": found.old.advisory.modified},
            "new": {"version": found.new.name, "changed": found.new.advisory.modified},
            "told": [asdict(one) for one in found.told],
            "changes": [asdict(one) for one in found.changes],
        },
        [
            one_line(f"{found.id}, version {found.old.name} -> {found.new.name}"),
            *(
                f"  {one_line(f'Its publisher says of {held.number}: {held.summary}', _LINE)}"
                for held in found.told
                if held.summary
            ),
            *(changed or ["They claim the same in the same words."]),
        ],
    )
    return 0


@advisory.command(
    "read",
    cls=Verb,
    examples=("tocsin advisory read ICSA-24-046-11 ICSA-24-046-12", "tocsin advisory read --all"),
)
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All that are here.")
@node_options
def read(
    ids: tuple[str, ...],
    everything: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Mark advisories as read, for all who work at this node.

    One that claims something else later is unread again; a correction of its wording leaves it read.
    """
    from tocsin.model.told.number import number
    from tocsin.service.inventory.advisory_notes import mark

    if bool(ids) == everything:
        raise UsageError(
            "name advisories, or say --all", hint="See which are unread: tocsin advisory list --unread"
        )
    with opened(data) as node:
        done = mark(node, None if everything else ids, by=acting())
    tell(output_format, {"marked": done}, [f"{number(done, 'advisory', 'advisories')} marked as read."])
    return 0


@advisory.command(
    "comment",
    cls=Verb,
    examples=(
        "tocsin advisory comment ICSA-24-046-11 'The maker says that our model is not sold any more.'",
    ),
)
@click.argument("id")
@click.argument("text")
@_form
@node_options
def comment(id: str, text: str, form: str, data: str | None, output_format: str) -> int:
    """Note TEXT about an advisory. It stays here, and stays whatever its publisher changes."""
    from tocsin.service.exchange.node import moment
    from tocsin.service.inventory.advisory_notes import comment as service

    with opened(data) as node:
        made = service(node, id, text, form=form, by=acting())
    tell(
        output_format,
        {"id": id, "at": moment(made.at_us), "by": made.by, "text": made.text},
        [f"Noted. See it: tocsin advisory show {id}"],
    )
    return 0


@advisory.command("remove", cls=Verb, examples=("tocsin advisory remove ICSA-24-046-11",))
@click.argument("id")
@_form
@node_options
def remove(id: str, form: str, data: str | None, output_format: str) -> int:
    """Remove an advisory, with its earlier versions and the comments on it: nothing here is judged by it any more.

    Its feed brings it back when its publisher changes it. That it was removed, by whom and when is in the log.
    """
    from tocsin.model.told.escape import visible
    from tocsin.service.inventory.advisory_notes import remove as service

    with opened(data) as node:
        gone = service(node, id, form=form, by=acting())
    tell(
        output_format,
        {"removed": [{"id": one.id, "form": one.form, "feed": one.feed} for one in gone]},
        [visible(f"{one.id} of {one.feed} is removed until its publisher changes it.") for one in gone],
    )
    return 0
