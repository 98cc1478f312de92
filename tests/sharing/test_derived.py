"""What is made from several objects, and what may be done with one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from sharing.test_policy import LABELS, VIEWERS, A, B
from tocsin.errors import BadInput
from tocsin.model.tlp import Tlp
from tocsin.sharing.audience import NOBODY
from tocsin.sharing.derived import Refusals, derived_label, may_send, pap_allows
from tocsin.sharing.label import ANONYMOUS, Label
from tocsin.sharing.policy import holds, sendable, visible
from tocsin.sharing.viewer import Viewer

some_labels = st.lists(st.sampled_from(LABELS), min_size=1, max_size=4)


@settings(max_examples=500)
@given(some_labels)
def test_nobody_sees_what_is_derived_who_may_not_see_each_part(parts):
    derived = derived_label(parts)
    for viewer in VIEWERS[::7]:
        for rule in (visible(viewer), sendable(viewer)):
            assert not holds(rule, derived) or all(holds(rule, part) for part in parts), viewer


@given(st.sampled_from(LABELS))
def test_what_is_derived_from_one_object_has_its_label(label):
    derived = derived_label([label, label])
    if label.tlp == Tlp.RED and not label.audience:
        assert derived == Label(Tlp.RED, "", NOBODY, label.origin, label.channel)
    else:
        assert derived == label


def test_red_that_names_nobody_is_not_opened_by_another_parts_audience():
    for_ann = Label(Tlp.CLEAR, audience=frozenset({"person:ann"}))
    assert derived_label([for_ann, Label(Tlp.RED)]) == Label(Tlp.RED, audience=NOBODY)
    assert (
        derived_label([for_ann, Label(5), Label(Tlp.RED, audience=frozenset({"person:ann"}))]).audience
        == NOBODY
    )


def test_the_strictest_parts_make_the_label():
    parts = [
        Label(Tlp.GREEN, "red", frozenset({"sector:energy", "community:ports"}), A),
        Label(Tlp.AMBER, "", frozenset({"sector:energy"}), B),
    ]
    assert derived_label(parts) == Label(Tlp.AMBER, "red", frozenset({"sector:energy"}), ANONYMOUS)
    assert derived_label([*parts, Label(Tlp.CLEAR, audience=frozenset({"person:ann"}))]).audience == NOBODY


def test_nothing_is_derived_from_nothing():
    with pytest.raises(BadInput, match="no object"):
        derived_label([])


@given(st.sampled_from(VIEWERS), some_labels)
def test_a_refusal_names_each_object_that_forbids_it_and_why(viewer, parts):
    answer = may_send(viewer, [(f"indicator--{at}", label) for at, label in enumerate(parts)])
    forbidding = [f"indicator--{at}" for at, label in enumerate(parts) if not holds(sendable(viewer), label)]
    assert [refusal.object_id for refusal in answer.refusals] == forbidding
    assert answer.allowed == (not forbidding)
    assert all(refusal.why.endswith(".") for refusal in answer.refusals)


def test_every_refusal_has_a_reason_of_its_own():
    assert not [
        (viewer, label)
        for viewer in VIEWERS[::5]
        for label in LABELS[::3]
        for refusal in may_send(viewer, [("x", label)]).refusals
        if refusal.why == "No rule allows it."
    ]


@pytest.mark.parametrize(
    ("label", "why"),
    [
        (Label(Tlp.AMBER, origin=B, channel="received"), "It is TLP:AMBER and another organisation's"),
        (Label(Tlp.AMBER_STRICT, origin=B, channel="received"), "It is TLP:AMBER+STRICT and another organisation's"),
        (Label(Tlp.RED), "It is TLP:RED"),
        (Label(5), "It has a marking that is not understood"),
        (Label(Tlp.CLEAR, origin=B, channel="submitted"), "It was submitted to this node"),
        (Label(Tlp.GREEN, audience=frozenset({"sector:dams"}), origin=B), "It is meant for sector:dams."),
        (Label(Tlp.GREEN, audience=NOBODY, origin=B), "It is for several audiences"),
    ],
)  # fmt: skip
def test_a_hub_is_not_sent_what_another_organisations_label_keeps_from_it(label, why):
    hub = Viewer(A, "peer", groups=frozenset({"sector:energy"}))
    (refusal,) = may_send(hub, [("x", label)]).refusals
    assert refusal.why.startswith(why)


def test_a_hub_is_sent_what_came_from_it_and_what_is_green():
    hub = Viewer(A, "peer", groups=frozenset({"sector:energy"}))
    own = Label(Tlp.AMBER_STRICT, audience=frozenset({"sector:dams"}), origin=A, channel="received")
    green = Label(Tlp.GREEN, audience=frozenset({"sector:energy"}), origin=B, channel="received")
    assert may_send(hub, [("own", own), ("green", green)]) == Refusals()
    assert may_send(Viewer(A, "client"), [("x", Label(Tlp.AMBER, origin=B, channel="received"))]).allowed


@pytest.mark.parametrize(
    ("pap", "allowed"),
    [
        (None, {"own_detection", "own_blocking", "third_party_list", "share"}),
        ("", {"own_detection", "own_blocking", "third_party_list", "share"}),
        ("clear", {"own_detection", "own_blocking", "third_party_list", "share"}),
        ("green", {"own_detection", "own_blocking", "third_party_list", "share"}),
        ("amber", {"own_detection", "share"}),
        ("red", {"own_detection", "share"}),
        ("odd", {"own_detection", "share"}),
    ],
)
def test_pap_allows_what_its_level_says(pap, allowed):
    uses = ("own_detection", "own_blocking", "third_party_list", "share")
    assert {use for use in uses if pap_allows(pap, use)} == allowed
