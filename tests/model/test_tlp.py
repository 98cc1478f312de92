"""TLP labels: their order, their texts, their marking definitions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tocsin.model.tlp import Tlp, marking_id, parse_tlp, tlp_of, tlp_of_marking

SHARED = Path(__file__).parents[2] / "../shared/data"
WHITE_1 = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
AMBER_1 = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"


def test_labels_are_ordered_from_open_to_closed() -> None:
    assert [each.text for each in sorted(Tlp)] == ["clear", "green", "amber", "amber+strict", "red"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("TLP:WHITE", Tlp.CLEAR),
        ("tlp:clear", Tlp.CLEAR),
        ("Green", Tlp.GREEN),
        ("tlp:amber+strict", Tlp.AMBER_STRICT),
        ("TLP:AMBER STRICT", None),
        ("TLP: AMBER-STRICT ", Tlp.AMBER_STRICT),
        ("TLP:RED", Tlp.RED),
        ("TLP:PINK", None),
        ("", None),
    ],
)
def test_labels_are_read_in_any_spelling(text: str, label: Tlp | None) -> None:
    assert parse_tlp(text) is label


def test_every_label_reads_back() -> None:
    for each in Tlp:
        assert parse_tlp(each.text) is parse_tlp(each.label) is each
        assert tlp_of([marking_id(each)]) == each.text


def test_the_strictest_marking_wins_in_any_order() -> None:
    refs = [marking_id(Tlp.GREEN), AMBER_1, "marking-definition--other", WHITE_1]
    assert tlp_of(refs) == tlp_of(reversed(refs)) == "amber"
    assert tlp_of([*refs, marking_id(Tlp.AMBER_STRICT)]) == "amber+strict"


def test_without_a_tlp_marking_the_default_holds() -> None:
    assert tlp_of([]) == ""
    assert tlp_of(["marking-definition--other"], "green") == "green"
    assert tlp_of([WHITE_1], "green") == "clear"


def test_a_marking_of_ones_own_counts_where_it_is_known() -> None:
    assert tlp_of(["marking-definition--own"], known={"marking-definition--own": Tlp.RED}) == "red"


def test_markings_without_a_label_say_none() -> None:
    for marking in (
        {},
        {"definition_type": "statement", "definition": {"statement": "c"}},
        {"extensions": []},
    ):
        assert tlp_of_marking(marking) is None


def test_the_ids_of_tlp_1_are_the_oasis_librarys() -> None:
    stix2 = pytest.importorskip("stix2")
    for marking, label in (
        (stix2.TLP_WHITE, "clear"),
        (stix2.TLP_GREEN, "green"),
        (stix2.TLP_AMBER, "amber"),
        (stix2.TLP_RED, "red"),
    ):
        assert tlp_of([marking.id]) == label
        found = tlp_of_marking({**json.loads(marking.serialize()), "id": "marking-definition--own"})
        assert found is not None
        assert found.text == label


def test_the_ids_of_tlp_2_are_the_published_ones() -> None:
    found = sorted(SHARED.glob("intel/tlp-2.0/marking-definition--*.json"))
    if not found:
        pytest.skip(f"the TLP 2.0 marking definitions are not at {SHARED}")
    labels = set()
    for path in found:
        (marking,) = json.loads(path.read_text(encoding="utf-8"))["objects"]
        label = parse_tlp(marking["name"])
        assert label is not None
        assert marking_id(label) == marking["id"]
        assert tlp_of_marking({**marking, "id": "marking-definition--own"}) is label
        labels.add(label)
    assert labels == set(Tlp)
