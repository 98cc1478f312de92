"""Nodes in one process: their clock is moved by hand, chance is counted, and the network is a table of applications."""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from contextlib import nullcontext
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from taxii.client import AsgiClient
from tocsin.detect.result import Finding, Why
from tocsin.errors import SourceUnavailable
from tocsin.model.stix import read_objects
from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.exchange.access import access_of_token
from tocsin.service.exchange.inbox import items
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.joining import join
from tocsin.service.exchange.members import accept, add_member, joining_text, split_invitation
from tocsin.service.exchange.node import Surroundings, open_node
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.submit import Envelope, submit
from tocsin.service.exchange.sync import sync_all
from tocsin.sources.http_response import Response
from tocsin.store import log
from tocsin.store.collections import find_collection
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application

START_US = 1_790_000_000_000_000
HOUR_US = 3_600_000_000


class World:
    """Some nodes, and who reaches whom."""

    def __init__(self, folder):
        self.folder = folder
        self.now_us = START_US
        self.apps = {}
        self.asked = []
        self.fault = lambda stage, method, url: None
        counter = itertools.count()
        self.around = Surroundings(
            lambda: self.now_us,
            lambda size: hashlib.shake_256(f"chance {next(counter)}".encode()).digest(size),
        )
        self.nodes = []

    def wait(self, seconds):
        self.now_us += int(seconds * 1_000_000)

    def place(self, name):
        """A folder for a node."""
        folder = self.folder / name.replace(" ", "-") / "node"
        folder.mkdir(parents=True)
        return folder

    def node(self, name, *sectors, serving=False, database=""):
        folder = self.place(name) if not database else self.folder / name / "node"
        made = init_node(
            folder, self.around, name=name, sector_names=sectors or ("water",), database=database
        )
        if serving:
            made.close()
            made = open_node(folder, self.around, serving=True)
        self.nodes.append(made)
        return made

    def open(self, folder, *, serving=False):
        made = open_node(folder, self.around, serving=serving)
        self.nodes.append(made)
        return made

    def serve(self, node, host="hub.example"):
        self.apps[host] = application(node, taxii_app(node), hosts=[host], secure=True)
        return f"https://{host}/"

    def joined(self, hub, name, *sectors, host="hub.example", is_client=False, database=""):
        """A node that has joined ``hub``."""
        url = self.serve(hub, host) if host not in self.apps else f"https://{host}/"
        member = self.node(name, *sectors, database=database)
        invited = add_member(
            hub, name=name, sector_names=sectors or ("water",), by="ann", is_client=is_client
        )
        with self.client(url) as http:
            join(member, http, url, invited.text, by="bea")
        return member

    def client(self, url):
        return Http(self)

    def sync(self, node, *names):
        return sync_all(node, names, self.client)

    def close(self):
        for node in self.nodes:
            node.close()


class Http:
    """Asks the world's applications as the HTTP client would ask servers."""

    def __init__(self, world):
        self.world = world

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def permits(self, url):
        return True

    def request(self, method, url, headers=None, body=None, credentials=None, *, repeatable=None):
        parts = urlsplit(url)
        given = {"Host": parts.netloc, **(headers or {}), **(credentials.headers if credentials else {})}
        app = self.world.apps.get(parts.netloc)
        if app is None:
            raise SourceUnavailable(f"{url} cannot be reached")
        self.world.asked.append((method, url, given, body))
        self.world.fault("before", method, url)
        if body is not None:
            given["Content-Length"] = str(len(body))
        answer = AsgiClient(app).request(
            method, parts.path, parts.query, given.items(), [body] if body is not None else []
        )
        self.world.fault("after", method, url)
        return Response(answer.status, _Headers(answer.headers), answer.body, url)


class _Headers(dict):
    def get(self, key, default=None):
        return super().get(key.lower(), default)


def indicator(number=1, value=None, *, tlp=Tlp.GREEN, modified="2026-01-01T00:00:00.000Z", **more):
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": id_of("indicator", number),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": modified,
        "name": f"Warning {number}",
        "pattern": f"[domain-name:value = '{value or f'c{number}.bad-actor.net'}']",
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
        **({"object_marking_refs": [marking_id(tlp)]} if tlp is not None else {}),
        **more,
    }


def sighting(number=1, of=None, *, tlp=Tlp.AMBER, **more):
    return {
        "type": "sighting",
        "spec_version": "2.1",
        "id": id_of("sighting", number),
        "created": "2026-01-02T03:04:05.678Z",
        "modified": "2026-01-02T03:04:05.678Z",
        "first_seen": "2026-01-02T03:04:05Z",
        "last_seen": "2026-01-02T04:05:06Z",
        "count": 3,
        "sighting_of_ref": of or id_of("indicator", 1),
        **({"object_marking_refs": [marking_id(tlp)]} if tlp is not None else {}),
        **more,
    }


def id_of(type, number):
    return f"{type}--{uuid.UUID(bytes=hashlib.md5(f'{type} {number}'.encode()).digest(), version=4)}"


def envelope(*objects):
    return json.dumps({"objects": list(objects)}).encode()


def tell(node, *objects, **more):
    """Publish, and require that all was taken."""
    done = publish(node, envelope(*objects), name="test.json", by="ann", **more)
    assert not done.problems
    assert not done.intake.refused, done.intake.refused
    return done


def enrol(hub, name, *sectors, is_client=False):
    """A member of ``hub`` without a node of its own: its access, and the key that it signs with."""
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    invited = add_member(hub, name=name, sector_names=sectors or ("water",), by="ann", is_client=is_client)
    secret, _ = split_invitation(invited.text)
    public = key.public_key().public_bytes_raw()
    welcome = accept(hub, secret, public, key.sign(joining_text(secret)))
    return access_of_token(hub, welcome.token), key


def send(hub, access, *objects, to="inbox", **more):
    """Submit objects as ``access``."""
    body = envelope(*objects)
    return submit(hub, access, collection(hub, to), Envelope(body, read_objects(body).objects), **more)


def collection(node, alias):
    with node.reading() as connection:
        return find_collection(connection, alias)


def leaves(node):
    """The acts in the node's log, in order."""
    with node.reading() as connection:
        openings = log.openings(connection, range(log.size(connection)))
    return [(str(one.entry.act), one.entry.by, dict(one.entry.subject)) for one in openings]


def acts(node):
    return [act for act, _, _ in leaves(node)]


def states(node):
    return {one.id: one.state for one in items(node)}


def finding(number=1, *, warning=None, tlp="TLP:GREEN", **more):
    held = {
        "id": id_of("finding", number),
        "warning": warning or id_of("indicator", 1),
        "kind": "indicator",
        "title": "A warning",
        "where": "secret-host",
        "actor": "",
        "first_seen": "2026-02-01T00:00:00Z",
        "last_seen": "2026-02-02T00:00:00Z",
        "count": 2,
        "severity": "high",
        "confidence": 80,
        "tlp": tlp,
        "pattern": "[domain-name:value = 'c1.bad-actor.net']",
        "examples": (),
        "notes": (),
        "why": Why(kind="warning", text="x", holds=True),
    }
    return Finding(**{**held, **more})


def quiet():
    return nullcontext()
