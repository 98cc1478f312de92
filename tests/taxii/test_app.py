from __future__ import annotations

import asyncio
import base64
import json
from itertools import chain

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from starlette.applications import Starlette
from starlette.routing import Mount

from taxii.client import TAXII, AsgiClient
from taxii.hub import envelope, indicator
from tocsin.errors import SourceUnavailable
from tocsin.limits import BODY_BYTES, OBJECTS_A_POST, PAGE_BYTES
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.members import revoke_member
from tocsin.service.exchange.tokens import list_tokens, revoke_token
from tocsin.taxii.app import taxii_app

OBJECTS = "/api/collections/warnings/objects/"
MANIFEST = "/api/collections/warnings/manifest/"
INBOX = "/api/collections/inbox/objects/"
ROUTES = [
    "/",
    "/api/",
    "/api/status/x/",
    "/api/collections/",
    "/api/collections/warnings/",
    MANIFEST,
    OBJECTS,
    f"{OBJECTS}{indicator(1)['id']}/",
    f"{OBJECTS}{indicator(1)['id']}/versions/",
]


def ids(answer):
    return [one["id"] for one in answer.json.get("objects", [])]


def is_error(answer, status):
    assert answer.status == status, answer
    assert answer.headers["content-type"] == TAXII
    assert answer.json["http_status"] == str(status)
    assert answer.json["title"]
    return True


class TestResources:
    def test_discovery_names_the_api_root(self, own):
        answer = own.get("/")
        assert answer.status == 200
        assert answer.headers["content-type"] == TAXII
        assert answer.json["api_roots"] == ["/api/"]
        assert answer.json["default"] == "/api/"

    def test_wherever_it_is_mounted_discovery_names_the_api_root_there(self, app, hub):
        shell = Starlette(routes=[Mount("/taxii2", app=app)])
        client = AsgiClient(shell, hub.own)
        assert client.get("/taxii2/").json["api_roots"] == ["/taxii2/api/"]
        assert client.get("/taxii2/api/").status == 200
        assert client.get("/taxii2/api/collections/warnings/objects").status == 200
        assert is_error(client.get("/taxii2/nowhere/"), 404)

    def test_the_api_root_says_how_long_a_body_may_be(self, own):
        assert own.get("/api/").json == {
            "title": "Hub",
            "versions": [TAXII],
            "max_content_length": BODY_BYTES,
        }

    def test_a_collection_answers_to_its_id_and_to_its_alias(self, member):
        listed = member.get("/api/collections/").json["collections"]
        assert [one["alias"] for one in listed] == ["warnings", "inbox"]
        for one in listed:
            assert member.get(f"/api/collections/{one['id']}/").json == one
            assert member.get(f"/api/collections/{one['alias']}/").json == one

    def test_where_one_collection_is_meant_no_others_are_looked_up(self, hub, member, monkeypatch):
        def none(connection):
            raise AssertionError("all are listed")

        hub.publish(indicator(1))
        monkeypatch.setattr("tocsin.service.exchange.access.collections", none)
        for path in ("/", "/api/", "/api/collections/warnings/", OBJECTS, MANIFEST):
            assert member.get(path).status == 200

    def test_a_path_without_its_last_slash_is_the_same(self, hub, own):
        hub.publish(indicator(1))
        for path in ROUTES[1:]:
            assert own.get(path.rstrip("/")) == own.get(path)

    def test_a_post_without_the_last_slash_keeps_its_body(self, member):
        answer = member.post(INBOX.rstrip("/"), envelope(indicator(1)))
        assert answer.status == 202
        assert answer.json["success_count"] == 1

    def test_head_is_get_without_the_body(self, hub, own):
        hub.publish(indicator(1))
        for path in ROUTES:
            got, head = own.get(path), own.request("HEAD", path)
            assert (head.status, head.headers, head.body) == (got.status, got.headers, b"")

    def test_options_names_the_methods(self, own):
        assert own.as_(None).request("OPTIONS", OBJECTS).headers["allow"] == "GET, HEAD, POST, OPTIONS"
        assert own.request("OPTIONS", f"{OBJECTS}x/").headers["allow"] == "GET, HEAD, DELETE, OPTIONS"

    def test_an_object_is_given_with_its_exact_bytes(self, hub, member):
        raw = (
            json.dumps(indicator(1, x_number=1))
            .encode()
            .replace(b'"x_number": 1', b'"x_number":1.0e0 , "x_":"\\u0041"')
        )
        assert member.post(INBOX, b'{"objects":[' + raw + b"]}").json["success_count"] == 1
        assert member.get(INBOX).body == b'{"more":false,"objects":[' + raw + b"]}"


