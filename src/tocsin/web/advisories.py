"""The advisories here: sought, filtered, sorted, marked as read and commented on; the same as JSON and CSV."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from tocsin.inventory.advisory import Form
from tocsin.service.inventory.advisory_list import (
    FIELDS,
    SORTS,
    AdvisoryList,
    AdvisoryRow,
    Wanted,
    advisory_list,
    all_rows,
    concerned_here,
)
from tocsin.service.inventory.advisory_notes import comment, mark
from tocsin.service.inventory.exposure_list import check_may_read
from tocsin.web.answers import csv_file, json, page, see_other
from tocsin.web.door import Asked, Way
from tocsin.web.exposures import held
from tocsin.web.paging import first_of, limit_of
from tocsin.web.problem import Problem

__all__ = ["advisories_ways"]

PAGE: Final = 50
MOST: Final = 10_000
LIMIT: Final = 1_000
_FORMS: Final = tuple(one.value for one in Form)
_WORDS: Final = 200
_CSV: Final = tuple(AdvisoryRow.__struct_fields__)
_HOLDING: Final = tuple(name for name in FIELDS if name != "severity")
_QUERY: Final = (
    ("q", "Words that all occur in its id, title, publisher, vulnerabilities or products."),
    ("product", "Words that all occur in its products' names."),
    ("cve", "A vulnerability that it speaks of, or its own name."),
    ("form", f"{', '.join(_FORMS)}."),
    ("feed", "The feed, hub or source that brought it."),
    ("severity", "What its publisher calls it: critical, ..."),
    ("cvss_min", "The lowest score, from 0 to 10."),
    ("since", "A day: it was published or changed then or later."),
    ("unread", "yes: only what nobody marked as read, or changed since."),
    ("affecting", "yes: only that by which something here is affected, or may be."),
    *((name, f"A text that its {name.replace('-', ' ')} holds.") for name in _HOLDING),
    ("sort", f"{', '.join(SORTS)}."),
)
_PAGED: Final = (
    *_QUERY,
    ("after", "The next of the page before."),
    ("limit", f"How many, at most {MOST:,}; without it {LIMIT:,}."),
)


def advisories_ways() -> list[Way]:
    """The paths of the list; only this node's own people and tokens have any."""
    about, kind = "The advisories that this node keeps, of every form.", "application/json"
    return [
        Way("/advisories", {"GET": _page}, "person", about, query=_QUERY),
        *(
            Way(path, {"GET": _json}, "either", about, AdvisoryList, kind, query=_PAGED, own_only=True)
            for path in ("/advisories.json", "/api/advisories")
        ),
        Way(
            "/advisories.csv",
            {"GET": _csv},
            "either",
            f"{about} All that are asked for.",
            None,
            "text/csv",
            query=_QUERY,
            own_only=True,
        ),
        Way("/advisories/read", {"POST": _read}, "person", "Mark advisories as read."),
        Way("/advisories/comment", {"POST": _comment}, "person", "Note something about an advisory."),
    ]


def _wanted(asked: Asked, sort: str) -> Wanted:
    form, order = asked.query("form"), asked.query("sort")
    return Wanted(
        words=asked.query("q")[:_WORDS],
        product=asked.query("product")[:_WORDS],
        name=asked.query("cve")[:_WORDS],
        holding={name: text[:_WORDS] for name in _HOLDING if (text := asked.query(name))},
        form=form if form in _FORMS else "",
        feed=asked.query("feed"),
        severity=asked.query("severity")[:_WORDS],
        score_min=_score(asked.query("cvss_min")),
        since=asked.query("since"),
        unread=asked.query("unread") == "yes",
        affecting=asked.query("affecting") == "yes",
        sort=order if order in SORTS else sort,
    )


def _score(text: str) -> float | None:
    if not text:
        return None
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 10:
        raise Problem(400, "cvss_min is a number from 0 to 10.")
    return score


def _page(asked: Asked) -> Response:
    wanted = _wanted(asked, "read")
    there = held(asked)
    found = advisory_list(asked.node, wanted, concerned_here(there), first=first_of(asked), limit=PAGE)
    names = [name for name, _ in _QUERY if name != "sort"]
    query = {name: asked.query(name)[:_WORDS] for name in names}
    return page(
        asked,
        "advisories.html.j2",
        here="advisories",
        found=found,
        feeds=there.result.feeds,
        query={**query, "sort": asked.query("sort") if asked.query("sort") in SORTS else ""},
        filtered=any(query.values()),
        forms=_FORMS,
        sorts=SORTS,
        done=asked.query("done"),
        tlp="amber+strict",
    )


def _json(asked: Asked) -> Response:
    limit = limit_of(asked, MOST, LIMIT)
    here = concerned_here(held(asked))
    return json(
        advisory_list(asked.node, _wanted(asked, "current"), here, first=first_of(asked), limit=limit)
    )


def _csv(asked: Asked) -> Response:
    rows = all_rows(asked.node, _wanted(asked, "current"), concerned_here(held(asked)))
    return csv_file("advisories.csv", _CSV, ([_cell(getattr(one, name)) for name in _CSV] for one in rows))


def _cell(value: object) -> object:
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else value


def _read(asked: Asked) -> Response:
    check_may_read(asked.who)
    ids = [one for one in asked.all_sent("id") if one]
    if ids:
        mark(asked.node, ids, by=asked.who.name)
    back = asked.sent("back")
    return see_other(_advisory(back) if back else f"/advisories?done={len(ids)}")


def _comment(asked: Asked) -> Response:
    check_may_read(asked.who)
    id = asked.sent("id")
    comment(asked.node, id, asked.sent("text"), form=asked.sent("form"), by=asked.who.name)
    return see_other(_advisory(asked.sent("back") or id))


def _advisory(name: str) -> str:
    """The path of a name, which may be anybody's: as one part of it it leads nowhere else."""
    return f"/advisory/{quote(name[:1024], safe='')}"
