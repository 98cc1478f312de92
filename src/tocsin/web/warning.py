"""One warning: what it says, who may be told, its history, what was seen of it, its proof, and its exports."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from tocsin.model.sectors import sectors
from tocsin.service.exchange.node import moment
from tocsin.service.exchange.statistics import is_of_vulnerability, warning_statistics
from tocsin.service.exchange.warning_list import WarningDetail, bundle_of, one_warning, values_csv
from tocsin.sharing.statistics import WITHHELD
from tocsin.web.answers import file, json, page, present
from tocsin.web.door import Asked, Way
from tocsin.web.warnings import strictest

__all__ = ["warning_ways"]


def warning_ways() -> list[Way]:
    """The paths of one warning."""
    about = "One warning, with its history, sightings and proof."
    stix = "application/stix+json;version=2.1"
    return [
        Way(
            "/warnings/{id}/stix.json",
            {"GET": _stix},
            "either",
            "Its exact bytes, as a STIX bundle.",
            None,
            stix,
        ),
        Way(
            "/warnings/{id}/values.csv",
            {"GET": _values},
            "either",
            "The values of its pattern.",
            None,
            "text/csv",
        ),
        Way("/warnings/{id}.json", {"GET": _json}, "either", about, WarningDetail, "application/json"),
        Way("/api/warnings/{id}", {"GET": _json}, "either", about, WarningDetail, "application/json"),
        Way(
            "/warnings/{id}/answers",
            {"GET": _answers},
            "person",
            "Of each sector how many members answered it, and what.",
        ),
        Way("/warnings/{id}", {"GET": _page}, "person", about),
    ]


def _found(asked: Asked) -> WarningDetail:
    return present(one_warning(asked.node, asked.who, asked.part("id")))


def _page(asked: Asked) -> Response:
    found = _found(asked)
    return page(
        asked,
        "warning.html.j2",
        here="warnings",
        found=found,
        warning=found.warning,
        written=msgspec.json.format(bytes(found.object), indent=2).decode(errors="replace"),
        proof=msgspec.json.format(msgspec.json.encode(found.proof), indent=2).decode() if found.proof else "",
        tlp=strictest([found.warning.tlp]),
    )


def _answers(asked: Asked) -> Response:
    found = _found(asked)
    id = asked.part("id")
    names = {one.id: one.name for one in sectors()}
    figures = warning_statistics(asked.node, asked.who, id)
    return page(
        asked,
        "answers.html.j2",
        here="warnings",
        warning=found.warning,
        figures=[
            (names[one.sector], one.yes, one.answered, moment(one.as_of_us))
            for one in figures
            if one.as_of_us is not None
        ],
        said="affected" if is_of_vulnerability(id) else "saw it",
        withheld=WITHHELD,
        tlp=strictest([found.warning.tlp]),
    )


def _json(asked: Asked) -> Response:
    return json(_found(asked))


def _stix(asked: Asked) -> Response:
    held = present(bundle_of(asked.node, asked.who, asked.part("id")))
    return file("warning.json", held, "application/stix+json;version=2.1")


def _values(asked: Asked) -> Response:
    held = present(values_csv(asked.node, asked.who, asked.part("id")))
    return file("values.csv", held, "text/csv; charset=utf-8")
