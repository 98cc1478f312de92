"""The inbox: what members sent, to be vetted, released or refused; and what this node itself sent to hubs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from tocsin.errors import BadInput, NotPermitted
from tocsin.model.told.number import number
from tocsin.service.exchange.desk import VIEWS, DeskPage, Together, list_desk, one_together
from tocsin.service.exchange.inbox import (
    OPEN,
    STATES,
    Preview,
    is_submission,
    preview,
    refuse,
    release,
    vet,
)
from tocsin.service.exchange.inbox_list import InboxPage, Item, list_inbox, one_item
from tocsin.service.exchange.sent_list import Sent, SentPage, list_sent, one_sent
from tocsin.service.exchange.sent_words import outcome, steps_told
from tocsin.web.answers import csv_file, file, json, nothing, page, present, see_other
from tocsin.web.door import Asked, Way
from tocsin.web.warnings import strictest

__all__ = ["inbox_ways"]

PAGE: Final = 50
WHY: Final = 1_000
REPORTS: Final = 25
_VIEW: Final = (
    (
        "view",
        "waiting (what is not decided, also where nothing is said), new, vetted, released, refused or all.",
    ),
    ("after", "The next of the page before."),
)
_QUERY: Final = (("state", "new, vetted, released or refused."), ("after", "The next of the page before."))
_FIELDS: Final = (
    "id", "type", "from", "signed", "submission", "state", "why", "changed", "tlp", "about", "about_id", "says",
    "received", "vetted",
)  # fmt: skip
_REPORT: Final = ("submission", "from", "anonymous", "signed", "received", "objects", "tlp", "says")
_SENT: Final = (
    "number",
    "hub",
    "anonymous",
    "queued",
    "sent",
    "state",
    "objects",
    "taken",
    "receipt",
    "says",
)
_STEPS: Final = ("received", "vetted", "vetted_count", "decided", "released", "refused", "undecided")


def inbox_ways() -> list[Way]:
    """The paths of the inbox."""
    about, kind = "What was submitted: to you all of it, to a member its own.", "application/json"
    desk = "What members sent, by submission: what waits longest first."
    one = "One submission with all of its objects."
    sent = "What this node sent to hubs, and what came of it."
    after = _QUERY[1:]
    return [
        Way("/inbox", {"GET": _page}, "person", desk, query=_VIEW),
        Way(
            "/inbox/submissions.json",
            {"GET": _desk_json},
            "either",
            desk,
            DeskPage,
            kind,
            query=_VIEW,
            own_only=True,
        ),
        Way(
            "/inbox/submissions.csv",
            {"GET": _desk_csv},
            "either",
            desk,
            None,
            "text/csv",
            query=_VIEW,
            own_only=True,
        ),
        Way(
            "/inbox/submission/{id}.json",
            {"GET": _together_json},
            "either",
            one,
            Together,
            kind,
            own_only=True,
        ),
        Way("/inbox/submission/{id}", {"GET": _together_page}, "person", one),
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


def _view(asked: Asked) -> str:
    said = asked.query("state")
    return said if said in VIEWS else "waiting"


def _desk(asked: Asked) -> DeskPage:
    return list_desk(asked.node, asked.who, view=_view(asked), after=asked.query("after"), limit=REPORTS)


def _page(asked: Asked) -> Response:
    found = _desk(asked)
    return page(
        asked,
        "inbox.html.j2",
        here="inbox",
        found=found,
        view=_view(asked),
        told=_told(asked),
        tlp=strictest([one.tlp for one in found.reports]),
    )


def _told(asked: Asked) -> str:
    """What was done just now, in words; nothing where the query does not say it as this program does."""
    done, count, left = asked.query("done"), asked.query("count"), asked.query("left")
    if (
        done not in {"vetted", "released", "refused"}
        or not (count.isascii() and count.isdigit())
        or len(count) > 6
    ):
        return ""
    told = f"{number(int(count), 'object')} {done}."
    if left.isascii() and left.isdigit() and len(left) < 7 and int(left):
        told += f" {number(int(left), 'object stays', 'objects stay')}: why, is said below."
    return told


def _desk_json(asked: Asked) -> Response:
    return json(_desk(asked))


def _desk_csv(asked: Asked) -> Response:
    found = _desk(asked)
    rows = (
        [
            *(getattr(one, "from_" if name == "from" else name) for name in _REPORT),
            *(one.counts[state] for state in STATES),
            one.waits_us // 1_000_000,
        ]
        for one in found.reports
    )
    answer = csv_file("submissions.csv", (*_REPORT, *STATES, "waits_s"), rows)
    if found.next:
        answer.headers["Tocsin-Next"] = found.next
    return answer


def _together(asked: Asked) -> Together:
    return present(one_together(asked.node, asked.who, asked.part("id")))


def _together_json(asked: Asked) -> Response:
    return json(_together(asked))


def _together_page(asked: Asked) -> Response:
    held = _together(asked)
    shown, why_not = _preview(asked, held.report.submission, [one.state for one in held.items])
    return page(
        asked,
        "submission.html.j2",
        here="inbox",
        report=held.report,
        items=held.items,
        told=_told(asked),
        shown=shown,
        would_publish=_indented(b"[" + b",".join(shown.objects) + b"]") if shown and shown.objects else "",
        taken=_taken(shown) if shown else [],
        why_not=why_not,
        tlp=strictest([held.report.tlp]),
    )


def _taken(shown: Preview) -> list[tuple[str, str, int]]:
    """What would be taken off, with the reason and of how many objects: each once."""
    found: dict[tuple[str, str], int] = {}
    for one in shown.taken:
        key = (one.path, one.why)
        found[key] = found.get(key, 0) + 1
    return [(path, why, count) for (path, why), count in found.items()]


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
    shown, why_not = _preview(asked, item.id, [item.state])
    return page(
        asked,
        "item.html.j2",
        here="inbox",
        item=item,
        written=_indented(bytes(item.object)),
        shown=shown,
        would_publish=[_indented(one) for one in shown.objects] if shown else [],
        taken=_taken(shown) if shown else [],
        why_not=why_not,
        tlp=strictest([item.tlp]),
    )


def _preview(asked: Asked, id: str, states: Sequence[str]) -> tuple[Preview | None, str]:
    """What a release of ``id`` would publish; where nothing of it can be, or it may not be shown, why."""
    if not set(states) & set(OPEN):
        return None, ""
    try:
        return preview(asked.node, id, access=asked.who), ""
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
    person, left = asked.who.name, 0
    match asked.sent("do"):
        case "vet":
            count, done = vet(asked.node, id, by=person, access=asked.who), "vetted"
        case "release":
            taken = release(asked.node, id, by=person, access=asked.who)
            count, done, left = len(taken.stored) + len(taken.present), "released", len(taken.refused)
            if left and not (count and is_submission(id)):
                raise BadInput(
                    f"it cannot be published: {taken.refused[0].why}", hint="Refuse it, with the reason."
                )
        case "refuse":
            why = " ".join(asked.sent("why").split())
            if not why:
                raise BadInput(
                    "a refusal needs a reason", hint="Whoever sent it reads it, and does better next time."
                )
            count, done = refuse(asked.node, id, why=why[:WHY], by=person, access=asked.who), "refused"
        case _:
            raise BadInput("vet, release and refuse are what can be done")
    if left:
        # There is something left to decide on, and its page says why it stays.
        return see_other(f"/inbox/submission/{quote(id)}?done={done}&count={count}&left={left}")
    return see_other(f"/inbox?done={done}&count={count}")


def _sent(asked: Asked) -> SentPage:
    return list_sent(asked.node, access=asked.who, after=asked.query("after"), limit=PAGE)


def _sent_page(asked: Asked) -> Response:
    return page(
        asked,
        "sent.html.j2",
        here="inbox/sent",
        found=_sent(asked),
        queued=asked.query("queued") == "yes",
        steps_told=steps_told,
        outcome=outcome,
    )


def _sent_json(asked: Asked) -> Response:
    return json(_sent(asked))


def _sent_csv(asked: Asked) -> Response:
    head = (*_SENT, *_STEPS, "came_of")
    return csv_file("sent.csv", head, map(_sent_row, _sent(asked).sent))


def _sent_row(one: Sent) -> list[object]:
    return [
        *(getattr(one, name) for name in _SENT),
        *(getattr(one.steps, name) for name in _STEPS),
        outcome(one),
    ]


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
