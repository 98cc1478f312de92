"""The inbox: what members sent, to be vetted, released or refused; and what this node itself sent to hubs."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.errors import BadInput, NotPermitted
from tocsin.service.exchange.inbox import OPEN, STATES, Preview, preview, refuse, release, vet
from tocsin.service.exchange.inbox_list import (
    InboxPage,
    Item,
    SentPage,
    list_inbox,
    list_sent,
    one_item,
    one_sent,
)
from tocsin.web.answers import csv_file, file, json, nothing, page, see_other
from tocsin.web.door import Asked, Way
from tocsin.web.warnings import strictest

__all__ = ["inbox_ways"]

PAGE: Final = 50
WHY: Final = 1_000
_QUERY: Final = (("state", "new, vetted, released or refused."), ("after", "The next of the page before."))
_FIELDS: Final = (
    "id", "type", "from", "signed", "submission", "state", "why", "changed", "tlp", "about", "about_id"
)  # fmt: skip
_SENT: Final = ("number", "hub", "anonymous", "queued", "sent", "state", "objects", "taken", "receipt")


def inbox_ways() -> list[Way]:
    """The paths of the inbox."""
    about, kind = "What was submitted: to you all of it, to a member its own.", "application/json"
    sent = "What this node sent to hubs, and what came of it."
    after = _QUERY[1:]
    return [
        Way("/inbox", {"GET": _page}, "person", about, query=_QUERY),
        Way("/inbox.json", {"GET": _json}, "either", about, InboxPage, kind, query=_QUERY),
        Way("/inbox.csv", {"GET": _csv}, "either", about, None, "text/csv", query=_QUERY),
        Way("/api/inbox", {"GET": _json}, "either", about, InboxPage, kind, query=_QUERY),
        Way("/inbox/decide", {"POST": _decide}, "person", "Vet, release or refuse."),
        Way("/inbox/sent", {"GET": _sent_page}, "person", sent, query=after),
        Way(
            "/inbox/sent.json",
            {"GET": _sent_json},
            "either",
            sent,
            SentPage,
            kind,
            query=after,
            own_only=True,
        ),
        Way(
            "/inbox/sent.csv",
            {"GET": _sent_csv},
            "either",
            sent,
            None,
            "text/csv",
            query=after,
            own_only=True,
        ),
        Way("/api/sent", {"GET": _sent_json}, "either", sent, SentPage, kind, query=after, own_only=True),
        Way(
            "/inbox/sent/{number}/receipt",
            {"GET": _receipt},
            "person",
            "The hub's receipt.",
            None,
            "text/plain",
        ),
        Way("/inbox/sent/{number}/body.json", {"GET": _body}, "person", "The exact bytes.", None, kind),
        Way("/inbox/{id}.json", {"GET": _one_json}, "either", "One object that was submitted.", Item, kind),
        Way("/inbox/{id}", {"GET": _one_page}, "person", "One object that was submitted."),
    ]


def _found(asked: Asked, limit: int = PAGE) -> InboxPage:
    state = asked.query("state")
    return list_inbox(
        asked.node,
        asked.who,
        state=state if state in STATES else "",
        after=asked.query("after"),
        limit=limit,
    )


def _page(asked: Asked) -> Response:
    found = _found(asked)
    return page(
        asked,
        "inbox.html.j2",
        here="inbox",
        found=found,
        state=asked.query("state"),
        done=asked.query("done"),
        count=asked.query("count"),
        tlp=strictest([one.tlp for one in found.items]),
    )


def _json(asked: Asked) -> Response:
    return json(_found(asked))


def _csv(asked: Asked) -> Response:
    found = _found(asked)
    rows = ([getattr(one, "from_" if name == "from" else name) for name in _FIELDS] for one in found.items)
    answer = csv_file("inbox.csv", _FIELDS, rows)
    if found.next:
        answer.headers["Tocsin-Next"] = found.next
    return answer


def _one(asked: Asked) -> Item:
    found = one_item(asked.node, asked.who, asked.part("id"))
    if found is None:
        raise nothing()
    return found


def _one_page(asked: Asked) -> Response:
    item = _one(asked)
    shown, why_not = _preview(asked, item)
    return page(
        asked,
        "item.html.j2",
        here="inbox",
        item=item,
        written=_indented(bytes(item.object)),
        shown=shown,
        would_publish=[_indented(one) for one in shown.objects] if shown else [],
        why_not=why_not,
        tlp=strictest([item.tlp]),
    )


def _preview(asked: Asked, item: Item) -> tuple[Preview | None, str]:
    """What a release of ``item`` would publish; where nothing of it can be, or it may not be shown, why."""
    if item.state not in OPEN:
        return None, ""
    try:
        return preview(asked.node, item.id, access=asked.who), ""
    except (BadInput, NotPermitted) as error:
        return None, error.what


def _indented(raw: bytes) -> str:
    return msgspec.json.format(raw, indent=2).decode(errors="replace")


def _one_json(asked: Asked) -> Response:
    return json(_one(asked))


def _decide(asked: Asked) -> Response:
    id = asked.sent("id")
    if one_item(asked.node, asked.who, id) is None:
        raise nothing()
    person = asked.who.name
    match asked.sent("do"):
        case "vet":
            count, done = vet(asked.node, id, by=person), "vetted"
        case "release":
            taken = release(asked.node, id, by=person)
            if taken.refused:
                raise BadInput(
                    f"it cannot be published: {taken.refused[0].why}", hint="Refuse it, with the reason."
                )
            count, done = len(taken.stored) + len(taken.present), "released"
        case "refuse":
            why = " ".join(asked.sent("why").split())
            if not why:
                raise BadInput(
                    "a refusal needs a reason", hint="Whoever sent it reads it, and does better next time."
                )
            count, done = refuse(asked.node, id, why=why[:WHY], by=person), "refused"
        case _:
            raise BadInput("vet, release and refuse are what can be done")
    return see_other(f"/inbox?done={done}&count={count}")


def _sent_page(asked: Asked) -> Response:
    found = list_sent(asked.node, after=asked.query("after"), limit=PAGE)
    return page(asked, "sent.html.j2", here="inbox/sent", found=found, queued=asked.query("queued") == "yes")


def _sent_json(asked: Asked) -> Response:
    return json(list_sent(asked.node, after=asked.query("after"), limit=PAGE))


def _sent_csv(asked: Asked) -> Response:
    found = list_sent(asked.node, after=asked.query("after"), limit=PAGE)
    return csv_file("sent.csv", _SENT, ([getattr(one, name) for name in _SENT] for one in found.sent))


def _receipt(asked: Asked) -> Response:
    found = one_sent(asked.node, asked.part("number"))
    if found is None or found.receipt is None:
        raise nothing()
    return file(f"sent-{found.number}.tlog-proof", found.receipt, "text/plain; charset=utf-8")


def _body(asked: Asked) -> Response:
    found = one_sent(asked.node, asked.part("number"))
    if found is None:
        raise nothing()
    return file(f"sent-{found.number}.json", found.body, "application/json")
