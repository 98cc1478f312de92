"""Where one begins: what needs a person now, over all pillars; the same as JSON and CSV."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from tocsin.service.home.gather import home
from tocsin.service.home.home import Home
from tocsin.web.answers import csv_file, json, page
from tocsin.web.door import Asked, Way

__all__ = ["home_ways"]

_FIELDS: Final = ("kind", "words", "mark", "due", "about", "stands_for", "link")


def home_ways() -> list[Way]:
    """The paths of the page; only this node's own people and tokens have any."""
    about, kind = "What needs somebody now, the gravest first, and what cannot be told.", "application/json"
    return [
        Way("/", {"GET": _page}, "person", about),
        Way("/home.json", {"GET": _json}, "either", about, Home, kind, own_only=True),
        Way(
            "/home.csv",
            {"GET": _csv},
            "either",
            f"{about} A row that is marked more stands for all of its kind that are not named.",
            None,
            "text/csv",
            own_only=True,
        ),
        Way("/api/home", {"GET": _json}, "either", about, Home, kind, own_only=True),
    ]


def _page(asked: Asked) -> Response:
    found = home(asked.node, asked.who)
    # Incidents are for this node's own people, whatever the marking of the rest.
    tlp = "red" if {one.key for one in found.needs} & {"incidents", "reports"} else "amber+strict"
    return page(asked, "home.html.j2", here="home", found=found, tlp=tlp)


def _json(asked: Asked) -> Response:
    return json(home(asked.node, asked.who))


def _csv(asked: Asked) -> Response:
    rows: list[tuple[object, ...]] = []
    for need in home(asked.node, asked.who).needs:
        rows += [
            (need.key, one.words, one.mark, one.due, one.about, one.stands_for, one.link)
            for one in need.items
        ]
        if need.more:
            rows.append((need.key, need.title, "more", "", "", need.more, need.link))
    return csv_file("home.csv", _FIELDS, rows)
