from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given, strategies as st

from tocsin.detect.binding import REFERENCES_DEEP, RowBuilder, Witness, bound_paths, object_types
from tocsin.detect.mapping import Binding, Column, Mapping, ObjectMap, Scope, When
from tocsin.detect.pattern.parse import parse_path
from tocsin.detect.pattern.walk import walk


def column(name: str) -> Binding:
    return Binding(column=name)


def reference(name: str) -> Binding:
    return Binding(reference=name)


def constant(text: str) -> Binding:
    return Binding(constant=text)


def mapping(*objects: ObjectMap) -> Mapping:
    names = dict.fromkeys(
        name
        for map_ in objects
        for name in (*(bound.column for _, bound in map_.paths), map_.when and map_.when.column)
        if name
    )
    columns = tuple(Column(name, (name,)) for name in names)
    return Mapping("m", "M", Scope.NETWORK, columns, objects, whole=True)


FLOW = mapping(
    ObjectMap(
        "flow",
        "network-traffic",
        (
            ("src_ref", reference("source")),
            ("dst_ref", reference("destination")),
            ("dst_port", column("port")),
            ("protocols[*]", column("proto")),
            ("x_kind", constant("flow")),
        ),
    ),
    ObjectMap("source", "ip-addr", (("value", column("src")),)),
    ObjectMap("destination", "ip-addr", (("value", column("dst")),), partial=True),
)


def objects(held: Mapping, **values) -> dict:
    return dict(RowBuilder(held).observation("1", [values], 0).objects)


def test_an_ip_address_is_of_one_of_two_types():
    assert object_types(FLOW.objects[1]) == ("ipv4-addr", "ipv6-addr")
    assert object_types(FLOW.objects[0]) == ("network-traffic",)


def test_a_row_is_an_observation_of_the_objects_that_it_has_values_for():
    found = RowBuilder(FLOW).observation(
        "7", [{"src": "10.0.0.1", "dst": "::1", "port": 80, "proto": "tcp"}], 5
    )
    assert (found.id, found.first, found.last, found.number) == ("7", 5, 5, 1)
    assert found.roots == ("flow", "source", "destination")
    assert found.objects == {
        "flow": {
            "type": "network-traffic", "src_ref": "source", "dst_ref": "destination", "dst_port": 80, "protocols": ["tcp"], "x_kind": "flow",
        },
        "source": {"type": "ipv4-addr", "value": "10.0.0.1"},
        "destination": {"type": "ipv6-addr", "value": "::1"},
    }  # fmt: skip


def test_an_object_without_any_value_is_not_there_nor_what_refers_to_it():
    assert objects(FLOW) == {}
    assert objects(FLOW, port=80)["flow"] == {"type": "network-traffic", "dst_port": 80, "x_kind": "flow"}


def test_an_object_is_there_when_one_that_it_refers_to_is_whichever_columns_were_read():
    found = objects(FLOW, src="10.0.0.1", dst="10.0.0.2")
    assert found["flow"] == {
        "type": "network-traffic",
        "src_ref": "source",
        "dst_ref": "destination",
        "x_kind": "flow",
    }


def test_objects_of_references_alone_are_there_through_any_number_of_them():
    chain = mapping(
        ObjectMap("a", "x-a", (("b_ref", reference("b")),)),
        ObjectMap("b", "x-b", (("c_ref", reference("c")),)),
        ObjectMap("c", "x-c", (("name", column("name")),)),
    )
    assert list(objects(chain, name="n")) == ["a", "b", "c"]
    assert objects(chain) == {}


def test_values_keep_their_types_and_false_is_a_value():
    held = mapping(ObjectMap("file", "file", (("is_hidden", column("hidden")), ("size", column("size")))))
    assert objects(held, hidden=False, size=0) == {"file": {"type": "file", "is_hidden": False, "size": 0}}


def test_an_object_holds_only_in_rows_that_its_condition_admits():
    held = mapping(ObjectMap("p", "process", (("pid", column("pid")),), When("event", ("1", "5"))))
    assert list(objects(held, pid=4, event=1)) == ["p"]
    assert list(objects(held, pid=4, event="5")) == ["p"]
    assert objects(held, pid=4, event=3) == {}
    assert objects(held, pid=4) == {}


def test_nested_paths_and_lists_are_made_on_the_way():
    held = mapping(
        ObjectMap(
            "f",
            "file",
            (
                ("hashes.'SHA-256'", column("sha")),
                ("hashes.MD5", column("md5")),
                ("extensions.'x-e'.rows[*].n", column("n")),
                ("names[*]", column("name")),
            ),
        )
    )
    assert objects(held, sha="a", md5="b", n=1, name="x") == {
        "f": {
            "type": "file",
            "hashes": {"SHA-256": "a", "MD5": "b"},
            "extensions": {"x-e": {"rows": [{"n": 1}]}},
            "names": ["x"],
        }
    }
    assert objects(held, sha="a") == {"f": {"type": "file", "hashes": {"SHA-256": "a"}}}


