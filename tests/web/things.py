"""What pages show: findings that are kept, a hub that was joined, things in the inbox."""

from __future__ import annotations

import json
import uuid

from taxii.hub import envelope, indicator
from tocsin.detect.result import Finding, Why
from tocsin.model.stix import read_objects
from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.exchange.access import access_of_token
from tocsin.service.exchange.finding_store import keep
from tocsin.service.exchange.secrets_box import sealed
from tocsin.service.exchange.submit import Envelope, submit
from tocsin.store import hubs
from tocsin.store.collections import add_collection, find_collection
from tocsin.store.organisations import add_organisation

MARKUP = "</code><script>alert(1)</script><img src=x onerror=alert(2)>'\"&<b>"


def finding(number=1, warning=None, **more):
    said = {
        "id": f"finding--{uuid.uuid5(uuid.NAMESPACE_URL, str(number))}",
        "warning": warning or indicator(number)["id"],
        "kind": "hit",
        "title": f"Servers of the {number}th",
        "where": "MAIL01",
        "actor": "10.0.0.7",
        "first_seen": "2025-02-01T10:00:00.000Z",
        "last_seen": "2025-02-01T11:00:00.000Z",
        "count": 3,
        "severity": "high",
        "confidence": 60,
        "tlp": "green",
        "pattern": "[ipv4-addr:value = '198.51.100.1']",
        "examples": (),
        "notes": (),
        "why": Why(kind="warning", text="it", holds=True),
    }
    return Finding(**(said | more))


def kept(hub, *findings):
    keep(hub.node, findings)
    return findings[0].id


def joined(hub, name="Water ISAC"):
    """A hub that this node joined; nobody answers there."""

    def act(connection):
        number = add_organisation(
            connection,
            id=f"identity--{uuid.uuid5(uuid.NAMESPACE_URL, name)}",
            name=name,
            relation="hub",
            now_us=hub.now_us,
        )
        collection = add_collection(
            connection, id=str(uuid.uuid5(uuid.NAMESPACE_DNS, name)), alias=f"from-{number}",
            title=name, description="", kind="received",
        )  # fmt: skip
        hubs.add_hub(
            connection,
            hubs.Hub(name, "https://isac.example/", number, collection, sealed(hub.node, "t"), "k", "", None),
        )

    hub.node.write(act)
    return name


def sighting(of, **more):
    return {
        "type": "sighting",
        "spec_version": "2.1",
        "id": f"sighting--{uuid.uuid5(uuid.NAMESPACE_URL, of + json.dumps(more))}",
        "created": "2025-02-01T10:00:00.000Z",
        "modified": "2025-02-01T10:00:00.000Z",
        "sighting_of_ref": of,
        "count": 2,
        "object_marking_refs": [marking_id(Tlp.GREEN)],
        **more,
    }


def sent(hub, token, *objects, anonymous=False):
    """Submit objects to the inbox as the holder of ``token``; the submission's id."""
    body = envelope(*objects)
    with hub.node.reading() as connection:
        inbox = find_collection(connection, "inbox")
    access = access_of_token(hub.node, token)
    return submit(hub.node, access, inbox, Envelope(body, read_objects(body).objects), anonymous=anonymous).id
