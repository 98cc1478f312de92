"""The findings of this node's checks: what was seen, how grave, and why."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.detect.result import SEVERITIES
from tocsin.detect.told.hosts import hosts_of
from tocsin.detect.told.next_steps import hit_steps
from tocsin.service.exchange.finding_list import FindingPage, ListedFinding, find_finding, list_findings
from tocsin.service.exchange.source import list_hubs
from tocsin.web.answers import csv_file, json, nothing, page
from tocsin.web.door import Asked, Way
from tocsin.web.warnings import strictest

__all__ = ["findings_ways"]

PAGE: Final = 50
_QUERY: Final = (
    ("severity", "critical, high, medium or low."),
    ("shared", "yes or no."),
    ("withdrawn", "yes or no: whether the warning was withdrawn."),
    ("after", "The next of the page before."),
)
_FIELDS: Final = (
    "id",
    "severity",
    "title",
    "where",
    "actor",
    "first_seen",
    "last_seen",
    "count",
    "warning",
    "tlp",
    "shared",
    "withdrawn",
    "why_withdrawn",
)
_OF_THE_NODE: Final = frozenset({"shared", "withdrawn", "why_withdrawn"})
_YES_OR_NO: Final = {"yes": True, "no": False}


def findings_ways() -> list[Way]:
    """The paths of findings; only this node's own people and tokens have any."""
    about, kind = "Findings of this node's checks.", "application/json"
    one = "One finding, with the reason as a tree."
    return [
        Way("/findings", {"GET": _page}, "person", about, query=_QUERY),
        Way(
            "/findings.json", {"GET": _json}, "either", about, FindingPage, kind, query=_QUERY, own_only=True
        ),
        Way("/findings.csv", {"GET": _csv}, "either", about, None, "text/csv", query=_QUERY, own_only=True),
        Way("/api/findings", {"GET": _json}, "either", about, FindingPage, kind, query=_QUERY, own_only=True),
        Way("/findings/{id}.json", {"GET": _one_json}, "either", one, ListedFinding, kind, own_only=True),
        Way("/api/findings/{id}", {"GET": _one_json}, "either", one, ListedFinding, kind, own_only=True),
        Way("/findings/{id}", {"GET": _one_page}, "person", one),
    ]


def _found(asked: Asked) -> FindingPage:
    severity = asked.query("severity")
    return list_findings(
        asked.node,
        asked.who,
        severity=severity if severity in SEVERITIES else "",
        shared=_YES_OR_NO.get(asked.query("shared")),
        withdrawn=_YES_OR_NO.get(asked.query("withdrawn")),
        after=asked.query("after"),
        limit=PAGE,
    )


def _page(asked: Asked) -> Response:
    found = _found(asked)
    return page(
        asked,
        "findings.html.j2",
        here="findings",
        found=found,
        severity=asked.query("severity"),
        shared=asked.query("shared"),
        withdrawn=asked.query("withdrawn"),
        hubs=[one.name for one in list_hubs(asked.node)],
        tlp=strictest([one.finding.tlp or "amber" for one in found.findings]),
    )


def _json(asked: Asked) -> Response:
    return json(_found(asked))


def _csv(asked: Asked) -> Response:
    found = _found(asked)
    rows = (
        [getattr(one if name in _OF_THE_NODE else one.finding, name) for name in _FIELDS]
        for one in found.findings
    )
    answer = csv_file("findings.csv", _FIELDS, rows)
    if found.next:
        answer.headers["Tocsin-Next"] = found.next.encode("ascii", "replace").decode()
    return answer


def _one(asked: Asked) -> ListedFinding:
    found = find_finding(asked.node, asked.who, asked.part("id"))
    if found is None:
        raise nothing()
    return found


def _one_page(asked: Asked) -> Response:
    listed = _one(asked)
    return page(
        asked,
        "finding.html.j2",
        here="findings",
        listed=listed,
        finding=listed.finding,
        where=hosts_of(listed.finding),
        steps=hit_steps([listed.finding]),
        hubs=[one.name for one in list_hubs(asked.node)],
        tlp=strictest([listed.finding.tlp or "amber"]),
    )


def _one_json(asked: Asked) -> Response:
    return json(_one(asked))
