"""Sharing findings with a hub: first the exact bytes, then one button."""

from __future__ import annotations

import base64
import binascii

import msgspec
from starlette.responses import Response

from tocsin.errors import BadInput, NothingToCheck, NotPermitted
from tocsin.service.exchange.finding_list import find_finding
from tocsin.service.exchange.share import Offer
from tocsin.service.exchange.share_preview import preview, queue_previewed, seal
from tocsin.service.exchange.source import list_hubs
from tocsin.web.answers import nothing, page, see_other
from tocsin.web.door import Asked, Way
from tocsin.web.warnings import strictest

__all__ = ["share_ways"]


class _Shown(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """What a preview carries from the page that shows it to the button that sends it."""

    hub: str
    anonymous: bool
    findings: tuple[str, ...]
    body: bytes
    made_us: int


def share_ways() -> list[Way]:
    """The paths of sharing."""
    query = (
        ("id", "A finding; as often as needed."),
        ("hub", "The hub's name."),
        ("as", "named or anonymous."),
    )
    return [
        Way("/findings/share", {"GET": _preview, "POST": _queue}, "person", "Preview and share.", query=query)
    ]


def _preview(asked: Asked) -> Response:
    ids = asked.queries("id")
    hubs = [one.name for one in list_hubs(asked.node)]
    hub = asked.query("hub") or (hubs[0] if len(hubs) == 1 else "")
    anonymous = asked.query("as") == "anonymous"
    chosen = [find_finding(asked.node, asked.who, id) for id in ids]
    offered, refused, hint, shown, sealed = None, "", "", "", ""
    if hub:
        if hub not in hubs:
            raise nothing()
        try:
            offered = preview(asked.node, asked.who, ids, hub, anonymous=anonymous)
        except (BadInput, NotPermitted, NothingToCheck) as error:
            refused, hint = error.what, error.hint or ""
    if offered is not None:
        made = asked.node.now_us
        held = _Shown(offered.hub, offered.anonymous, offered.findings, offered.body, made)
        shown = base64.b64encode(msgspec.json.encode(held)).decode()
        sealed = seal(asked.node, offered, made, asked.csrf)
    return page(
        asked,
        "share.html.j2",
        here="findings",
        ids=ids,
        hubs=hubs,
        hub=hub,
        anonymous=anonymous,
        offered=offered,
        body=offered.body.decode() if offered else "",
        refused=refused,
        hint=hint,
        shown=shown,
        sealed=sealed,
        tlp=strictest([one.finding.tlp or "amber" for one in chosen if one is not None]),
    )


def _queue(asked: Asked) -> Response:
    try:
        held = msgspec.json.decode(base64.b64decode(asked.sent("shown"), validate=True), type=_Shown)
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError):
        raise BadInput("this is no preview", hint="Preview it again.") from None
    offered = Offer(held.hub, held.body, held.findings, (), held.anonymous)
    queue_previewed(asked.node, asked.who, offered, held.made_us, asked.csrf, asked.sent("sealed"))
    return see_other("/inbox/sent?queued=yes")
