"""Which measures are in place, on a page: with their evidence, and beside them what others of the sector have."""

from __future__ import annotations

import json

import pytest

from service.exchange.conftest import hub, world
from service.exchange.test_benchmark import many, next_quarter, said, sent, word
from service.exchange.world import enrol, send
from tocsin.cli.main import main
from tocsin.service.exchange.inbox import items
from tocsin.service.measures.benchmark import publish_release
from tocsin.taxii.app import taxii_app
from tocsin.web.app import application
from web.browser import Browser
from web.things import MARKUP

__all__ = ["hub", "world"]


def browser(node):
    app = application(node, taxii_app(node), hosts=["127.0.0.1"], secure=False)
    return Browser(app).signed_in(node, "Ann")


@pytest.fixture
def member(world, hub):
    made = world.joined(hub, "Brookwater", "energy")
    said(made, "second-factor", "in-place", evidence=MARKUP, day="2025-03-01")
    said(made, "backups", "in-place")
    said(made, "segmentation", "partly")
    said(made, "logs", "absent")
    return made


def page(node, query=""):
    answer = browser(node).get("/posture", query)
    assert answer.status == 200
    return answer.body.decode()


def test_each_measure_stands_where_it_belongs_and_unknown_is_never_in_place(member):
    body = page(member)
    assert "1 measure is in place, with evidence" in body
    parts = [body.index(f'id="p-{key}"') for key in ("in-place", "claimed", "partly", "absent", "unknown")]
    assert parts == sorted(parts)
    places = [
        body.index(f'<p class="meta">{one}')
        for one in ("second-factor", "backups", "segmentation", "logs", "training")
    ]
    assert [sum(start < place for start in parts) for place in places] == [1, 2, 3, 4, 5]
    assert "No evidence is given." in body
    assert "look again" in body


def test_what_somebody_wrote_is_text(member):
    body = page(member)
    assert "<script>alert" not in body
    assert "&lt;script&gt;" in body


def test_a_node_of_which_nothing_is_said_says_how_to_begin(hub):
    body = page(hub)
    assert "No measure is in place with evidence" in body
    assert "tocsin posture assess --from ours.toml" in body
    assert "A hub makes one when 10 of its members in a sector or more have shared" in body


def test_what_most_have_and_is_not_noted_here_stands_first(world, hub, member):
    many(hub, 8, 3, measure="logs")
    many(hub, 3, 8, measure="training", names="t")
    next_quarter(world, member)
    publish_release(hub, by="ann")
    world.sync(member)
    body = page(member)
    first = body[body.index('id="gaps"') : body.index('id="p-in-place"')]
    assert "most or nearly all of Energy (more than 3 of 5); here not in place" in first
    assert first.count("<li>") == 1


def test_beside_each_stands_what_the_hub_tells_of_the_sector(world, hub, member):
    many(hub, 8, 3)
    next_quarter(world, member)
    day = publish_release(hub, by="ann").day.isoformat()
    world.sync(member)
    body = page(member)
    assert "Energy: <strong>most or nearly all have it</strong> (more than 3 of 5)" in body
    assert f"as Hub tells it; of 10 or more, {day}" in body
    assert "as this node tells it" in page(hub, "sector=energy")
    assert "No benchmark of Chemical is known here." in page(member, "sector=chemical")
    assert browser(member).get("/posture", "sector=nonsense").status == 400


def test_the_json_is_what_the_verb_prints(world, hub, member, monkeypatch, capsys):
    many(hub, 8, 3)
    next_quarter(world, member)
    publish_release(hub, by="ann")
    world.sync(member)
    monkeypatch.setattr("tocsin.cli.node.now_us", lambda: world.now_us)
    monkeypatch.setenv("TOCSIN_DATA", str(member.folder))
    capsys.readouterr()
    assert main(["posture", "show", "--format", "json"]) == 0
    told = browser(member).get("/posture.json").json
    assert told == json.loads(capsys.readouterr().out)
    assert told["benchmarks"][0]["measures"][0]["band"] == ["most", "nearly-all"]


def test_no_token_and_no_stranger_reads_it(world, hub, member):
    app = application(member, taxii_app(member), hosts=["127.0.0.1"], secure=False)
    answer = Browser(app).get("/posture.json")
    assert answer.status in {303, 401, 403, 404}
    assert b"second-factor" not in answer.body


def test_in_the_inbox_a_posture_is_looked_at_or_refused_and_not_released(world, hub, member):
    sent(world, member, anonymous=True)
    ann = browser(hub)
    listed = ann.get("/inbox").body.decode()
    assert "Which measures a member has" in listed
    assert "It counts as it lies here, and is never published." in listed
    assert 'value="release"' not in listed
    [item] = items(hub)
    shown = ann.get(f"/inbox/{item.id}").body.decode()
    assert "It counts as it lies here, in the next benchmark of its sector, and is never published." in shown
    assert 'value="release"' not in shown
    assert 'value="refuse"' in shown
    assert "What will be published" not in shown
    answer = ann.form("/inbox/decide", csrf=ann.csrf, id=item.id, do="release")
    assert b"a posture is never published" in answer.body.lower()


def test_what_is_not_a_posture_is_released_as_before(hub):
    access, _ = enrol(hub, "Riverton", "energy")
    send(
        hub, access, {**word(1), "type": "tool", "id": word(1)["id"].replace("posture", "tool"), "name": "x"}
    )
    assert 'value="release"' in browser(hub).get("/inbox").body.decode()
