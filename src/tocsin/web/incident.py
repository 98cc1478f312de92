"""One incident in words: what is due, what happened step by step, why, and who says so; its reports, and its form."""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response

from tocsin.errors import BadInput, NothingToCheck
from tocsin.incidents.form import form_text
from tocsin.incidents.incident import Incident, Learned, Told
from tocsin.incidents.moment import parse_moment
from tocsin.incidents.rules.told import duties_json
from tocsin.incidents.rules.told.groups import (
    contradictions_of,
    grouped,
    head_words,
    not_for_you,
    to_follow,
)
from tocsin.service.incidents.access import check_may_read
from tocsin.service.incidents.causes import leading
from tocsin.service.incidents.duties import duties, learn_of, now_here, report, rule_of, tell_of
from tocsin.service.incidents.incident_list import whose
from tocsin.service.incidents.kept import Version, versions
from tocsin.service.incidents.record import edit
from tocsin.service.incidents.rulebook import node_rulebook
from tocsin.service.measures.known import catalogue_of, known
from tocsin.web.answers import HTML, json, nothing, page, see_other
from tocsin.web.door import Asked, Way
from tocsin.web.incident_report import policy, render
from tocsin.web.incidents import error_words
from tocsin.web.words import TLP_WORDS

__all__ = ["incident_ways"]

SHOWN: Final = 100
HISTORY: Final = 20
_SAID: Final = 300
_LEARNED: Final = 2_000


def incident_ways() -> list[Way]:
    """The paths of one incident, for this node's own people: no token reads incidents."""
    about, kind = "One incident, all that is known of it.", "application/json"
    return [
        Way(
            "/incident/{id}/due.json",
            {"GET": _due},
            "person",
            "Who has to be told of an incident, by when, and what is missing.",
            dict[str, Any],
            kind,
        ),
        Way(
            "/incident/{id}/report/{rule}",
            {"GET": _report},
            "person",
            "What a rule asks of an incident, answered; to print.",
        ),
        Way("/incident/{id}/told", {"POST": _told}, "person", "Note that somebody was told of an incident."),
        Way(
            "/incident/{id}/learned",
            {"POST": _learned},
            "person",
            "Note that something became known after somebody was told of an incident.",
        ),
        Way("/incident/{id}.json", {"GET": _json}, "person", about, Incident, kind),
        Way("/incident/{id}", {"GET": _page, "POST": _edit}, "person", about),
    ]


def _versions(asked: Asked) -> list[Version]:
    """All that was noted of the incident with this very id; a name or a part of an id is no address."""
    check_may_read(asked.who)
    id = asked.part("id")
    try:
        with asked.node.reading() as connection:
            found = versions(connection, id)
    except (BadInput, NothingToCheck):
        raise nothing() from None
    if found[-1].incident.id != id:
        raise nothing()
    return found


def _page(
    asked: Asked, *, text: str = "", seen: str = "", error: tuple[str, str, str] | None = None
) -> Response:
    noted = _versions(asked)
    one = noted[-1].incident
    owed = duties(asked.node, one.id) if one.is_own else []
    knowledge = known()
    return page(
        asked,
        "incident.html.j2",
        status=400 if error else 200,
        here="incidents",
        one=one,
        owed=grouped(owed),
        head=head_words(owed),
        whose=whose(one),
        contradictions=contradictions_of(owed),
        not_for_you=not_for_you(owed),
        steps=[
            (node, knowledge.technique(node.technique) if node.technique else None)
            for node in one.flow.nodes[:SHOWN]
        ],
        step_names={node.id: node.name or node.id for node in one.flow.nodes},
        causes=leading(one),
        measures={each.id: each.name for each in catalogue_of().measures},
        rules=node_rulebook(asked.node).rules,
        following={each.rule.id: to_follow(each, owed) for each in owed},
        history=noted[: -HISTORY - 1 : -1],
        noted=len(noted),
        text=text or form_text(one),
        seen=seen or str(one.changed_us),
        error=error,
        done=asked.query("done"),
        shown=SHOWN,
        # Anybody may have written it; what is no level is told as not understood, which is as red.
        tlp=one.tlp.lower() if one.tlp.lower() in TLP_WORDS else "",
    )


def _json(asked: Asked) -> Response:
    return json(_versions(asked)[-1].incident)


def _due(asked: Asked) -> Response:
    one = _versions(asked)[-1].incident
    return json(duties_json.answer(duties(asked.node, one.id), asked.node.now_us))


def _report(asked: Asked) -> Response:
    one = _versions(asked)[-1].incident
    made = report(asked.node, one.id, asked.part("rule"))
    # Its style sheet is in it, so that it can be kept as one file: its own policy lets that alone apply.
    headers = {"Content-Security-Policy": f"{policy()}; frame-ancestors 'none'"}
    return Response("".join(render(made)), media_type=HTML, headers=headers)


def _edit(asked: Asked) -> Response:
    one = _versions(asked)[-1].incident
    text, seen = asked.sent("text").replace("\r\n", "\n"), asked.sent("seen")
    if seen != str(one.changed_us):
        words = (
            f"{_versions(asked)[-1].changed_by} has noted something else meanwhile, so yours is not kept yet"
        )
        hint = "Your text is in the form still. What stands above is the other's; bring both together and keep it."
        return _page(asked, text=text, seen=str(one.changed_us), error=(words, "", hint))
    try:
        edit(asked.node, one.id, form=text or "\n", by=asked.who.name)
    except BadInput as error:
        return _page(asked, text=text, seen=seen, error=error_words(error))
    return see_other(f"/incident/{one.id}?done=kept")


def _told(asked: Asked) -> Response:
    one = _versions(asked)[-1].incident
    whom, rule = asked.sent("whom").strip()[:_SAID], asked.sent("rule")
    try:
        if not whom:
            raise BadInput("nobody is named", hint="Say who has been told.")
        said = asked.sent("at").strip()
        told = Told(
            whom=whom,
            at=parse_moment(said) if said else now_here(asked.node),
            rule=rule_of(node_rulebook(asked.node), rule).id if rule else "",
            reference=asked.sent("reference").strip()[:_SAID],
        )
        tell_of(asked.node, one.id, told, by=asked.who.name)
    except BadInput as error:
        return _page(asked, error=error_words(error))
    return see_other(f"/incident/{one.id}?done=told")


def _learned(asked: Asked) -> Response:
    one = _versions(asked)[-1].incident
    what, rule, said = asked.sent("what").strip()[:_LEARNED], asked.sent("rule"), asked.sent("at").strip()
    try:
        if not what:
            raise BadInput("nothing is said", hint="Say what became known.")
        at = parse_moment(said) if said else now_here(asked.node)
        learned = Learned(what=what, at=at, rules=(rule,) if rule else ())
        learn_of(asked.node, one.id, learned, by=asked.who.name)
    except BadInput as error:
        return _page(asked, error=error_words(error))
    return see_other(f"/incident/{one.id}?done=learned")
