from __future__ import annotations

import pytest

from incidents.rules.making import at, incident
from tocsin.incidents.flow.flow import Flow, Node, NodeKind
from tocsin.incidents.incident import (
    Cause,
    Impact,
    ImpactCategory,
    MeasureNote,
    Payment,
    Person,
    Ransom,
    Source,
    Stood,
    System,
    Victim,
)
from tocsin.incidents.rules.field import is_field, values


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("name", True),
        ("victim.name", True),
        ("victim.identifiers.lei", True),
        ("moments.began", True),
        ("ransom.payments.wallets", True),
        ("impacts.start", True),
        ("answers.anything", True),
        ("flow", True),
        ("flow.nodes.name", True),
        ("victim.shoe", False),
        ("victim.name.first", False),
        ("moments.began.us.x", False),
        ("", False),
        ("__class__", False),
        ("victim.identifiers.lei.x", False),
    ],
)
def test_a_path_is_a_field_of_the_form_or_not(path, there):
    assert is_field(path) is there


@pytest.mark.parametrize(
    ("path", "held"),
    [
        ("victim.name", ("Brookwater",)),
        ("victim.sectors", ("water", "energy")),
        ("victim.employees", ("0",)),
        ("victim.country", ()),
        ("victim.identifiers", ("lei: 5",)),
        ("victim.identifiers.lei", ("5",)),
        ("victim.identifiers.duns", ()),
        ("determination", ("confirmed",)),
        ("ransom.payments.wallets", ("a", "b", "c")),
        ("ransom.payments.at", ("2026-11-27 10:00Z",)),
        ("systems", ("name: HMI; level: ot; count: 3",)),
        ("impacts.records", ()),
        ("flow", ("logged in (T1078); T1486; note",)),
        ("measures", ("measure: mfa; stood: absent; source: Report, NCSC, 2026-11-01, https://example.org",)),
        ("causes.text", ("no second factor",)),
        ("contact", ("name: Ann; phone: 1",)),
        ("moments.recovered", ()),
    ],
    ids=lambda held: held if isinstance(held, str) else "",
)
def test_what_stands_at_a_path_is_told_as_words(path, held):
    source = Source(title="Report", publisher="NCSC", url="https://example.org", day="2026-11-01")
    actions = (
        Node(id="1", name="logged in", technique="T1078"),
        Node(id="2", technique="T1486"),
        Node(id="3", kind=NodeKind.OR),
        Node(id="4", name="note"),
    )
    made = incident(
        victim=Victim(name="Brookwater", sectors=("water", "energy"), employees=0, identifiers={"lei": "5"}),
        contact=Person(name="Ann", phone="1"),
        ransom=Ransom(
            payments=(Payment(wallets=("a", "b"), at=at("2026-11-27 10:00")), Payment(wallets=("c",)))
        ),
        systems=(System(name="HMI", level="ot", count=3),),
        impacts=(Impact(category=ImpactCategory.AVAILABILITY),),
        flow=Flow(nodes=actions),
        measures=(MeasureNote(measure="mfa", stood=Stood.ABSENT, source=source),),
        causes=(Cause(text="no second factor"),),
    )

    assert values(made, path) == held
