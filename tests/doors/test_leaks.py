"""Nobody is shown what it may not see, and nobody is kept from what it may, through any route."""

from __future__ import annotations

import base64
import json
import re

import pytest

from doors.asking import Asking
from doors.matrix import Matrix
from doors.table import TABLE, routes_of
from doors.world import HOST, START_US, World, published_green
from tocsin.model.tlp import Tlp
from tocsin.service.exchange import inbox
from tocsin.service.exchange.access import access_of_token
from tocsin.service.exchange.inbox_list import list_inbox
from tocsin.service.exchange.members import add_member
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application

API = "/taxii2/api/collections/"


@pytest.fixture
def world(tmp_path, request):
    made = World(tmp_path, request.param)
    yield made
    made.close()


@pytest.mark.parametrize("world", [0], indirect=True)
def test_every_route_of_the_application_is_in_the_table(world):
    missing = routes_of(world.app) - TABLE.keys()
    assert not missing, f"say in tests/doors/table.py what {sorted(missing)} may tell"


@pytest.mark.parametrize("world", [1], indirect=True)
def test_what_each_reader_sees_through_each_route_is_what_the_rules_allow(world):
    world.grow(25)
    world.leave()
    matrix = Matrix(world)
    matrix.run(one_by_one=0.1, pages={"Mill", "visitor", "ann"})
    assert not matrix.wrong, "\n".join(matrix.wrong[:20])
    assert matrix.pairs > 2_000
    assert matrix.scanned > 2_000


# -- what is restricted changes nothing that others see -------------------------------------------


def answers(world, ids):
    """Every answer that each reader is given, byte for byte, at the same times of a clock."""
    world.now_us = START_US + 10**12
    ask = Asking(application(world.node, taxii_app(world.node), hosts=[HOST], secure=False), HOST)
    found = {}

    def get(reader, path, query="", method="GET", body=b""):
        world.now_us += 3_000_000
        headers = [
            *reader.headers,
            ("accept", "*/*"),
            *([("content-type", "application/json")] if body else ()),
        ]
        answer = ask(method, path, query, headers, body)
        found[reader.name, f"{method} {path}?{query}"] = (answer.status, answer.headers, answer.body)
        return answer

    for reader in world.readers:
        for method, path in sorted(routes_of(world.app)):
            # The log tells how many acts there were, and a receipt where the log stood; neither tells of objects.
            if (
                method != "GET"
                or TABLE.get((method, path)) in {"log", "own", None}
                or path.startswith("/log")
            ):
                continue
            for filled in filled_in(path, ids):
                if filled.endswith(("/objects/", "/manifest/")):
                    query = "limit=2&match[version]=all"
                    answer = get(reader, filled, query)
                    while answer.status == 200 and (mark := answer.json.get("next")):
                        answer = get(reader, filled, f"{query}&next={mark}")
                get(reader, filled)
        for path in ("/api/openings", "/api/inbox/states"):
            get(reader, path, method="POST", body=opened(world, ids))
    ask.close()
    return found


def filled_in(path, ids):
    alias = (
        [path.replace("{collection}", one) for one in ("warnings", "inbox")]
        if "{collection}" in path
        else [path]
    )
    return [
        one.replace("{id}", id)
        for one in alias
        for id in (ids if "{id}" in one else [""])
        if "{" not in one.replace("{id}", id)
    ]


def opened(world, ids):
    asked = [{"id": one.id, "version": one.version} for one in world.versions if one.id in ids]
    return json.dumps({"objects": asked}).encode()


def a_red_object(world):
    world.publish(Tlp.RED, frozenset())


def an_object_for_others(world):
    world.publish(Tlp.GREEN, frozenset({"sector:chemical"}))


def a_red_version_of_a_green_object(world):
    world.publish(Tlp.RED, frozenset(), of=published_green(world))


def a_version_for_others_of_a_green_object(world):
    world.publish(Tlp.GREEN, frozenset({"sector:chemical"}), of=published_green(world))


def a_green_relationship_to_a_red_object(world):
    red = world.publish(Tlp.RED, frozenset())
    world.publish(Tlp.GREEN, frozenset(), type="relationship", refs_to=(published_green(world).id, red["id"]))


def a_red_object_that_is_withdrawn(world):
    red = world.publish(Tlp.RED, frozenset())
    world.withdraw(next(one for one in world.versions if one.id == red["id"]))


def an_object_that_is_not_understood(world):
    world.publish("odd", frozenset())


def a_submission(world):
    world.submit("Mill", Tlp.AMBER, frozenset())


