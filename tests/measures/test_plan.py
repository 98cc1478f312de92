from __future__ import annotations

from random import Random

import msgspec
import pytest

from measures.choose.test_exact import campaign
from tocsin.errors import UsageError
from tocsin.measures import plan as planning
from tocsin.measures.attempt import Attempt, Stage, attempts_of
from tocsin.measures.catalogue import measures_of
from tocsin.measures.chance import Board, Model, effects_of
from tocsin.measures.choose.by_use import choose_by_use
from tocsin.measures.choose.choice import Wish
from tocsin.measures.choose.exact import choose_exactly
from tocsin.measures.choose.greedy import choose_greedily
from tocsin.measures.choose.holdout import HoldOut, split_at, split_in_half
from tocsin.measures.knowledge import Knowledge, Tactic, shipped_knowledge
from tocsin.measures.measure import Measure
from tocsin.measures.plan import Effort, make_plan
from tocsin.measures.sure import sure_words
from tocsin.measures.technique import Technique

KNOWLEDGE = Knowledge(
    version="1",
    tactics=(Tactic(id="stage", name="The stage"),),
    techniques=tuple(Technique(id=f"T{number}", name=f"technique {number}") for number in range(1, 6)),
    mitigations=(),
    adversaries=(),
)


def measure(name, *techniques, left=0.001, **rest):
    return Measure(id=name, name=name.upper(), techniques=techniques, left=left, **rest)


def test_a_plan_says_what_each_measure_stops_and_why():
    attempts = [campaign(1, "T1"), campaign(2, "T1"), campaign(3, "T2"), campaign(4, "T5")]
    catalogue = [measure("a", "T1"), measure("b", "T2"), measure("c", "T3", cost=1)]
    made = make_plan(attempts, catalogue, KNOWLEDGE, Wish(measures=2))
    assert [(one.id, one.name, one.stops) for one in made.measures] == [("a", "A", 2), ("b", "B", 1)]
    assert made.measures[0].why == (
        "Without it campaign 1 and campaign 2 would not be stopped. It hinders technique 1 (The stage)."
    )
    assert made.measures[0].hinders == ("T1",)
    assert (made.stopped, made.of, made.before, made.cost, made.method) == (3, 4, 0, 4, "exact")
    assert made.proof.optimal
    assert [one.id for one in made.nothing_stops] == ["C4"]
    assert made.nothing_stops[0].open == ("T5",)
    assert [(one.measures, one.stopped, one.proven) for one in made.curve] == [
        (0, 0, False), (1, 2, False), (2, 3, True),
    ]  # fmt: skip


def test_long_lists_of_reasons_are_counted():
    attempts = [campaign(number, "T1") for number in range(5)]
    (one,) = make_plan(attempts, [measure("a", "T1")], KNOWLEDGE, Wish(measures=1)).measures
    assert one.why.startswith(
        "Without it campaign 0, campaign 1, campaign 2 and 2 more would not be stopped."
    )


def test_a_way_beside_which_another_stays_open_is_no_reason():
    attempts = [campaign(1, "T1", ("T2", "T5"))]
    (one,) = make_plan(attempts, [measure("a", "T1", "T2")], KNOWLEDGE, Wish(measures=1)).measures
    assert one.why.endswith("It hinders technique 1 (The stage).")


def test_what_the_others_do_alone_is_told():
    attempts = [campaign(1, "T1", "T2")]
    catalogue = [measure("a", "T1"), measure("b", "T2", left=0.5), measure("c", "T3")]
    wish = Wish(measures=3, must=frozenset("bc"))
    why = {one.id: one.why for one in make_plan(attempts, catalogue, KNOWLEDGE, wish).measures}
    assert why["b"] == "What the others stop does not hang on it; it makes 1 attempt less likely to succeed."
    assert why["c"] == "It stops nothing that the others do not, and hinders nothing further."


def test_what_is_in_place_counts_beforehand():
    attempts = [campaign(1, "T1"), campaign(2, "T2")]
    made = make_plan(
        attempts, [measure("a", "T1"), measure("b", "T2")], KNOWLEDGE, Wish(measures=1, have=frozenset("a"))
    )
    assert ([one.id for one in made.measures], made.before, made.stopped) == (["b"], 1, 2)
    assert made.assumptions.in_place == ("a",)


def test_without_the_solver_the_plan_is_made_step_by_step_and_says_so(monkeypatch):
    monkeypatch.setattr(planning, "is_installed", lambda: False)
    attempts = [campaign(1, "T1"), campaign(2, "T2")]
    catalogue = [measure("a", "T1"), measure("b", "T2")]
    made = make_plan(attempts, catalogue, KNOWLEDGE, Wish(measures=1))
    assert (made.method, made.stopped) == ("greedy", 1)
    assert (made.proof.optimal, made.proof.bound, made.proof.gap) == (False, 2, 0.5)
    assert made.proof.note == "no proof: pip install 'tocsin[plan]'"
    whole = make_plan(attempts, catalogue, KNOWLEDGE, Wish(measures=2))
    assert (whole.proof.optimal, whole.proof.bound, whole.proof.gap) == (True, 2, 0.0)


