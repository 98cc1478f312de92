"""Requests that mean harm: each is refused in words, changes nothing, and the node goes on."""

from __future__ import annotations

import gzip
import itertools
import json
import re
import sqlite3
import time
import uuid

import pytest

from doors.asking import TAXII
from doors.state import state_of
from doors.table import routes_of
from doors.world import World, published_green
from tocsin.model.json_text import parts_of
from tocsin.model.tlp import Tlp

API = "/taxii2/api/"
WARNINGS, INBOX = f"{API}collections/warnings/", f"{API}collections/inbox/"
MB = 1 << 20


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("hostile"), 9)
    made.publish(Tlp.GREEN, frozenset(), type="indicator")
    made.publish(Tlp.RED, frozenset())
    made.mine, made.submission = made.submit("Mill", Tlp.AMBER, frozenset(), type="indicator")
    made.leave()
    yield made
    made.close()


class Watched:
    """A digest of what the node holds, made anew only when somebody wrote since."""

    def __init__(self, node):
        self.node = node
        self.connection = sqlite3.connect(node.folder / "tocsin.db")
        self.held = None

    def digest(self):
        version = self.connection.execute("PRAGMA data_version").fetchone()
        if self.held is None or self.held[0] != version:
            self.held = version, state_of(self.node)
        return self.held[1]


@pytest.fixture(scope="module")
def watched(world):
    made = Watched(world.node)
    yield made
    made.connection.close()


@pytest.fixture
def ask(world, watched):
    """Asks as a reader; what was refused has changed nothing."""

    def asked(who, method, path, query="", headers=(), body=b"", **more):
        world.tick(4)  # seldom enough for who shows a token that is none
        held = next(one.headers for one in world.readers if one.name == who)
        return world.ask(method, path, query, [*held, *headers], body, **more)

    before = watched.digest()
    yield asked
    assert watched.digest() == before
    assert asked("Mill", "GET", f"{WARNINGS}objects/").status == 200


def envelope(*objects):
    return json.dumps({"objects": list(objects)}).encode()


TYPE = ("content-type", TAXII)
POST = ("Mill", "POST", f"{INBOX}objects/")


# -- bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["gzip", "x-gzip", "deflate", "br", "zstd", "identity, gzip", "GZIP", "gzip, gzip", "unknown"]
)
def test_a_packed_body_is_not_unpacked(ask, encoding):
    bomb = gzip.compress(bytes(50 * MB))
    assert ask(*POST, headers=[TYPE, ("content-encoding", encoding)], body=bomb).status == 415


@pytest.mark.parametrize(
    "path", [f"{INBOX}objects/", "/api/join", "/api/token", "/api/inbox/states", "/api/openings"]
)
@pytest.mark.parametrize("opened", [b"[", b'{"a":', b'{"objects":[', b'[{"a":['])
def test_a_body_that_nests_a_hundred_thousand_deep_is_refused(ask, path, opened):
    kind = TYPE if path.startswith(API) else ("content-type", "application/json")
    for body in (opened * 100_000, opened * 100_000 + b"1" + b"]" * 100_000):
        assert ask("Mill", "POST", path, headers=[kind], body=body).status in {400, 422}


def test_an_object_that_nests_too_deep_is_refused_alone_and_soon(world):
    """It is gone through twice, and not once for each thing that might be in it."""
    deep = b'{"objects":[' * 120_000 + b"1" + b"]}" * 120_000
    began = time.process_time()
    parts_of(deep)
    once_s = time.process_time() - began
    began = time.process_time()
    world.tick(30)
    answer = world.ask(*POST[1:], headers=[*headers_of(world, "Mill"), TYPE], body=deep)
    assert time.process_time() - began < 9 * once_s
    assert (answer.status, answer.json["failure_count"]) == (202, 1)


def test_a_body_of_nothing_but_brackets_is_not_gone_through(ask):
    assert ask(*POST, headers=[TYPE], body=b'{"objects":[' + b"[" * 10_000_000).status == 422


@pytest.mark.parametrize(
    "path", [f"{INBOX}objects/", "/api/join", "/api/openings", "/signin/x", "/inbox/decide"]
)
def test_a_body_of_20_mb_is_not_read_to_its_end(ask, path, world):
    kind = TYPE if path.startswith(API) else ("content-type", "application/json")
    said = ask(
        "Mill",
        "POST",
        path,
        headers=[kind, ("content-length", str(20 * MB))],
        body=itertools.repeat(bytes(MB)),
    )
    assert said.status in {401, 413}
    assert world.ask.chunks_read <= 1
    # Chunked, and one that never ends.
    unsaid = ask("Mill", "POST", path, headers=[kind], body=itertools.repeat(bytes(MB)))
    assert unsaid.status in {401, 413}
    assert world.ask.chunks_read <= 12