def a_submission_under_the_id_of_what_is_published(world):
    green = published_green(world)
    for level in (Tlp.CLEAR, Tlp.RED):
        world.submit("Mill", level, frozenset(), of=green)
    same = json.loads(green.body)
    world.submit(
        "Mill", Tlp.AMBER, frozenset(), of=green, more={"modified": same["modified"], "name": "another"}
    )


def a_submission_under_an_id_that_is_referred_to(world):
    """The published object names an author who is stored nowhere; then somebody sends that author."""
    author = {"id": world.author, "identity_class": "organization"}
    world.submit("Mill", Tlp.AMBER, frozenset(), type="identity", more=author)
    world.receive("Feed", Tlp.RED, frozenset(), type="identity", more=author)


def a_submission_that_is_refused(world):
    made, _ = world.submit("Mill", Tlp.AMBER, frozenset())
    inbox.refuse(world.node, made["id"], why="known", by="ann")


def an_object_of_a_feed_for_this_nodes_people(world):
    world.receive("Feed", Tlp.AMBER_STRICT, frozenset())


def a_member(world):
    add_member(world.node, name="Mine", sector_names=["dams"], by="ann")


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """A node with something of everything, and all its answers."""
    world = World(tmp_path_factory.mktemp("before"), 5)
    world.author = "identity--11111111-1111-4111-8111-111111111111"
    world.publish(Tlp.GREEN, frozenset(), type="indicator")
    world.publish(Tlp.GREEN, frozenset(), type="indicator", more={"created_by_ref": world.author})
    world.receive("Feed", Tlp.GREEN, frozenset(), type="indicator", more={"created_by_ref": world.author})
    world.publish(Tlp.AMBER, frozenset({"sector:dams"}))
    world.publish(Tlp.CLEAR, frozenset(), type="report", refs_to=(published_green(world).id,))
    world.submit("Dock", Tlp.AMBER, frozenset())
    world.readers = [
        one for one in world.readers if one.name in {"own amber+strict", "Dock", "Yard", "visitor", "ann"}
    ]
    ids = [published_green(world).id, world.versions[-1].id, world.author, *world.submissions]
    yield world, ids, [answers(world, ids)]
    world.close()


PUBLISHED = [
    a_red_object,
    an_object_for_others,
    a_red_version_of_a_green_object,
    a_version_for_others_of_a_green_object,
    a_green_relationship_to_a_red_object,
    a_red_object_that_is_withdrawn,
    an_object_that_is_not_understood,
]
SENT = [
    a_submission,
    a_submission_under_the_id_of_what_is_published,
    a_submission_under_an_id_that_is_referred_to,
    a_submission_that_is_refused,
]
OTHER = [an_object_of_a_feed_for_this_nodes_people, a_member]


@pytest.mark.parametrize("adding", [PUBLISHED, SENT, OTHER], ids=["published", "sent", "other"])
def test_what_is_restricted_changes_no_byte_header_or_count_of_who_may_not_see_it(before, adding):
    world, ids, held = before
    sees = {reader.name: {one.place for one in world.seen(reader)} for reader in world.readers}
    world.now_us = START_US + 10**9 + 10**7 * len(held) + 10**6 * len(world.versions)
    for add in adding:
        world.tick()
        add(world)
    after = answers(world, ids)
    may_not = {
        reader.name
        for reader in world.readers
        if {one.place for one in world.seen(reader)} == sees[reader.name]
    }
    assert may_not, "this is hidden from somebody"
    changed = [key for key, answer in after.items() if key[0] in may_not and answer != held[-1][key]]
    held.append(after)
    assert not changed


@pytest.mark.parametrize("world", [6], indirect=True)
def test_where_to_go_on_from_does_not_tell_how_many_lie_between(world):
    """A place is a collection's number and a count of all that ever came to it, hidden or not."""
    for _ in range(2):
        world.publish(Tlp.GREEN, frozenset(), type="indicator")
        world.publish(Tlp.RED, frozenset())
        world.submit("Mill", Tlp.AMBER, frozenset())
        world.submit("Dock", Tlp.AMBER, frozenset())
    mill = next(one for one in world.readers if one.name == "Mill")
    counts = {one.place & 0xFFFFFFFFFF for one in world.versions} | {one.place for one in world.versions}
    for path in (f"{API}warnings/objects/", f"{API}inbox/manifest/", "/warnings.json"):
        mark = world.ask("GET", path, "limit=1", mill.headers).json["next"]
        assert mark, path
        if path.startswith(API):
            data = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
            told = {int.from_bytes(data[start : start + 8], "big") for start in range(len(data) - 7)}
        else:
            told = {int(one) for one in re.findall("[0-9]+", mark)} - {1, 2}
        assert not told & counts, (path, mark)
    mark = list_inbox(world.node, access_of_token(world.node, world.tokens["Mill"]), limit=1).next
    assert int(mark) not in counts
