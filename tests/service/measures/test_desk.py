"""Where plans are made for pages: one at a time, kept, and nobody waits."""

from __future__ import annotations

import threading

import msgspec
import pytest

from tocsin.errors import SourceUnavailable
from tocsin.limits import PLANS_KEPT
from tocsin.measures.attempt import Attempt, Stage
from tocsin.measures.chance import Model
from tocsin.measures.choose.choice import Wish
from tocsin.measures.learned import Observation, Outcome, learned_of
from tocsin.service.measures.desk import PlanDesk, in_a_process
from tocsin.service.measures.known import catalogue_of, known
from tocsin.service.measures.learned import learned_catalogue
from tocsin.service.measures.plan import Asked, plan
from tocsin.service.measures.plan_process import Question

STAGES = (Stage("initial-access", ("T1133",)),)
ATTEMPTS = tuple(
    Attempt(id=f"incident--{number}", name=f"No. {number}", kind="incident", stages=STAGES)
    for number in range(3)
)


def question(measures=2, **more):
    return Question(attempts=ATTEMPTS, wish=Wish(measures=measures, **more), asked=Asked(limit_s=1, curve=3))


def made(asked):
    return plan(asked.attempts, catalogue_of(), known(), asked.wish, Model(), asked.asked)


class Maker:
    """Makes plans when it is let; remembers the questions."""

    def __init__(self):
        self.asked, self.go = [], threading.Semaphore(0)

    def __call__(self, sent):
        self.asked.append(msgspec.json.decode(sent, type=Question))
        assert self.go.acquire(timeout=10)
        return msgspec.json.encode(made(self.asked[-1]))

    def let(self, desk, question):
        """Let one be made, and wait for it."""
        self.go.release()
        return waited(desk, question)


def waited(desk, question):
    for _ in range(500):
        found = desk.ask(question)
        if found is not None:
            return found
        threading.Event().wait(0.01)
    raise AssertionError("it was not made")


def test_nobody_waits_and_what_is_made_is_what_was_asked():
    maker = Maker()
    desk = PlanDesk(maker)
    assert desk.ask(question()) is None
    assert maker.let(desk, question()) == made(question())


def test_a_question_that_was_answered_is_not_worked_on_again():
    maker = Maker()
    desk = PlanDesk(maker)
    desk.ask(question())
    first = maker.let(desk, question())
    assert desk.ask(question(have=frozenset())) is first
    assert len(maker.asked) == 1


def test_one_is_made_at_a_time_and_the_next_when_it_is_asked_for_again():
    maker = Maker()
    desk = PlanDesk(maker)
    assert desk.ask(question(1)) is None
    assert desk.ask(question(2)) is None
    maker.let(desk, question(1))
    assert [one.wish.measures for one in maker.asked] == [1]
    assert desk.ask(question(2)) is None
    maker.let(desk, question(2))
    assert [one.wish.measures for one in maker.asked] == [1, 2]


def test_what_fails_is_told_once_and_tried_again():
    asked = []

    def fails(sent):
        asked.append(sent)
        raise ValueError("no")

    desk = PlanDesk(fails)
    for times in (1, 2):
        with pytest.raises(SourceUnavailable, match="could not be made"):
            waited(desk, question())
        assert len(asked) == times


def test_so_many_are_kept_and_the_oldest_goes_first():
    answer, asked = msgspec.json.encode(made(question())), []
    desk = PlanDesk(lambda sent: asked.append(sent) or answer)
    for number in range(PLANS_KEPT + 1):
        waited(desk, question(number))
    assert len(asked) == PLANS_KEPT + 1
    assert desk.ask(question(1)) is not None
    assert desk.ask(question(0)) is None
    waited(desk, question(0))
    assert len(asked) == PLANS_KEPT + 2


def test_the_process_answers_as_it_is_done_here():
    asked = question(must=frozenset({"backups"}), never=frozenset({"second-factor"}))
    answer = in_a_process(msgspec.json.encode(asked))
    assert answer == msgspec.json.encode(made(asked))


def test_the_process_moves_the_guesses_by_what_was_learned():
    seen = [
        Observation(incident=str(at), measure="second-factor", outcome=Outcome.STOOD, technique="T1133")
        for at in range(300)
    ]
    learned = learned_of(catalogue_of().measures, seen)
    asked = msgspec.structs.replace(question(measures=1), learned=learned)
    moved = plan(
        ATTEMPTS,
        learned_catalogue(catalogue_of(), learned),
        known(),
        asked.wish,
        Model(),
        asked.asked,
    )
    assert in_a_process(msgspec.json.encode(asked)) == msgspec.json.encode(moved)
    assert moved.curve != made(asked).curve


def test_a_process_that_fails_is_told_as_what_a_person_can_do():
    with pytest.raises(SourceUnavailable) as told:
        in_a_process(b"{}")
    assert "tocsin plan" in told.value.hint
