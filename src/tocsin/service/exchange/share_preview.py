"""What a person was shown before it leaves is what leaves: a preview is sealed, and only its own bytes are queued."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec

from tocsin.errors import BadInput, NotPermitted
from tocsin.service.exchange.access import Access
from tocsin.service.exchange.finding_list import find_finding
from tocsin.service.exchange.node import SECRET_KEY, Node
from tocsin.service.exchange.share import Offer, offer, queue, was_queued

__all__ = ["AT_ONCE", "SHOWN_S", "preview", "queue_previewed", "seal"]

AT_ONCE: Final = 100
"""Findings that are shared at once; a person reads what leaves, and more is not read."""

SHOWN_S: Final = 15 * 60
"""How long a preview may be sent: what it says of time is not made to look newer than it is."""

_USE: Final = b"tocsin preview 1"


def preview(node: Node, access: Access, ids: Sequence[str], hub: str, *, anonymous: bool) -> Offer:
    """What of these findings would leave for ``hub``.

    Raises:
        BadInput: one is not kept here, or there are more than ``AT_ONCE``.
        NothingToCheck, NotPermitted: see :func:`tocsin.service.exchange.share.offer`.
    """
    if len(ids) > AT_ONCE:
        raise BadInput(
            f"{len(ids)} findings at once", hint=f"Share at most {AT_ONCE}, so that they can be read."
        )
    found = [find_finding(node, access, id) for id in dict.fromkeys(ids)]
    return offer(node, [one.finding for one in found if one is not None], hub, anonymous=anonymous)


def seal(node: Node, offered: Offer, made_us: int, session: str) -> str:
    """What binds a preview to the very bytes, the hub and the session it was shown in."""
    said = msgspec.json.encode(
        [
            offered.hub,
            offered.anonymous,
            list(offered.findings),
            sha256(offered.body).hexdigest(),
            made_us,
            session,
        ]
    )
    return hmac.digest(hmac.digest(node.key(SECRET_KEY), _USE, sha256), said, sha256).hex()


def queue_previewed(
    node: Node, access: Access, offered: Offer, made_us: int, session: str, sealed: str
) -> int | None:
    """Keep what was previewed until the next sync sends it; its number, or None if it waits or went already.

    Raises:
        NotPermitted: it is not what was previewed, is too old, or may not go any more.
    """
    if not hmac.compare_digest(seal(node, offered, made_us, session), sealed):
        raise NotPermitted("this is not what the preview showed", hint="Preview it again.")
    if not 0 <= node.now_us - made_us <= SHOWN_S * 1_000_000:
        raise NotPermitted("the preview is too old to be sent", hint="Preview it again.")
    again = preview(node, access, offered.findings, offered.hub, anonymous=offered.anonymous)
    if again.findings != offered.findings:
        raise NotPermitted("what was previewed may not go to this hub any more", hint="Preview it again.")
    return None if was_queued(node, offered) else queue(node, offered)