@pytest.mark.parametrize(
    "length", ["-1", "+5", "1e3", "0x10", "٣", "5, 5", "", " ", "9" * 30, "9" * 5000, "10.0", "1_0"]
)
def test_a_length_that_is_none_is_refused(ask, length):
    length = length.encode().decode("latin-1")
    answer = ask(*POST, headers=[TYPE, ("content-length", length)], body=b"{}")
    assert 400 <= answer.status < 500


def test_a_length_that_is_said_twice_is_refused(ask):
    for second in ("5", "6"):
        answer = ask(*POST, headers=[TYPE, ("content-length", "5"), ("content-length", second)], body=b"{}")
        assert answer.status == 400
    both = [TYPE, ("content-length", "2"), ("transfer-encoding", "chunked")]
    assert ask(*POST, headers=both, body=b"{}").status == 400


LONG = "x" * 40_000


@pytest.mark.parametrize(
    "headers",
    [
        [("x-a", LONG)],
        [(f"x-{number}", "y") for number in range(500)],
        [("cookie", "tocsin-80=" + LONG)],
        [("accept", "*/*," * 20_000)],
        [("accept", "application/taxii+json" + ";a=b" * 10_000)],
        [("authorization", "Bearer " + LONG)],
    ],
)
def test_a_huge_head_is_refused(ask, headers):
    assert 400 <= ask("nobody", "GET", f"{WARNINGS}objects/", headers=headers).status < 500


# -- what is in objects ---------------------------------------------------------------------------

ODD_TEXTS = [
    "\0",
    "a\0b",
    "\x1b[31m",
    "\u202e",
    "a\nb",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%00",
    "\ufffe",
    "{{7*7}}",
]


@pytest.mark.parametrize("text", [*ODD_TEXTS, "\ud800"])
def test_an_odd_id_version_or_type_is_refused_for_that_object_alone(world, text):
    before = state_of(world.node)
    good = {"type": "indicator", "spec_version": "2.1", "created": "2025-01-01T00:00:00Z", "modified": "2025-01-01T00:00:00Z",
            "pattern": "[a:b = 1]", "pattern_type": "stix", "valid_from": "2025-01-01T00:00:00Z",
            "id": f"indicator--{uuid.uuid5(uuid.NAMESPACE_URL, text.encode(errors='surrogatepass').hex())}"}  # fmt: skip
    spoilt = [
        {**good, key: f"{good[key]}{text}"} for key in ("id", "modified", "created", "type", "spec_version")
    ]
    spoilt += [
        {
            **good,
            "type": "relationship",
            "relationship_type": "x",
            "source_ref": text,
            "target_ref": good["id"],
        }
    ]
    world.tick(3)
    answer = world.ask(*POST[1:], headers=[*headers_of(world, "Mill"), TYPE], body=envelope(*spoilt))
    if answer.status == 202:
        assert (answer.json["success_count"], answer.json["failure_count"]) == (0, len(spoilt))
    else:
        assert answer.status in {400, 422}
        assert state_of(world.node) == before


@pytest.mark.parametrize("text", ODD_TEXTS)
def test_odd_text_in_an_object_is_kept_as_it_is_and_shown_as_text(world, text):
    id = f"indicator--{uuid.uuid5(uuid.NAMESPACE_OID, text)}"
    made = {"type": "indicator", "spec_version": "2.1", "id": id, "created": "2025-01-01T00:00:00Z",
            "modified": "2025-01-01T00:00:00Z", "pattern": "[a:b = 1]", "pattern_type": "stix",
            "valid_from": "2025-01-01T00:00:00Z", "name": f"n {text}", "description": text, "labels": [text],
            "x_" + "a" * 100: {text: [text]}, "external_references": [{"source_name": text, "url": f"javascript:{text}"}]}  # fmt: skip
    headers = headers_of(world, "Mill")
    world.tick(3)
    assert world.ask(*POST[1:], headers=[*headers, TYPE], body=envelope(made)).json["success_count"] == 1
    raw = json.dumps(made).encode()
    assert raw in world.ask("GET", f"{INBOX}objects/{id}/", headers=headers).body
    for path in (f"/inbox/{id}", "/inbox"):
        page = world.ask("GET", path, headers=headers_of(world, "ann")).body.decode()
        assert "<script>alert" not in page
        assert 'href="javascript' not in page


