"""Who may see what: the same answers as the rules written out as plain ifs, and what must never happen."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sharing.oracle import may_be_sent, may_see
from tocsin.errors import BadInput
from tocsin.model.tlp import Tlp
from tocsin.sharing.label import ANONYMOUS, NOT_UNDERSTOOD, OWN, Label
from tocsin.sharing.policy import (
    And,
    Const,
    Expr,
    Not,
    Or,
    decide,
    holds,
    sendable,
    visible,
)
from tocsin.sharing.viewer import RELATIONS, Viewer

A, B = "identity--aaaaaaaa-0000-4000-8000-000000000000", "identity--bbbbbbbb-0000-4000-8000-000000000000"
NAMES = ("sector:energy", "community:ports", f"organisation:{A}", "person:ann", "person:ben")
AUDIENCES = [frozenset(chosen) for size in range(4) for chosen in combinations(NAMES, size)]
CHANNELS = ("published", "submitted", "received")
ORIGINS = (OWN, ANONYMOUS, A, B)

LABELS = [
    Label(tlp, "", audience, origin, channel)
    for tlp, audience, origin, channel in product(range(6), AUDIENCES, ORIGINS, CHANNELS)
]
VIEWERS = [
    Viewer(organisation, relation, person, groups, ceiling)
    for organisation, relation, person, groups, ceiling in product(
        ("", A),
        sorted(RELATIONS),
        ("", "ann"),
        (frozenset(), frozenset({"sector:energy"}), frozenset({"community:ports", "person:ben"})),
        Tlp,
    )
]

labels = st.sampled_from(LABELS)
viewers = st.sampled_from(VIEWERS)
questions = st.sampled_from([(visible, may_see), (sendable, may_be_sent)])


def test_every_rule_gives_the_answer_of_the_plain_ifs():
    for at, viewer in enumerate(VIEWERS):
        seen, sent = visible(viewer), sendable(viewer)
        for label in LABELS[at % 7 :: 7]:
            assert holds(seen, label) == may_see(viewer, label), (viewer, label)
            assert holds(sent, label) == may_be_sent(viewer, label), (viewer, label)


def test_a_hundred_thousand_random_pairs_are_decided_as_by_the_plain_ifs():
    drawn = random.Random(2)
    shown = 0
    for _ in range(100_000):
        viewer = Viewer(
            drawn.choice(("", A, B)),
            drawn.choice(sorted(RELATIONS)),
            drawn.choice(("", "ann", "ben")),
            frozenset(drawn.sample(NAMES, drawn.randrange(4))),
            drawn.choice(list(Tlp)),
        )
        label = Label(
            drawn.randrange(6),
            drawn.choice(("", "red")),
            frozenset(drawn.sample(NAMES, drawn.randrange(4))),
            drawn.choice(ORIGINS),
            drawn.choice(CHANNELS),
        )
        assert decide(viewer, label) == may_see(viewer, label), (viewer, label)
        assert holds(sendable(viewer), label) == may_be_sent(viewer, label), (viewer, label)
        shown += decide(viewer, label)
    assert 10_000 < shown < 90_000, "both answers have to be met often"


# -- what must not happen ------------------------------------------------------------------------


@given(questions, viewers, labels, labels)
def test_a_stricter_tlp_never_shows_more(question, viewer, label, other):
    rule = question[0](viewer)
    levels = [holds(rule, Label(tlp, "", label.audience, label.origin, label.channel)) for tlp in range(5)]
    assert levels == sorted(levels, reverse=True)


@given(questions, viewers, labels)
def test_what_is_not_understood_is_shown_to_nobody_who_does_not_see_amber_strict(question, viewer, label):
    rule = question[0](viewer)
    odd, strict = (
        Label(tlp, "", label.audience, label.origin, label.channel)
        for tlp in (NOT_UNDERSTOOD, Tlp.AMBER_STRICT)
    )
    assert holds(rule, strict) or not holds(rule, odd)
    assert not holds(rule, odd) or (viewer.relation == "own" and viewer.person)


@given(questions, viewers, labels, st.sampled_from(NAMES))
def test_one_more_name_in_an_audience_hides_from_nobody(question, viewer, label, name):
    if not label.audience:
        return
    rule = question[0](viewer)
    wider = Label(label.tlp, "", label.audience | {name}, label.origin, label.channel)
    assert holds(rule, wider) or not holds(rule, label)


@given(questions, viewers, labels)
def test_an_audience_never_shows_more_than_none(question, viewer, label):
    if label.tlp == Tlp.RED:
        return  # RED names people, or nobody sees it
    rule = question[0](viewer)
    open_to_all = Label(label.tlp, "", frozenset(), label.origin, label.channel)
    assert holds(rule, open_to_all) or not holds(rule, label)


@given(questions, viewers, labels, st.sampled_from(list(Tlp)))
def test_a_lower_ceiling_never_shows_more(question, viewer, label, ceiling):
    low, high = sorted((viewer.ceiling, ceiling))
    lower, higher = (
        Viewer(viewer.organisation, viewer.relation, viewer.person, viewer.groups, each)
        for each in (low, high)
    )
    assert holds(question[0](higher), label) or not holds(question[0](lower), label)


@given(questions, viewers, labels, st.frozensets(st.sampled_from(NAMES)))
def test_who_is_in_more_groups_sees_no_less(question, viewer, label, more):
    wider = Viewer(viewer.organisation, viewer.relation, viewer.person, viewer.groups | more, viewer.ceiling)
    assert holds(question[0](wider), label) or not holds(question[0](viewer), label)


@given(questions, viewers, labels)
def test_an_organisations_token_never_sees_red(question, viewer, label):
    token = Viewer(viewer.organisation, viewer.relation, "", viewer.groups | {"person:ann"}, Tlp.RED)
    red = Label(Tlp.RED, "", label.audience | {"person:ann"}, label.origin, label.channel)
    assert not holds(question[0](token), red)


@given(viewers, labels)
def test_a_reader_sees_only_what_is_clear_and_for_everybody(viewer, label):
    reader = Viewer("", "reader", viewer.person, viewer.groups, Tlp.RED)
    if decide(reader, label):
        assert (label.tlp, label.audience) == (Tlp.CLEAR, frozenset())
        assert label.channel != "submitted"


@given(viewers, labels)
def test_a_submission_is_seen_by_its_origin_and_the_node_alone(viewer, label):
    sent_in = Label(label.tlp, "", label.audience, label.origin, "submitted")
    if decide(viewer, sent_in):
        assert viewer.relation == "own" or viewer.organisation == label.origin != ""


def test_who_is_not_known_is_not_taken_for_this_node_or_for_an_anonymous_author():
    for relation in sorted(RELATIONS - {"own"}):
        nobody = Viewer("", relation, "ann", frozenset(NAMES), Tlp.RED)
        assert not decide(nobody, Label(Tlp.CLEAR, origin=OWN, channel="submitted"))
        assert not decide(nobody, Label(Tlp.CLEAR, origin=ANONYMOUS, channel="submitted"))
        with pytest.raises(BadInput, match="no organisation is called"):
            Viewer(ANONYMOUS, relation)


@pytest.mark.parametrize(
    "values", [{"tlp": 6}, {"tlp": -1}, {"tlp": 1, "pap": "blue"}, {"tlp": 1, "channel": "x"}]
)
def test_a_label_that_no_rule_speaks_of_cannot_be_made(values):
    with pytest.raises(BadInput, match="a label's"):
        Label(**values)


def test_a_relation_that_no_rule_speaks_of_cannot_be_made():
    with pytest.raises(BadInput, match="a viewer's relation"):
        Viewer(A, "friend")  # type: ignore[arg-type]


# -- each clause counts --------------------------------------------------------------------------


def nodes(expr: Expr) -> Iterator[tuple[str, Expr, Callable[[Expr], Expr]]]:
    """Each node of ``expr``: where it is, what it is, and how to put another in its place."""
    yield "", expr, lambda other: other
    match expr:
        case And(parts) | Or(parts):
            kind = type(expr)
            for at, part in enumerate(parts):
                for path, node, put in nodes(part):

                    def placed(other, at=at, put=put, kind=kind, parts=parts):
                        return kind((*parts[:at], put(other), *parts[at + 1 :]))

                    yield f"{kind.__name__}[{at}].{path}", node, placed
        case Not(part):
            for path, node, put in nodes(part):
                yield f"Not.{path}", node, lambda other, put=put: Not(put(other))


PROBES = [
    Viewer(A, relation, person, frozenset({"sector:energy"}), ceiling)
    for relation, person, ceiling in product(sorted(RELATIONS), ("", "ann"), (Tlp.GREEN, Tlp.RED))
]
FEW_AUDIENCES = [
    frozenset(),
    *(frozenset({name}) for name in ("sector:energy", "community:ports", "person:ann")),
]
FEW_LABELS = [label for label in LABELS if label.audience in FEW_AUDIENCES]

EQUIVALENT = {
    # Who is not known reads what is CLEAR and for everybody, whoever wrote it: the rule for what others wrote says the
    # same of published objects, so that it makes no difference whether this rule asks for the origin.
    ("reader", "And[1].Or[0].And[1].", True),
    ("peer", "And[1].Or[0].And[1].", True),
    # Our own named person: below RED all is shown in any case, and what is not understood by the rule beside it.
    ("own", "And[0].Or[1].And[0].", True),
}
"""Clauses that another clause repeats: relation, place, and the constant that changes nothing there."""


def unnoticed(question: Any, oracle: Any) -> set[tuple[str, str, bool]]:
    """Clauses that can be replaced by a constant without the oracle noticing, whoever of that relation asks."""
    alive: dict[tuple[str, str, bool], bool] = {}
    for viewer in PROBES:
        rule = question(viewer)
        expected = [oracle(viewer, label) for label in FEW_LABELS]
        for path, node, put in nodes(rule):
            for value in {True, False} - ({node.value} if isinstance(node, Const) else set()):
                key = (viewer.relation, path, value)
                changed = put(Const(value))
                same = all(
                    holds(changed, label) == right for label, right in zip(FEW_LABELS, expected, strict=True)
                )
                alive[key] = alive.get(key, True) and same
    return {key for key, same in alive.items() if same}


@pytest.mark.parametrize(("question", "oracle"), [(visible, may_see), (sendable, may_be_sent)])
def test_no_clause_can_be_taken_out_or_opened_unnoticed(question, oracle):
    expected = EQUIVALENT if question is visible else EQUIVALENT - {("peer", "And[1].Or[0].And[1].", True)}
    assert unnoticed(question, oracle) == expected
