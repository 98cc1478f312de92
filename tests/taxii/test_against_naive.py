"""Whatever is stored and asked, and however it is paged, a reader gets what the standard says and nothing else."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from sqlalchemy import delete, select

from taxii.client import AsgiClient
from taxii.hub import Hub
from taxii.naive import Collection, Question, Row, instant
from tocsin.model.tlp import Tlp, marking_id
from tocsin.store.schema import object_
from tocsin.taxii.app import taxii_app

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OBJECTS = "/api/collections/warnings/objects/"
MANIFEST = "/api/collections/warnings/manifest/"
TYPES = ("indicator", "malware", "relationship", "ipv4-addr")
READERS = ("own", "member", "green", "reader")
VERSIONS = (
    "2025-01-01T00:00:00Z",
    "2025-01-01T00:00:00.5Z",
    "2025-01-02T00:00:00.000Z",
    "2025-03-01T00:00:00.123456Z",
)
LEVELS = {
    "clear": Tlp.CLEAR,
    "green": Tlp.GREEN,
    "amber": Tlp.AMBER,
    "amber+strict": Tlp.AMBER_STRICT,
    "red": Tlp.RED,
}


def id_of(type, number):
    return f"{type}--{uuid.uuid5(uuid.NAMESPACE_URL, f'{type}{number}')}"


@st.composite
def objects(draw):
    type = draw(st.sampled_from(TYPES))
    tlp = draw(st.sampled_from(list(LEVELS)))
    made = {
        "type": type,
        "id": id_of(type, draw(st.integers(0, 2))),
        "object_marking_refs": [marking_id(LEVELS[tlp])],
    }
    if type == "ipv4-addr":
        return {**made, "value": "198.51.100.1"}, tlp
    if draw(st.integers(0, 4)):
        made["spec_version"] = "2.1"
    made |= {"created": "2020-01-01T00:00:00Z", "modified": draw(st.sampled_from(VERSIONS))}
    if type == "indicator":
        made |= {"pattern": "[a:b = 1]", "pattern_type": "stix", "valid_from": "2020-01-01T00:00:00Z"}
    if type == "relationship":
        made |= {"relationship_type": "indicates"}
        made |= {"source_ref": id_of("indicator", draw(st.integers(0, 2))), "target_ref": id_of("malware", 0)}
    return made, tlp


def listed(values):
    return st.none() | st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)


questions = st.builds(
    Question,
    ids=listed([id_of(type, number) for type in TYPES for number in range(3)]),
    types=listed([*TYPES, "tool"]),
    versions=listed(["first", "last", *VERSIONS, "2001-01-01T00:00:00Z"]) | st.just(("all",)),
    spec_versions=listed(["2.0", "2.1", "9.9"]),
)

batches = st.lists(objects(), min_size=1, max_size=6)


class World:
    """One hub for all examples; each has a collection of its own, that is: its objects are taken away after it."""

    def __init__(self, folder):
        self.hub = Hub(folder)
        app = taxii_app(self.hub.node)
        member, _ = self.hub.member("Water works")
        tokens = {
            "own": self.hub.own,
            "member": member,
            "green": self.hub.token("Water works", ceiling=Tlp.GREEN),
            "reader": self.hub.token("A reader"),
        }
        self.clients = {name: AsgiClient(app, token) for name, token in tokens.items()}
        self.model = Collection()

    def begin(self):
        self.hub.node.write(lambda connection: connection.execute(delete(object_)))
        self.model = Collection()

    def hidden(self, reader):
        seen = self.model.seen(reader)
        return {
            key(row.object)
            for row in self.model.rows
            if row.object["type"] == "relationship" and row not in seen
        }

    def write(self, batch):
        new = {}
        known = {(row.id, row.version) for row in self.model.rows}
        for made, tlp in batch:
            row = Row(0, EPOCH, made, tlp)
            if (row.id, row.version) not in known:
                new.setdefault((row.id, row.version), row)
        if not new:
            return
        self.hub.now_us += 1
        self.hub.publish(*(row.object for row in new.values()))
        with self.hub.node.reading() as connection:
            added = connection.execute(
                select(object_.c.place, object_.c.added_us).order_by(object_.c.place)
            ).all()
        for (place, us), row in zip(added[-len(new) :], new.values(), strict=True):
            self.model.rows.append(Row(place, EPOCH + timedelta(microseconds=us), row.object, row.tlp))


def key(obj):
    return obj["id"], obj.get("modified", "")


def test_every_question_is_answered_as_the_standard_says_and_no_page_loses_anything(tmp_path):
    world = World(tmp_path / "hub")

    @settings(
        max_examples=150,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )
    @given(
        batches,
        questions,
        st.sampled_from(READERS),
        st.integers(1, 5),
        st.lists(st.sampled_from(["next", "added", "both"]), min_size=1, max_size=4),
        st.lists(st.none() | batches, max_size=4),
    )
    def check(first, question, reader, limit, ways, between):
        world.begin()
        world.write(first)
        client = world.clients[reader]

        # At once: exactly what is owed, in order; objects and manifest alike.
        whole = client.get(OBJECTS, question.parameters)
        assert whole.status == 200
        owed = world.model.asked(reader, question)
        assert [key(one) for one in whole.json.get("objects", [])] == [key(row.object) for row in owed]
        records = client.get(MANIFEST, question.parameters).json.get("objects", [])
        assert [(one["id"], instant(one["date_added"])) for one in records] == [
            (row.id, row.added) for row in owed
        ]
        for row in owed[:1]:
            one = client.get(f"{OBJECTS}{row.id}/versions/").json.get("versions", [])
            every = world.model.asked(reader, Question(ids=(row.id,), versions=("all",)))
            assert [instant(text) for text in one] == [r.version for r in every]

        # In pages, by either way, with writes between them.
        got, more, number = [], True, 0
        entitled = {key(row.object) for row in owed}
        must = list(owed)
        hidden = world.hidden(reader)
        step = {}
        while more:
            answer = client.get(OBJECTS, {**question.parameters, "limit": str(limit), **step})
            assert answer.status == 200
            page = answer.json.get("objects", [])
            assert len(page) <= limit
            got += [key(one) for one in page]
            more = answer.json.get("more", False)
            way = ways[number % len(ways)]
            step = {}
            if way in {"added", "both"}:
                step["added_after"] = answer.headers["x-taxii-date-added-last"]
            if way in {"next", "both"} and more:
                step["next"] = answer.json["next"]
            if number < len(between) and between[number] and more:
                world.write(between[number])
                now = world.model.asked(reader, question)
                entitled |= {key(row.object) for row in now}
                # What is not asked for any more (a later "last" came) need not come.
                must = now
                hidden |= world.hidden(reader)
            number += 1
            assert number < 200
        assert len(got) == len(set(got)), "each once"
        assert set(got) <= entitled, "nothing else"
        # What was hidden because of what it refers to, and is not any more, has the stamp that it always had.
        assert {key(row.object) for row in must} - hidden <= set(got), "everything"

    check()
    world.hub.node.close()