class TestErrors:
    def test_every_error_is_a_message_of_taxii(self, own):
        assert is_error(own.get("/nowhere"), 404)
        assert is_error(own.get("/api/collections/none/objects/"), 404)
        assert is_error(own.get(OBJECTS, accept="text/html"), 406)
        assert is_error(own.request("PATCH", OBJECTS), 405)
        assert is_error(own.get(OBJECTS, {"limit": "0"}), 400)
        assert is_error(own.post(INBOX, b"{}", "application/json"), 415)
        assert is_error(own.as_(None).get(OBJECTS), 401)

    @pytest.mark.parametrize("name", ["\udcff", "%00", "a%00b", "x" * 5000])
    def test_a_name_that_no_database_takes_is_not_there(self, own, name):
        nothing = own.get("/api/status/nowhere/")
        for path in (
            f"/api/status/{name}/",
            f"/api/collections/{name}/",
            f"{OBJECTS}{name}/",
            f"{OBJECTS}{name}/versions",
        ):
            assert own.get(path) == nothing

    def test_a_method_that_is_not_for_a_path_is_told_which_are(self, own):
        answer = own.request("DELETE", OBJECTS)
        assert is_error(answer, 405)
        assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"
        assert is_error(own.request("POST", "/api/"), 405)

    def test_a_store_that_does_not_answer_is_503_with_the_time_to_come_again(self, hub, own, monkeypatch):
        def down():
            raise SourceUnavailable("the node's database does not answer")

        monkeypatch.setattr(hub.node.database, "reading", down)
        answer = own.get(OBJECTS)
        assert is_error(answer, 503)
        assert int(answer.headers["retry-after"]) > 0

    def test_a_fault_of_ours_is_500_and_tells_nothing_of_the_inside(self, own, monkeypatch, caplog):
        monkeypatch.setattr("tocsin.taxii.app.read_page", lambda *_: 1 / 0)
        answer = own.get(OBJECTS)
        assert is_error(answer, 500)
        assert b"division" not in answer.body
        assert "ZeroDivisionError" in caplog.text

    def test_a_recursion_without_end_is_no_fault_of_ours(self, own, monkeypatch):
        def deep(*_):
            raise RecursionError

        monkeypatch.setattr("tocsin.taxii.app.read_page", deep)
        assert is_error(own.get(OBJECTS), 422)

    @settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.sampled_from(["GET", "HEAD", "POST", "DELETE", "PUT", "OPTIONS", "X"]),
        st.sampled_from(ROUTES) | st.text(min_size=1, max_size=20).map(lambda text: f"{OBJECTS}{text}/"),
        st.sampled_from(
            ["", "limit=1", "match[version]=all", "next=AAAA", "match[id]=x", "%00=%00", "next=%C3%A9"]
        ),
        st.binary(max_size=20),
    )
    def test_no_request_is_a_fault(self, own, method, path, query, body):
        headers = [("content-type", TAXII), ("accept", "*/*")]
        answer = own.request(method, path.replace("%", "%25"), query, headers, [body])
        assert answer.status < 500


