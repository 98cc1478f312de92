"""What this node sent, in words: four steps with their times, and what came of it."""

from __future__ import annotations

import pytest

from tocsin.service.exchange.following import Answer
from tocsin.service.exchange.sent_list import CameOfTold, Sent, Steps
from tocsin.service.exchange.sent_words import outcome, steps_told
from tocsin.sharing.statistics import WITHHELD

AT = [f"2026-11-27T0{hour}:00:00.000Z" for hour in range(6)]


def sent(
    *, objects=1, taken=1, released=0, refused=0, vetted=0, anonymous=False, whys=(), came_of=(), left=True
):
    decided = released + refused
    steps = Steps(
        sent=AT[1] if left else "",
        received=AT[2] if taken else "",
        taken=taken,
        vetted=AT[3] if vetted else "",
        vetted_count=vetted,
        decided=AT[4] if decided else "",
        released=released,
        refused=refused,
        undecided=max(0, taken - decided),
    )
    answers = [Answer(id="x", version="", state="refused", why=why, changed=AT[4]) for why in whys]
    return Sent(
        number=1,
        hub="Water ISAC",
        anonymous=anonymous,
        queued=AT[0],
        sent=steps.sent,
        state="sent",
        objects=objects,
        says="Seen",
        types={"sighting": objects},
        taken=taken,
        steps=steps,
        came_of=list(came_of),
        failed=[],
        answers=answers,
        receipt=True,
        body="",
    )


def figure(about="indicator--1", name="Storm", sector="energy"):
    return CameOfTold(about=about, name=name, sector=sector, answered=7, yes=3, as_of=AT[5])


@pytest.mark.parametrize(
    ("held", "steps"),
    [
        (
            sent(taken=0, left=False),
            [
                ("Sent", "waits for the next sync"),
                ("Received", "not yet"),
                ("Vetted", "not yet"),
                ("Decided", "not yet"),
            ],
        ),
        (
            sent(taken=0),
            [("Sent", ""), ("Received", "not taken"), ("Vetted", "not yet"), ("Decided", "not yet")],
        ),
        (sent(), [("Sent", ""), ("Received", ""), ("Vetted", "not yet"), ("Decided", "not yet")]),
        (
            sent(objects=3, taken=2),
            [("Sent", ""), ("Received", "2 of 3"), ("Vetted", "not yet"), ("Decided", "not yet")],
        ),
        (
            sent(objects=3, taken=3, vetted=2),
            [("Sent", ""), ("Received", ""), ("Vetted", "2 of 3"), ("Decided", "not yet")],
        ),
        (sent(vetted=1, released=1), [("Sent", ""), ("Received", ""), ("Vetted", ""), ("Released", "")]),
        (sent(released=1), [("Sent", ""), ("Received", ""), ("Vetted", "not noted"), ("Released", "")]),
        (sent(refused=1), [("Sent", ""), ("Received", ""), ("Vetted", "not noted"), ("Refused", "")]),
        (
            sent(objects=5, taken=5, vetted=5, released=2, refused=3),
            [("Sent", ""), ("Received", ""), ("Vetted", ""), ("Decided", "released 2, refused 3 of 5")],
        ),
        (
            sent(objects=5, taken=5, released=2),
            [("Sent", ""), ("Received", ""), ("Vetted", "not yet"), ("Released", "released 2 of 5")],
        ),
        (
            sent(anonymous=True),
            [("Sent", ""), ("Received", ""), ("Vetted", "not asked"), ("Decided", "not asked")],
        ),
    ],
)
def test_the_four_steps_are_told(held, steps):
    assert [(step.name, step.note) for step in steps_told(held)] == steps


def test_each_step_has_its_time():
    assert [step.at for step in steps_told(sent(vetted=1, released=1))] == AT[1:5]


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (sent(taken=0, left=False), "It has not left this machine."),
        (sent(taken=0), "Water ISAC took nothing of it."),
        (sent(), "1 object waits for a decision."),
        (sent(anonymous=True), "It is not asked what came of it: the question would tell who sent it."),
        (sent(refused=1, whys=["A test."]), "1 object was refused: A test."),
        (sent(objects=2, taken=2, refused=2, whys=["a", "a"]), "2 objects were refused: a."),
        (sent(refused=1), "1 object was refused: no reason is given."),
        (sent(released=1), f"1 object was published to the members whom the marking allows. {WITHHELD}"),
        (
            sent(released=1, came_of=[figure()]),
            (
                "1 object was published to the members whom the marking allows. "
                "Energy: 3 of 7 members who answered saw it, as of 2026-11-27."
            ),
        ),
        (
            sent(released=1, came_of=[figure("vulnerability--1")]),
            (
                "1 object was published to the members whom the marking allows. "
                "Energy: 3 of 7 members who answered are affected, as of 2026-11-27."
            ),
        ),
    ],
)
def test_what_came_of_it_is_told(held, words):
    assert outcome(held) == words


def test_of_several_things_it_is_told_of_which_a_number_is():
    told = outcome(sent(objects=2, taken=2, released=2, came_of=[figure(), figure("indicator--2", "")]))
    assert "saw it (of Storm)" in told
    assert "saw it (of indicator--2)" in told