# -- bound paths --------------------------------------------------------------------------------------


def paths(held: Mapping) -> dict[str, list]:
    found: dict[str, list] = {}
    for bound in bound_paths(held):
        found.setdefault(bound.path, []).append(bound)
    return found


def test_paths_go_through_references_and_name_their_columns():
    found = paths(FLOW)
    assert [bound.column for bound in found["network-traffic:dst_port"]] == ["port"]
    assert [bound.column for bound in found["network-traffic:src_ref.value"]] == ["src"]
    assert [bound.column for bound in found["ipv4-addr:value"]] == ["src", "dst"]
    assert [bound.column for bound in found["ipv6-addr:value"]] == ["src", "dst"]
    assert "ip-addr:value" not in found


def test_the_one_element_of_a_list_has_two_names():
    found = paths(FLOW)
    assert found["network-traffic:protocols[*]"][0].column == "proto"
    assert found["network-traffic:protocols[0]"][0].column == "proto"


def test_what_is_partial_makes_all_that_it_is_reached_through_partial():
    full = ObjectMap("translated", "ip-addr", (("value", column("nat")),))
    found = paths(mapping(*FLOW.objects, full))
    assert [bound.partial for bound in found["network-traffic:dst_ref.value"]] == [True]
    assert [bound.partial for bound in found["network-traffic:src_ref.value"]] == [False]
    root = ObjectMap("flow", "network-traffic", (("src_ref", reference("source")),), partial=True)
    (bound,) = paths(mapping(root, FLOW.objects[1], full))["network-traffic:src_ref.value"]
    assert bound.partial


def test_an_address_that_no_other_stands_beside_is_partial():
    alone = mapping(ObjectMap("client", "ipv4-addr", (("value", column("src")),)))
    assert [bound.partial for bound in paths(alone)["ipv4-addr:value"]] == [True]
    assert [bound.partial for bound in paths(FLOW)["network-traffic:src_ref.value"]] == [True]


def test_an_address_is_a_witness_beside_another_only():
    both = mapping(*FLOW.objects[:2], ObjectMap("destination", "ip-addr", (("value", column("dst")),)))
    assert [one.witness for one in paths(both)["ipv4-addr:value"]] == [
        Witness(beside=("dst",)),
        Witness(beside=("src",)),
    ]


def test_ports_are_known_in_full_where_the_ends_are():
    state = When("state", ("sf",))
    held = mapping(
        FLOW.objects[0],
        ObjectMap("source", "ip-addr", (("value", column("src")),), whole=state),
        ObjectMap("destination", "ip-addr", (("value", column("dst")),), partial_with=("url",)),
    )
    for path in ("network-traffic:dst_port", "network-traffic:src_ref.value"):
        (bound,) = paths(held)[path]
        assert (bound.when, bound.witness.when, bound.witness.without) == ((), (state,), ("url",))


def test_without_the_word_of_a_mapping_addresses_and_ports_are_partial():
    both = (*FLOW.objects[:2], ObjectMap("destination", "ip-addr", (("value", column("dst")),)))
    request = ObjectMap(
        "r", "network-traffic", (("extensions.'http-request-ext'.request_method", column("m")),)
    )
    said = paths(mapping(*both, request))
    unsaid = paths(replace(mapping(*both, request), whole=False))
    for path in ("ipv4-addr:value", "network-traffic:dst_port", "network-traffic:dst_ref.value"):
        assert [(one.partial, one.unsaid) for one in said[path]] == [(False, False)] * len(said[path]), path
        assert [(one.partial, one.unsaid) for one in unsaid[path]] == [(True, True)] * len(said[path]), path
    (method,) = unsaid["network-traffic:extensions.'http-request-ext'.request_method"]
    assert not method.partial


def test_a_port_is_a_witness_beside_an_address_and_none_where_an_end_is_partial():
    both = (*FLOW.objects[:2], ObjectMap("destination", "ip-addr", (("value", column("dst")),)))
    (port,) = paths(mapping(*both))["network-traffic:dst_port"]
    assert (port.partial, port.witness) == (False, Witness(beside=("src", "dst")))
    (port,) = paths(FLOW)["network-traffic:dst_port"]
    assert (port.partial, port.unsaid) == (True, False)


def test_a_constant_is_there_with_its_object_and_so_through_references_too():
    (bound,) = paths(FLOW)["network-traffic:x_kind"]
    assert (bound.column, bound.constant) == (None, "flow")
    assert set(bound.presence) == {"port", "proto", "src", "dst"}