class TestWhoAsks:
    def test_the_token_may_be_the_password_of_basic(self, hub, app):
        for pair in (f"anybody:{hub.own}", f":{hub.own}", f"with:colon:{hub.own}"):
            encoded = base64.b64encode(pair.encode()).decode()
            expected = 401 if pair.startswith("with") else 200
            assert AsgiClient(app).get("/api/", authorization=f"Basic {encoded}").status == expected

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer ",
            "Bearer x",
            "Bearer tocsin_aa_bb",
            "Bearer tocsin_\x00_x",
            "Bearer tocsin_" + "a" * 5000,
            "Basic",
            "Basic !!",
            "Basic AAAA",
            "Basic " + base64.b64encode(b"\xff:\xff").decode(),
            "Digest x",
            "bearer tocsin_é_x",
        ],
    )
    def test_who_has_no_token_is_told_how_to_send_one(self, app, header):
        answer = AsgiClient(app).get("/api/", authorization=header)
        assert is_error(answer, 401)
        assert "Bearer" in answer.headers["www-authenticate"]
        assert "Basic" in answer.headers["www-authenticate"]

    def test_a_token_is_void_from_the_moment_it_is_revoked(self, hub, own, member):
        assert own.get("/api/").status == 200
        assert member.get("/api/").status == 200
        revoke_token(hub.node, own.token.split("_")[1], by="ann")
        revoke_member(hub.node, "Water works", by="ann")
        assert is_error(own.get("/api/"), 401)
        assert is_error(member.get("/api/"), 401)
        assert len(list_tokens(hub.node)) == 2

    def test_a_collection_that_one_may_neither_read_nor_write_does_not_exist(self, hub, app):
        reader = AsgiClient(app, hub.token("A reader"))
        assert [one["alias"] for one in reader.get("/api/collections/").json["collections"]] == ["warnings"]
        nowhere = reader.get("/api/collections/nowhere/objects/")
        for answer in (
            reader.get("/api/collections/inbox/"),
            reader.get(INBOX),
            reader.post(INBOX, envelope(indicator(1))),
            reader.delete(f"{INBOX}x/"),
        ):
            assert answer == nowhere

    def test_no_collection_at_all_is_an_empty_object(self, hub, app):
        nothing = AsgiClient(app, hub.token("A reader", collections=["inbox"]))
        assert nothing.get("/api/collections/").body == b"{}"

    def test_who_may_write_and_not_read_is_forbidden_to_read(self, hub, app):
        writer = AsgiClient(app, hub.token("Hub", scopes=["write"]))
        made = writer.get("/api/collections/warnings/").json
        assert (made["can_read"], made["can_write"]) == (False, True)
        for path in ROUTES[5:]:
            assert is_error(writer.get(path), 403)
        assert is_error(writer.delete(f"{OBJECTS}x/"), 403)
        assert writer.post(OBJECTS, envelope(indicator(1))).status == 202

    def test_who_may_read_and_not_write_is_forbidden_to_write(self, hub, member):
        hub.publish(indicator(1))
        assert is_error(member.post(OBJECTS, envelope(indicator(2))), 403)
        assert is_error(member.delete(f"{OBJECTS}{indicator(1)['id']}/"), 403)

    def test_a_status_is_there_for_the_organisation_that_posted_alone(self, hub, app, own, member):
        made = member.post(INBOX, envelope(indicator(1))).json
        path = f"/api/status/{made['id']}/"
        other = AsgiClient(app, hub.member("Grid")[0])
        same = AsgiClient(app, hub.token("Water works", scopes=["read"]))
        assert same.get(path).json == made
        assert other.get(path) == other.get("/api/status/nowhere/")
        assert is_error(own.get(path), 404)


