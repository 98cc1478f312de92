"""What leaves a node, as it is written down."""

from __future__ import annotations

import json

import pytest

from tocsin.errors import NotPermitted
from tocsin.exercise.play.left import LeftLog, RecordingClient, recorded
from tocsin.sources.http_client import Credentials

OBJECTS = b'{"objects": [{"type": "sighting", "id": "a"}, {"type": "indicator", "id": "b"}]}'


@pytest.fixture
def path(tmp_path):
    return tmp_path / "left" / "m01.jsonl"


def lines(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def test_objects_are_written_down_one_by_one_and_what_is_none_as_a_whole(path):
    left = LeftLog(path)
    left.add("answer", OBJECTS)
    left.add("answer", b"\xff no JSON")
    left.add("answer", b'{"objects": [{"no": "type"}]}')
    left.add("answer", b"")
    left.add("answer", b'{"more": true, "objects": [{"type": "note"}]}')
    told = lines(path)
    assert [one["kind"] for one in told] == ["sighting", "indicator", "answer", "answer", "note", "answer"]
    assert json.loads(told[-1]["body"]) == {"more": True}
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(told[0]["body"]) == {"type": "sighting", "id": "a"}
    assert [one["bytes"] for one in told[:2]] == [31, 32]
    assert told[2]["bytes"] == 9


def test_a_request_is_written_down_with_its_headers_before_it_leaves(path):
    client = RecordingClient(LeftLog(path), allowed_origins=[])
    with pytest.raises(NotPermitted):
        client.request(
            "POST",
            "http://127.0.0.1:9/x?clerk=ann",
            {"Accept": "a/b"},
            OBJECTS,
            Credentials.bearer("s3cret"),
            repeatable=False,
        )
    told = lines(path)
    assert [one["kind"] for one in told] == ["request", "sighting", "indicator"]
    assert told[0]["body"].splitlines() == [
        "POST http://127.0.0.1:9/x?clerk=ann",
        "Accept: a/b",
        "Authorization: (its secret)",
    ]


def answered(app, path):
    sent = []

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message)

    with pytest.raises(StopIteration):
        app({"type": "http", "path": path}, receive, send).send(None)
    return b"".join(one.get("body", b"") for one in sent)


async def in_two(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": OBJECTS[:20], "more_body": True})
    await send({"type": "http.response.body", "body": OBJECTS[20:]})


def test_what_a_hub_answers_to_nodes_is_written_down_whole_and_passed_on_as_it_is(path):
    app = recorded(in_two, LeftLog(path))
    assert answered(app, "/taxii2/api/") == OBJECTS
    assert [one["kind"] for one in lines(path)] == ["sighting", "indicator"]


def test_pages_for_the_hubs_own_people_are_not(path):
    assert answered(recorded(in_two, LeftLog(path)), "/inbox") == OBJECTS
    assert lines(path) == []
