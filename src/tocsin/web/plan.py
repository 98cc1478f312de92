"""The few measures that would have stopped the most: each with its why, how sure it is, and how many stop how many."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import msgspec
from starlette.responses import Response

from tocsin.limits import PLAN_DRAWS, PLAN_LIMIT_S, PLAN_MEASURES
from tocsin.measures.learned import learned_about, learned_words
from tocsin.measures.plan import Plan
from tocsin.measures.sure import sure_words
from tocsin.model.sectors import sectors
from tocsin.service.incidents.access import check_may_read
from tocsin.service.incidents.received import known_incidents
from tocsin.service.measures.desk import PlanDesk
from tocsin.service.measures.known import catalogue_of, known
from tocsin.service.measures.plan import Against, Asked as Effort, PlanAnswer, against, plan_answer
from tocsin.service.measures.plan_process import Question
from tocsin.web.answers import json, page
from tocsin.web.curve import HEIGHT, WIDTH, drawing_of
from tocsin.web.door import Asked, Way
from tocsin.web.plan_form import POINTS, QUERY, USUAL, PlanForm, plan_form
from tocsin.web.problem import Problem

__all__ = ["plan_ways"]

AGAIN_S: Final = 2


def plan_ways(desk: PlanDesk | None = None) -> list[Way]:
    """The paths of the plan, for this node's own people: it names incidents, and no token reads those."""
    desk = desk or PlanDesk()
    about = (
        "The few measures that would have stopped the most of what happened, with why and how sure that is."
    )
    waits = " 202 while it is being made: ask again after the seconds of Retry-After."
    return [
        Way("/plan", {"GET": partial(_page, desk)}, "person", about, query=QUERY),
        Way(
            "/plan.json",
            {"GET": partial(_json, desk)},
            "person",
            about + waits,
            PlanAnswer,
            "application/json",
            query=QUERY,
        ),
    ]


def _against(asked: Asked, form: PlanForm) -> Against:
    with asked.node.reading() as connection:
        incidents = known_incidents(asked.node, connection, mine=form.says("mine"))
    return against(
        incidents,
        known(),
        catalogue=catalogue_of(),
        sources=form.sources,
        sector=asked.query("sector"),
        since_us=form.since_us,
    )


def _question(form: PlanForm, found: Against) -> Question:
    return Question(
        attempts=found.attempts,
        wish=form.wish,
        learned=found.learned if form.says("learned") else (),
        asked=Effort(
            limit_s=PLAN_LIMIT_S,
            draws=PLAN_DRAWS if form.says("draws") else 0,
            curve=PLAN_MEASURES,
        ),
    )


def _page(desk: PlanDesk, asked: Asked) -> Response:
    check_may_read(asked.who)
    form = plan_form(asked, catalogue_of())
    found = Against(()) if form.errors else _against(asked, form)
    made = desk.ask(_question(form, found)) if found.attempts else None
    response = page(
        asked,
        "plan.html.j2",
        status=400 if form.errors else 200,
        here="plan",
        made=made,
        found=found,
        errors=form.errors,
        query=form.query,
        stands=form.stands,
        measures={one.id: one for one in catalogue_of().measures},
        most=PLAN_MEASURES,
        most_points=POINTS,
        usual=USUAL,
        draws=PLAN_DRAWS,
        sectors=sectors(),
        tlp="red",
        learned={one.measure: learned_words(one) for one in found.learned},
        **_shown(made, found, form),
    )
    if made is None and found.attempts:
        # No script is needed: the browser asks again by itself.
        response.headers["Refresh"] = str(AGAIN_S)
    return response


def _shown(made: Plan | None, found: Against, form: PlanForm) -> dict[str, Any]:
    if made is None:
        return {}
    names = {one.id: one.name for one in catalogue_of().measures}
    return {
        "sure": [
            *sure_words(made, names),
            *learned_about(found.learned, used=form.says("learned")),
        ],
        "curve": drawing_of(made.curve, len(made.measures)),
        "techniques": {one.id: one.name for one in known().techniques},
        "width": WIDTH,
        "height": HEIGHT,
    }


def _json(desk: PlanDesk, asked: Asked) -> Response:
    check_may_read(asked.who)
    form = plan_form(asked, catalogue_of())
    if form.errors:
        wrong = [f"{field}: {what}. {hint}".strip() for field, (what, hint) in form.errors.items()]
        raise Problem(400, "This cannot be planned.", " ".join(wrong))
    found = _against(asked, form)
    if not found.attempts:
        raise Problem(404, "There is nothing to plan against.", "Note incidents, or plan against campaigns.")
    made = desk.ask(_question(form, found))
    if made is None:
        body = msgspec.json.encode({"state": "being made"})
        return Response(body, 202, {"Retry-After": str(AGAIN_S)}, "application/json")
    return json(plan_answer(made, found, form.stands, use_learned=form.says("learned")))
