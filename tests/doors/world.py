"""A node with organisations of every kind and objects of every kind, made by chance, and who may see which of them.

What the label of each version is meant to be is written down where the version is made, so that the rules are held to
intentions and not to what the node made of them. The rules are those of ``sharing.oracle``, plain ifs.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from doors.asking import TAXII, Asking
from sharing.oracle import may_see
from tocsin.errors import BadInput
from tocsin.model.stix import read_objects
from tocsin.model.tlp import Tlp, marking_id
from tocsin.service.exchange import inbox
from tocsin.service.exchange.init import init_node
from tocsin.service.exchange.intake import take_in
from tocsin.service.exchange.members import accept, add_member, joining_text, revoke_member, split_invitation
from tocsin.service.exchange.node import Surroundings, open_node
from tocsin.service.exchange.publish import publish
from tocsin.service.exchange.signing_in import make_link, sign_in
from tocsin.service.exchange.source import add_source
from tocsin.service.exchange.tokens import create_token, revoke_token
from tocsin.service.exchange.withdraw import withdraw
from tocsin.sharing.audience import audience_marking, audience_marking_id
from tocsin.sharing.label import ANONYMOUS, NOT_UNDERSTOOD, Label
from tocsin.sharing.viewer import Viewer
from tocsin.store.collections import find_collection
from tocsin.store.organisations import find_organisation
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application

START_US = 1_750_000_000_000_000
HOST = "localhost"
UNKNOWN_MARKING = "marking-definition--00000000-0000-4000-8000-00000000dead"
LEVELS = [Tlp.CLEAR, Tlp.GREEN, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED, None, "odd"]


@dataclass(frozen=True)
class Reader:
    """One who asks: what it shows, and as whom the rules know it. ``viewer`` None is nobody."""

    name: str
    headers: tuple[tuple[str, str], ...]
    viewer: Viewer | None
    reads: frozenset[str] = frozenset()
    """The collections that it may read, by alias; what was pulled is ``received``."""
    writes: frozenset[str] = frozenset()
    organisation: str = ""
    person: bool = False

    def __repr__(self):
        return self.name


@dataclass(frozen=True)
class Version:
    """One stored version, with the label that it is meant to have."""

    place: int
    collection: str
    id: str
    version: str
    version_key: str
    label: Label
    references: tuple[str, ...]
    body: bytes
    added_us: int
    word: str = ""
    """A word that stands in no other version."""

    @property
    def scope(self):
        return ("", "") if self.label.channel == "published" else (self.label.channel, self.label.origin)


@dataclass
class World:
    folder: object
    seed: int
    versions: list[Version] = field(default_factory=list)
    submissions: dict[str, str] = field(default_factory=dict)
    """Submissions, and the organisation that made each."""
    ever_since: dict[str, dict[int, bool]] = field(default_factory=dict)
    """For each reader the versions that it sees, and whether it did so since they came; if not, they opened to it."""

    def __post_init__(self):
        self.chance = random.Random(self.seed)
        self.now_us = START_US
        counter = itertools.count()
        self.around = Surroundings(
            lambda: self.now_us,
            lambda size: hashlib.shake_256(f"{self.seed} {next(counter)}".encode()).digest(size),
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        init_node(self.folder / "node", self.around, name="Hub", sector_names=["energy"]).close()
        self.node = open_node(self.folder / "node", self.around)
        self.app = application(self.node, taxii_app(self.node), hosts=[HOST], secure=False)
        self.ask = Asking(self.app, HOST)
        self.words = itertools.count(1)
        self.numbers = itertools.count(1)
        self.last_place = {}
        self.ids = []
        self._organisations()

    def close(self):
        self.ask.close()
        self.node.close()

    # -- who is there ---------------------------------------------------------------------------

    def _organisations(self):
        self.own = self.node.own.id
        self.tokens = {}
        self.readers = []
        own = frozenset({"warnings", "inbox", "received"})
        own_writes = frozenset({"warnings", "inbox"})
        for level in (Tlp.AMBER_STRICT, Tlp.GREEN, Tlp.CLEAR):
            self._reader(f"own {level.text}", "Hub", "own", ("energy",), level, own, own_writes)
        theirs, into = frozenset({"warnings", "inbox"}), frozenset({"inbox"})
        for name, sectors, is_client in (
            ("Mill", ("energy",), False),
            ("Dock", ("dams",), False),
            ("Yard", ("energy", "dams"), True),
            ("Gone", ("energy",), False),
        ):
            self._join(name, sectors, is_client)
            relation = "client_member" if is_client else "member"
            self._reader(
                name, name, relation, sectors, Tlp.AMBER_STRICT, theirs, into, text=self.tokens[name]
            )
        self._reader("Mill to green", "Mill", "member", ("energy",), Tlp.GREEN, theirs, into)
        self._reader(
            "Mill's inbox",
            "Mill",
            "member",
            ("energy",),
            Tlp.AMBER_STRICT,
            into,
            into,
            collections=("inbox",),
        )
        self._reader(
            "Dock reads", "Dock", "member", ("dams",), Tlp.AMBER_STRICT, theirs, frozenset(), scopes=("read",)
        )
        self._reader(
            "Dock writes", "Dock", "member", ("dams",), Tlp.AMBER_STRICT, frozenset(), into, scopes=("write",)
        )
        self._reader(
            "visitor", "Visitor", "reader", (), Tlp.AMBER_STRICT, frozenset({"warnings"}), frozenset()
        )
        add_source(self.node, name="Feed", location="https://feed.example/", kind="stix", by="ann")
        add_source(self.node, name="Upstream", location="https://up.example/", kind="stix", by="ann")
        self.readers.append(Reader("nobody", (), None))
        self.readers.append(
            Reader("forged", (("authorization", f"Bearer {self.tokens['Mill'][:-4]}AAAA"),), None)
        )
        gone = next(one for one in self.readers if one.name == "Gone")
        self.readers.remove(gone)
        self.gone = Reader("Gone", gone.headers, None)
        for person in ("ann", "bob"):
            cookie, _ = sign_in(self.node, make_link(self.node, person, by="ann").secret)
            viewer = Viewer(
                self.own, "own", person, frozenset({f"organisation:{self.own}", "sector:energy"}), Tlp.RED
            )
            headers = (("cookie", f"tocsin-80={cookie}"),)
            self.readers.append(Reader(person, headers, viewer, own, organisation=self.own, person=True))

    def leave(self):
        """A member and a token leave: from now on they are nobody."""
        revoke_member(self.node, "Gone", by="ann")
        self.readers.append(self.gone)
        text = self._token("Mill", ("read",), Tlp.GREEN, ())
        revoke_token(self.node, text.split("_")[1], by="ann")
        self.readers.append(Reader("revoked token", (("authorization", f"Bearer {text}"),), None))

    def _join(self, name, sectors, is_client):
        key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
        invitation = add_member(self.node, name=name, sector_names=sectors, by="ann", is_client=is_client)
        secret, _ = split_invitation(invitation.text)
        made = accept(self.node, secret, key.public_key().public_bytes_raw(), key.sign(joining_text(secret)))
        self.tokens[name] = made.token

    def _reader(
        self, name, organisation, relation, sectors, ceiling, reads, writes, *, text=None, scopes=("read", "write"),
        collections=(),
    ):  # fmt: skip
        text = text or self._token(organisation, scopes, ceiling, collections)
        id = self.organisation(organisation)
        groups = frozenset({f"organisation:{id}", *(f"sector:{one}" for one in sectors)})
        viewer = Viewer(id, relation, "", groups, ceiling)
        headers = (("authorization", f"Bearer {text}"),)
        self.readers.append(Reader(name, headers, viewer, reads, writes, id))

    def _token(self, organisation, scopes, ceiling, collections):
        made, _ = create_token(
            self.node, name=organisation, scopes=scopes, ceiling=ceiling, lasts_s=5 * 10**7, by="ann", collections=collections
        )  # fmt: skip
        return made.text

    def organisation(self, name):
        with self.node.reading() as connection:
            return find_organisation(connection, name).id

    # -- what is there --------------------------------------------------------------------------

    def note(self, label):
        """Write down every version that came since, each with ``label``: a label, or a function of the object."""
        with self.node.reading() as connection:
            aliases = dict(connection.execute(text("SELECT number, alias FROM collection")).all())
            rows = connection.execute(
                text(
                    "SELECT place, collection, id, version, version_key, body, added_us FROM object WHERE place IN "
                    "(SELECT min(place) FROM object GROUP BY collection, id, version_key, label) ORDER BY place"
                )
            ).all()
        known = {one.place for one in self.versions}
        new = {row[0] for row in rows} - known
        for place, collection, id, version, key, body, added_us in rows:
            if place in known:
                continue
            held = json.loads(bytes(body))
            alias = aliases[collection]
            words = [
                one
                for one in json.dumps(held).replace("\\n", " ").replace('"', " ").split()
                if one.startswith("needle")
            ]
            self.versions.append(
                Version(
                    place,
                    alias if alias in {"warnings", "inbox"} else "received",
                    id,
                    version,
                    key,
                    label(held) if callable(label) else label,
                    tuple(refs(held)),
                    bytes(body),
                    added_us,
                    words[-1] if words else "",
                )
            )

        for reader in self.readers:
            now = {one.place for one in self.seen(reader)}
            held = self.ever_since.get(reader.name, {})
            self.ever_since[reader.name] = {place: held.get(place, place in new) for place in now}

    def forget(self, places):
        self.versions = [one for one in self.versions if one.place not in places]

    def tick(self, seconds=1):
        self.now_us += seconds * 1_000_000

    def object(self, level, audience, *, type=None, of=None, refs_to=(), more=None):
        """A STIX object with these markings: a new one, or a new version of ``of``."""
        number = next(self.numbers)
        if of is not None:
            held = {**json.loads(of.body)}
            held.pop("granular_markings", None)
        else:
            type = type or self.chance.choice(["indicator", "indicator", "malware", "campaign"])
            id = f"{type}--{uuid.uuid5(uuid.NAMESPACE_OID, f'{self.seed} {number}')}"
            held = {"type": type, "spec_version": "2.1", "id": id, "created": "2025-01-01T00:00:00.000Z"}
            held |= {
                "indicator": {"pattern": f"[domain-name:value = 'd{number}.bad.example']", "pattern_type": "stix",
                              "valid_from": "2025-01-01T00:00:00Z"},
                "malware": {"is_family": False},
                "campaign": {},
                "identity": {"identity_class": "organization"},
                "relationship": {"relationship_type": "related-to"},
                "sighting": {},
                "report": {"published": "2025-01-01T00:00:00Z"},
                "note": {"content": "x"},
            }[type]  # fmt: skip
        held["name"] = f"needle{self.seed}x{next(self.words)}x"
        held["modified"] = f"2025-02-01T00:{number // 60 % 60:02d}:{number % 60:02d}.{number // 3600:03d}Z"
        markings = []
        if level == "odd":
            markings.append(UNKNOWN_MARKING)
        elif level is not None:
            markings.append(marking_id(level))
        if audience:
            markings.append(audience_marking_id(audience))
        held.pop("object_marking_refs", None)
        if markings:
            held["object_marking_refs"] = markings
        if refs_to and of is None:
            held |= _pointing(held["type"], list(refs_to))
        return held | (more or {})

    def markings(self):
        """A level and an audience, by chance."""
        level = self.chance.choice(LEVELS)
        audience = frozenset()
        if level == Tlp.RED or self.chance.random() < 0.3:
            names = [
                "sector:energy",
                "sector:dams",
                f"organisation:{self.organisation('Dock')}",
                "person:ann",
                "person:bob",
            ]
            audience = frozenset(self.chance.sample(names, self.chance.randint(1, 2)))
        return level, audience

    def label(self, level, audience, origin, channel):
        """What is meant: no marking is AMBER, one that is not known is for nobody."""
        tlp = {None: Tlp.AMBER, "odd": NOT_UNDERSTOOD}.get(level, level)
        return Label(int(tlp), "", audience, origin, channel)

    def define(self, audience):
        """Give out the definition of an audience; it is for that audience alone."""
        if not audience:
            return
        raw = audience_marking(audience)
        id = audience_marking_id(audience)
        if not any((one.id, one.collection) == (id, "warnings") for one in self.versions):
            self.publish_raw(raw, Label(int(Tlp.CLEAR), "", audience))

    def publish_raw(self, raw, label):
        done = publish(self.node, raw, name="test", by="ann", known_good="off")
        assert not done.problems, done.problems
        assert not done.intake.refused, done.intake.refused
        self.note(label)

    def publish(self, level, audience, **more):
        self.define(audience)
        made = self.object(level, audience, **more)
        self.publish_raw(json.dumps(made).encode(), self.label(level, audience, "", "published"))
        return made

    def receive(self, source, level, audience, **more):
        made = self.object(level, audience, **more)
        raw = [json.dumps(made).encode()]
        if audience:
            raw.insert(0, audience_marking(audience))
        origin = self.organisation(source)
        with self.node.reading() as connection:
            number = find_organisation(connection, source).number
            here = find_collection(connection, f"from-{number}")
        objects = [one for each in raw for one in read_objects(each).objects]

        def act(connection):
            return take_in(
                self.node, connection, here, objects, origin=origin, channel="received", act=None, by=source,
                now_us=self.now_us,
            )  # fmt: skip

        done = self.node.write(act)
        assert not done.refused, done.refused
        meant = self.label(level, audience, origin, "received")
        definition = Label(int(Tlp.CLEAR), "", audience, origin, "received")
        self.note(lambda held: definition if held["type"] == "marking-definition" else meant)
        return made

    def submit(self, member, level, audience, *, anonymous=False, **more):
        made = self.object(level, audience, **more)
        listed = [made]
        if audience:
            listed.insert(0, json.loads(audience_marking(audience)))
        body = json.dumps({"objects": listed}).encode()
        headers = [
            ("authorization", f"Bearer {self.tokens[member]}"),
            ("content-type", TAXII),
            ("accept", TAXII),
        ]
        if anonymous:
            headers.append(("tocsin-anonymous", "1"))
        answer = self.ask("POST", "/taxii2/api/collections/inbox/objects/", headers=headers, body=body)
        assert answer.status == 202, answer.body
        assert answer.json["failure_count"] == 0, answer.json
        origin = self.organisation(member)
        self.submissions[answer.json["id"]] = origin
        meant = self.label(level, audience, origin, "submitted")
        definition = Label(int(Tlp.CLEAR), "", audience, origin, "submitted")
        self.note(lambda held: definition if held["type"] == "marking-definition" else meant)
        return made, answer.json["id"]

    def release(self, id, level, audience, origin):
        try:
            done = inbox.release(self.node, id, by="ann")
        except BadInput:
            return  # nothing is left of it without its author
        meant = self.label(level, audience, origin, "published")
        definition = Label(int(Tlp.CLEAR), "", audience, origin, "published")
        self.note(lambda held: definition if held["type"] == "marking-definition" else meant)
        del done

    def withdraw(self, version):
        """There is a last word for those who may see any version, under each of its markings."""
        meant = {
            tuple(json.loads(one.body).get("object_marking_refs", ())): one.label
            for one in self.versions
            if (one.collection, one.id) == ("warnings", version.id)
        }
        withdraw(self.node, version.id, why="wrong", by="ann")
        self.note(lambda held: meant[tuple(held.get("object_marking_refs", ()))])

    # -- by chance ------------------------------------------------------------------------------

    def grow(self, steps):
        """Do ``steps`` things, by chance."""
        for _ in range(steps):
            self.tick()
            level, audience = self.markings()
            kind = self.chance.random()
            published = [
                one
                for one in self.versions
                if one.collection == "warnings" and not one.id.startswith("marking")
            ]
            targets = self._targets()
            if kind < 0.3:
                self.publish(level, audience)
            elif kind < 0.5 and targets:
                self.publish(
                    level,
                    audience,
                    type=self.chance.choice(["relationship", "sighting", "report", "note"]),
                    refs_to=targets,
                )
            elif kind < 0.6 and published:
                # A new version of ours under other markings.
                gone = {one.id for one in published if json.loads(one.body).get("revoked")}
                ours = [one for one in published if one.label.origin == "" and one.id not in gone]
                if ours:
                    self.publish(level, audience, of=self.chance.choice(ours))
            elif kind < 0.75:
                refs_to = targets if self.chance.random() < 0.5 else ()
                type = "relationship" if refs_to else None
                self.receive(
                    self.chance.choice(["Feed", "Upstream"]), level, audience, type=type, refs_to=refs_to
                )
            elif kind < 0.95:
                self._submit(level, audience, targets)
            elif published:
                last = {}
                for one in sorted(published, key=lambda one: one.version_key):
                    last[one.id] = one
                one = self.chance.choice(list(last.values()))
                if not json.loads(one.body).get("revoked"):
                    self.withdraw(one)

    def _submit(self, level, audience, targets):
        member = self.chance.choice(["Mill", "Dock", "Yard"])
        anonymous = self.chance.random() < 0.3
        refs_to = targets if self.chance.random() < 0.4 else ()
        made, submission = self.submit(
            member,
            level,
            audience,
            anonymous=anonymous,
            type="relationship" if refs_to else None,
            refs_to=refs_to,
        )
        then = self.chance.random()
        if then < 0.5:
            self.tick()
            origin = ANONYMOUS if anonymous else self.organisation(member)
            self.release(submission, level, audience, origin)
        elif then < 0.6:
            inbox.refuse(self.node, made["id"], why="known", by="ann")

    def _targets(self):
        """What to refer to: what is stored anywhere, what is nowhere, the node itself."""
        stored = [one.id for one in self.versions if not one.id.startswith("marking")]
        if not stored:
            return ()
        some = self.chance.sample(stored, min(len(stored), 2))
        if self.chance.random() < 0.2:
            some[-1] = f"malware--{uuid.uuid5(uuid.NAMESPACE_OID, f'nowhere {self.chance.random()}')}"
        return tuple(some)

    # -- the rules ------------------------------------------------------------------------------

    def seen(self, reader):
        """The versions that ``reader`` may see, wherever they lie.

        Its label is allowed, and of each object that it refers to and that is stored in its scope, some version is seen.
        """
        if reader.viewer is None:
            return []
        stored = {(one.scope, one.id) for one in self.versions}
        left = [one for one in self.versions if may_see(reader.viewer, one.label)]
        while True:
            shown = {(one.scope, one.id) for one in left}
            kept = [
                one
                for one in left
                if all((one.scope, id) in shown or (one.scope, id) not in stored for id in one.references)
            ]
            if len(kept) == len(left):
                return kept
            left = kept


def published_green(world):
    """A plain indicator that every member sees."""
    return next(
        one
        for one in world.versions
        if one.collection == "warnings"
        and one.label == Label(int(Tlp.GREEN))
        and one.id.startswith("indicator")
    )


def refs(held):
    """The ids that an object refers to; its markings are not among them."""
    for key, value in held.items():
        if key == "object_marking_refs":
            continue
        if key.endswith("_ref"):
            yield value
        elif key.endswith("_refs"):
            yield from value


def _pointing(type, ids):
    match type:
        case "relationship":
            return {"source_ref": ids[0], "target_ref": ids[-1]}
        case "sighting":
            return {"sighting_of_ref": ids[0]}
    return {"object_refs": ids}


__all__ = ["HOST", "START_US", "Reader", "Version", "World", "published_green", "refs"]
