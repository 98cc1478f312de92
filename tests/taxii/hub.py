"""A node with members and tokens, and STIX objects for it."""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.members import accept, add_member, joining_text, split_invitation
from tocsin.service.exchange.node import Surroundings, open_node
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.tokens import create_token

START_US = 1_750_000_000_000_000


class Hub:
    """A node in ``folder``. Its clock stands still until it is moved; its entropy is counted."""

    def __init__(self, folder, *, serving=False) -> None:
        self.now_us = START_US
        counter = itertools.count()
        self.around = Surroundings(
            lambda: self.now_us,
            lambda size: hashlib.shake_256(str(next(counter)).encode()).digest(size),
        )
        init_node(folder, self.around, name="Hub", sector_names=["energy"]).close()
        self.node = open_node(folder, self.around, serving=serving)
        self.own = self.token("Hub", ceiling=Tlp.AMBER_STRICT)

    def member(self, name, sectors=("energy",), *, is_client=False):
        """The token and the key of a member that has joined."""
        key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        invitation = add_member(self.node, name=name, sector_names=sectors, by="ann", is_client=is_client)
        secret, _ = split_invitation(invitation.text)
        signature = key.sign(joining_text(secret))
        return accept(self.node, secret, key.public_key().public_bytes_raw(), signature).token, key

    def token(self, name, *, scopes=("read", "write"), ceiling=Tlp.AMBER_STRICT, collections=()):
        made, _ = create_token(
            self.node,
            name=name,
            scopes=scopes,
            ceiling=ceiling,
            lasts_s=3600,
            by="ann",
            collections=collections,
        )
        return made.text

    def publish(self, *objects):
        done = publish(self.node, envelope(*objects), name="test", by="ann", known_good="off")
        assert not done.problems
        assert not done.intake.refused
        return done


def envelope(*objects):
    return json.dumps({"objects": list(objects)}).encode()


def indicator(number, version="2025-01-01T00:00:00.000Z", tlp=Tlp.GREEN, **more):
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{uuid.uuid5(uuid.NAMESPACE_URL, str(number))}",
        "created": "2024-01-01T00:00:00.000Z",
        "modified": version,
        "pattern": "[ipv4-addr:value = '203.0.114.5']",
        "pattern_type": "stix",
        "valid_from": "2024-01-01T00:00:00Z",
        **({"object_marking_refs": [marking_id(tlp)]} if tlp is not None else {}),
        **more,
    }