def headers_of(world, who):
    return next(one.headers for one in world.readers if one.name == who)


BOMBS = {
    "brackets": "[" + "(" * 5_000 + "a:b = 1" + ")" * 5_000 + "]",
    "operands": "[" + " OR ".join(f"a:b = {n}" for n in range(30_000)) + "]",
    "sequence": " FOLLOWEDBY ".join("[a:b = 1]" for _ in range(2_000)),
    "regex": "[a:b MATCHES '(a+)+(a+)+(a+)+(a+)+$']",
    "repeats": "[a:b = 1] REPEATS 99999999999999999999 TIMES",
    "within": "[a:b = 1] WITHIN 1e400 SECONDS",
    "set": "[a:b IN (" + ",".join("'x'" for _ in range(60_000)) + ")]",
    "long": "[a:b = '" + "x" * 900_000 + "']",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_pattern_bomb_costs_the_node_nothing(world, bomb):
    made = world.object(Tlp.GREEN, frozenset(), type="indicator", more={"pattern": BOMBS[bomb]})
    headers = headers_of(world, "Mill")
    world.tick(3)
    answer = world.ask(*POST[1:], headers=[*headers, TYPE], body=envelope(made))
    assert answer.status in {202, 400, 422}
    for path in (f"/inbox/{made['id']}", "/inbox", f"/inbox/{made['id']}.json"):
        assert world.ask("GET", path, headers=headers_of(world, "ann")).status in {200, 404}


def test_what_a_body_says_beyond_its_objects_is_not_believed(world):
    """Mass assignment: labels, places, origins and channels are the node's own to say."""
    made = world.object(Tlp.AMBER, frozenset(), type="indicator")
    more = {
        "origin": "",
        "channel": "published",
        "label": 1,
        "gate": 1,
        "collection": 1,
        "place": 1,
        "leaf": 0,
        "state": "released",
    }
    body = json.dumps(
        {"objects": [{**made, **more}], **more, "id": str(uuid.UUID(int=1)), "organisation": 1}
    ).encode()
    world.tick(3)
    answer = world.ask(*POST[1:], headers=[*headers_of(world, "Mill"), TYPE], body=body)
    assert answer.json["success_count"] == 1
    assert answer.json["id"] != str(uuid.UUID(int=1))
    for who in ("Dock", "visitor"):
        assert (
            world.ask("GET", f"{WARNINGS}objects/{made['id']}/", headers=headers_of(world, who)).status == 404
        )


@pytest.mark.parametrize(
    "more", [{"relation": "own"}, {"scopes": ["read"]}, {"member": {"id": "x"}}, {"is_client": True}]
)
def test_joining_takes_no_more_than_it_asks_for(ask, more):
    body = {"invitation": "x" * 43, "public_key": "00" * 32, "signature": "00" * 64, **more}
    answer = ask(
        "nobody",
        "POST",
        "/api/join",
        headers=[("content-type", "application/json")],
        body=json.dumps(body).encode(),
    )
    assert answer.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"", b"null", b"[]", b"1", b'"x"', b"{}", b"\xff\xfe", b'{"invitation":1}', b'{"invitation":"\\ud800"}',
        json.dumps({"invitation": "\0", "public_key": "\0", "signature": ""}).encode(),
        json.dumps({"invitation": "x" * 10**6, "public_key": "00" * 10**5, "signature": "zz"}).encode(),
        json.dumps({"invitation": "x", "public_key": "00" * 31, "signature": "00" * 64}).encode(),
        json.dumps({"invitation": "x", "public_key": "00" * 32, "signature": "00"}).encode(),
        json.dumps({"objects": [{"id": "\0", "version": "\0"}]}).encode() + b"x",
        json.dumps({"objects": [{"id": 1, "version": 2}]}).encode(),
        json.dumps({"objects": [{"id": "a", "version": "b"}] * 1001}).encode(),
        json.dumps({"token": "\0", "text_sha256": "00" * 32, "signature": "00" * 64}).encode(),
        json.dumps({"token": "0" * 12, "text_sha256": "00" * 31, "signature": "00" * 64}).encode(),
        json.dumps({"token": "0" * 12, "text_sha256": "00" * 32, "signature": "00" * 63}).encode(),
        json.dumps({"token": "0" * 12, "text_sha256": "zz", "signature": ""}).encode(),
        json.dumps({"token": "0" * 12, "text_sha256": "00" * 32, "signature": "00" * 64}).encode(),
        json.dumps({"token": ["0" * 12], "text_sha256": 1, "signature": None}).encode(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/join", "/api/token", "/api/inbox/states", "/api/openings"])
def test_a_body_of_another_shape_is_refused(ask, path, body):
    assert (
        400
        <= ask("Mill", "POST", path, headers=[("content-type", "application/json")], body=body).status
        < 500
    )


def test_openings_of_what_nobody_has_are_none(ask):
    asked = [
        {"id": id, "version": version}
        for id in ("\0", "a\nb", "x" * 10_000, "' OR 1=1 --", "")
        for version in ("\0", "")
    ]
    answer = ask(
        "Mill",
        "POST",
        "/api/openings",
        headers=[("content-type", "application/json")],
        body=json.dumps({"objects": asked}).encode(),
    )
    assert (answer.status, answer.json) == (200, {"openings": []})


# -- paths, hosts, verbs --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/%2e%2e/etc/passwd", "/static/..%2f..%2fnode.key", "/static/%2e%2e/secret.key", "/log/../node.key",
        "/log/tile/../../node.key", "/log/%2e%2e%2fnode.key", "/log/tile/0/..%2f..%2fnode.key", "//api//openings", "/api//openings",
        "/taxii2//api/", "/taxii2/api/collections//objects/", f"{WARNINGS}objects//", f"{WARNINGS}objects/%2f/", f"{WARNINGS}objects/..%2f..%2f/",
        f"{WARNINGS}objects/%00/", f"{WARNINGS}objects/a%00b/", f"{WARNINGS}objects/%ed%a0%80/", f"{WARNINGS}objects/%ff/", "/%00", "/%ff%fe",
        f"{API}collections/%2e%2e/objects/", f"{API}collections/{'x' * 20_000}/objects/",
        f"{WARNINGS}objects/{'x' * 5_000}/", f"{API}status/%00/", f"{API}status/' OR 1=1 --/", "/api/receipts/%00", "/api/receipts/..%2f..%2fx",
        "/api/receipts/" + "9" * 3_000, "/log/tile/0/000.p/0", "/log/tile/0/000.p/257", "/log/tile/99/000", "/log/tile/-1/000", "/log/tile/0/" + "x999/" * 900 + "999",
        "/log/tile/0/٠٠٠", "/log/tile/entries/999", "/warnings/%00", "/warnings/%ff.json", "/inbox/%00.json", "/findings/%00", "/signin/%00", "/signin/" + "x" * 3_000,
        "/inbox/sent/99999999999999999999999/receipt", "/inbox/sent/-1/receipt", "/inbox/sent/x/body.json",
    ],
)  # fmt: skip
@pytest.mark.parametrize("who", ["Mill", "ann"])
def test_a_trick_with_a_path_leads_nowhere(ask, path, who):
    answer = ask(who, "GET", path)
    # A link that is not good is told by the same page as one that is.
    assert 400 <= answer.status < 500 or (path.startswith("/signin/") and answer.status == 200)
    assert b"root:" not in answer.body


