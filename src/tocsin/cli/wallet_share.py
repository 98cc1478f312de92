"""``tocsin wallet share``: let a hub compare a case of ransom with others', after a preview of the exact bytes."""

from __future__ import annotations

import sys

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.cli.node import node_options, opened
from tocsin.cli.sending import sending_options

__all__ = ["share"]

_KINDS = ("address", "cluster", "consolidation", "cash-out")
_SHOWN = 20


@click.command(
    cls=Verb,
    examples=(
        'tocsin wallet share 3f0c4c53 --to "Water ISAC" --as hashed --key members.key --dry-run',
        'tocsin wallet share 3f0c4c53 --to "Water ISAC" --as full --tell contact --contact "ann@valleygas.example"',
        'tocsin wallet share 3f0c4c53 --to "Water ISAC" --take-back',
    ),
)
@click.argument("which", metavar="ID|NAME")
@click.option("--to", "hub", required=True, metavar="HUB", help="The hub, by the name that sync shows.")
@click.option(
    "--as",
    "how",
    type=OneOf(["hashed", "full"]),
    default="hashed",
    show_default=True,
    help="Hashes of addresses and transactions alone, or these themselves, too.",
)
@click.option(
    "--key",
    metavar="FILE",
    help="Hash under this key of the members (tocsin wallet key).  [default: a public one]",
)
@click.option(
    "--only",
    multiple=True,
    type=OneOf(_KINDS),
    help="What is shared; may be repeated.  [default: all]",
)
@click.option(
    "--tell",
    "told",
    type=OneOf(["nothing", "sector", "name", "contact"]),
    default="nothing",
    show_default=True,
    help="What a member whose case is linked may be told of you.",
)
@click.option("--contact", default="", metavar="TEXT", help="Whom they may write to; with --tell contact.")
@click.option("--take-back", is_flag=True, help="Say nothing of it any more.")
@sending_options
@node_options
def share(
    which: str,
    hub: str,
    how: str,
    key: str | None,
    only: tuple[str, ...],
    told: str,
    contact: str,
    take_back: bool,  # noqa: FBT001  click passes it by name
    dry_run: bool,  # noqa: FBT001  click passes it by name
    yes: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Tell a hub by what the case of an incident can be recognised: addresses, and where the money went.

    That is the addresses of demand and payment, others of their clusters, the transactions that spend the money
    together with other money, and the addresses that it came to; by what is loaded, 100 of each at most, the nearest
    first. No amount, time or text leaves. The hub compares them with those of other members and never publishes them.
    What is TLP:RED, as a new incident is, goes to no hub. Shown first are the exact bytes. At a terminal it asks
    before it sends; where there is none, only --yes sends.

    Under the public key a hash hides an address from reading in passing alone: addresses are public, and who has them
    all tries each.
    """
    from tocsin.cli.sending import send_offer
    from tocsin.cli.wallet_key import read_key
    from tocsin.model.told.escape import one_line
    from tocsin.ransom.links.link import Kind
    from tocsin.ransom.links.marks import KINDS, PUBLIC
    from tocsin.ransom.links.shared import Tell
    from tocsin.service.ransom.share import share as service

    with opened(data) as node:
        made = service(
            node,
            which,
            hub,
            full=how == "full",
            key=read_key(key) if key else PUBLIC,
            kinds=[Kind(one) for one in only] or KINDS,
            tell=Tell(told),
            contact=contact,
            take_back=take_back,
        )
        for mark, hashed in made.marks[:_SHOWN]:
            sys.stderr.write(f"{mark.kind.value} {one_line(mark.value)} goes as {hashed}\n")
        if len(made.marks) > _SHOWN:
            sys.stderr.write(f"and {len(made.marks) - _SHOWN:,} more: --format json lists all\n")
        for note in made.notes:
            sys.stderr.write(f"{one_line(note, 1000)}\n")
        also = {
            "incident": made.incident.id,
            "marks": [
                {"kind": mark.kind.value, "value": mark.value, "hash": hashed} for mark, hashed in made.marks
            ],
            "notes": list(made.notes),
        }
        return send_offer(node, made.offer, also, output_format, dry_run=dry_run, yes=yes)
