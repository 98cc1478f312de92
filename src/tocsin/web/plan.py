"""The few measures that would have stopped the most: each with its why, how sure it is, and how many stop how many."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import msgspec
from starlette.responses import Response

from tocsin.limits import PLAN_DRAWS, PLAN_LIMIT_S, PLAN_MEASURES
from tocsin.measures.choose.choice import Wish
from tocsin.measures.plan import Plan
from tocsin.measures.sure import sure_words
from tocsin.model.sectors import sectors
from tocsin.service.incidents.access import check_may_read
from tocsin.service.incidents.kept import kept_incidents
from tocsin.service.measures.desk import PlanDesk
from tocsin.service.measures.known import catalogue_of, known
from tocsin.service.measures.plan import Against, Asked as Effort, PlanAnswer, against, plan_answer
from tocsin.service.measures.plan_process import Question
from tocsin.web.answers import json, page
from tocsin.web.causes import since_of
from tocsin.web.curve import HEIGHT, WIDTH, drawing_of
from tocsin.web.door import Asked, Way
from tocsin.web.problem import Problem

__all__ = ["plan_ways"]

AGAIN_S: Final = 2
_USUAL: Final = 5
_POINTS: Final = 3 * PLAN_MEASURES
_AGAINST: Final = {
    "": ("incidents", "campaigns"),
    "incidents": ("incidents",),
    "campaigns": ("campaigns",),
    "groups": ("incidents", "campaigns", "groups"),
}
_QUERY: Final = (
    ("measures", f"How many measures, at most {PLAN_MEASURES}; {_USUAL} where no budget is named either."),
    ("budget", f"What they may cost together, in points of 1 to 3 each, at most {_POINTS}."),
    ("sector", "Of the incidents only those of this sector."),
    ("since", "A day: of the incidents only those since then."),
    (
        "against",
        "incidents: those of this node alone; campaigns: those that ATT&CK knows alone; groups: both, and groups.",
    ),
    ("draws", f"yes: try {PLAN_DRAWS} other guesses of what the measures do."),
)


def plan_ways(desk: PlanDesk | None = None) -> list[Way]:
    """The paths of the plan, for this node's own people: it names incidents, and no token reads those."""
    desk = desk or PlanDesk()
    about = (
        "The few measures that would have stopped the most of what happened, with why and how sure that is."
    )
    waits = " 202 while it is being made: ask again after the seconds of Retry-After."
    return [
        Way("/plan", {"GET": partial(_page, desk)}, "person", about, query=_QUERY),
        Way(
            "/plan.json",
            {"GET": partial(_json, desk)},
            "person",
            about + waits,
            PlanAnswer,
            "application/json",
            query=_QUERY,
        ),
    ]


def _against(asked: Asked) -> Against:
    check_may_read(asked.who)
    with asked.node.reading() as connection:
        kept = kept_incidents(connection)
    sources = _AGAINST.get(asked.query("against"), _AGAINST[""])
    return against(kept, known(), sources=sources, sector=asked.query("sector"), since_us=since_of(asked))


def _whole(asked: Asked, key: str, most: int) -> int | None:
    text = asked.query(key)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= most):
        raise Problem(400, f"{key} is a whole number from 1 to {most}.")
    return int(text)


def _question(asked: Asked, found: Against) -> Question:
    measures, budget = _whole(asked, "measures", PLAN_MEASURES), _whole(asked, "budget", _POINTS)
    return Question(
        attempts=found.attempts,
        wish=Wish(measures=_USUAL if measures is None and budget is None else measures, budget=budget),
        asked=Effort(
            limit_s=PLAN_LIMIT_S,
            draws=PLAN_DRAWS if asked.query("draws") == "yes" else 0,
            curve=PLAN_MEASURES,
        ),
    )


def _page(desk: PlanDesk, asked: Asked) -> Response:
    found = _against(asked)
    question = _question(asked, found)
    made = desk.ask(question) if found.attempts else None
    response = page(
        asked,
        "plan.html.j2",
        here="plan",
        made=made,
        found=found,
        wish=question.wish,
        most=PLAN_MEASURES,
        most_points=_POINTS,
        usual=_USUAL,
        draws=PLAN_DRAWS,
        sectors=sectors(),
        query={name: asked.query(name) for name, _ in _QUERY},
        tlp="red",
        **_shown(made),
    )
    if made is None and found.attempts:
        # No script is needed: the browser asks again by itself.
        response.headers["Refresh"] = str(AGAIN_S)
    return response


def _shown(made: Plan | None) -> dict[str, Any]:
    if made is None:
        return {}
    return {
        "sure": sure_words(made),
        "curve": drawing_of(made.curve, len(made.measures)),
        "width": WIDTH,
        "height": HEIGHT,
        "measures": {one.id: one for one in catalogue_of().measures},
    }


def _json(desk: PlanDesk, asked: Asked) -> Response:
    found = _against(asked)
    question = _question(asked, found)
    if not found.attempts:
        raise Problem(404, "There is nothing to plan against.", "Note incidents, or plan against campaigns.")
    made = desk.ask(question)
    if made is None:
        body = msgspec.json.encode({"state": "being made"})
        return Response(body, 202, {"Retry-After": str(AGAIN_S)}, "application/json")
    return json(plan_answer(made, found))
