"""Statements and evidence for tests: made by hand, and drawn."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from tocsin.ransom.attribution.statement import Evidence, Role, Statement

__all__ = ["ADDRESS", "drawn_evidence", "drawn_statements", "evidence", "statement"]

ADDRESS = "bc1qq2euq8pw950klpjcawuy4uj39ym43hs6cfsegq"
DAY = dt.date(2021, 6, 7)
NAMES = ["DarkSide", "darkside", "A service", "Nobody"]


def evidence(source="A court", what="It says so", *, day=DAY, **more):
    return Evidence(source=source, what=what, day=day, **more)


def statement(named="DarkSide", *, items=None, **more):
    said = {
        "address": ADDRESS,
        "role": Role.OPERATOR,
        "said_by": "Ann",
        "said_on": DAY,
        "reliability": "B",
        "credibility": 2,
        "evidence": tuple(items or [evidence()]),
    }
    if "cluster" in more or "incident" in more:
        del said["address"]
    return Statement(named=named, **(said | more))


@st.composite
def drawn_evidence(draw):
    sources = st.sampled_from(["A", "a ", "B", "C", "D"])
    return evidence(
        draw(sources),
        draw(st.sampled_from(["x", "y"])),
        rests_on=draw(st.one_of(st.just(""), sources)),
        reference=draw(st.sampled_from(["", "", "https://one.example"])),
        sha256=draw(st.sampled_from(["", "", "a" * 64])),
        inconsistent_with=draw(st.sampled_from([(), ("darkside",), ("A service", "Nobody")])),
    )


@st.composite
def drawn_statements(draw):
    role = draw(st.sampled_from(list(Role)))
    return statement(
        draw(st.sampled_from(NAMES)),
        items=draw(st.lists(drawn_evidence(), min_size=1, max_size=4)),
        role=role,
        country="RU" if role.is_of_state else "",
        reliability=draw(st.sampled_from("ABCDEF")),
        credibility=draw(st.integers(1, 6)),
        confidence=draw(st.one_of(st.none(), st.integers(0, 100))),
    )