class TestPosting:
    def test_each_bad_object_fails_alone_and_is_not_taken(self, member):
        bad = [
            {"type": "indicator"},
            indicator(2, id="indicator--2"),
            indicator(3, version="yesterday"),
            indicator(4, spec_version="3.0"),
            {"type": "bundle", "id": "bundle--1", "objects": [indicator(5)]},
        ]
        status = member.post(INBOX, envelope(indicator(1), *bad, indicator(6))).json
        assert (status["total_count"], status["success_count"], status["failure_count"]) == (7, 2, 5)
        assert all(one["message"] for one in status["failures"])
        assert all({"id", "version"} <= one.keys() for one in chain(status["failures"], status["successes"]))
        assert ids(member.get(INBOX)) == [indicator(1)["id"], indicator(6)["id"]]

    def test_a_body_that_is_too_large_by_its_length_is_refused_unread(self, member):
        answer = member.request(
            "POST",
            INBOX,
            headers=[("content-type", TAXII), ("content-length", str(BODY_BYTES + 1))],
            chunks=[b"x"] * 9,
        )
        assert is_error(answer, 413)
        assert member.chunks_read == 0

    def test_a_body_of_unsaid_length_is_refused_while_it_is_read(self, member):
        chunks = [b" " * (BODY_BYTES // 4)] * 40
        answer = member.request(
            "POST", INBOX, headers=[("content-type", TAXII), ("transfer-encoding", "chunked")], chunks=chunks
        )
        assert is_error(answer, 413)
        assert member.chunks_read < 10

    def test_a_body_in_chunks_is_taken(self, member):
        body = envelope(indicator(1))
        chunks = [body[at : at + 7] for at in range(0, len(body), 7)]
        answer = member.request("POST", INBOX, headers=[("content-type", TAXII)], chunks=chunks)
        assert answer.status == 202

    def test_a_body_of_just_the_largest_length_is_not_too_large(self, member):
        body = envelope(indicator(1))
        assert member.post(INBOX, body + b" " * (BODY_BYTES - len(body))).status == 202

    def test_a_packed_body_is_not_unpacked(self, member):
        assert is_error(member.post(INBOX, b"x", content_encoding="gzip"), 415)

    def test_one_who_may_not_write_is_refused_before_the_body_is_read(self, hub, app):
        reader = AsgiClient(app, hub.token("A reader"))
        answer = reader.request("POST", OBJECTS, headers=[("content-type", TAXII)], chunks=[b"{}"] * 5)
        assert is_error(answer, 403)
        assert reader.chunks_read == 0

    def test_more_objects_than_a_post_may_have_are_refused_though_not_as_too_large(self, member):
        answer = member.post(INBOX, envelope(*({"type": "x"} for _ in range(OBJECTS_A_POST + 1))))
        assert is_error(answer, 422)

    def test_the_time_of_a_request_has_six_digits(self, member):
        status = member.post(INBOX, envelope(indicator(1))).json
        assert status["request_timestamp"] == "2025-06-15T15:06:40.000000Z"

    def test_an_exact_duplicate_is_a_success(self, member):
        first = member.post(INBOX, envelope(indicator(1))).json
        again = member.post(INBOX, envelope(indicator(1), indicator(2))).json
        assert (first["success_count"], again["success_count"]) == (1, 2)
        assert member.post(INBOX, envelope(indicator(1))).json == first

    def test_a_signature_is_verified_over_the_exact_body(self, hub, app):
        token, key = hub.member("Grid")
        grid = AsgiClient(app, token)
        body = envelope(indicator(1))
        right = base64.b64encode(key.sign(body)).decode()
        assert is_error(grid.post(INBOX, body + b" ", tocsin_signature=right), 403)
        assert is_error(grid.post(INBOX, body, tocsin_signature="AAAA"), 400)
        assert grid.get(INBOX).body == b"{}"
        assert grid.post(INBOX, body, tocsin_signature=right).status == 202

    def test_one_can_stay_unnamed(self, hub, member):
        from tocsin.service.exchange.inbox import items

        member.post(INBOX, envelope(indicator(1)), tocsin_anonymous="1")
        member.post(INBOX, envelope(indicator(2)), tocsin_anonymous="0")
        assert [one.anonymous for one in items(hub.node)] == [True, False]

    def test_an_observable_without_a_version_of_stix_is_of_2_1(self, member):
        observable = {
            "type": "ipv4-addr",
            "id": "ipv4-addr--11111111-1111-4111-8111-111111111111",
            "value": "198.51.100.1",
        }
        assert member.post(INBOX, envelope(observable)).json["success_count"] == 1
        assert ids(member.get(INBOX, {"match[spec_version]": "2.1"})) == [observable["id"]]
        assert member.get(INBOX, {"match[spec_version]": "2.0"}).body == b"{}"

    def test_a_version_that_a_manifest_names_can_be_asked_for(self, hub, member):
        observable = {
            "type": "ipv4-addr",
            "id": "ipv4-addr--11111111-1111-4111-8111-111111111111",
            "value": "198.51.100.1",
        }
        definition = {
            "type": "marking-definition",
            "spec_version": "2.1",
            "id": "marking-definition--11111111-1111-4111-8111-111111111111",
            "created": "2024-05-01T00:00:00.5Z",
            "definition_type": "statement",
            "definition": {"statement": "Copyright"},
        }
        status = member.post(INBOX, envelope(indicator(1), observable, definition)).json
        records = member.get("/api/collections/inbox/manifest/").json["objects"]
        assert [one["version"] for one in records] == [one["version"] for one in status["successes"]]
        assert records[2]["version"] == definition["created"]
        for one in records:
            query = {"match[id]": one["id"], "match[version]": one["version"]}
            assert ids(member.get(INBOX, query)) == [one["id"]]


class TestPaging:
    def test_paging_by_the_last_date_added_delivers_all_of_one_post(self, hub, own):
        own.post(OBJECTS, envelope(*(indicator(n) for n in range(10))))
        for path in (OBJECTS, MANIFEST):
            found, query = [], {"limit": "3"}
            for _ in range(10):
                answer = own.get(path, query)
                found += ids(answer)
                query["added_after"] = answer.headers["x-taxii-date-added-last"]
                if not answer.json.get("more"):
                    break
            assert found == [indicator(n)["id"] for n in range(10)]

    def test_versions_page_by_the_last_date_added(self, hub, own):
        own.post(OBJECTS, envelope(*(indicator(1, f"2025-01-0{n}T00:00:00Z") for n in range(1, 8))))
        found, query = [], {"limit": "2"}
        more = True
        while more:
            answer = own.get(f"{OBJECTS}{indicator(1)['id']}/versions/", query)
            found += answer.json["versions"]
            query["added_after"] = answer.headers["x-taxii-date-added-last"]
            more = answer.json["more"]
        assert found == [f"2025-01-0{n}T00:00:00Z" for n in range(1, 8)]

    def test_next_governs_over_added_after(self, hub, own):
        hub.publish(*(indicator(n) for n in range(4)))
        first = own.get(OBJECTS, {"limit": "2"})
        for added_after in ("1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
            rest = own.get(OBJECTS, {"next": first.json["next"], "added_after": added_after})
            assert ids(rest) == [indicator(n)["id"] for n in (2, 3)]

    def test_next_is_for_the_one_it_was_given_to(self, hub, own, member, app):
        hub.publish(*(indicator(n) for n in range(4)))
        next = member.get(OBJECTS, {"limit": "2"}).json["next"]
        assert member.get(OBJECTS, {"next": next}).status == 200
        assert is_error(own.get(OBJECTS, {"next": next}), 400)
        assert is_error(AsgiClient(app, hub.member("Grid")[0]).get(OBJECTS, {"next": next}), 400)
        lower = AsgiClient(app, hub.token("Water works", ceiling=Tlp.GREEN))
        assert is_error(lower.get(OBJECTS, {"next": next}), 400)
        assert AsgiClient(app, hub.token("Water works")).get(OBJECTS, {"next": next}).status == 200

    def test_next_is_for_the_question_it_was_given_for(self, hub, own):
        hub.publish(*(indicator(n) for n in range(4)))
        own.post(INBOX, envelope(indicator(1)))
        question = {"match[type]": "indicator,malware", "limit": "2"}
        next = own.get(OBJECTS, question).json["next"]
        assert (
            own.get(OBJECTS, {"match[type]": "malware,indicator", "limit": "1", "next": next}).status == 200
        )
        assert is_error(own.get(OBJECTS, {"next": next}), 400)
        assert is_error(own.get(OBJECTS, {**question, "next": next, "match[version]": "all"}), 400)
        assert is_error(own.get(INBOX, {**question, "next": next}), 400)

    def test_a_next_of_which_one_character_is_changed_is_refused(self, hub, own):
        hub.publish(*(indicator(n) for n in range(4)))
        next = own.get(OBJECTS, {"limit": "2"}).json["next"]
        for at in range(len(next)):
            other = next[:at] + ("A" if next[at] != "A" else "B") + next[at + 1 :]
            assert is_error(own.get(OBJECTS, {"next": other}), 400)
        for other in ("", "x", next + "=", next + "A", next * 50, "é"):
            assert is_error(own.get(OBJECTS, {"next": other}), 400)

    def test_an_empty_page_is_an_empty_object_and_keeps_the_readers_point(self, hub, own):
        answer = own.get(OBJECTS, {"added_after": "2025-05-05T00:00:00.5Z"})
        assert (answer.status, answer.body) == (200, b"{}")
        assert answer.headers["x-taxii-date-added-last"] == "2025-05-05T00:00:00.500000Z"
        assert own.get(MANIFEST, {"match[type]": "x"}).body == b"{}"
        hub.publish(indicator(1))
        path = f"{OBJECTS}{indicator(1)['id']}/"
        assert own.get(path, {"match[version]": "2000-01-01T00:00:00Z"}).body == b"{}"
        assert own.get(f"{path}versions/", {"added_after": "2999-01-01T00:00:00Z"}).body == b"{}"

    def test_an_empty_page_after_next_keeps_the_readers_point(self, hub, own):
        observables = [
            {
                "type": "ipv4-addr",
                "id": f"ipv4-addr--11111111-1111-4111-8111-11111111111{n}",
                "value": f"198.51.100.{n}",
            }
            for n in range(3)
        ]
        hub.publish(*observables)
        first = own.get(OBJECTS, {"limit": "2"})
        assert own.delete(f"{OBJECTS}{observables[2]['id']}/").status == 200
        rest = own.get(OBJECTS, {"next": first.json["next"]})
        assert rest.body == b"{}"
        assert rest.headers["x-taxii-date-added-last"] == first.headers["x-taxii-date-added-last"]

    def test_dates_added_have_six_digits_and_are_those_of_the_manifest(self, hub, own):
        hub.publish(indicator(1), indicator(2))
        answer = own.get(OBJECTS)
        stamps = [one["date_added"] for one in own.get(MANIFEST).json["objects"]]
        assert stamps == ["2025-06-15T15:06:40.000000Z", "2025-06-15T15:06:40.000001Z"]
        assert answer.headers["x-taxii-date-added-first"] == stamps[0]
        assert answer.headers["x-taxii-date-added-last"] == stamps[1]

    def test_a_page_ends_before_it_has_too_many_bytes(self, hub, own):
        hub.publish(*(indicator(n, description="x" * 1_000_000) for n in range(12)))
        first = own.get(OBJECTS)
        assert len(first.body) < PAGE_BYTES + 1000
        assert first.json["more"]
        rest = own.get(OBJECTS, {"next": first.json["next"]})
        assert ids(first) + ids(rest) == [indicator(n)["id"] for n in range(12)]

    def test_what_is_written_between_pages_is_delivered(self, hub, own):
        hub.publish(indicator(1), indicator(2), indicator(3))
        first = own.get(OBJECTS, {"limit": "2"})
        hub.publish(indicator(1, "2026-01-01T00:00:00Z"), indicator(4))
        rest = own.get(OBJECTS, {"next": first.json["next"]})
        assert ids(rest) == [indicator(n)["id"] for n in (3, 1, 4)]


class TestVersions:
    @pytest.fixture
    def versions(self, hub):
        made = [f"202{n}-01-01T00:00:00Z" for n in range(1, 6)]
        hub.publish(*(indicator(1, one, created="2020-01-01T00:00:00Z") for one in made))
        return made

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("", [4]),
            ("last", [4]),
            ("first", [0]),
            ("all", [0, 1, 2, 3, 4]),
            ("last,first", [0, 4]),
            ("first,2023-01-01T00:00:00.000Z,last", [0, 2, 4]),
            ("2022-01-01T00:00:00Z,2024-01-01T00:00:00.000000Z", [1, 3]),
            ("2000-01-01T00:00:00Z", []),
        ],
    )
    def test_versions_are_asked_for_by_word_and_by_time(self, own, versions, asked, expected):
        query = {"match[version]": asked} if asked else {}
        expected = [versions[n] for n in expected]
        for path in (OBJECTS, f"{OBJECTS}{indicator(1)['id']}/"):
            assert [one["modified"] for one in own.get(path, query).json.get("objects", [])] == expected
        assert [one["version"] for one in own.get(MANIFEST, query).json.get("objects", [])] == expected

    def test_all_versions_are_listed_as_they_are_spelled(self, own, versions):
        assert own.get(f"{OBJECTS}{indicator(1)['id']}/versions/").json["versions"] == versions

    def test_the_last_version_is_the_last_that_the_reader_may_see(self, hub, own, member):
        hub.publish(indicator(1, "2025-01-01T00:00:00Z", Tlp.GREEN))
        before = [member.get(path) for path in ROUTES]
        hub.publish(indicator(1, "2025-02-01T00:00:00Z", Tlp.RED))
        assert [member.get(path) for path in ROUTES] == before

    def test_an_object_of_which_no_version_may_be_seen_is_not_there(self, hub, member):
        hub.publish(indicator(1, tlp=Tlp.RED))
        path = f"{OBJECTS}{indicator(1)['id']}/"
        nowhere = member.get(f"{OBJECTS}{indicator(2)['id']}/")
        assert is_error(nowhere, 404)
        assert member.get(path) == nowhere
        assert member.get(f"{path}versions/") == nowhere

    def test_without_a_version_of_stix_the_latest_is_given(self, hub, own):
        older = indicator(1, "2026-01-01T00:00:00Z", spec_version="2.0", labels=["malicious-activity"])
        hub.publish(older, indicator(1))
        path = f"{OBJECTS}{indicator(1)['id']}/"
        assert own.get(OBJECTS).json["objects"] == [indicator(1)]
        assert own.get(OBJECTS, {"match[spec_version]": "2.0"}).json["objects"] == [older]
        assert own.get(OBJECTS, {"match[spec_version]": "2.0,2.1"}).json["objects"] == [older]
        assert own.get(f"{path}versions/").json["versions"] == [indicator(1)["modified"]]


def test_requests_wait_for_a_thread_and_none_is_lost(hub, own):
    hub.publish(indicator(1))

    async def many():
        return await asyncio.gather(*(own.arequest("GET", OBJECTS) for _ in range(60)))

    assert {one.status for one in asyncio.run(many())} == {200}


def test_two_doors_of_one_node_read_each_others_next(hub, own):
    hub.publish(*(indicator(n) for n in range(4)))
    next = own.get(OBJECTS, {"limit": "2"}).json["next"]
    other = AsgiClient(taxii_app(hub.node), hub.own)
    assert len(ids(other.get(OBJECTS, {"next": next}))) == 2