def test_a_condition_goes_with_the_path():
    held = mapping(ObjectMap("p", "process", (("pid", column("pid")),), When("event", ("1",))))
    assert paths(held)["process:pid"][0].when == (When("event", ("1",)),)


def test_references_are_followed_a_bounded_number_of_times():
    names = [f"o{number}" for number in range(REFERENCES_DEEP + 3)]
    held = mapping(
        *(
            ObjectMap(name, "x-o", (("n_ref", reference(after)),))
            for name, after in itertools.pairwise(names)
        ),
        ObjectMap(names[-1], "x-o", (("name", column("name")),)),
    )
    assert max(path.count("n_ref") for path in paths(held)) == REFERENCES_DEEP


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "src": st.sampled_from(["10.0.0.1", "::1"]),
            "dst": st.just("10.0.0.2"),
            "port": st.just(80),
            "proto": st.just("tcp"),
        },
    )
)
def test_a_row_has_a_value_for_a_bound_path_exactly_when_its_column_has_one(values):
    observed = RowBuilder(FLOW).observation("1", [values], 0)
    for text, bounds in paths(FLOW).items():
        path = parse_path(text)
        found = [
            value
            for key in observed.roots
            if observed.objects[key]["type"] == path.type
            for value in walk(observed.objects[key], path.steps, observed.objects)
        ]
        wanted = []
        for bound in bounds:
            value = values.get(bound.column) if bound.column else None
            if bound.constant is not None and any(name in values for name in bound.presence):
                value = bound.constant
            if value is not None and (
                path.type == "network-traffic" or (":" in str(value)) == (path.type == "ipv6-addr")
            ):
                wanted.append(value)
        assert found == wanted, text


def test_a_path_through_a_reference_holds_the_condition_of_what_it_refers_to():
    held = mapping(
        ObjectMap(
            "flow", "network-traffic", (("src_ref", reference("source")), ("dst_port", column("port")))
        ),
        ObjectMap("source", "ip-addr", (("value", column("src")),), When("event", ("3",))),
    )
    assert "src_ref" not in objects(held, src="10.0.0.1", port=80, event="1")["flow"]
    (bound,) = paths(held)["network-traffic:src_ref.value"]
    assert bound.when == (When("event", ("3",)),)


KINDS, LEVELS = ("1", "3"), ("low", "high")
CONDITIONS = st.sampled_from(
    [
        None,
        When("event", ("3",)),
        When("event", ("1", "3")),
        When("level", ("high",)),
        When("level", ("low",)),
    ]
)


@st.composite
def conditional(draw) -> Mapping:
    """A chain of object maps with a column, a constant and a reference each, under any conditions."""
    names = "abc"
    maps = []
    for name, after in itertools.zip_longest(names, names[1:]):
        held = [("x_column", column(f"{name}_column")), ("x_constant", constant(name))]
        some = [one for one in held if draw(st.booleans())]
        if after is not None:
            some.append(("n_ref", reference(after)))
        maps.append(ObjectMap(name, f"x-{name}", tuple(some or held), draw(CONDITIONS)))
    return mapping(*maps)


@given(
    conditional(),
    st.fixed_dictionaries(
        {},
        optional={
            **{f"{name}_column": st.just(f"value of {name}") for name in "abc"},
            "event": st.sampled_from(KINDS),
            "level": st.sampled_from(LEVELS),
        },
    ),
)
def test_a_bound_path_has_a_value_exactly_where_the_object_of_the_row_has_it(held, values):
    observed = RowBuilder(held).observation("1", [values], 0)
    by_type = {properties["type"]: properties for properties in observed.objects.values()}
    for text, bounds in paths(held).items():
        path = parse_path(text)
        root = by_type.get(path.type)
        found = set(walk(root, path.steps, observed.objects)) if root is not None else set()
        wanted = set()
        for bound in bounds:
            admitted = all(values.get(when.column) in when.values for when in bound.when)
            there = any(name in values for name in bound.presence)
            value = values.get(bound.column) if bound.column else bound.constant if there else None
            if admitted and value is not None:
                wanted.add(value)
        assert found == wanted, text


def test_a_row_of_several_parts_is_one_observation_of_the_objects_of_each():
    found = RowBuilder(FLOW).observation(
        "7", [{"src": "10.0.0.1", "dst": "::1"}, {"src": "10.0.0.2", "dst": "::1"}], 5
    )
    assert {key: one.get("value") for key, one in found.objects.items() if "value" in one} == {
        "source": "10.0.0.1",
        "destination": "::1",
        "source#1": "10.0.0.2",
        "destination#1": "::1",
    }
    assert found.objects["flow#1"]["src_ref"] == "source#1"
