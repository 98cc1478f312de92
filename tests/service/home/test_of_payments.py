from __future__ import annotations

from types import SimpleNamespace

from tocsin.ransom.screening.screening import Verdict
from tocsin.service.home.of_payments import payments
from tocsin.service.ransom.demands import Demand


def demand(verdict, name="Billing is encrypted", address="15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"):
    return Demand(
        SimpleNamespace(id="incident--1", name=name), address, verdict, "is where another paid", True
    )


def test_a_demand_that_leads_to_a_criminal_is_told_with_its_reason_before_anybody_pays():
    found = payments([demand(Verdict.LINKED), demand(Verdict.HIT, name="Mail")])
    assert found.title == "2 demands lead to somebody who is known: do not pay yet"
    assert found.tone == "bad"
    assert [(one.mark, one.link) for one in found.items] == [
        ("linked", "/incident/incident--1"),
        ("hit", "/incident/incident--1"),
    ]
    assert found.items[0].words == "Billing is encrypted: 15JFh88FcE4WL6qeMLgX5VEAFCbRXjc9fr"
    assert found.items[0].about == "is where another paid"


def test_a_demand_of_which_nothing_is_found_or_nothing_can_be_said_is_no_alarm():
    found = payments([demand(Verdict.NO_MATCH_FOUND), demand(Verdict.NOT_SCREENABLE)])
    assert (found.count, found.items) == (0, [])
