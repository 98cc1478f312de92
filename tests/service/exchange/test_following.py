"""What became of what a member sent: its sync brings the hub's decision, with the reason."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from service.exchange.world import Http, collection, finding, id_of, indicator, send, sighting, tell
from tocsin.errors import SourceUnavailable
from tocsin.limits import DECISION_CHARACTERS, SUBMISSION_FOLLOWED_S
from tocsin.service.exchange import following
from tocsin.service.exchange.access import access_of_person, access_of_token
from tocsin.service.exchange.delete import delete
from tocsin.service.exchange.inbox import items, refuse, release, vet
from tocsin.service.exchange.inbox_list import own_states
from tocsin.service.exchange.secrets_box import unsealed
from tocsin.service.exchange.sent_list import list_sent
from tocsin.service.exchange.share import offer, queue
from tocsin.service.exchange.source import list_hubs
from tocsin.store import hubs
from tocsin.store.objects import Query


@pytest.fixture
def one(world, hub):
    tell(hub, *[indicator(number) for number in range(1, 9)])
    return world.joined(hub, "Riverton")


def share(node, *numbers, anonymous=False, to="Hub"):
    found = [finding(number, warning=id_of("indicator", number)) for number in numbers]
    return queue(node, offer(node, found, to, anonymous=anonymous))


def told(node, number=None):
    return next(one for one in list_sent(node, limit=50).sent if number in {None, one.number})


def questions(world):
    return [json.loads(body) for _, url, _, body in world.asked if url.endswith("/api/inbox/states")]


def sent_with(world, node, change):
    """Sync while the hub's answer to what became of things is passed through ``change``."""

    class Lying(Http):
        def request(self, method, url, *rest, **more):
            answer = super().request(method, url, *rest, **more)
            return replace(answer, body=change(answer.body)) if "inbox/states" in url else answer

    honest = world.client
    world.client = lambda url: Lying(world)
    try:
        [done] = world.sync(node)
    finally:
        world.client = honest
    return done


def test_a_refusal_reaches_the_member_with_the_reason(world, hub, one):
    share(one, 1)
    world.sync(one)
    assert told(one).state == "sent"
    [sent] = items(hub)
    refuse(hub, sent.id, why="a test of ours", by="ann")
    done = world.sync(one)[0]
    assert [(held.id, held.state, held.why) for held in done.decided] == [
        (sent.id, "refused", "a test of ours")
    ]
    held = told(one)
    assert held.state == "refused"
    assert [(held.id, held.state, held.why) for held in held.answers] == [
        (sent.id, "refused", "a test of ours")
    ]


def test_what_was_sent_is_read_once_to_follow_it(world, one, statements):
    for number in (1, 2, 3):
        share(one, number)
    world.sync(one)
    with statements() as said:
        world.sync(one)
    assert len(questions(world)) == 2
    assert len([it for it in said if "outgoing.body" in it and "outgoing.number = " in it]) == 3


def test_who_decided_is_not_told(world, hub, one):
    share(one, 1)
    world.sync(one)
    refuse(hub, items(hub)[0].id, why="x", by="Ann of the hub")
    world.sync(one)
    assert "Ann of the hub" not in str(told(one))


def test_each_step_is_told_until_it_is_decided_and_then_not_asked_for(world, hub, one):
    share(one, 1)
    seen = []
    for step in (None, vet, release, None, None):
        if step is not None:
            step(hub, items(hub)[0].id, by="ann")
        world.sync(one)
        seen.append([held.state for held in told(one).answers])
    assert seen == [["new"], ["vetted"], ["released"], ["released"], ["released"]]
    assert len(questions(world)) == 3


def test_a_decision_is_news_once(world, hub, one):
    share(one, 1, 2)
    world.sync(one)
    first, second = items(hub)
    refuse(hub, first.id, why="x", by="ann")
    assert [held.id for held in world.sync(one)[0].decided] == [first.id]
    assert world.sync(one)[0].decided == []
    refuse(hub, second.id, why="x", by="ann")
    assert [held.id for held in world.sync(one)[0].decided] == [second.id]


def test_what_is_released_in_part_is_released_and_what_is_refused_whole_is_refused(world, hub, one):
    number = share(one, 1, 2)
    world.sync(one)
    first, second = items(hub)
    refuse(hub, first.id, why="x", by="ann")
    world.sync(one)
    assert told(one, number).state == "sent"
    vet(hub, second.id, by="ann")
    world.sync(one)
    assert told(one, number).state == "vetted"


def test_what_was_sent_anonymously_is_never_asked_for(world, hub, one):
    share(one, 1, anonymous=True)
    named = share(one, 2)
    world.sync(one)
    for held in items(hub):
        refuse(hub, held.id, why="x", by="ann")
    world.sync(one)
    hidden = next(held.id for held in items(hub) if held.anonymous)
    assert hidden not in str(questions(world))
    assert questions(world)
    assert [bool(held.answers) for held in list_sent(one, limit=9).sent] == [True, False]
    assert told(one, named).state == "refused"


def test_of_what_was_sent_anonymously_the_hub_tells_nothing_to_who_asks(world, hub, one):
    share(one, 1, anonymous=True)
    world.sync(one)
    [sent] = items(hub)
    access = access_of_token(hub, unsealed(one, list_hubs(one)[0].token))
    assert own_states(hub, access, [(sent.id, sent.version)]) == []


