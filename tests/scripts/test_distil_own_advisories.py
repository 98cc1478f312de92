"""What is kept of advisories is what a judgement needs: of our packages alone, and of the catalogue every entry."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import distil_own_advisories as distil
import own_bill


def record(id, name):
    ranges = [{"type": "GIT", "events": []}, {"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]
    affected = {"package": {"name": name, "ecosystem": "PyPI"}, "ranges": ranges, "versions": ["1.0"]}
    return json.dumps(
        {"id": id, "modified": "2024-01-01T00:00:00Z", "details": "long", "affected": [affected]}
    )


def test_records_of_our_packages_are_kept_without_their_texts():
    [kept] = distil.records([record("B", "Jinja2"), record("A", "django")], {"jinja2"})
    assert kept["id"] == "B"
    assert "details" not in kept
    assert kept["affected"][0]["versions"] == ["1.0"]
    assert [one["type"] for one in kept["affected"][0]["ranges"]] == ["ECOSYSTEM"]


def test_records_come_in_the_order_of_their_ids():
    lines = [record("B", "click"), record("A", "click")]
    assert [one["id"] for one in distil.records(lines, {"click"})] == ["A", "B"]


def test_every_entry_of_the_catalogue_is_kept():
    kept = json.loads((own_bill.ADVISORIES / "kev.json").read_text())
    assert len(kept["vulnerabilities"]) == kept["count"] == 1404
    assert json.loads(distil.catalogue(kept)) == kept


def test_what_is_committed_is_about_what_the_lock_pins():
    names = {one.name for one in own_bill.pins()}
    for line in (own_bill.ADVISORIES / "pypi.jsonl").read_text().splitlines():
        assert {one["package"]["name"].lower() for one in json.loads(line)["affected"]} <= names
