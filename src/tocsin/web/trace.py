"""Where the satoshi of an output or an address went: a picture in layers, and the same in a table."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from starlette.responses import Response

from tocsin.errors import TocsinError
from tocsin.limits import TRACE_DRAWN, TRACE_DRAWN_A_HOP, TRACE_OUTPUTS
from tocsin.ransom.taint.trace import METHODS, Trace
from tocsin.service.incidents.access import check_may_read
from tocsin.service.ransom.flow import Flow, flow_of
from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.service.ransom.trace import trace_of
from tocsin.service.ransom.trace_answer import TraceAnswer, trace_answer
from tocsin.web.answers import csv_file, json, page
from tocsin.web.door import Asked, Way
from tocsin.web.flow_drawing import BOX_WIDTH, drawing_of
from tocsin.web.flow_words import amount_words, becomes_words, box_words
from tocsin.web.problem import Problem, status_of

__all__ = ["AGAIN_S", "busy", "error_beside", "trace_ways"]

AGAIN_S: Final = 2
USUAL: Final = "fifo"
_SEED: Final = 200
_SEED_QUERY: Final = (("seed", "What is followed: TXID:N, the first output being 0, or an address."),)
_QUERY: Final = (
    *_SEED_QUERY,
    ("method", f"By which convention it is drawn: {', '.join(METHODS)}; without it {USUAL}."),
    ("open", "The first transaction of a peel chain that is not folded; may be given again."),
)
_HEAD: Final = ("txid", "n", "address", "value_sat", *METHODS, "min_sat", "max_sat", "spent_by")


def trace_ways(desk: LedgerDesk) -> list[Way]:
    """The paths of traces, for this node's own people."""
    about = (
        "Where the satoshi of an output or an address went, by each convention and the range that needs none."
    )
    return [
        Way("/trace", {"GET": partial(_page, desk)}, "person", about, query=_QUERY),
        Way(
            "/trace.json",
            {"GET": partial(_json, desk)},
            "person",
            about,
            TraceAnswer,
            "application/json",
            query=_SEED_QUERY,
        ),
        Way("/trace.csv", {"GET": partial(_csv, desk)}, "person", about, None, "text/csv", query=_SEED_QUERY),
    ]


def busy() -> Problem:
    """What a machine is told while somebody else has the ledger."""
    return Problem(503, "Another trace or cluster is being made.", f"Come again in {AGAIN_S} s.")


def error_beside(error: TocsinError) -> tuple[str, str]:
    """What is wrong with what was sent, and what to do."""
    return error.what[:1].upper() + error.what[1:].rstrip("."), error.hint or ""


def _page(desk: LedgerDesk, asked: Asked) -> Response:
    check_may_read(asked.who, "traces")
    query, errors = _asked_for(asked)
    context: dict[str, Any] = {}
    waits, status = False, 400 if errors else 200
    if query["seed"] and not errors:
        with desk.ledger(asked.node) as ledger:
            waits = ledger is None
            if ledger is not None:
                try:
                    context = _shown(flow_of(ledger, query["seed"], query["method"], query["open"]), query)
                except TocsinError as error:
                    errors["seed"], status = error_beside(error), status_of(error)
    response = page(
        asked,
        "trace.html.j2",
        status=status,
        here="trace",
        query=query,
        errors=errors,
        waits=waits,
        methods=tuple(METHODS),
        most=TRACE_DRAWN,
        most_a_hop=TRACE_DRAWN_A_HOP,
        most_outputs=TRACE_OUTPUTS,
        tlp="amber+strict",
        **{"flow": None, **context},
    )
    if waits:
        response.headers["Refresh"] = str(AGAIN_S)
    return response


def _asked_for(asked: Asked) -> tuple[dict[str, Any], dict[str, tuple[str, str]]]:
    method = asked.query("method") or USUAL
    errors = {}
    if method not in METHODS:
        errors["method"] = (f"{method[:20]!r} is no convention", "Choose one of the list.")
    query = {
        "seed": asked.query("seed")[:_SEED],
        "method": method,
        "open": tuple(dict.fromkeys(asked.queries("open"))),
    }
    return query, errors


def _shown(flow: Flow, query: dict[str, Any]) -> dict[str, Any]:
    trace = flow.trace
    held = trace.methods[query["method"]]
    shown: dict[str, Any] = {"flow": flow, "trace": trace, "held": held, "transactions": 0}
    if flow.graph is None or flow.layers is None:
        return shown
    return shown | {
        "transactions": len(flow.graph.pays),
        "graph": flow.graph,
        "layers": flow.layers,
        "drawing": drawing_of(flow.layers, trace.seeded_sat),
        "chains": [box for box in flow.layers.boxes if box.chain is not None],
        "box_width": BOX_WIDTH,
        "box_words": box_words,
        "amount_words": amount_words,
        "becomes_words": becomes_words,
    }


def _traced(desk: LedgerDesk, asked: Asked) -> tuple[str, Trace]:
    check_may_read(asked.who, "traces")
    seed = asked.query("seed")[:_SEED]
    if not seed:
        raise Problem(400, "There is nothing to follow.", "Say seed=TXID:N or seed=ADDRESS.")
    with desk.ledger(asked.node) as ledger:
        if ledger is None:
            raise busy()
        done = trace_of(ledger, seed, METHODS, most=TRACE_OUTPUTS)
    if done.left_out:
        raise Problem(
            413,
            f"It reaches {len(done.reached) + done.left_out:,} outputs, and a page gives {TRACE_OUTPUTS:,}.",
            "More of them: tocsin wallet trace SEED --format json --most NUMBER",
        )
    return seed, done


def _json(desk: LedgerDesk, asked: Asked) -> Response:
    return json(trace_answer(*_traced(desk, asked)))


def _csv(desk: LedgerDesk, asked: Asked) -> Response:
    _, done = _traced(desk, asked)
    rows = (
        (
            one.point.txid,
            one.point.n,
            one.address,
            one.value_sat,
            *("" if one.amounts_sat[name] is None else one.amounts_sat[name] for name in METHODS),
            one.min_sat,
            one.max_sat,
            one.spent_by or "",
        )
        for one in done.reached
    )
    return csv_file("trace.csv", _HEAD, rows)
