"""What was submitted is told in words that a duty officer reads without knowing STIX."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from service.exchange.world import id_of, indicator, sighting
from tocsin.service.exchange.submitted_words import (
    counted_types,
    headline,
    object_of,
    pattern_words,
    words_of,
)

STORM = indicator(1, name="Servers of the storm")
FLAW = {"type": "vulnerability", "id": id_of("vulnerability", 1), "name": "CVE-2026-1"}


@pytest.mark.parametrize(
    ("said", "about", "words"),
    [
        (sighting(1, count=3), STORM, "Seen 3 times: Servers of the storm"),
        (sighting(1, count=1), STORM, "Seen once: Servers of the storm"),
        (sighting(1, count=12_000), STORM, "Seen 12,000 times: Servers of the storm"),
        (sighting(1, count=0), STORM, "Looked for and not seen: Servers of the storm"),
        (sighting(1, count="many"), STORM, "Seen once: Servers of the storm"),
        (sighting(1), None, f"Seen 3 times: {id_of('indicator', 1)}"),
        (sighting(1), {**STORM, "name": ""}, "Seen 3 times: the domain c1.bad-actor.net"),
        (sighting(1, of=FLAW["id"], count=2), FLAW, "Affected (2 products): CVE-2026-1"),
        (sighting(1, of=FLAW["id"], count=0), FLAW, "Not affected: CVE-2026-1"),
        (STORM, None, "Servers of the storm: look for the domain c1.bad-actor.net"),
        ({**STORM, "name": ""}, None, "Look for the domain c1.bad-actor.net"),
        ({**STORM, "name": STORM["pattern"]}, None, "Look for the domain c1.bad-actor.net"),
        ({"type": "incident", "name": "Billing"}, None, "An incident: Billing"),
        ({"type": "incident"}, None, "An incident without a name"),
        ({"type": "posture"}, None, "Which measures a member has"),
        ({"type": "incident", "name": 7}, None, "An incident without a name"),
        ({}, None, "An object without a name"),
    ],
)
def test_an_object_says(said, about, words):
    assert words_of(said, about) == words


@pytest.mark.parametrize(
    ("pattern", "type", "words"),
    [
        ("[ipv4-addr:value = '198.51.100.7']", "stix", "the address 198.51.100.7"),
        (
            "[domain-name:value IN ('a.example.net', 'b.example.net', 'c.example.net', 'd.example.net')]",
            "stix",
            "the domain a.example.net or the domain b.example.net or 2 more values",
        ),
        (
            "[file:name = 'x.exe' AND file:size = 7]",
            "stix",
            "the pattern [file:name = 'x.exe' AND file:size = 7]",
        ),
        ("title: x", "sigma", "a Sigma rule"),
        ("x", "odd", "a rule of odd"),
        ("x", "", "a rule"),
    ],
)
def test_a_pattern_says_what_it_looks_for(pattern, type, words):
    assert pattern_words(pattern, type) == words


def test_a_pattern_without_end_is_not_taken_apart_for_one_line():
    many = " OR ".join(f"domain-name:value = 'c{number}.example.net'" for number in range(100))
    assert pattern_words(f"[{many}]").startswith("the pattern [domain-name")


def test_objects_are_counted_by_type_and_what_is_more_of_the_same_is_called_so():
    assert counted_types({"incident": 1, "indicator": 20}) == "1 incident, 20 indicators"
    assert counted_types({"vulnerability": 2, "observed-data": 2}) == "2 vulnerabilities, 2 observed data"
    assert counted_types({"tool": 0}) == ""
    assert (
        headline("Seen", "sighting", {"sighting": 3, "marking-definition": 1})
        == "Seen, with 2 more sightings"
    )
    assert headline("Seen", "sighting", {"sighting": 1, "marking-definition": 1}) == "Seen"
    assert headline("A marking", "marking-definition", {"marking-definition": 1}) == "A marking"


@given(st.binary(max_size=60) | st.just(b"[1]") | st.just(b'{"type": {}}'))
def test_whatever_was_sent_has_words(body):
    assert isinstance(words_of(object_of(body)), str)
