"""The indicators of an incident that leaves: what checks of others look for, since when, and under which name."""

from __future__ import annotations

import pytest

from tocsin.incidents.incident import Incident, Moments
from tocsin.incidents.moment import parse_moment
from tocsin.service.incidents.indicator_objects import indicator_objects

NOTED_US = 1_607_871_600_000_000  # 2020-12-13 15:00 UTC


def indicators(*texts, began=None):
    held = Incident(
        id="incident--1b5f00d0-2021-4530-8a00-000000000002", name="A break-in", created_us=NOTED_US, changed_us=NOTED_US,
        indicators=texts, moments=Moments(began=parse_moment(began) if began else None),
    )  # fmt: skip
    objects, left_out = indicator_objects(held)
    return [one for one in objects if one["type"] == "indicator"], left_out


@pytest.mark.parametrize(
    ("began", "since"),
    [
        ("2020-03-26", "2020-03-26T00:00:00"),
        ("2020-03", "2020-03-01T00:00:00"),
        (None, "2020-12-13T15:00:00"),
        ("2021-02-01", "2020-12-13T15:00:00"),
    ],
)
def test_they_are_looked_for_since_the_attack_began_and_never_later_than_it_was_noted(began, since):
    (one,), _ = indicators("attacker.example", began=began)
    assert one["valid_from"].startswith(since)
    assert one["created"].startswith("2020-12-13T15:00:00")


def test_each_is_called_by_the_incident_and_what_it_looks_for():
    found, left_out = indicators(
        "attacker.example",
        "[domain-name:value IN ('a.example', 'b.example')]",
        "[process:command_line MATCHES 'x+'] FOLLOWEDBY [file:name = 'y.exe']",
    )
    assert left_out == []
    assert [one["name"] for one in found] == [
        "A break-in: attacker.example",
        "A break-in: a.example and 1 more",
        "A break-in: [process:command_line MATCHES 'x+'] FOLLOWEDBY [file:name = 'y.exe']",
    ]


def test_what_everybody_uses_is_left_out_and_said():
    found, left_out = indicators("8.8.8.8")
    assert found == []
    assert "8.8.8.8" in left_out[0]
