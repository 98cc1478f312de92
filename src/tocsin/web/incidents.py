"""The incidents of this node, with what is owed of each, and what the organisation says of itself for all rules."""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.errors import BadInput
from tocsin.service.incidents.access import check_may_read
from tocsin.service.incidents.duties import keep_profile, profile_as_text
from tocsin.service.incidents.incident_list import IncidentList, incident_list, listed, whose
from tocsin.service.incidents.kept import kept_incidents
from tocsin.service.incidents.record import record
from tocsin.service.incidents.rulebook import leave_rules, offers, take_rules
from tocsin.web.answers import json, page, see_other
from tocsin.web.door import Asked, Way
from tocsin.web.words import KINDS

__all__ = ["error_words", "incidents_ways"]

NAME: Final = 300
_PROFILE: Final = "what your organisation says of itself"


def incidents_ways() -> list[Way]:
    """The paths of the list, for this node's own people: no token reads incidents."""
    about, kind = "The incidents that were noted here.", "application/json"
    return [
        Way("/incidents", {"GET": _page, "POST": _note}, "person", about),
        Way("/incidents.json", {"GET": _json}, "person", about, IncidentList, kind),
        Way(
            "/incidents/profile",
            {"GET": _profile, "POST": _keep_profile},
            "person",
            "What this organisation says of itself: by that it is told which reporting rules are for it.",
        ),
        Way(
            "/incidents/rules",
            {"POST": _keep_rules},
            "person",
            "Which of the reporting rules that are offered are looked at here.",
        ),
    ]


def error_words(error: BadInput) -> tuple[str, str, str]:
    """What is wrong with a text that was sent, where in it, and what to do."""
    place = (error.where and error.where.path) or (str(error.where) if error.where else "")
    return (
        error.what[:1].upper() + error.what[1:].rstrip("."),
        str(place).removeprefix("$."),
        error.hint or "",
    )


def _page(asked: Asked, *, name: str = "", kind: str = "", error: BadInput | None = None) -> Response:
    check_may_read(asked.who)
    found = listed(asked.node)
    return page(
        asked,
        "incidents.html.j2",
        status=400 if error else 200,
        here="incidents",
        found=found,
        whose=whose,
        overdue=sum(len(one.overdue) for one in found),
        running=sum(len(one.running) for one in found),
        asked=sum(len(one.asked) for one in found),
        kinds=KINDS,
        name=name,
        kind=kind,
        error=error and error_words(error),
        done=asked.query("done"),
        tlp="red",
    )


def _json(asked: Asked) -> Response:
    check_may_read(asked.who)
    with asked.node.reading() as connection:
        kept = kept_incidents(connection)
    return json(incident_list(kept))


def _note(asked: Asked) -> Response:
    check_may_read(asked.who)
    name, kind = asked.sent("name").strip()[:NAME], asked.sent("kind").strip()[:NAME]
    settings = [("kinds", msgspec.json.encode([kind]).decode())] if kind else []
    try:
        if not name:
            raise BadInput("an incident needs a name", hint="Say in a few words what happened.")
        made = record(asked.node, name, settings=settings, by=asked.who.name)
    except BadInput as error:
        return _page(asked, name=name, kind=kind, error=error)
    return see_other(f"/incident/{made.id}?done=noted")


def _profile(asked: Asked, *, text: str = "", error: BadInput | None = None) -> Response:
    check_may_read(asked.who)
    return page(
        asked,
        "incident_profile.html.j2",
        status=400 if error else 200,
        here="incidents",
        text=text or profile_as_text(asked.node),
        offers=offers(asked.node),
        done=asked.query("done"),
        error=error and error_words(error),
        tlp="red",
    )


def _keep_profile(asked: Asked) -> Response:
    check_may_read(asked.who)
    text = asked.sent("text").replace("\r\n", "\n")
    try:
        keep_profile(asked.node, text.encode(), _PROFILE, by=asked.who.name)
    except BadInput as error:
        return _profile(asked, text=text, error=error)
    return see_other("/incidents?done=profile")


def _keep_rules(asked: Asked) -> Response:
    check_may_read(asked.who)
    try:
        wanted = set(asked.all_sent("take"))
        for one in offers(asked.node):
            if one.kind == "offered" and one.taken != (one.name in wanted):
                change = leave_rules if one.taken else take_rules
                change(asked.node, one.name, by=asked.who.name)
    except BadInput as error:
        return _profile(asked, error=error)
    return see_other("/incidents/profile?done=rules")
