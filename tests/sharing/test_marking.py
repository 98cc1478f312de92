"""What markings come to, in every dialect, and that nothing in them is read too leniently."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.model.tlp import TLP_2_EXTENSION, Tlp, marking_id
from tocsin.sharing.audience import (
    AUDIENCE_EXTENSION,
    NOBODY,
    audience_marking,
    audience_marking_id,
    audience_name,
    narrowed,
    with_markings,
)
from tocsin.sharing.label import NOT_UNDERSTOOD
from tocsin.sharing.marking import Markings, read_markings

ID = "marking-definition--00000000-0000-4000-8000-000000000001"
OTHER = "marking-definition--00000000-0000-4000-8000-000000000002"
ORG = "organisation:identity--00000000-0000-4000-8000-00000000000a"
OPENCTI = {"definition_type": "statement", "definition": {"statement": "custom"}}
ACS = {"extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": {"extension_type": "property-extension"}}


def read(obj: dict, **definitions: dict) -> Markings:
    return read_markings(
        obj, {ID: definitions.get("one", {}), OTHER: definitions.get("two", {})} if definitions else {}
    )


def defined(definition: dict) -> Markings:
    return read({"object_marking_refs": [ID]}, one={"type": "marking-definition", "id": ID, **definition})


def test_an_object_without_markings_is_amber():
    assert read({}) == Markings(Tlp.AMBER)
    assert read({"object_marking_refs": [], "labels": ["malicious-activity"]}) == Markings(Tlp.AMBER)


@pytest.mark.parametrize("label", Tlp)
def test_tlp_2_is_read_by_its_fixed_id_without_its_definition(label):
    assert read({"object_marking_refs": [marking_id(label)]}) == Markings(label)


@pytest.mark.parametrize(
    ("uuid", "label"),
    [
        ("613f2e26-407d-48c7-9eca-b8e91df99dc9", Tlp.CLEAR),
        ("34098fce-860f-48ae-8e50-ebd3cc5e41da", Tlp.GREEN),
        ("f88d31f6-486f-44da-b317-01333bde0b82", Tlp.AMBER),
        ("826578e1-40ad-459f-bc73-ede076f81f37", Tlp.AMBER_STRICT),
        ("5e57c739-391a-4eb3-b6be-7d15ca92d5ed", Tlp.RED),
    ],
)
def test_tlp_1_and_the_level_that_opencti_adds_are_read_by_their_fixed_ids(uuid, label):
    assert read({"object_marking_refs": [f"marking-definition--{uuid}"]}) == Markings(label)


def test_nobody_can_define_a_fixed_id_anew():
    red = marking_id(Tlp.RED)
    clear = {"extensions": {TLP_2_EXTENSION: {"tlp_2_0": "clear"}}}
    assert read_markings({"object_marking_refs": [red]}, {red: clear}).tlp == Tlp.RED


@pytest.mark.parametrize(
    ("definition", "tlp", "pap"),
    [
        ({"extensions": {TLP_2_EXTENSION: {"tlp_2_0": "amber+strict"}}}, Tlp.AMBER_STRICT, None),
        ({"extensions": {TLP_2_EXTENSION: {"tlp_2_0": "mauve"}}}, NOT_UNDERSTOOD, None),
        ({"extensions": {TLP_2_EXTENSION: "amber"}}, NOT_UNDERSTOOD, None),
        ({"extensions": "amber"}, NOT_UNDERSTOOD, None),
        ({"definition_type": "tlp", "definition": {"tlp": "green"}}, Tlp.GREEN, None),
        ({"definition_type": "tlp", "definition": {"tlp": "mauve"}}, NOT_UNDERSTOOD, None),
        ({"definition_type": "tlp", "definition": "green"}, NOT_UNDERSTOOD, None),
        ({"definition_type": "statement", "definition": {"statement": "Copyright 2026, Example"}}, Tlp.AMBER, None),
        ({"definition_type": "statement", "definition": {"statement": "TLP:AMBER+STRICT"}}, Tlp.AMBER_STRICT, None),
        ({"definition_type": "statement", "definition": {"statement": "tlp: red; PAP:AMBER."}}, Tlp.RED, "amber"),
        ({"definition_type": "statement", "definition": {"statement": "This is TLP:RED. Do not share."}}, Tlp.RED, None),
        ({"definition_type": "statement", "definition": {"statement": "TLP:EX:CHR"}}, NOT_UNDERSTOOD, None),
        ({"definition_type": "statement"}, NOT_UNDERSTOOD, None),
        ({"definition_type": "iep", "definition": {"iep": "x"}}, NOT_UNDERSTOOD, None),
        ({"definition_type": "PAP", "definition": {"pap": "red"}}, Tlp.AMBER, "red"),
        ({"definition_type": "PAP", "definition": {"PAP": "PAP:WHITE"}}, Tlp.AMBER, "clear"),
        ({"definition_type": "pap", "definition": {"pap": "blue"}}, Tlp.AMBER, "red"),
        (OPENCTI | {"x_opencti_definition_type": "TLP", "x_opencti_definition": "TLP:AMBER+STRICT"}, Tlp.AMBER_STRICT, None),
        (OPENCTI | {"x_opencti_definition_type": "TLP", "x_opencti_definition": "TLP:CLEAR"}, Tlp.CLEAR, None),
        (OPENCTI | {"x_opencti_definition_type": "TLP", "x_opencti_definition": "red"}, Tlp.RED, None),
        (OPENCTI | {"x_opencti_definition_type": "PAP", "x_opencti_definition": "PAP:RED"}, Tlp.AMBER, "red"),
        (OPENCTI | {"x_opencti_definition_type": "statement", "x_opencti_definition": "(c) Example"}, Tlp.AMBER, None),
        (OPENCTI | {"x_opencti_definition_type": "NATO", "x_opencti_definition": "SECRET"}, NOT_UNDERSTOOD, None),
        (OPENCTI | {"x_opencti_definition_type": "TLP"}, NOT_UNDERSTOOD, None),
        ({"extensions": ACS}, NOT_UNDERSTOOD, None),
        ({"definition_type": "statement", "definition": {"statement": "TLP:CLEAR"}, "extensions": ACS}, NOT_UNDERSTOOD, None),
        ({}, NOT_UNDERSTOOD, None),
    ],
)  # fmt: skip
def test_a_definition_is_read_in_its_dialect(definition, tlp, pap):
    assert defined(definition) == Markings(tlp, pap)


def test_openctis_own_extension_marks_nothing():
    extension = {"extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba": {"id": "x"}}
    assert (
        defined({"definition_type": "tlp", "definition": {"tlp": "green"}, "extensions": extension}).tlp
        == Tlp.GREEN
    )


@pytest.mark.parametrize(
    ("tag", "tlp", "pap"),
    [
        ("tlp:amber", Tlp.AMBER, None),
        ("tlp:white", Tlp.CLEAR, None),
        ("TLP:CLEAR", Tlp.CLEAR, None),
        ("tlp:amber+strict", Tlp.AMBER_STRICT, None),
        ("tlp:ex:chr", NOT_UNDERSTOOD, None),
        ("tlp:unclear", NOT_UNDERSTOOD, None),
        ("tlp:", NOT_UNDERSTOOD, None),
        ("PAP:RED", Tlp.AMBER, "red"),
        ("pap:white", Tlp.AMBER, "clear"),
        ("pap:odd", Tlp.AMBER, "red"),
        ('misp:tag="tlp:red"', Tlp.RED, None),
        ("type:OSINT", Tlp.AMBER, None),
        ("anomalous-activity", Tlp.AMBER, None),
    ],
)  # fmt: skip
def test_misps_tags_are_read(tag, tlp, pap):
    assert read({"labels": [tag]}) == Markings(tlp, pap)
    assert read({"x_misp_tags": [{"name": tag}]}) == Markings(tlp, pap)
    assert read({"tags": tag}) == Markings(tlp, pap)


def test_of_several_levels_the_strictest_counts():
    refs = [marking_id(Tlp.CLEAR), marking_id(Tlp.RED), marking_id(Tlp.GREEN)]
    assert read({"object_marking_refs": refs, "labels": ["tlp:amber", "PAP:GREEN", "PAP:AMBER"]}) == Markings(
        Tlp.RED, "amber"
    )


def test_a_granular_marking_counts_for_the_whole_object():
    granular = [
        {"selectors": ["description"], "marking_ref": marking_id(Tlp.RED)},
        {"selectors": ["name"], "lang": "en"},
    ]
    assert (
        read({"object_marking_refs": [marking_id(Tlp.CLEAR)], "granular_markings": granular}).tlp == Tlp.RED
    )


@pytest.mark.parametrize(
    "obj",
    [
        {"object_marking_refs": [ID]},
        {"object_marking_refs": [marking_id(Tlp.CLEAR), ID]},
        {"object_marking_refs": marking_id(Tlp.CLEAR)},
        {"object_marking_refs": None},
        {"object_marking_refs": [7]},
        {"object_marking_refs": [["x"]]},
        {"granular_markings": ["x"]},
        {"granular_markings": {}},
        {"granular_markings": [{"selectors": ["a"]}]},
    ],
)
def test_a_marking_that_cannot_be_resolved_is_not_understood(obj):
    assert read(obj).tlp == NOT_UNDERSTOOD


def test_tlps_own_definitions_are_no_secret():
    assert read({"type": "marking-definition", "id": marking_id(Tlp.RED)}).tlp == Tlp.CLEAR
    assert read({"type": "marking-definition", "id": ID}).tlp == Tlp.AMBER
    assert read({"type": "indicator", "id": marking_id(Tlp.RED)}).tlp == Tlp.AMBER


# -- audiences -----------------------------------------------------------------------------------


def audience_object(*names: str) -> dict:
    return {
        "extensions": {AUDIENCE_EXTENSION: {"extension_type": "property-extension", "audience": list(names)}}
    }


def test_an_audience_that_was_written_is_read_back():
    names = {"sector:energy", "community:ports", ORG, "person:ann"}
    written = json.loads(audience_marking(names))
    marked = {"object_marking_refs": [marking_id(Tlp.GREEN), written["id"]]}
    assert read_markings(marked, {written["id"]: written}) == Markings(Tlp.GREEN, None, frozenset(names))


def test_equal_audiences_are_one_definition_whatever_their_order():
    assert audience_marking(["sector:energy", "person:ann"]) == audience_marking(
        ["person:ann", "sector:Energy"]
    )
    assert audience_marking_id(["sector:energy"]) != audience_marking_id(["sector:chemical"])
    assert json.loads(audience_marking(["sector:energy"]))["id"] == audience_marking_id(["sector:energy"])


def test_two_audiences_bind_together():
    one, two = (
        audience_object("sector:energy", "community:ports"),
        audience_object("sector:energy", "person:ann"),
    )
    obj = {"object_marking_refs": [ID, OTHER]}
    assert read(obj, one=one, two=two).audience == {"sector:energy"}
    assert read(obj, one=one, two=audience_object("person:ann")).audience == NOBODY


def test_an_audience_that_is_not_understood_is_for_nobody():
    assert defined(audience_object("galaxy:milky-way")) == Markings(Tlp.AMBER, None, NOBODY)
    assert defined(audience_object("galaxy:milky-way", "sector:energy")).audience == {"sector:energy"}
    assert defined(audience_object()).tlp == NOT_UNDERSTOOD
    assert defined({"extensions": {AUDIENCE_EXTENSION: 7}}).tlp == NOT_UNDERSTOOD
    assert defined({"extensions": {AUDIENCE_EXTENSION: {"audience": [7]}}}).audience == NOBODY


@pytest.mark.parametrize(
    "text",
    ["", "energy", "sector:", "sector:gardening", "community:", "person: ", "organisation:acme", "nobody", "person:a\nb", "x:y",
     "community:" + "a" * 129],
)  # fmt: skip
def test_what_is_no_audience_is_refused(text):
    with pytest.raises(BadInput):
        audience_name(text)


def test_a_sector_is_written_by_its_id_whatever_its_spelling():
    assert audience_name("sector:Water and Wastewater") == "sector:water-and-wastewater"


names = st.frozensets(st.sampled_from(["sector:energy", "community:ports", "person:ann", "person:ben"]))


@given(st.lists(names), names)
def test_what_is_narrowed_shows_nothing_to_whom_one_audience_leaves_out(audiences, groups):
    result = narrowed(audiences)
    if not result or groups & result:
        assert all(not audience or groups & audience for audience in audiences)


@given(names, names)
def test_of_two_audiences_of_which_one_holds_the_other_the_smaller_is_left(one, two):
    if one and two and one <= two:
        assert narrowed([one, two]) == narrowed([two, one]) == one


# -- marking one's own ---------------------------------------------------------------------------

RAW = b'{ "type" : "indicator", "x":1.0e2,\n "name":"\\u0041 \\"}" }'


def test_marking_an_object_changes_no_other_byte():
    marked = with_markings(RAW, Tlp.GREEN, ["sector:energy"])
    assert marked.startswith(RAW[:-2])
    properties = json.loads(marked)
    refs = properties.pop("object_marking_refs")
    assert refs == [marking_id(Tlp.GREEN), audience_marking_id(["sector:energy"])]
    assert properties == json.loads(RAW)


@pytest.mark.parametrize("before", Tlp)
@pytest.mark.parametrize("after", Tlp)
def test_marking_never_makes_an_object_less_strict(before, after):
    raw = json.dumps({"a": 1, "object_marking_refs": [ID, marking_id(before)], "b": 2}).encode()
    refs = json.loads(with_markings(raw, after))["object_marking_refs"]
    assert refs == [ID, marking_id(before)] + ([marking_id(after)] if after > before else [])
    known = {ID: {"definition_type": "statement", "definition": {"statement": "(c)"}}}
    assert read_markings({"object_marking_refs": refs}, known).tlp == max(before, after)


def test_marking_twice_changes_nothing():
    once = with_markings(RAW, Tlp.GREEN, ["sector:energy"])
    assert with_markings(once, Tlp.GREEN, ["sector:energy"]) is once


def test_a_key_that_is_given_twice_or_with_escapes_is_marked_where_it_counts():
    raw = b'{"object_marking_refs":["x"],"a":{"object_marking_refs":[]},"object\\u005fmarking_refs":["y"]}'
    assert json.loads(with_markings(raw, Tlp.RED))["object_marking_refs"] == ["y", marking_id(Tlp.RED)]
    assert json.loads(with_markings(b"{}", Tlp.RED)) == {"object_marking_refs": [marking_id(Tlp.RED)]}


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b'{"object_marking_refs":7}', b'{"object_marking_refs":[7]}', b"\xff"]
)
def test_what_is_no_object_is_not_marked(raw):
    with pytest.raises(BadInput):
        with_markings(raw, Tlp.RED)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=9), json_values, max_size=5), st.sampled_from(list(Tlp)))
def test_any_object_keeps_its_properties_and_their_order(obj, tlp):
    marked = json.loads(with_markings(json.dumps(obj).encode(), tlp))
    assert list(marked.items())[:-1] == list(obj.items())


keys = st.sampled_from(
    ["object_marking_refs", "granular_markings", "labels", "tags", "extensions", "type", "id"]
)


@given(
    st.dictionaries(keys, json_values),
    st.dictionaries(
        st.sampled_from(
            [
                "extensions",
                "definition",
                "definition_type",
                "x_opencti_definition",
                "x_opencti_definition_type",
            ]
        ),
        json_values,
    ),
)
def test_no_object_and_no_definition_breaks_the_reading(obj, definition):
    assert 0 <= read_markings(obj, {ID: definition}).tlp <= NOT_UNDERSTOOD
    assert 0 <= defined(definition).tlp <= NOT_UNDERSTOOD


refs = st.lists(st.sampled_from([marking_id(label) for label in Tlp] + [ID]))


@given(refs, refs)
def test_one_more_marking_never_makes_an_object_less_strict(some, more):
    if some:
        assert read({"object_marking_refs": some + more}).tlp >= read({"object_marking_refs": some}).tlp