@pytest.mark.parametrize(
    "host",
    ["evil.example", "", "localhost.evil.example", "evil.example:80@localhost", "localhost@evil.example", "localhost evil",
     "[::1", "[::1]evil.example", "localhost\x00", "ｌocalhost", "127.0.0.1.nip.io", "*", "localhost,evil.example"],
)  # fmt: skip
def test_a_node_answers_under_its_own_names_alone(ask, host):
    host = host.encode().decode("latin-1")
    assert ask("Mill", "GET", f"{WARNINGS}objects/", host=host).status in {400, 421}


def test_two_hosts_are_none(ask):
    headers = [("host", "localhost"), ("host", "evil.example")]
    assert ask("Mill", "GET", f"{WARNINGS}objects/", headers=headers).status in {400, 421}


def test_no_other_header_says_where_a_request_came_to(ask):
    """What a proxy may add is not believed, so that nobody is led to another host by an answer."""
    headers = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("x-original-url", "/api/openings"),
               ("x-rewrite-url", "/log/checkpoint"), ("x-forwarded-proto", "ftp"), ("x-forwarded-prefix", "//evil.example")]  # fmt: skip
    plain, told = ask("ann", "GET", "/"), ask("ann", "GET", "/", headers=headers)
    asked_at = re.compile(rb"As of [^.]* UTC")
    assert (plain.status, plain.headers) == (told.status, told.headers)
    assert asked_at.sub(b"", plain.body) == asked_at.sub(b"", told.body)
    discovery = ask("Mill", "GET", "/taxii2/", headers=headers)
    assert b"evil" not in discovery.body
    assert discovery.json["default"] == "/taxii2/api/"


