from __future__ import annotations

import pytest

from tocsin.errors import BadInput, LimitExceeded
from tocsin.measures import catalogue
from tocsin.measures.catalogue import measures_of, read_catalogue, read_own
from tocsin.measures.knowledge import shipped_knowledge
from tocsin.measures.measure import Measure

HEAD = 'name = "ours"\nversion = "1"\n'
ONE = """
[[measure]]
id = "second-factor"
name = "Ask for a second factor wherever people log in from outside"
absent = "no second factor"
mitigations = ["M1032"]
techniques = ["T1133"]
also = { "cpg-2.0" = ["2.H"] }
cost = 1
effort = 3
left = 0.3
left_by = { T1078 = 0.2 }
evidence = "a study"
source = "a page"
"""


def read(text):
    return read_catalogue(text.encode(), "m.toml", shipped_knowledge())


def own(text, base):
    return read_own(text.encode(), "own.toml", base, shipped_knowledge())


def test_a_catalogue_is_read():
    held = read(HEAD + ONE)
    assert (held.name, held.version) == ("ours", "1")
    assert held.measures == (
        Measure(
            id="second-factor",
            name="Ask for a second factor wherever people log in from outside",
            absent="no second factor",
            mitigations=("M1032",),
            techniques=("T1133",),
            also={"cpg-2.0": ("2.H",)},
            cost=1,
            effort=3,
            left=0.3,
            left_by={"T1078": 0.2},
            evidence="a study",
            source="a page",
        ),
    )


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("x = ", "m.toml", "is no TOML"),
        ("name = 'a'", "m.toml at $", "missing required field 'version'"),
        (HEAD, "m.toml", "has no measure"),
        (HEAD + ONE + "lefd = 0.2", "m.toml at $.measure[0]", "unknown field 'lefd'"),
        (HEAD + ONE.replace("0.3", "1.3"), "m.toml at $.measure[0].left", "<= 1"),
        (HEAD + ONE.replace("0.3", "nan"), "m.toml at $.measure[0].left", ""),
        (HEAD + ONE.replace("cost = 1", "cost = 4"), "m.toml at $.measure[0].cost", "<= 3"),
        (HEAD + ONE.replace('"second-factor"', '"a b"'), "m.toml at $.measure[0].id", "regex"),
        (HEAD + ONE + ONE, "m.toml at $.measure[1].id", "twice"),
        (
            HEAD + ONE.replace("M1032", "M9999"),
            "m.toml at $.measure[0].mitigations[0]",
            "M9999 is no mitigation",
        ),
        (HEAD + ONE.replace("M1032", "MFA"), "m.toml at $.measure[0].mitigations[0]", "regex"),
        (
            HEAD + ONE.replace("T1133", "T9999"),
            "m.toml at $.measure[0].techniques[0]",
            "T9999 is no technique",
        ),
        (
            HEAD + ONE.replace("T1078", "T9999"),
            "m.toml at $.measure[0].left_by.T9999",
            "T9999 is no technique",
        ),
        (HEAD + '[[measure]]\nid = "a"\nname = "A"', "m.toml at $.measure[0]", "stands against nothing"),
    ],
    ids=range(14),
)
def test_what_is_wrong_is_refused_with_its_place(text, place, words):
    with pytest.raises(BadInput) as caught:
        read(text)
    assert str(caught.value.where) == place
    assert words in caught.value.what


def test_a_catalogue_has_an_end(monkeypatch):
    monkeypatch.setattr(catalogue, "MEASURES", 1)
    read(HEAD + ONE)
    with pytest.raises(LimitExceeded, match="more than 1 measures"):
        read(HEAD + ONE + ONE.replace("second", "third"))
    monkeypatch.setattr(catalogue, "MEASURES_FILE_BYTES", 10)
    with pytest.raises(LimitExceeded, match="more than 10 bytes"):
        read(HEAD + ONE)


def test_what_a_person_changes_keeps_the_rest_and_loses_the_evidence_of_the_old_guess():
    base = read(HEAD + ONE)
    (one,) = own("[change.second-factor]\nleft = 0.1\n", base).measures
    assert (one.left, one.evidence, one.cost, one.left_by) == (0.1, "", 1, {"T1078": 0.2})
    (one,) = own("[change.second-factor]\ncost = 3\n", base).measures
    assert (one.left, one.evidence, one.cost) == (0.3, "a study", 3)
    (one,) = own('[change.second-factor]\nleft = 0.1\nevidence = "our own test"\n', base).measures
    assert one.evidence == "our own test"


def test_a_person_adds_measures():
    base = read(HEAD + ONE)
    added = own(ONE.replace("second-factor", "guard-dog"), base)
    assert [one.id for one in added.measures] == ["second-factor", "guard-dog"]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        (
            "[change.guard-dog]\nleft = 0.1",
            "own.toml at $.change.guard-dog",
            "no measure of the catalogue 'ours'",
        ),
        ("[change.second-factor]\nleft = -1", "own.toml at $.change[...].left", ">= 0"),
        ("[change.second-factor]\nname = 'x'", "own.toml at $.change[...]", "unknown field 'name'"),
        (ONE, "own.toml at $.measure[0].id", "twice"),
    ],
    ids=range(4),
)
def test_what_is_wrong_in_a_persons_own_file_is_refused_with_its_place(text, place, words):
    with pytest.raises(BadInput) as caught:
        own(text, read(HEAD + ONE))
    assert str(caught.value.where) == place
    assert words in caught.value.what


def test_the_fallback_has_a_measure_for_each_mitigation_that_is_one():
    held = measures_of(shipped_knowledge())
    ids = [one.id for one in held.measures]
    assert (held.name, held.version) == ("attack", "18.1")
    assert len(ids) == len(set(ids)) == 92
    assert not {"M1055", "M1056", "M0816"} & set(ids)
    assert {(one.left, one.evidence) for one in held.measures} == {(0.5, "")}
    names = [one.name for one in held.measures]
    assert len(set(names)) == len(names)
    assert "Multi-factor Authentication (control systems)" in names
