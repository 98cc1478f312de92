"""One exposure: why it is one, as a tree; what is at stake; and a form to note what is done about it."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.inventory.exposure import Exposure
from tocsin.inventory.told.reason import reason_of
from tocsin.inventory.treatment import WITH_DAY
from tocsin.service.inventory.exposure_list import check_may_read
from tocsin.service.inventory.exposure_view import ExposureDetail, beside, exposure_detail, treat_by_id
from tocsin.service.inventory.treat import Wish
from tocsin.web.answers import json, nothing, page, see_other
from tocsin.web.door import Asked, Way
from tocsin.web.exposures import held

__all__ = ["exposure_ways"]

WHY: Final = 1_000


def exposure_ways() -> list[Way]:
    """The paths of one exposure."""
    about, kind = "One exposure, with the reason as a tree.", "application/json"
    return [
        Way("/exposures/treat", {"POST": _treat}, "person", "Note what is done about an exposure."),
        Way("/exposures/{id}.json", {"GET": _json}, "either", about, ExposureDetail, kind, own_only=True),
        Way("/api/exposures/{id}", {"GET": _json}, "either", about, ExposureDetail, kind, own_only=True),
        Way("/exposures/{id}", {"GET": _page}, "person", about),
    ]


def _found(asked: Asked) -> tuple[str, tuple[Exposure, ...]]:
    id = asked.part("id")
    found = held(asked).rows.find(id)
    if not found:
        raise nothing()
    return id, found


def _page(asked: Asked) -> Response:
    id, several = _found(asked)
    return page(
        asked,
        "exposure.html.j2",
        here="exposures",
        id=id,
        one=several[0],
        several=several,
        why=reason_of(several),
        beside=beside(held(asked), id),
        for_all=held(asked).deeds.of(several[0]),
        done=asked.query("done"),
        count=asked.query("count"),
        tlp="amber+strict",
    )


def _json(asked: Asked) -> Response:
    return json(exposure_detail(held(asked), _found(asked)[0]))


def _treat(asked: Asked) -> Response:
    check_may_read(asked.who)
    id = asked.sent("id")
    state = asked.sent("state")
    wish = Wish(
        state=state,
        # The form's day stays in its field when another state is chosen; then it says nothing.
        until=asked.sent("until").strip() if state in WITH_DAY else "",
        owner=asked.sent("owner")[:200],
        approved=asked.sent("approved") == "yes",
        why=asked.sent("why")[:WHY],
    )
    done = treat_by_id(asked.node, id, wish, all_beside=asked.sent("all") == "yes", by=asked.who.name)
    # Both are ours: an id that was found, and a state that was taken.
    return see_other(f"/exposures/{id}?done={done[0].treatment.state}&count={len(done)}")
