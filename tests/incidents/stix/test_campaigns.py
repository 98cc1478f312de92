"""Playbooks and reports: each campaign is an incident of which the order is not known."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from real_data import shared
from tocsin.incidents.stix.campaigns import campaign_incidents
from tocsin.model.stix import read_objects


@pytest.fixture(scope="module")
def playbooks():
    return {
        path.name: gzip.decompress(path.read_bytes())
        for path in sorted(shared("intel/playbooks").glob("*.gz"))
    }


def naive(data):
    """For each campaign: techniques, by walking all relationships for each of them; and how many patterns."""
    objects = json.loads(data)["objects"]
    by_id = {one["id"]: one for one in objects}
    found = {}
    for campaign in (one for one in objects if one["type"] == "campaign"):
        used = {
            one["target_ref"]
            for one in objects
            if one["type"] == "relationship"
            and one["relationship_type"] == "uses"
            and one["source_ref"] == campaign["id"]
        }
        ids = set()
        for ref in used:
            said = json.dumps(by_id[ref].get("external_references", [])) if ref in by_id else ""
            ids |= set(re.findall(r'"external_id": "(T\d{4}(?:\.\d{3})?)"', said))
        found[campaign["name"]] = ids
    return found


def test_every_playbook_is_read_with_every_technique(playbooks):
    assert len(playbooks) == 14
    for name, data in playbooks.items():
        objects = read_objects(data)
        assert objects.problems == ()
        read = campaign_incidents(objects.objects)
        assert {one.name: {node.technique for node in one.flow.nodes} for one in read} == naive(data), name


def test_a_playbook_says_when_by_whom_and_how_it_is_known(playbooks):
    (one,) = campaign_incidents(
        read_objects(playbooks["zero-day-microsoft-exchange-vulnerabilities.json.gz"]).objects
    )
    assert one.kinds == ("campaign",)
    assert one.moments.began.local.date().isoformat() == "2021-01-06"
    assert len(one.indicators) == 47
    assert one.flow.edges == ()
    assert all(node.technique for node in one.flow.nodes)


def test_reading_twice_gives_the_same_incident(playbooks):
    data = playbooks["darkside-ransomware.json.gz"]
    assert campaign_incidents(read_objects(data).objects) == campaign_incidents(read_objects(data).objects)


def test_the_software_that_it_uses_comes_by_name():
    def uses(at, target):
        return {"type": "relationship", "id": f"relationship--{at}", "source_ref": "campaign--1",
                "relationship_type": "uses", "target_ref": target}  # fmt: skip

    objects = [
        {"type": "campaign", "id": "campaign--1", "name": "x"},
        {"type": "malware", "id": "malware--1", "name": "Worm"},
        {"type": "tool", "id": "tool--1", "name": "Door"},
        uses(1, "malware--1"),
        uses(2, "tool--1"),
        uses(3, "malware--2"),
    ]
    (one,) = campaign_incidents(read_objects(json.dumps(objects).encode()).objects)
    assert one.software == ("Worm", "Door")


def test_what_a_campaign_refers_to_and_is_not_there_is_left_out():
    objects = [
        {"type": "campaign", "id": "campaign--1", "name": "x", "first_seen": "soon"},
        {
            "type": "relationship",
            "id": "relationship--1",
            "source_ref": "campaign--1",
            "relationship_type": "uses",
            "target_ref": "attack-pattern--1",
        },
        {"type": "relationship", "id": "relationship--2", "source_ref": 1},
    ]
    (one,) = campaign_incidents(read_objects(json.dumps(objects).encode()).objects)
    assert (one.name, one.flow.nodes, one.moments.began) == ("x", (), None)
