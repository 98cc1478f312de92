"""A node that is really served: what no well-behaved client sends is refused, and the node goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.nodes import NodeProcess, get

KNOCK = Path(__file__).parent / "knock.py"
MB = 1 << 20


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    node = NodeProcess(tmp_path_factory.mktemp("served") / "node")
    node.run("init", "--name", "Hub", "--sector", "water")
    file = node.folder.parent / "one.json"
    file.write_text(json.dumps(INDICATOR))
    node.run("publish", file, "--tlp", "green")
    node.token = node.json("token", "create", "--for", "Hub", "--scope", "read", "--scope", "write")["token"]
    node.serve()
    yield node
    node.stop()


INDICATOR = {
    "type": "indicator", "spec_version": "2.1", "id": "indicator--00000000-0000-4000-8000-000000000001", "created": "2021-03-02T00:00:00.000Z",
    "modified": "2021-03-02T00:00:00.000Z", "name": "Test", "pattern": "[domain-name:value = 'c1.bad.example']", "pattern_type": "stix",
    "valid_from": "2021-03-02T00:00:00Z",
}  # fmt: skip


def knock(node, *asked):
    """The status of each; 0 is a connection that was closed, -1 one that was left open."""
    lines = "".join(json.dumps(one) + "\n" for one in asked)
    done = subprocess.run(
        [sys.executable, str(KNOCK), str(node.port)],
        input=lines,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return [int(line) for line in done.stdout.split()]


def holds(node):
    """What the node gives to its own organisation."""
    status, _, body = get(f"{node.url}taxii2/api/collections/warnings/objects/", node.token)
    assert status == 200
    return body


@pytest.fixture
def unchanged(served):
    before = holds(served), get(f"{served.url}log/checkpoint", served.token)[2]
    yield served
    assert served.server.poll() is None, "the node ended"
    assert (holds(served), get(f"{served.url}log/checkpoint", served.token)[2]) == before


def request(node, line, *headers, body="", host=True):
    head = [line, *([f"Host: 127.0.0.1:{node.port}"] if host else []), *headers]
    return "\r\n".join(head) + "\r\n\r\n" + body


OBJECTS = "/taxii2/api/collections/inbox/objects/"


def test_heads_that_no_client_sends_are_refused(unchanged):
    node = unchanged
    token = f"Authorization: Bearer {node.token}"
    kind = "Content-Type: application/taxii+json;version=2.1"
    heads = {
        "no host": request(node, "GET / HTTP/1.1", host=False),
        "two hosts": request(node, "GET / HTTP/1.1", "Host: evil.example"),
        "another host": request(node, "GET / HTTP/1.1", "Host: evil.example", host=False),
        "an address as path": request(node, "GET http://evil.example/ HTTP/1.1", "Host: evil.example", host=False),
        "HTTP/1.0 without host": "GET / HTTP/1.0\r\n\r\n",
        "HTTP/0.9": "GET /\r\n\r\n",
        "HTTP/9.9": request(node, "GET / HTTP/9.9"),
        "no verb": request(node, " / HTTP/1.1"),
        "no HTTP": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "x" * 200,
        "SSH": "SSH-2.0-x\r\n\r\n",
        "two lengths": request(node, f"POST {OBJECTS} HTTP/1.1", token, kind, "Content-Length: 2", "Content-Length: 3", body="{}x"),
        "a length below zero": request(node, f"POST {OBJECTS} HTTP/1.1", token, kind, "Content-Length: -1", body="{}"),
        "a length that is none": request(node, f"POST {OBJECTS} HTTP/1.1", token, kind, "Content-Length: 0x2", body="{}"),
        "a length beyond 64 bits": request(node, f"POST {OBJECTS} HTTP/1.1", token, kind, f"Content-Length: {2**64 + 2}", body="{}"),
        "a length and chunks": request(
            node, f"POST {OBJECTS} HTTP/1.1", token, kind, "Content-Length: 2", "Transfer-Encoding: chunked", body="2\r\n{}\r\n0\r\n\r\n"
        ),
        "chunks of a kind that is none": request(node, f"POST {OBJECTS} HTTP/1.1", token, kind, "Transfer-Encoding: xchunked", body="2\r\n{}\r\n0\r\n\r\n"),
        "chunk of a length that is none": request(node, f"POST {OBJECTS} HTTP/1.1", token, kind, "Transfer-Encoding: chunked", body="zz\r\n{}\r\n0\r\n\r\n"),
        "a long address": request(node, f"GET /{'a' * 200_000} HTTP/1.1"),
        "a long header": request(node, "GET / HTTP/1.1", f"X-A: {'b' * 200_000}"),
        "many headers": request(node, "GET / HTTP/1.1", *(f"X-{number}: y" for number in range(2_000))),
        "a header with NUL": request(node, "GET / HTTP/1.1", "X-A: a\x00b"),
        "a header with a bare newline": request(node, "GET / HTTP/1.1", "X-A: a\nb"),
        "a header over two lines": request(node, "GET / HTTP/1.1", "X-A: a", " b: c"),
        "a blank before the colon": request(node, "GET / HTTP/1.1", "X-A : b"),
        "TRACE": request(node, "TRACE / HTTP/1.1"),
        "CONNECT": request(node, "CONNECT evil.example:443 HTTP/1.1"),
        "an upgrade": request(
            node, "GET /taxii2/ HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"
        ),
        "HTTP/2 without asking": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    }  # fmt: skip
    # TLS 1.3 aside, another protocol may be spoken: what it does is seen by the node going on, unchanged.
    told = dict(
        zip(heads, knock(node, *({"send": [one], "timeout": 3} for one in heads.values())), strict=True)
    )
    bad = {name: status for name, status in told.items() if not (status in {0, -1} or 300 <= status < 500)}
    assert not bad, told
    for name in (
        "two hosts",
        "another host",
        "two lengths",
        "a length below zero",
        "a length beyond 64 bits",
        "a length and chunks",
        "a long address",
        "a long header",
    ):
        assert told[name] in {0, *range(400, 500)}, (name, told)


def test_bodies_that_are_too_long_or_never_end_are_refused(unchanged):
    node = unchanged
    kind = ["Content-Type: application/taxii+json;version=2.1", f"Authorization: Bearer {node.token}"]
    piece = f"{MB:x}\r\n{'x' * MB}\r\n"
    asked = []
    for path, headers in (
        (OBJECTS, kind),
        ("/api/join", ["Content-Type: application/json"]),
        ("/api/openings", [*kind[1:], "Content-Type: application/json"]),
    ):
        # 20 MB that are announced, 20 MB in chunks, chunks without end (64 MB), and a body that does not come.
        asked += [
            {"send": [request(node, f"POST {path} HTTP/1.1", *headers, f"Content-Length: {20 * MB}"), "x" * MB], "times": 20},
            {"send": [request(node, f"POST {path} HTTP/1.1", *headers, "Transfer-Encoding: chunked"), piece], "times": 20},
            {"send": [request(node, f"POST {path} HTTP/1.1", *headers, "Transfer-Encoding: chunked"), piece], "times": 64},
            {"send": [request(node, f"POST {path} HTTP/1.1", *headers, "Content-Length: 100", body="{")], "leave": True},
        ]  # fmt: skip
    told = knock(node, *asked)
    assert all(status == 0 or 400 <= status < 500 for status in told), told


def test_who_sends_slowly_or_not_at_all_keeps_nobody_out(unchanged):
    """A hundred connections that send nothing more; others are answered at once."""
    node = unchanged
    code = (
        "import socket, subprocess, sys, time, urllib.request\n"
        "held = [socket.create_connection(('127.0.0.1', int(sys.argv[1]))) for _ in range(100)]\n"
        "for one in held: one.sendall(b'POST /api/join HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nContent-Length: 100\\r\\n\\r\\n{')\n"
        "began = time.monotonic()\n"
        "print(urllib.request.urlopen(f'http://127.0.0.1:{sys.argv[1]}/signin', timeout=20).status, time.monotonic() - began)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(node.port)], capture_output=True, text=True, timeout=60, check=True
    )
    status, took_s = done.stdout.split()
    assert status == "200"
    assert float(took_s) < 5
