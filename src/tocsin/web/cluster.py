"""Which addresses are taken to have one holder with an address, and the transactions that join any two of them."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from starlette.responses import Response

from tocsin.errors import TocsinError
from tocsin.limits import CLUSTER_ALARM_ADDRESSES, CLUSTER_PAGE_ADDRESSES
from tocsin.service.incidents.access import check_may_read
from tocsin.service.ransom.cluster import Cluster, cluster_of
from tocsin.service.ransom.cluster_answer import ClusterAnswer, cluster_answer
from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.web.answers import json, page
from tocsin.web.door import Asked, Way
from tocsin.web.problem import Problem, status_of
from tocsin.web.trace import AGAIN_S, busy, error_beside

__all__ = ["cluster_ways"]

_ADDRESS: Final = 200
_QUERY: Final = (
    ("address", "The address whose cluster is asked for."),
    ("prove", "Another address: the transactions that join it to the first."),
    ("without", "A transaction that joins nobody; may be given again."),
)


def cluster_ways(desk: LedgerDesk) -> list[Way]:
    """The paths of clusters, for this node's own people."""
    about = "The addresses that are taken to have one holder with an address, with what joins them."
    return [
        Way("/cluster", {"GET": partial(_page, desk)}, "person", about, query=_QUERY),
        Way(
            "/cluster.json",
            {"GET": partial(_json, desk)},
            "person",
            about,
            ClusterAnswer,
            "application/json",
            query=_QUERY,
        ),
    ]


def _asked_for(asked: Asked) -> dict[str, Any]:
    without = tuple(dict.fromkeys(one.strip()[:_ADDRESS] for one in asked.queries("without") if one.strip()))
    return {
        "address": asked.query("address")[:_ADDRESS],
        "prove": asked.query("prove")[:_ADDRESS],
        "without": without,
    }


def _found(desk: LedgerDesk, asked: Asked, query: dict[str, Any]) -> Cluster | None:
    """The cluster; None while somebody else has the ledger."""
    with desk.ledger(asked.node) as ledger:
        if ledger is None:
            return None
        return cluster_of(ledger, query["address"], prove=query["prove"] or None, without=query["without"])


def _page(desk: LedgerDesk, asked: Asked) -> Response:
    check_may_read(asked.who, "clusters")
    query = _asked_for(asked)
    errors: dict[str, tuple[str, str]] = {}
    found, status = None, 200
    if query["address"]:
        try:
            found = _found(desk, asked, query)
        except TocsinError as error:
            errors["address"], status = error_beside(error), status_of(error)
    waits = bool(query["address"]) and found is None and not errors
    response = page(
        asked,
        "cluster.html.j2",
        status=status,
        here="cluster",
        query=query,
        found=found,
        errors=errors,
        waits=waits,
        most=CLUSTER_PAGE_ADDRESSES,
        alarm=CLUSTER_ALARM_ADDRESSES,
        tlp="amber+strict",
    )
    if waits:
        response.headers["Refresh"] = str(AGAIN_S)
    return response


def _json(desk: LedgerDesk, asked: Asked) -> Response:
    check_may_read(asked.who, "clusters")
    query = _asked_for(asked)
    if not query["address"]:
        raise Problem(400, "There is no address.", "Say address=ADDRESS.")
    found = _found(desk, asked, query)
    if found is None:
        raise busy()
    return json(cluster_answer(found))
