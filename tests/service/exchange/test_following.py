"""What became of what a member sent: its sync brings the hub's decision, with the reason."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from dataclasses import replace

import pytest

from service.exchange.world import (
    Http,
    collection,
    enrol,
    finding,
    id_of,
    indicator,
    send,
    sighting,
    tell,
)
from taxii.client import AsgiClient
from tocsin.errors import BadInput, SourceUnavailable
from tocsin.limits import DECISION_CHARACTERS, SUBMISSION_FOLLOWED_S
from tocsin.model.tlp import Tlp
from tocsin.service.exchange import following
from tocsin.service.exchange.access import access_of_person, access_of_token
from tocsin.service.exchange.delete import delete
from tocsin.service.exchange.inbox import items, refuse, release, vet
from tocsin.service.exchange.inbox_list import own_states
from tocsin.service.exchange.node import moment
from tocsin.service.exchange.secrets_box import unsealed
from tocsin.service.exchange.sent_list import list_sent
from tocsin.service.exchange.share import offer, queue
from tocsin.service.exchange.source import list_hubs
from tocsin.service.exchange.statistics import warning_statistics
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


def answer_as(hub, number, *, saw, of=1):
    """A member that answers the warning: it saw it, or looked and did not."""
    access, _ = enrol(hub, f"Works {number}")
    send(hub, access, sighting(900 + number, of=id_of("indicator", of), count=3 if saw else 0))


DAY_S = 86_400


class TestSteps:
    def test_each_step_is_told_with_its_time(self, world, hub, one):
        share(one, 1)
        assert told(one).steps.received == ""
        world.wait(60)
        world.sync(one)
        sent_at = one.now_text
        world.wait(60)
        vet(hub, items(hub)[0].id, by="ann")
        vetted_at = hub.now_text
        world.wait(60)
        release(hub, items(hub)[0].id, by="ann")
        # No sync lay between: the hub still knows when it was vetted.
        world.wait(60)
        world.sync(one)
        held = told(one).steps
        assert (held.sent, held.received[:19], held.vetted, held.decided) == (
            sent_at,
            sent_at[:19],
            vetted_at,
            moment(hub.now_us - 60_000_000),
        )
        assert (held.taken, held.vetted_count, held.released, held.refused, held.undecided) == (1, 1, 1, 0, 0)

    def test_the_counts_add_up_at_every_step(self, world, hub, one):
        share(one, 1, 2, 3, 4)
        world.sync(one)
        acts = [
            lambda it: vet(hub, it[0].id, by="ann"),
            lambda it: release(hub, it[1].id, by="ann"),
            lambda it: refuse(hub, it[2].id, why="x", by="ann"),
            lambda it: refuse(hub, it[0].submission, why="y", by="ann"),
        ]
        for act in acts:
            act(items(hub))
            world.sync(one)
            held = told(one).steps
            assert held.released + held.refused + held.undecided == held.taken == 4
        assert (held.released, held.refused, held.vetted_count) == (1, 3, 1)

    def test_a_hub_that_says_only_what_it_is_now_is_heard_step_by_step(self, world, hub, one):
        """A hub of an earlier version: what was heard of the vetting stays known."""
        share(one, 1)
        world.sync(one)

        def older(body):
            held = json.loads(body)["states"]
            for state in held:
                del state["vetted"], state["came_of"]
            return json.dumps({"states": held}).encode()

        vet(hub, items(hub)[0].id, by="ann")
        at = hub.now_text
        world.wait(60)
        sent_with(world, one, older)
        release(hub, items(hub)[0].id, by="ann")
        sent_with(world, one, older)
        assert (told(one).steps.vetted, told(one).came_of) == (at, [])

    def test_a_member_of_an_earlier_version_reads_what_it_knows(self, world, hub, one):
        """It ignores what it does not know, as this one does."""
        share(one, 1)
        world.sync(one)
        refuse(hub, items(hub)[0].id, why="x", by="ann")

        def newer(body):
            held = json.loads(body)
            for state in held["states"]:
                state["unheard_of"] = {"more": [1]}
            return json.dumps({**held, "also": 1}).encode()

        done = sent_with(world, one, newer)
        assert (done.problems, [held.state for held in done.decided]) == ([], ["refused"])

    def test_what_was_kept_before_there_were_steps_is_read(self, world, hub, one):
        share(one, 1)
        world.sync(one)
        [sent] = items(hub)
        old = [
            {"id": sent.id, "version": sent.version, "state": "released", "why": "", "changed": one.now_text}
        ]
        body = json.dumps(old).encode()
        one.write(
            lambda connection: hubs.answered(
                connection, told(one).number, body, now_us=one.now_us, settled=True
            )
        )
        held = told(one)
        assert (held.steps.vetted, held.steps.released, held.came_of) == ("", 1, [])

    def test_what_the_hub_decided_stays_told_after_it_deleted_it(self, world, hub, one):
        share(one, 1, 2)
        world.sync(one)
        first, second = items(hub)
        refuse(hub, first.id, why="x", by="ann")
        world.sync(one)

        def gone(body):
            return json.dumps({"states": []}).encode()

        sent_with(world, one, gone)
        assert [(held.id, held.state) for held in told(one).answers] == [(first.id, "refused")]
        assert second.id != first.id


class TestWhatCameOfIt:
    def released(self, world, hub, one, *numbers):
        share(one, *(numbers or (1,)))
        world.sync(one)
        release(hub, items(hub)[-1].submission, by="ann")
        world.sync(one)

    def test_it_is_told_over_five_members_who_differ_and_over_fewer_not(self, world, hub, one):
        self.released(world, hub, one)
        for number in range(3):
            answer_as(hub, number, saw=number < 1)
        world.wait(DAY_S + 1)
        world.sync(one)
        assert told(one).came_of == []
        answer_as(hub, 3, saw=False)
        world.wait(DAY_S + 1)
        world.sync(one)
        [held] = told(one).came_of
        assert (held.about, held.name, held.sector) == (id_of("indicator", 1), "", "water-and-wastewater")
        assert (held.answered, held.yes) == (5, 2)

    def test_one_who_may_see_the_warning_reads_its_name(self, world, hub, one):
        self.released(world, hub, one)
        for number in range(4):
            answer_as(hub, number, saw=number < 1)
        world.wait(DAY_S + 1)
        world.sync(one)
        [held] = list_sent(one, access=access_of_person(one, "bea"), limit=5).sent
        assert held.came_of[0].name == "Warning 1"
        assert held.says == "Seen 2 times: Warning 1"

    def test_it_is_the_number_that_every_member_is_told(self, world, hub, one):
        self.released(world, hub, one)
        for number in range(6):
            answer_as(hub, number, saw=number < 2)
        world.wait(DAY_S + 1)
        world.sync(one)
        access = access_of_token(hub, unsealed(one, list_hubs(one)[0].token))
        figures = {
            held.sector: (held.answered, held.yes)
            for held in warning_statistics(hub, access, id_of("indicator", 1))
            if held.answered is not None
        }
        assert {held.sector: (held.answered, held.yes) for held in told(one).came_of} == figures

    def test_of_what_is_not_released_nothing_is_told(self, world, hub, one):
        share(one, 1)
        world.sync(one)
        for number in range(6):
            answer_as(hub, number, saw=number < 2)
        [sent] = [held for held in items(hub) if held.id not in {sighting(900 + n)["id"] for n in range(6)}]
        vet(hub, sent.id, by="ann")
        world.sync(one)
        assert told(one).came_of == []
        access = access_of_token(hub, unsealed(one, list_hubs(one)[0].token))
        [state] = own_states(hub, access, [(sent.id, sent.version)])
        assert (state.state, state.came_of) == ("vetted", [])

    def test_it_is_asked_once_a_day_for_a_while_and_then_no_more(self, world, hub, one, monkeypatch):
        monkeypatch.setattr(following, "OUTCOME_FOLLOWED_S", 3 * DAY_S)
        self.released(world, hub, one)
        asked = len(questions(world))
        world.sync(one)
        assert len(questions(world)) == asked
        world.wait(DAY_S + 1)
        world.sync(one)
        world.sync(one)
        assert len(questions(world)) == asked + 1
        world.wait(3 * DAY_S)
        world.sync(one)
        assert len(questions(world)) == asked + 2
        world.wait(2 * DAY_S)
        world.sync(one)
        assert len(questions(world)) == asked + 2

    def test_of_what_was_refused_whole_nothing_is_asked_again(self, world, hub, one):
        share(one, 1)
        world.sync(one)
        refuse(hub, items(hub)[0].id, why="x", by="ann")
        world.sync(one)
        asked = len(questions(world))
        world.wait(DAY_S + 1)
        world.sync(one)
        assert len(questions(world)) == asked

    def test_of_what_was_sent_anonymously_it_is_never_asked(self, world, hub, one):
        share(one, 1, anonymous=True)
        world.sync(one)
        release(hub, items(hub)[0].id, by="ann")
        for number in range(6):
            answer_as(hub, number, saw=number < 2)
        world.wait(DAY_S + 1)
        world.sync(one)
        assert questions(world) == []
        assert (told(one).came_of, told(one).steps.received[:10]) == ([], told(one).steps.sent[:10])

    def test_those_that_are_decided_keep_no_undecided_one_from_being_asked_for(
        self, world, hub, one, monkeypatch
    ):
        monkeypatch.setattr(following, "SUBMISSIONS_FOLLOWED", 1)
        for number in (1, 2):
            share(one, number)
            world.sync(one)
            release(hub, items(hub)[-1].submission, by="ann")
            world.sync(one)
        share(one, 3)
        world.sync(one)
        world.wait(DAY_S + 1)
        before = len(questions(world))
        world.sync(one)
        asked = [held["id"] for question in questions(world)[before:] for held in question["objects"]]
        assert items(hub)[-1].id in asked
        assert len(asked) == 2

    @pytest.mark.parametrize(
        "lie",
        [
            {"sector": "atlantis", "answered": 7, "yes": 2},
            {"sector": "energy", "answered": 2, "yes": 7},
        ],
        ids=["no sector", "more than answered"],
    )
    def test_what_is_no_figure_is_not_kept(self, world, hub, one, lie):
        share(one, 1)
        world.sync(one)
        release(hub, items(hub)[0].id, by="ann")

        def change(body):
            held = json.loads(body)
            held["states"][0]["came_of"] = [{**lie, "as_of": hub.now_text}] * 100
            return json.dumps(held).encode()

        done = sent_with(world, one, change)
        assert done.problems == []
        assert told(one).came_of == []

    def test_a_sector_is_told_once_whatever_a_hub_sends(self, world, hub, one):
        share(one, 1)
        world.sync(one)
        release(hub, items(hub)[0].id, by="ann")

        def change(body):
            held = json.loads(body)
            figure = {"sector": "energy", "answered": 7, "yes": 2, "as_of": hub.now_text}
            held["states"][0]["came_of"] = [figure] * 5_000
            return json.dumps(held).encode()

        sent_with(world, one, change)
        assert len(told(one).came_of) == 1


@pytest.mark.parametrize("seed", range(4))
def test_what_other_members_send_changes_no_byte_of_what_a_reporter_is_told(world, hub, one, seed):
    """Fewer others than a statistic needs do what they like, and the hub decides on it: nothing of it is told."""
    chance = random.Random(seed)
    others = [enrol(hub, f"Works {number}")[0] for number in range(3)]
    numbers = (1, 2, 3)
    share(one, *numbers)
    world.sync(one)
    first, second, _ = (held.id for held in items(hub))
    release(hub, first, by="ann")
    vet(hub, second, by="ann")
    token = unsealed(one, list_hubs(one)[0].token)
    own = [(held.id, held.version) for held in items(hub)]
    mine = {held.id for held in items(hub)}

    def asked():
        """All that the hub answers this member about the inbox, byte for byte."""
        headers = [("authorization", f"Bearer {token}"), ("content-type", "application/json")]
        body = json.dumps({"objects": [{"id": id, "version": version} for id, version in own]}).encode()
        ask = AsgiClient(world.apps["hub.example"])
        host = ("host", "hub.example")
        answers = [
            ask.request(
                "POST", "/api/inbox/states", "", [*headers, host, ("content-length", str(len(body)))], [body]
            )
        ]
        answers += [
            ask.request("GET", path, "", [*headers, host])
            for path in ("/api/inbox", "/inbox.csv", f"/inbox/{first}.json", "/inbox/submissions.json")
        ]
        return [(answer.status, answer.body) for answer in answers]

    before = asked()
    assert [status for status, _ in before] == [200, 200, 200, 200, 403]
    for step in range(12):
        who = chance.choice(others)
        about = id_of("indicator", chance.choice(numbers))
        made = chance.choice(
            [
                sighting(500 + step, of=about, count=chance.choice([0, 3])),
                sighting(500 + step, of=about, tlp=chance.choice([Tlp.RED, Tlp.AMBER_STRICT])),
                # The very id and version that the reporter's own object has.
                {
                    **sighting(500 + step, of=about),
                    **dict(zip(("id", "modified"), chance.choice(own), strict=True)),
                },
                indicator(500 + step, tlp=Tlp.RED),
            ]
        )
        send(hub, who, made, anonymous=chance.random() < 0.4)
        theirs = [
            held
            for held in items(hub, states=["new", "vetted"])
            if held.organisation == who.organisation.number and held.id not in mine
        ]
        if theirs:
            act = chance.choice([vet, release, lambda *held, **more: refuse(*held, why="x", **more)])
            with suppress(BadInput):
                act(hub, chance.choice(theirs).submission, by="ann")
        assert asked() == before, step


LIES = {
    "no json": lambda body: b"<html>",
    "no states": lambda body: b"{}",
    "a nest": lambda body: b'{"states":' + b"[" * 100_000,
    "no text": lambda body: b"\xff\xfe",
    "a state that is none": lambda body: body.replace(b'"refused"', b'"<b>"'),
    "half a character": lambda body: body.replace(b'"why":"x"', b'"why":"\\ud800"'),
    "a time that is none": lambda body: body.replace(b'"changed":"', b'"changed":"<b>'),
    "a vetting that is no time": lambda body: body.replace(b'"vetted":""', b'"vetted":"<b>"'),
    "figures that are none": lambda body: body.replace(b'"came_of":[]', b'"came_of":[7]'),
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
