"""``tocsin member``: who belongs to this hub."""

from __future__ import annotations

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell

__all__ = ["member"]


@click.group(
    cls=VerbGroup, examples=('tocsin member add "Riverton Water" --sector water', "tocsin member list")
)
def member() -> None:
    """Invite members, list them, end a membership."""


@member.command("add", cls=Verb, examples=('tocsin member add "Riverton Water" --sector water',))
@click.argument("name")
@click.option(
    "--sector", "sectors", multiple=True, required=True, metavar="S", help="A sector of the member."
)
@click.option(
    "--client",
    is_flag=True,
    help="It is this organisation's client: what others mark TLP:AMBER may reach it.",
)
@node_options
def add(name: str, sectors: tuple[str, ...], client: bool, data: str | None, output_format: str) -> int:  # noqa: FBT001
    """Make room for a member, and print a one-use invitation that holds for seven days."""
    from tocsin.service.exchange.members import add_member
    from tocsin.service.exchange.node import moment

    with opened(data) as node:
        made = add_member(node, name=name, sector_names=sectors, by=acting(), is_client=client)
    expires = moment(made.expires_us)
    tell(
        output_format,
        {"member": made.member, "invitation": made.text, "expires": expires},
        [
            f"Hand this to {made.member} in private; it is good once, until {expires[:16].replace('T', ' ')} UTC:",
            "",
            made.text,
            "",
            "They run: tocsin join URL INVITATION",
        ],
    )
    return 0


@member.command("list", cls=Verb, examples=("tocsin member list",))
@node_options
def list_(data: str | None, output_format: str) -> int:
    """List the members."""
    from tocsin.service.exchange.members import members
    from tocsin.service.exchange.node import moment

    with opened(data) as node:
        held = members(node)
    state = ["revoked" if one.revoked_us else "joined" if one.joined_us else "invited" for one in held]
    tell(
        output_format,
        {
            "members": [
                {
                    "id": one.id,
                    "name": one.name,
                    "sectors": list(one.sectors),
                    "client": one.is_client,
                    "state": now,
                    "added": moment(one.created_us),
                }
                for one, now in zip(held, state, strict=True)
            ]
        },
        table(
            ("NAME", "STATE", "SECTORS"),
            [(one.name, now, ", ".join(one.sectors)) for one, now in zip(held, state, strict=True)],
            empty="There is no member yet. Invite one: tocsin member add NAME --sector S",
        ),
    )
    return 0


@member.command("revoke", cls=Verb, examples=('tocsin member revoke "Riverton Water"',))
@click.argument("name")
@node_options
def revoke(name: str, data: str | None, output_format: str) -> int:
    """End a membership: its tokens are void at once."""
    from tocsin.service.exchange.members import revoke_member

    with opened(data) as node:
        revoke_member(node, name, by=acting())
    tell(output_format, {"revoked": name}, [f"{name} is a member no more; its tokens are void."])
    return 0
