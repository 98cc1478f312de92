"""``tocsin token``: what lets machines in."""

from __future__ import annotations

import re

import click

from tocsin.cli.command import Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell
from tocsin.errors import UsageError

__all__ = ["token"]

UNITS = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "y": 365 * 86_400}


@click.group(
    cls=VerbGroup, examples=('tocsin token create --for "Riverton Water" --scope read', "tocsin token list")
)
def token() -> None:
    """Create tokens for machines, list them, revoke one."""


def _seconds(text: str) -> int:
    found = re.fullmatch(r"(\d{1,5})([mhdwy])", text)
    if found is None or not int(found[1]):
        raise UsageError(f"--expires: {text!r} is no duration", hint="Give it like 12h, 90d or 1y.")
    return int(found[1]) * UNITS[found[2]]


@token.command(
    "create", cls=Verb, examples=('tocsin token create --for "Riverton Water" --scope read --scope write',)
)
@click.option("--for", "name", required=True, metavar="NAME", help="This organisation or a member.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(["read", "write"]),
    help="May be repeated.",
)
@click.option(
    "--ceiling",
    default="amber",
    show_default=True,
    type=click.Choice(["clear", "green", "amber", "amber+strict"]),
    help="Nothing above this TLP is shown.",
)
@click.option("--collection", "collections", multiple=True, metavar="C", help="Only this collection.")
@click.option(
    "--expires", default="90d", show_default=True, metavar="T", help="How long it holds: 12h, 90d, 1y."
)
@node_options
def create(
    name: str,
    scopes: tuple[str, ...],
    ceiling: str,
    collections: tuple[str, ...],
    expires: str,
    data: str | None,
    output_format: str,
) -> int:
    """Create a token. It is shown once and kept as a digest."""
    from tocsin.model.tlp import Tlp, parse_tlp
    from tocsin.service.exchange.node import moment
    from tocsin.service.exchange.tokens import create_token

    with opened(data) as node:
        made, owner = create_token(
            node,
            name=name,
            scopes=scopes,
            ceiling=parse_tlp(ceiling) or Tlp.CLEAR,
            lasts_s=_seconds(expires),
            by=acting(),
            collections=collections,
        )
    if owner.relation == "reader":
        click.echo(f"{owner.name} is no member: its token reads what anybody may read (TLP:CLEAR).", err=True)
    until = moment(made.expires_us)
    tell(
        output_format,
        {"token": made.text, "id": made.id, "organisation": owner.name, "expires": until},
        [
            made.text,
            "",
            f"For {owner.name}, until {until[:10]}. It is not shown again.",
            f"To end it: tocsin token revoke {made.id}",
        ],
    )
    return 0


@token.command("list", cls=Verb, examples=("tocsin token list",))
@node_options
def list_(data: str | None, output_format: str) -> int:
    """List the tokens; their secrets are not known here."""
    from tocsin.model.tlp import Tlp
    from tocsin.service.exchange.node import moment
    from tocsin.service.exchange.tokens import list_tokens

    with opened(data) as node:
        held = list_tokens(node)
        now = node.now_us
    states = [
        "revoked" if one.revoked_us else "expired" if one.expires_us <= now else "in force" for one, _ in held
    ]
    tell(
        output_format,
        {
            "tokens": [
                {
                    "id": one.id,
                    "organisation": name,
                    "scopes": list(one.scopes),
                    "collections": list(one.collections),
                    "ceiling": Tlp(one.ceiling).text,
                    "state": state,
                    "expires": moment(one.expires_us),
                    "used": None if one.used_us is None else moment(one.used_us),
                }
                for (one, name), state in zip(held, states, strict=True)
            ]
        },
        table(
            ("ID", "FOR", "SCOPES", "UP TO", "STATE", "UNTIL", "LAST USED"),
            [
                (
                    one.id,
                    name,
                    " ".join(one.scopes),
                    Tlp(one.ceiling).text,
                    state,
                    moment(one.expires_us)[:10],
                    "never" if one.used_us is None else moment(one.used_us)[:16].replace("T", " "),
                )
                for (one, name), state in zip(held, states, strict=True)
            ],
            empty="There is no token yet.",
        ),
    )
    return 0


@token.command("revoke", cls=Verb, examples=("tocsin token revoke 3f2a9c0b1d4e",))
@click.argument("id")
@node_options
def revoke(id: str, data: str | None, output_format: str) -> int:
    """End a token at once."""
    from tocsin.service.exchange.tokens import revoke_token

    with opened(data) as node:
        revoke_token(node, id, by=acting())
    tell(output_format, {"revoked": id}, [f"The token {id} is void."])
    return 0
