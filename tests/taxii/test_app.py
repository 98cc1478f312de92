from __future__ import annotations

from taxii.client import TAXII
from taxii.hub import envelope, indicator


def test_discovery_names_the_api_root(own):
    answer = own.get("/")
    assert answer.status == 200
    assert answer.headers["content-type"] == TAXII
    assert answer.json["api_roots"] == ["/api/"]


def test_a_member_reads_what_the_hub_published(hub, member):
    hub.publish(indicator(1))
    answer = member.get("/api/collections/warnings/objects/")
    assert answer.status == 200
    assert answer.json["objects"] == [indicator(1)]


def test_a_member_posts_and_reads_the_status(member):
    answer = member.post("/api/collections/inbox/objects/", envelope(indicator(1)))
    assert answer.status == 202
    assert answer.json["success_count"] == 1
    again = member.get(f"/api/status/{answer.json['id']}/")
    assert again.status == 200
    assert again.json == answer.json
