"""``tocsin member``: who belongs to this hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell

if TYPE_CHECKING:
    from tocsin.service.exchange.members import Member

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
    """Make room for a member, and print a one-use invitation that holds for seven days.

    Who has not joined yet, or was a member once, is given a new one by the same name; the one before is void then.
    """
    from tocsin.service.exchange.members import add_member
    from tocsin.service.exchange.node import moment

    with opened(data) as node:
        made = add_member(node, name=name, sector_names=sectors, by=acting(), is_client=client)
    expires = moment(made.expires_us)
    tell(
        output_format,
        {"member": made.member, "invitation": made.text, "expires": expires, "voided": made.voided},
        [
            f"Hand this to {made.member} in private; it is good once, until {_minute(made.expires_us)}:",
            "",
            made.text,
            "",
            "They run: tocsin join URL INVITATION",
            *(["The invitation that was made for it before is void now."] if made.voided else []),
        ],
    )
    return 0


@member.command("list", cls=Verb, examples=("tocsin member list",))
@node_options
def list_(data: str | None, output_format: str) -> int:
    """List the members: who joined, who can still join and until when, whose invitation or membership ended."""
    from tocsin.service.exchange.members import members
    from tocsin.service.exchange.node import moment

    with opened(data) as node:
        held = members(node)
    tell(
        output_format,
        {
            "members": [
                {
                    "id": one.organisation.id,
                    "name": one.organisation.name,
                    "sectors": list(one.organisation.sectors),
                    "client": one.organisation.is_client,
                    "state": one.state,
                    "invited_until": "" if one.invited_until_us is None else moment(one.invited_until_us),
                    "added": moment(one.organisation.created_us),
                }
                for one in held
            ]
        },
        table(
            ("NAME", "STATE", "SECTORS"),
            [(one.organisation.name, _state(one), ", ".join(one.organisation.sectors)) for one in held],
            empty="There is no member yet. Invite one: tocsin member add NAME --sector S",
        ),
    )
    return 0


def _state(one: Member) -> str:
    if one.invited_until_us is not None:
        return f"invited until {_minute(one.invited_until_us)}"
    return "invitation ended" if one.state == "invitation_ended" else one.state


def _minute(us: int) -> str:
    from tocsin.service.exchange.node import moment

    return f"{moment(us)[:16].replace('T', ' ')} UTC"


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