VERBS = [
    "TRACE",
    "CONNECT",
    "PUT",
    "PATCH",
    "PROPFIND",
    "LOCK",
    "get",
    "FOO",
    "G E T",
    "POST\x00",
    "X" * 2_000,
]


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_that_no_route_has_is_refused_by_each(world, ask, verb):
    for _, path in sorted(routes_of(world.app)):
        filled = (
            path.replace("{collection}", "warnings").replace("{id}", "x").replace("{path:path}", "checkpoint")
        )
        answer = ask(
            "Mill",
            verb,
            filled.replace("{status}", "x")
            .replace("{name}", "x")
            .replace("{secret}", "x")
            .replace("{number}", "1"),
        )
        assert answer.status in {400, 401, 404, 405, 501}, filled
        assert b"authorization" not in answer.body.lower(), "TRACE gives nothing back"


@pytest.mark.parametrize(
    "header", ["x-http-method-override", "x-http-method", "x-method-override", "_method"]
)
def test_no_header_or_parameter_changes_the_verb(ask, world, header):
    id = published_green(world).id
    for verb in ("DELETE", "POST", "PUT"):
        answer = ask(
            "own amber+strict",
            "GET",
            f"{WARNINGS}objects/{id}/",
            query=f"{header}={verb}",
            headers=[(header, verb)],
        )
        assert answer.status == 200


# -- who asks -------------------------------------------------------------------------------------


def test_a_token_to_read_does_not_write_and_one_to_write_does_not_read(ask, world):
    made = envelope(world.object(Tlp.GREEN, frozenset()))
    assert ask("Dock reads", "POST", f"{INBOX}objects/", headers=[TYPE], body=made).status == 403
    for path in ("objects/", "manifest/", f"objects/{published_green(world).id}/"):
        assert ask("Dock writes", "GET", f"{INBOX}{path}").status == 403
        assert ask("Dock writes", "GET", f"{WARNINGS}{path}").status in {403, 404}
    asked = json.dumps({"objects": []}).encode()
    assert ask(
        "Dock writes", "POST", "/api/openings", headers=[("content-type", "application/json")], body=asked
    ).status in {401, 403}


def test_a_token_for_one_collection_is_for_no_other(ask, world):
    id = published_green(world).id
    assert ask("Mill's inbox", "GET", f"{INBOX}objects/").status == 200
    for method, path in (
        ("GET", "objects/"),
        ("GET", f"objects/{id}/"),
        ("GET", "manifest/"),
        ("DELETE", f"objects/{id}/"),
        ("GET", ""),
    ):
        assert ask("Mill's inbox", method, f"{WARNINGS}{path}").status == 404


def test_a_member_writes_no_warnings_and_deletes_none(ask, world):
    id = published_green(world).id
    made = envelope(world.object(Tlp.GREEN, frozenset()))
    for who in ("Mill", "Dock", "Yard", "visitor"):
        assert ask(who, "POST", f"{WARNINGS}objects/", headers=[TYPE], body=made).status == 403
        assert ask(who, "DELETE", f"{WARNINGS}objects/{id}/").status == 403
    assert ask("visitor", "POST", f"{INBOX}objects/", headers=[TYPE], body=made).status == 404
    assert ask("Dock", "DELETE", f"{INBOX}objects/{world.mine['id']}/").status == 404


def test_what_another_sent_cannot_be_asked_for(ask, world):
    for who in ("Dock", "Yard", "visitor", "own amber+strict"):
        assert ask(who, "GET", f"{API}status/{world.submission}/").status == 404
        assert ask(who, "GET", f"/api/receipts/{world.submission}").status == 404
    for who in ("Gone", "revoked token", "forged", "nobody"):
        assert ask(who, "GET", f"{API}status/{world.submission}/").status == 401
        assert ask(who, "GET", f"/api/receipts/{world.submission}").status == 401