def test_another_member_learns_nothing(world, hub, one):
    share(one, 1)
    world.sync(one)
    [sent] = items(hub)
    other = world.joined(hub, "Other")
    own, others = (access_of_token(hub, unsealed(node, list_hubs(node)[0].token)) for node in (one, other))
    assert len(own_states(hub, own, [(sent.id, sent.version)])) == 1
    assert own_states(hub, others, [(sent.id, sent.version)]) == []
    # Who runs the hub reads the inbox; what it submitted itself is another question.
    assert own_states(hub, access_of_person(hub, "ann"), [(sent.id, sent.version)]) == []
    assert own_states(hub, replace(own, collections=("warnings",)), [(sent.id, sent.version)]) == []
    assert own_states(hub, own, [(sent.id, "2020-01-01T00:00:00Z"), ("\0", "")]) == []


def test_of_two_members_with_one_object_each_is_told_its_own(world, hub, one):
    other = world.joined(hub, "Other")
    own, others = (access_of_token(hub, unsealed(node, list_hubs(node)[0].token)) for node in (one, other))
    same = sighting(1)
    mine = send(hub, own, same).id
    send(hub, others, same)
    refuse(hub, mine, why="x", by="ann")
    asked = [(same["id"], same["modified"])]
    assert [held.state for held in own_states(hub, own, asked)] == ["refused"]
    assert [held.state for held in own_states(hub, others, asked)] == ["new"]


def test_many_are_asked_for_together_and_bounded_and_in_turn(world, hub, one, monkeypatch):
    numbers = [share(one, number) for number in range(1, 7)]
    world.sync(one)
    assert [len(held["objects"]) for held in questions(world)] == [6]
    monkeypatch.setattr(following, "SUBMISSIONS_FOLLOWED", 2)
    for _ in range(3):
        world.wait(1)
        world.sync(one)
    assert [len(held["objects"]) for held in questions(world)[1:]] == [2, 2, 2]
    asked = [held["id"] for question in questions(world)[1:] for held in question["objects"]]
    assert len(set(asked)) == len(numbers)


def test_no_question_holds_more_than_the_hub_takes(world, hub, one, monkeypatch):
    for number in range(1, 6):
        share(one, number)
    monkeypatch.setattr(following, "OBJECTS_A_POST", 2)
    done = world.sync(one)[0]
    assert done.problems == []
    assert [len(held["objects"]) for held in questions(world)] == [2, 2, 1]


def test_one_that_broke_off_goes_on_at_the_next(world, hub, one):
    share(one, 1)
    world.sync(one)
    refuse(hub, items(hub)[0].id, why="x", by="ann")

    def fault(stage, method, url):
        if "inbox/states" in url:
            raise SourceUnavailable("the connection broke off")

    world.fault = fault
    done = world.sync(one)[0]
    assert isinstance(done.problems[0], SourceUnavailable)
    world.fault = lambda *_: None
    assert [held.state for held in world.sync(one)[0].decided] == ["refused"]


def test_what_nobody_decides_is_not_asked_for_for_ever(world, hub, one):
    share(one, 1)
    world.sync(one)
    with one.reading() as connection:
        [held] = hubs.outgoing_for(connection, "Hub", waiting=False)
        for after_us, count in ((0, 1), (1, 0)):
            since = held.sent_us - 1 + after_us
            assert len(hubs.open_outgoing(connection, "Hub", since_us=since, limit=9)) == count
    assert SUBMISSION_FOLLOWED_S == 365 * 86_400


def test_what_the_hub_does_not_have_any_more_is_no_decision(world, hub, one):
    share(one, 1)
    world.sync(one)
    [sent] = items(hub)
    access = access_of_token(hub, unsealed(one, list_hubs(one)[0].token))
    delete(hub, access, collection(hub, "inbox"), Query(ids=(sent.id,), versions=("all",)))
    done = world.sync(one)[0]
    assert (done.decided, done.problems) == ([], [])
    assert told(one).state == "sent"
    before = len(questions(world))
    world.sync(one)
    assert len(questions(world)) == before + 1


LIES = {
    "no json": lambda body: b"<html>",
    "no states": lambda body: b"{}",
    "a nest": lambda body: b'{"states":' + b"[" * 100_000,
    "no text": lambda body: b"\xff\xfe",
    "a state that is none": lambda body: body.replace(b'"refused"', b'"<b>"'),
    "half a character": lambda body: body.replace(b'"why":"x"', b'"why":"\\ud800"'),
    "a time that is none": lambda body: body.replace(b'"changed":"', b'"changed":"<b>'),
    "a time without end": lambda body: body.replace(b'"changed":"2026', b'"changed":"' + b"9" * 10_000),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_a_hub_lies_about_is_told_and_nothing_of_it_is_kept(world, hub, one, lie):
    share(one, 1)
    world.sync(one)
    refuse(hub, items(hub)[0].id, why="x", by="ann")
    done = sent_with(world, one, LIES[lie])
    assert [type(problem) for problem in done.problems] == [SourceUnavailable]
    assert "Hub" in done.problems[0].what
    assert done.decided == []
    assert told(one).state == "sent"
    assert [held.state for held in world.sync(one)[0].decided] == ["refused"]


def test_what_was_not_asked_for_is_not_kept(world, hub, one):
    share(one, 1)
    world.sync(one)

    def change(body):
        held = json.loads(body)["states"]
        other = {**held[0], "id": id_of("sighting", 99), "state": "released"}
        return json.dumps({"states": [*held, other] * 50}).encode()

    assert sent_with(world, one, change).decided == []
    assert len(told(one).answers) == 1


def test_a_reason_without_end_is_cut(world, hub, one):
    share(one, 1)
    world.sync(one)
    refuse(hub, items(hub)[0].id, why="\u202e<script>" + "x" * 10_000, by="ann")
    [decided] = world.sync(one)[0].decided
    assert len(decided.why) == len(told(one).answers[0].why) == DECISION_CHARACTERS
