"""A member keeps its token fresh, at each sync; and is told what happened if a hub knows it no more."""

from __future__ import annotations

from tocsin.errors import BadInput, NotPermitted, SourceUnavailable, TocsinError
from tocsin.limits import TOKEN_RENEWED_S
from tocsin.service.exchange.joining import node_signature
from tocsin.service.exchange.node import Node, moment, secret_digest
from tocsin.service.exchange.remote import RemoteHub
from tocsin.service.exchange.renewal import renewal_text
from tocsin.service.exchange.secrets_box import sealed, unsealed
from tocsin.service.exchange.synced import Synced
from tocsin.service.exchange.tokens import made_up
from tocsin.sources.http_client import Credentials
from tocsin.store import hubs
from tocsin.store.hubs import Hub
from tocsin.store.organisations import find_organisation

__all__ = ["keep_fresh", "shut_out"]


def keep_fresh(node: Node, hub: Hub, remote: RemoteHub, done: Synced) -> None:
    """Renew the token that ``hub`` is shown once no more than TOKEN_RENEWED_S is left of it.

    What goes wrong is told in ``done`` and tried again at the next sync: until then the old token holds. The new one
    is kept here before the hub is asked for it, and asked for by the same words until it is taken; the hub ends the
    old one when it sees the new one. So nothing that breaks off in between shuts this node out.
    """
    try:
        if not _is_due(node, hub.token_expires_us):
            return
        said = remote.token()
        # By this node's clock, whatever the hub's says.
        expires_us = node.now_us + said.holds_s * 1_000_000
        if _is_due(node, expires_us):
            _renew(node, hub, remote, said.token, done)
        else:
            node.write(lambda connection: hubs.note_token(connection, hub.name, expires_us=expires_us))
    except TocsinError as error:
        done.problems.append(error)


def shut_out(node: Node, hub: Hub) -> NotPermitted:
    """What to tell now that ``hub`` does not know this node's token; it is noted, so that it can be joined again."""
    now = node.now_us
    if hub.shut_out_us is None:
        node.write(lambda connection: hubs.update_hub(connection, hub.name, shut_out_us=now))
    if hub.token_expires_us is not None and hub.token_expires_us <= now:
        what = (
            f"the token that {hub.name} gave this node ended on {moment(hub.token_expires_us)[:10]}: "
            f"no sync renewed it in its last {TOKEN_RENEWED_S // 86_400} days"
        )
    else:
        what = (
            f"{hub.name} does not let this node in any more: it does not know its token, "
            "or ended the membership"
        )
    return NotPermitted(
        what,
        hint="Ask who runs the hub. A new invitation (there: tocsin member revoke NAME, then tocsin member add NAME) "
        f"is taken here by: tocsin join {hub.url} INVITATION. What came from the hub stays.",
    )


def _is_due(node: Node, expires_us: int | None) -> bool:
    return expires_us is None or expires_us - node.now_us <= TOKEN_RENEWED_S * 1_000_000


def _renew(node: Node, hub: Hub, remote: RemoteHub, old: str, done: Synced) -> None:
    text = _next_token(node, hub)
    id, digest = text.split("_", 2)[1], secret_digest(text)
    with node.reading() as connection:
        organisation = find_organisation(connection, hub.organisation)
    if organisation is None:
        raise BadInput(f"the node's database has lost what belongs to {hub.name}")
    signature = node_signature(node, renewal_text(organisation.id, old, id, digest))
    said = remote.renew({"token": id, "text_sha256": digest.hex(), "signature": signature.hex()})
    if said is None:
        # The hub knows one like it, and not as this node's next: the same words would be refused for ever.
        node.write(lambda connection: hubs.expect_token(connection, hub.name, None))
        raise SourceUnavailable(
            f"{hub.name} did not renew this node's token", hint="The next tocsin sync asks for another one."
        )
    if said.token != id:
        raise SourceUnavailable(
            f"{hub.name} gave another token than it was asked for", hint="Ask the hub why."
        )
    expires_us = node.now_us + said.holds_s * 1_000_000
    kept = sealed(node, text)
    node.write(lambda connection: hubs.take_token(connection, hub.name, kept, expires_us=expires_us))
    remote.use(Credentials.bearer(text))
    done.token_until = moment(expires_us)


def _next_token(node: Node, hub: Hub) -> str:
    """The token that the hub is to take, kept before it is asked."""
    if hub.token_next is not None:
        return unsealed(node, hub.token_next)
    _, text = made_up(node)
    kept = sealed(node, text)
    node.write(lambda connection: hubs.expect_token(connection, hub.name, kept))
    return text