def odd_credentials(token):
    import base64

    def basic(text, *, raw=False):
        return "Basic " + base64.b64encode(text if raw else text.encode()).decode()

    return [
        "Basic", "Basic ", "Basic =", "Basic ====", "Basic " + "A" * 7, basic(""), basic(":"), basic("a:"), basic("no colon"),
        basic(b"\xff\xfe:\xff", raw=True), basic(f"a:\0{token}"), basic(f"a:{token}\0"), basic(f"{token}:"), basic(f"a:b:{token}"),
        f"Bearer {token}x", f"Bearer {token[:-1]}", f"Bearer {token} {token}", f"Bearer, Bearer {token}", f"Token {token}", token,
        f"Bearer {token.upper()}", "Bearer tocsin__", "Bearer tocsin_x_y", "Bearer ' OR 1=1 --", "Bearer tocsin_%_%", "Bearer " + "_" * 1000,
        f"Digest {token}", "Negotiate x", f"Bearer\t\t{token[:-2]}", "Bearer \xff\xfe",
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(30))
def test_odd_credentials_let_nobody_in(world, watched, number):
    before = watched.digest()
    header = odd_credentials(world.tokens["Mill"])[number]
    for path in (f"{WARNINGS}objects/", "/log/checkpoint", "/api/warnings"):
        world.tick(3)
        assert world.ask("GET", path, headers=[("authorization", header)]).status in {400, 401}
    assert watched.digest() == before


def test_two_credentials_are_none(world):
    good = ("authorization", f"Bearer {world.tokens['Mill']}")
    world.tick(60)
    assert world.ask("GET", f"{WARNINGS}objects/", headers=[("authorization", "Bearer x"), good]).status in {
        400,
        401,
    }
    assert world.ask("GET", f"{WARNINGS}objects/", headers=[good, good]).status in {400, 401}


def test_a_token_ends_when_it_said(tmp_path):
    world = World(tmp_path, 10)
    mill = next(one for one in world.readers if one.name == "Mill")
    assert world.ask("GET", f"{WARNINGS}objects/", headers=mill.headers).status == 200
    world.tick(90 * 24 * 3600)
    for path in (f"{WARNINGS}objects/", "/log/checkpoint", "/api/warnings", f"{API}collections/"):
        assert world.ask("GET", path, headers=mill.headers).status == 401
    world.close()


# -- parameters -----------------------------------------------------------------------------------

VALUES = [
    "", ",", ",,", "0", "-1", "1.5", "9223372036854775807", "9223372036854775808", "1" * 200, "NaN", "inf", "%00", "%ed%a0%80", "%ff", "' OR 1=1 --",
    "'; DROP TABLE object; --", '"', "\\", "*", "%25", "_", "$(id)", "`id`", "${7*7}", "{{7*7}}", "../../x", "a" * 8_000, ",".join("a" * 2_000), "null", "[]", "%F0%9F%92%A3",
    "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00%2B23:59", "2025-02-30T00:00:00Z",
    "2025-01-01T24:00:00Z", "2025-01-01T00:00:60Z", "2025-01-01", "292277026596-12-04T15:30:07Z", "-0001-01-01T00:00:00Z", "first,last,all", "2.1,2.0", "2.1,9.9", "all,all",
]  # fmt: skip
NAMES = [
    "added_after", "limit", "next", "match[id]", "match[type]", "match[version]", "match[spec_version]", "match[x]", "match[", "match[id", "unknown",
    "q", "type", "tlp", "source", "audience", "days", "state", "after", "severity", "shared", "id", "entry", "finding",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_a_parameter_does_harm(ask, name):
    some = VALUES[NAMES.index(name) % 2 :: 2]
    paths = [("Mill", f"{WARNINGS}objects/"), ("Mill", f"{INBOX}manifest/")]
    if not name.startswith(("match", "added", "next")):
        paths = [
            ("Mill", "/api/warnings"),
            ("ann", "/warnings"),
            ("ann", "/inbox"),
            ("ann", "/findings"),
            ("ann", "/log"),
        ]
    for value, (who, path) in zip(some, itertools.cycle(paths), strict=False):
        answer = ask(who, "GET", path, query=f"{name}={value}")
        assert answer.status < 500, (path, value)


@pytest.mark.parametrize(
    "query",
    [
        "&" * 5_000,
        "a=b&" * 5_000,
        "limit=1&limit=2",
        "match[id]=a&match[id]=b",
        "=&==&%",
        "%",
        "%zz",
        "limit",
        "limit=%",
        b"limit=\xff",
        "next=%00",
        "?limit=1",
        "limit=1#x",
    ],
)
def test_an_odd_query_is_refused_or_read(ask, query):
    assert ask("Mill", "GET", f"{WARNINGS}objects/", query=query).status in {200, 400, 414}