@pytest.mark.parametrize("prefers", ["greedy", "by-use"])
def test_what_held_out_better_is_preferred_and_the_optimum_told_beside_it(monkeypatch, prefers):
    # Alone a stops two and c three.
    attempts = [campaign(1, "T1"), campaign(2, ("T2",)), campaign(3, "T1"), campaign(4, "T2")]
    attempts += [campaign(5, "T3"), campaign(6, "T3"), campaign(7, "T4")]
    catalogue = [measure("a", "T1", "T5"), measure("b", "T2"), measure("c", "T1", "T4", left_by={"T5": 0.5})]
    asked = Wish(measures=1)
    monkeypatch.setattr(planning, "choose_greedily", lambda *_: the_choice_of_a(attempts, catalogue))
    monkeypatch.setattr(planning, "choose_by_use", lambda *_: the_choice_of_a(attempts, catalogue))
    monkeypatch.setattr(planning, "hold_out", lambda *_: HoldOut(scores=(), prefers=prefers))
    splits = (split_in_half(attempts, range(7), "one"),)
    made = make_plan(attempts, catalogue, KNOWLEDGE, asked, effort=Effort(splits=splits))
    assert ([one.id for one in made.measures], made.stopped) == (["a"], 2)
    assert made.optimum == ("c",)
    assert (made.proof.optimal, made.proof.bound, made.proof.gap) == (False, 3, pytest.approx(1 / 3))
    assert "held out better" in made.proof.note


def the_choice_of_a(attempts, catalogue):
    board = Board(attempts, effects_of(catalogue, KNOWLEDGE), Model())
    measures = {one.id: one for one in catalogue}
    return choose_greedily(board, measures, Wish(measures=1, must=frozenset("a")))


def test_nothing_to_plan_against_is_said():
    with pytest.raises(UsageError, match="no attempt"):
        make_plan([], [measure("a", "T1")], KNOWLEDGE, Wish(measures=1))


def test_on_the_campaigns_of_attack_exact_is_not_below_greedy_and_greedy_not_below_ranking_by_use():
    known = shipped_knowledge()
    attempts = attempts_of(known, ("campaign",), ("enterprise",))
    measures = {one.id: one for one in measures_of(known).measures}
    board = Board(attempts, effects_of(measures.values(), known), Model())
    told = []
    for number in (5, 8, 10, 15):
        wish = Wish(measures=number)
        best = choose_exactly(board, measures, wish)
        assert best.proof.optimal
        told.append(
            (
                best.stopped,
                choose_greedily(board, measures, wish).stopped,
                choose_by_use(board, measures, wish).stopped,
            )
        )
    assert all(exact >= greedy >= by_use for exact, greedy, by_use in told)
    assert told == [(7, 5, 1), (18, 18, 12), (21, 20, 16), (24, 23, 21)]


def test_a_whole_plan_of_the_campaigns_of_attack_is_the_same_each_time_and_reads_as_the_issue_has_it():
    known = shipped_knowledge()
    attempts = attempts_of(known, ("campaign",))

    def ask():
        number = Random(1)
        order = number.sample(range(len(attempts)), len(attempts))
        effort = Effort(
            draws=5,
            uniform=number.random,
            splits=(split_at(attempts, "2021-01-01"), split_in_half(attempts, order, "half 1")),
            alternatives=2,
        )
        return make_plan(attempts, measures_of(known).measures, known, Wish(measures=8), effort=effort)

    made = ask()
    assert ask() == made
    told = msgspec.to_builtins(made)
    assert {"measures", "stopped", "of", "proof", "holdout", "nothing_stops", "assumptions"} <= told.keys()
    assert {"id", "name", "stops", "why", "selected_in"} <= told["measures"][0].keys()
    assert {"optimal", "bound", "gap"} <= told["proof"].keys()
    assert len(told["measures"]) == 8
    assert all(0 <= one["selected_in"] <= 1 for one in told["measures"])
    assert {one["method"] for one in told["holdout"]["scores"]} == {"exact", "greedy", "by-use"}
    assert told["curve"][-1] == {"measures": 8, "stopped": made.stopped, "proven": True}


def test_another_choice_that_is_as_good_is_told_by_what_takes_the_place_of_which():
    attempts = [campaign(1, "T1"), campaign(2, "T1")]
    catalogue = [measure("a", "T1"), measure("b", "T1"), measure("c", "T2")]
    made = make_plan(attempts, catalogue, KNOWLEDGE, Wish(measures=1), effort=Effort(alternatives=3))
    other = "b" if made.measures[0].id == "a" else "a"
    names = {"a": "Do a", "b": "Do b", "c": "Do c"}
    told = [line for line in sure_words(made, names) if line.startswith("As good")]
    assert told == [f"As good in place of 1: Do {other}."]
    fewer = msgspec.structs.replace(made, alternatives=((),))
    assert "As good without 1." in sure_words(fewer, names)


def test_a_technique_that_serves_several_ends_is_named_once():
    stages = tuple(Stage(name, ("T1",)) for name in ("stage", "b", "c"))
    attempts = [Attempt(id="C1", name="campaign 1", kind="campaign", stages=stages)]
    (one,) = make_plan(attempts, [measure("a", "T1")], KNOWLEDGE, Wish(measures=1)).measures
    assert one.why.endswith("It hinders technique 1 (The stage, b).")
    assert one.hinders == ("T1",)
