from __future__ import annotations

import jsonschema_rs
import pytest

from taxii.hub import indicator
from tocsin.taxii.app import taxii_app
from tocsin.web.routes import ways
from web.things import finding, kept


def resolved(document, path):
    schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return jsonschema_rs.validator_for({**schema, "components": document["components"]})


@pytest.mark.parametrize(
    ("described", "asked"),
    [
        ("/api/warnings", "/api/warnings"),
        ("/api/warnings/{id}", f"/api/warnings/{indicator(1)['id']}"),
        ("/api/findings", "/api/findings"),
        ("/api/inbox", "/api/inbox"),
        ("/log.json", "/log.json"),
    ],
)
def test_answers_are_what_is_described(ann, hub, described, asked):
    hub.publish(indicator(1))
    kept(hub, finding(1))
    document = ann.get("/openapi.json").json
    resolved(document, described).validate(ann.get(asked).json)


def test_every_path_for_machines_is_described_and_taxii_too(ann, hub):
    document = ann.get("/openapi.json").json
    for way in ways():
        if way.media not in {"text/html", "text/css"} and way.path != "/openapi.json":
            assert {method.lower() for method in way.methods} <= set(
                document["paths"][way.path.replace(":path}", "}")]
            )
    routes = {f"/taxii2{one.path}" for one in taxii_app(hub.node).routes}
    assert {path for path in document["paths"] if path.startswith("/taxii2")} <= routes
    assert len([path for path in document["paths"] if path.startswith("/taxii2")]) == 9


def test_the_reference_is_a_page_of_our_own(ann):
    body = ann.get("/reference").body.decode()
    assert "/api/warnings" in body
    assert "/taxii2/api/collections/" in body
