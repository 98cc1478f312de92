"""``tocsin inventory``: what runs here."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

import click

from tocsin.cli.command import OneOf, Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tocsin.inventory.exposure import NotRead
    from tocsin.service.inventory.add import Added

__all__ = ["inventory"]

_SHOWN: Final = 5


@click.group(
    cls=VerbGroup,
    examples=(
        "tocsin inventory add /var/lib/dpkg/status --site server-1",
        "tocsin inventory add plc-list.csv --site pumping-station",
        "tocsin inventory list",
        "tocsin inventory treat openssl CVE-2024-6119 --site server-1 --state mitigated --why 'not used'",
        "tocsin inventory review",
    ),
    verbs={
        verb: f"tocsin.cli.inventory_aliases:{verb}"
        for verb in ("review", "same", "different", "forget", "aliases", "adopt")
    },
)
def inventory() -> None:
    """Keep what runs here: software and hardware, site by site. It never leaves this node."""


@inventory.command(
    "add",
    cls=Verb,
    examples=(
        "tocsin inventory add sbom.cdx.json --site web --exposed",
        "dpkg-query -W | tocsin inventory add - --site server-1",
        "tocsin inventory add sboms/ --site office --owner 'J. Doe'",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIR|-...")
@click.option(
    "--site", default="here", show_default=True, metavar="NAME", help="Where it is: a plant, a machine."
)
@click.option(
    "--exposed/--not-exposed",
    default=None,
    help="Whether what is at the site can be reached from the internet.  [default: as before, else not]",
)
@click.option("--owner", metavar="NAME", help="Who sees to it that it is mended.")
@click.option("--as", "form", default="", metavar="FORM", help="Read as FORM; do not recognise it.")
@node_options
def add(
    files: tuple[str, ...],
    site: str,
    exposed: bool | None,  # noqa: FBT001  click passes it by name
    owner: str | None,
    form: str,
    data: str | None,
    output_format: str,
) -> int:
    """Add bills of materials: CycloneDX, SPDX, asset lists as CSV, package lists, lockfiles.

    A file of the same name added again to the same site replaces what it said before (see `tocsin inventory diff`).
    """
    from tocsin.service.inventory.add import add as service

    with opened(data) as node:
        added, not_read = service(
            node, files, sys.stdin.buffer, site=site, exposed=exposed, owner=owner, form=form
        )
    parts = [*not_read, *(one for bill in added for one in bill.not_read)]
    tell(
        output_format,
        {
            "site": site,
            "added": [
                {
                    "name": one.name,
                    "form": one.form,
                    "made": one.made or None,
                    "components": one.components,
                    "products": one.releases,
                    "notes": list(one.notes),
                }
                for one in added
            ],
            "not_read": [{"file": one.file, "place": one.place, "why": one.why} for one in parts],
        },
        [*_lines(added, site), *_left(parts), "Next: tocsin check --inventory"],
    )
    return 0


def _lines(added: Sequence[Added], site: str) -> list[str]:
    from tocsin.model.told.escape import one_line, visible
    from tocsin.model.told.number import number

    told = []
    for one in added:
        told.append(
            f"{visible(one.name)} ({visible(one.form)}): {number(one.components, 'component')}, "
            f"{number(one.releases, 'product')}, kept at {visible(site)}."
        )
        told += [f"  Note: {one_line(note)}" for note in one.notes[:_SHOWN]]
    return told


def _left(parts: Sequence[NotRead]) -> list[str]:
    from tocsin.model.told.escape import one_line, visible
    from tocsin.model.told.number import number

    if not parts:
        return []
    told = [f"{number(len(parts), 'part')} could not be read:"]
    told += [
        f"  {visible(one.file)}{' ' + visible(one.place) if one.place else ''}: {one_line(one.why)}"
        for one in parts[:_SHOWN]
    ]
    if len(parts) > _SHOWN:
        told.append(f"  and {len(parts) - _SHOWN:,} more; --format json lists all")
    return told


@inventory.command("list", cls=Verb, examples=("tocsin inventory list",))
@node_options
def list_(data: str | None, output_format: str) -> int:
    """List the sites and the bills of materials that say what is there."""
    from tocsin.service.inventory.listing import list_bills

    with opened(data) as node:
        rows = list_bills(node)
    tell(
        output_format,
        {
            "bills": [
                {
                    "site": one.site,
                    "exposed": one.exposed,
                    "owner": one.owner or None,
                    "name": one.name,
                    "form": one.form,
                    "products": one.products,
                    "added": one.added,
                    "made": one.made or None,
                    "not_read": one.not_read,
                }
                for one in rows
            ]
        },
        table(
            ("SITE", "EXPOSED", "OWNER", "BILL", "FORM", "PRODUCTS", "NOT READ", "ADDED"),
            [
                (
                    one.site,
                    "yes" if one.exposed else "no",
                    one.owner or "-",
                    one.name,
                    one.form,
                    f"{one.products:,}",
                    f"{one.not_read:,}",
                    one.added[:10],
                )
                for one in rows
            ],
            empty="There is none yet. Add one: tocsin inventory add FILE --site NAME",
        ),
    )
    return 0


@inventory.command(
    "show", cls=Verb, examples=("tocsin inventory show --site web", "tocsin inventory show openssl")
)
@click.argument("words", nargs=-1, metavar="[WORD]...")
@click.option("--site", default="", metavar="NAME", help="Only what is at this site.")
@node_options
def show(words: tuple[str, ...], site: str, data: str | None, output_format: str) -> int:
    """Show what is here: products, versions and sites; with words only those whose names hold them all."""
    from tocsin.service.inventory.listing import list_products

    with opened(data) as node:
        rows = list_products(node, words, site)
    tell(
        output_format,
        {
            "products": [
                {"release": one.shown, "version": one.version, "purl": one.purl, "sites": list(one.sites)}
                for one in rows
            ]
        },
        table(
            ("PRODUCT", "SITES"),
            [(one.shown, ", ".join(one.sites)) for one in rows],
            empty="Nothing here is called so."
            if words or site
            else "There is none yet. Add: tocsin inventory add FILE",
        ),
    )
    return 0


@inventory.command(
    "treat",
    cls=Verb,
    examples=(
        "tocsin inventory treat openssl CVE-2024-6119 --site server-1 --state mitigated --why 'TLS ends at the proxy'",
        "tocsin inventory treat 'Siemens S7-1500' CVE-2025-1 --state awaiting-outage --until 2026-12-20 --approved",
        "tocsin inventory treat curl CVE-2024-1 --state accepted --until 2026-12-31 --why 'not reachable'",
    ),
)
@click.argument("release", metavar="RELEASE|PURL")
@click.argument("vulnerability")
@click.option("--site", default="here", show_default=True, metavar="NAME", help="The site where it is.")
@click.option(
    "--state",
    required=True,
    type=OneOf(["open", "mitigated", "accepted", "awaiting-outage"]),
    help="What is being done about it.",
)
@click.option(
    "--until", default="", metavar="DAY", help="The last day on which accepted or awaiting-outage holds."
)
@click.option("--owner", metavar="NAME", help="Who sees to it.  [default: as before, else the site's]")
@click.option(
    "--approved/--not-approved",
    default=None,
    help="Whether the maker has approved the patch for this use.  [default: as before, else not]",
)
@click.option("--why", default="", metavar="TEXT", help="The reason; accepted needs one.")
@node_options
def treat(
    release: str,
    vulnerability: str,
    site: str,
    state: str,
    until: str,
    owner: str | None,
    approved: bool | None,  # noqa: FBT001  click passes it by name
    why: str,
    data: str | None,
    output_format: str,
) -> int:
    """Note what is being done about a vulnerability of a product at a site.

    What is mitigated or accepted no longer fails `tocsin check --inventory`; it is still counted and listed. A day that
    has passed makes it open again. That it was noted, by whom and when is in the log; nothing of it leaves this node.
    """
    from tocsin.inventory.release import shown
    from tocsin.inventory.told.advice import state_words
    from tocsin.model.told.escape import visible
    from tocsin.service.inventory.treat import Wish, treat as service

    wish = Wish(state, until, owner, approved, why)
    with opened(data) as node:
        done = service(node, release, vulnerability, site, wish, by=acting())
    held = done.treatment
    tell(
        output_format,
        {
            "release": shown(done.component),
            "site": done.site,
            "vulnerability": done.vulnerability,
            "state": held.state,
            "until": held.until or None,
            "owner": held.owner or None,
            "approved": held.approved,
            "note": held.why or None,
        },
        [
            visible(
                f"{done.vulnerability} of {shown(done.component)} at {done.site}: {state_words(held) or 'open'}."
            ),
            *([f"Owner: {visible(held.owner)}"] if held.owner else []),
            *(["The maker has approved the patch."] if held.approved else []),
            "Next: tocsin check --inventory",
        ],
    )
    return 0


@inventory.command("diff", cls=Verb, examples=("tocsin inventory diff sbom.cdx.json --site web",))
@click.argument("name", metavar="BILL")
@click.option("--site", default="here", show_default=True, metavar="NAME", help="The site where it is.")
@node_options
def diff(name: str, site: str, data: str | None, output_format: str) -> int:
    """Show what changed at a site when BILL was last added again: what came, went, or changed its version."""
    from tocsin.service.inventory.listing import differences

    with opened(data) as node:
        changes = differences(node, name, site)
    tell(
        output_format,
        {"came": changes.came, "went": changes.went, "changed": [list(one) for one in changes.changed]},
        [
            *(f"+ {one}" for one in changes.came),
            *(f"- {one}" for one in changes.went),
            *(f"~ {before} -> {after}" for before, after in changes.changed),
        ]
        or ["Nothing changed."],
    )
    return 0
