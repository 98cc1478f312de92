from __future__ import annotations

from tocsin.measures.attempt import BEFOREHAND, Stage, attempts_of, stages_of
from tocsin.measures.knowledge import Adversary, Knowledge, Tactic, shipped_knowledge
from tocsin.measures.technique import Technique


def technique(name, *tactics, **rest):
    return Technique(id=name, name=name, tactics=tactics, matrices=("enterprise",), **rest)


KNOWLEDGE = Knowledge(
    version="1",
    tactics=tuple(
        Tactic(id=one, name=one.title()) for one in ("reconnaissance", "entry", "stay", "hide", "harm")
    ),
    techniques=(
        technique("E1", "entry"),
        technique("E2", "entry"),
        technique("H1", "harm"),
        technique("R1", "reconnaissance"),
        technique("RE", "reconnaissance", "entry"),
        technique("ESH", "hide", "stay", "entry"),
        technique("SH", "stay", "hide"),
        technique("HIDE", "hide"),
        technique("OLD", revoked_by="E1"),
        technique("GONE", deprecated=True),
    ),
    mitigations=(),
    adversaries=(
        Adversary(id="C1", name="one", kind="campaign", began="2020-01-01", techniques=("E1", "H1")),
        Adversary(id="C2", name="two", kind="campaign"),
        Adversary(id="G1", name="three", kind="group", techniques=("R1",)),
    ),
)


def stages(*names):
    return {one.name: one.techniques for one in stages_of(names, KNOWLEDGE)}


def test_a_stage_is_a_tactic_and_its_techniques_are_ways_to_the_same_end():
    assert stages_of(["H1", "E2", "E1"], KNOWLEDGE) == (Stage("entry", ("E1", "E2")), Stage("harm", ("H1",)))


def test_what_happens_beforehand_is_no_stage():
    assert stages("R1") == {}
    assert stages("RE") == {"entry": ("RE",)}


def test_a_technique_of_several_tactics_adds_no_stage_where_it_may_have_served_another():
    assert stages("E1", "ESH") == {"entry": ("E1", "ESH")}
    assert stages("HIDE", "SH") == {"hide": ("HIDE", "SH")}


def test_a_technique_of_several_tactics_is_one_of_the_ways_of_each_stage_that_it_serves():
    known = Knowledge(
        version="1",
        tactics=KNOWLEDGE.tactics,
        techniques=(*KNOWLEDGE.techniques, technique("S1", "stay")),
        mitigations=(),
        adversaries=(),
    )
    assert stages_of(["E1", "S1", "ESH"], known) == (
        Stage("entry", ("E1", "ESH")),
        Stage("stay", ("ESH", "S1")),
    )


def test_where_it_may_have_served_no_other_stage_it_makes_the_first_that_it_serves():
    assert stages("ESH") == {"entry": ("ESH",)}
    assert stages("E1", "SH") == {"entry": ("E1",), "stay": ("SH",)}


def test_old_ids_are_followed_and_what_is_not_known_is_kept_apart():
    assert stages("OLD") == {"entry": ("E1",)}
    assert stages("E1", "X1", "GONE") == {"entry": ("E1",), "unknown": ("GONE", "X1")}


def test_an_attempt_is_a_campaign_or_group_that_used_something():
    assert [one.id for one in attempts_of(KNOWLEDGE)] == ["C1", "G1"]
    (one,) = attempts_of(KNOWLEDGE, ("campaign",))
    assert (one.name, one.kind, one.began, len(one.stages)) == ("one", "campaign", "2020-01-01", 2)
    assert attempts_of(KNOWLEDGE, matrices=("ics",)) == ()


def test_the_attempts_that_ship_are_those_of_the_bundles():
    known = shipped_knowledge()
    assert len(attempts_of(known, ("campaign",), ("enterprise",))) == 51
    assert len(attempts_of(known, matrices=("enterprise",))) == 219
    everything = attempts_of(known)
    assert len(everything) == 223
    names = {stage.name for one in everything for stage in one.stages}
    assert not names & BEFOREHAND
    assert "unknown" not in names
    assert sorted(one.id for one in everything if not one.stages) == ["G0023", "G0025"]
