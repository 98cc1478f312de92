"""Whatever is asked of whichever route, the node answers, and never that it has a fault."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from doors.asking import TAXII
from doors.state import state_of
from doors.table import routes_of
from doors.world import World
from strategies import examples
from tocsin.model.tlp import Tlp

PART = st.one_of(
    st.sampled_from(["warnings", "inbox", "x", "1", "0", "-1", "checkpoint", "tile/0/000", "tile/0/000.p/5", "tile/entries/000.p/3", "%00", "%2e%2e"]),
    st.text(max_size=30),
)  # fmt: skip
ODD = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "1",
            "all",
            "first,last",
            "9" * 30,
            "2025-01-01T00:00:00Z",
            "9999-12-31T23:59:59-23:59",
            "%",
            "' OR 1=1 --",
            "\0",
        ]
    ),
    st.text(max_size=40),
)
PARAMETERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]", "q", "type", "tlp", "days", "state",
             "after", "source", "audience", "severity", "shared", "entry", "id", "x"]
        ),
        ODD,
    ),
    max_size=4,
)  # fmt: skip
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["accept", "accept", "content-type", "content-type", "content-encoding", "content-length", "tocsin-signature", "tocsin-anonymous", "range",
             "if-none-match", "origin", "sec-fetch-site", "cookie", "expect", "transfer-encoding", "x-http-method-override", "accept-language"]
        ),
        st.one_of(
            st.sampled_from(["*/*", TAXII, "application/json", "text/html;q=0", "1", "0", "http://localhost", "null", "bytes=0-1", "A" * 86 + "=="]),
            st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=40),
        ),
    ),
    max_size=4,
)  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["objects", "id", "type", "version", "modified", "created", "spec_version", "pattern", "invitation", "public_key", "signature",
                             "object_marking_refs", "source_ref", "object_refs", "extensions", "granular_markings", "revoked", "labels"]),
            inner,
            max_size=5,
        ),
    ),
    max_leaves=12,
)  # fmt: skip
BODIES = st.one_of(
    st.just(b""),
    st.binary(max_size=60),
    JSON.map(lambda held: json.dumps(held).encode()),
    st.lists(JSON, max_size=3).map(lambda held: json.dumps({"objects": held}).encode()),
    st.dictionaries(
        st.sampled_from(["csrf", "act", "ids", "id", "why", "hub", "what", "sealed"]), ODD, max_size=4
    ).map(
        lambda held: "&".join(f"{key}={value}" for key, value in held.items()).encode(
            "utf-8", "surrogatepass"
        )
    ),
)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("properties"), 11)
    made.publish(Tlp.GREEN, frozenset(), type="indicator")
    made.submit("Mill", Tlp.AMBER, frozenset(), type="indicator")
    yield made
    made.close()


@settings(
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
@given(st.data())
def test_no_request_is_answered_with_a_fault_and_no_reading_changes_anything(world, data):
    routes = sorted({path for _, path in routes_of(world.app)})
    known = [one.id for one in world.versions] + list(world.submissions)
    path = data.draw(st.sampled_from(routes))
    while "{" in path:
        head, _, rest = path.partition("{")
        path = head + data.draw(st.one_of(PART, st.sampled_from(known))) + rest.partition("}")[2]
    verb = data.draw(
        st.sampled_from(
            ["GET", "GET", "GET", "POST", "POST", "HEAD", "OPTIONS", "DELETE", "PUT", "TRACE", "X"]
        )
    )
    query = "&".join(f"{name}={value}" for name, value in data.draw(PARAMETERS))
    reader = data.draw(st.sampled_from(world.readers))
    headers = data.draw(HEADERS)
    body = data.draw(BODIES)
    world.tick(60)
    before = state_of(world.node) if verb in {"GET", "HEAD", "OPTIONS", "TRACE"} else None
    raw = path.encode("utf-8", "surrogatepass")
    answer = world.ask(verb, path, query, [*reader.headers, *headers], body, raw_path=raw)
    assert answer.status < 500, (verb, path, query, headers, body)
    assert all("\n" not in value and "\r" not in value for _, value in answer.headers)
    if before is not None:
        assert state_of(world.node) == before
    if verb == "HEAD":
        assert answer.body == b""
