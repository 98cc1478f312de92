"""Parts of dossiers for tests: drawn ledgers and statements put together as a service would."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from drawn_ledgers import drawn_ledgers
from ransom.attribution.making import drawn_statements
from tocsin.model.tlp import Tlp
from tocsin.ransom.attribution.statement import statement_id
from tocsin.ransom.dossier.parts import (
    ClusterPart,
    Flow,
    Given,
    Head,
    ListPart,
    Said,
    ScreeningPart,
    TargetKind,
    TracePart,
)
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import OutPoint
from tocsin.ransom.screening.screening import ListedAddresses
from tocsin.ransom.taint.trace import trace

__all__ = ["HEAD", "drawn_given", "flow_of", "given_of", "said_of", "screened"]

ADDRESS = "bc1qq2euq8pw950klpjcawuy4uj39ym43hs6cfsegq"
OWN = "identity--7d0c7e55-8a0f-4c53-9d2c-0a7f1f6b7a52"
HEAD = Head(
    TargetKind.ADDRESS, ADDRESS, "", (ADDRESS,), "2026-11-27T00:00:00.000Z", "Town Water", OWN, Tlp.AMBER
)
OTHER = "bc1qpx7vyv5tp7dm0g475ev527krg764t73dh77gls"


def said_of(made, **more):
    return Said(statement_id(made), made, 1_600_000_000_000_000, "ann", f"the address {ADDRESS}", **more)


def flow_of(ledger, txid):
    one = ledger.transaction(txid)
    spent = tuple((each.amount, each.address) for each in one.inputs)
    outputs = tuple(ledger.address_at(OutPoint(txid, n)) for n in range(len(one.outputs)))
    return Flow(one, spent, outputs)


def screened(*, current=True):
    compared = ListPart("OFAC SDN", "2026-11-25", "5" * 64, 10, 20, 2 if current else 40, current)
    return ScreeningPart("2026-11-27", (compared,), (ListedAddresses(()).screen(ADDRESS),))


def given_of(ledger=None, points=(), said=(), txids=(), **more):
    traces, flows = (), ()
    if ledger is not None:
        traces = tuple(TracePart(str(one), "as asked", trace(ledger, [one])) for one in points)
        named = {
            txid for part in traces for one in part.trace.reached for txid in (one.point.txid, one.spent_by)
        }
        flows = tuple(flow_of(ledger, txid) for txid in sorted({*txids, *named} - {None}))
    parts = {"screening": screened(), "transactions": len(flows)} | more
    return Given(head=HEAD, traces=traces, flows=flows, said=tuple(said), **parts)


@st.composite
def drawn_given(draw):
    """All that a dossier is made from, whichever of it is there."""
    made, seeds = draw(drawn_ledgers(unknown=draw(st.booleans())))
    ledger = Ledger.of(made)
    known = sorted(one for one in seeds if ledger.amount_of(one) is not None)
    said = [said_of(one) for one in draw(st.lists(drawn_statements(), max_size=5, unique=True))]
    said = [
        replace(one, withdrawn_us=one.noted_us + 7, withdrawn_by="bob", withdrawn_why="It was wrong")
        if draw(st.integers(0, 3)) == 0
        else one
        for one in said
    ]
    cluster = ClusterPart(
        ADDRESS, [ADDRESS, OTHER], ["e" * 64], {OTHER: []}, [], is_large=draw(st.booleans())
    )
    return given_of(
        ledger,
        known[:2],
        said,
        [one.txid for one in made],
        screening=draw(st.sampled_from([None, screened(), screened(current=False)])),
        clusters=draw(
            st.sampled_from([(), (replace(cluster, addresses=[ADDRESS], joined_by=[], proofs={}),)])
        ),
    )
