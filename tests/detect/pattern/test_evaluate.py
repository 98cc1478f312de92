from __future__ import annotations

import time
from typing import Any

import pytest

from tocsin.detect.pattern.evaluate import Evaluator, atoms_of
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.syntax import Bracket
from tocsin.errors import LimitExceeded
from tocsin.model.observation import Observation


def bracket(text: str) -> Bracket:
    found = parse_pattern(f"[{text}]").expression
    assert isinstance(found, Bracket)
    return found


def observation(*objects: dict[str, Any], roots: tuple[str, ...] | None = None) -> Observation:
    held = {str(number): one for number, one in enumerate(objects)}
    return Observation("observed-data--1", 0, 0, 1, held, tuple(held) if roots is None else roots)


def holds(text: str, *objects: dict[str, Any], roots: tuple[str, ...] | None = None) -> bool:
    return Evaluator(bracket(text)).holds(observation(*objects, roots=roots))


X1 = {"type": "x", "a": 1, "b": 2}
X2 = {"type": "x", "a": 2, "b": 1}
Y = {"type": "y", "a": 9}


def test_and_binds_one_object():
    assert holds("x:a = 1 AND x:b = 2", X1, X2)
    assert not holds("x:a = 1 AND x:b = 1", X1, X2)


def test_or_within_an_and_is_of_the_same_object():
    assert not holds("x:a = 1 AND (x:b = 1 OR x:b = 9)", X1, X2)
    assert holds("x:a = 1 AND (x:b = 1 OR x:b = 2)", X1, X2)


def test_and_across_types_joins_objects_of_one_observation():
    assert holds("x:a = 1 AND y:a = 9", X1, Y)
    assert not holds("x:a = 1 AND y:a = 9", X1)


@pytest.mark.parametrize(
    "written", ["x:c != 1", "x:c NOT = 1", "x:c NOT IN (1)", "x:c NOT LIKE 'a'", "EXISTS x:c", "x:c[*] != 1"]
)
def test_nothing_holds_of_an_absent_property(written):
    assert not holds(written, X1)


def test_null_is_a_value_that_equals_nothing():
    null = {"type": "x", "a": None}
    assert holds("EXISTS x:a", null)
    assert holds("x:a != 1", null)
    assert not holds("x:a = 1", null)
    assert not holds("x:a < 1", null)


def test_any_element_of_a_list_will_do():
    listed = {"type": "x", "a": [1, 2, "b"]}
    assert holds("x:a[*] = 2", listed)
    assert holds("x:a[*] != 2", listed)
    assert holds("x:a[2] LIKE 'b'", listed)
    assert not holds("x:a = 1", listed)


def test_only_objects_that_the_observation_lists_are_bound_but_references_reach_all():
    referring = {"type": "x", "y_ref": "1"}
    assert not holds("y:a = 9", referring, Y, roots=("0",))
    assert holds("x:y_ref.a = 9", referring, Y, roots=("0",))


def test_a_root_that_is_nowhere_is_left_out():
    assert not holds("x:a = 1", X1, roots=("7",))
    assert holds("x:a = 1", X1, roots=("7", "0"))


def test_a_match_names_the_objects_and_the_values_that_made_it_hold():
    tree = bracket("x:a = 1 AND (y:a > 5 OR x:b = 7)")
    match = Evaluator(tree).match(observation(X2, X1, Y))
    assert match is not None
    first, second, third = atoms_of(tree.expression)
    assert match.objects == {"x": "1", "y": "2"}
    assert match.values == {id(first): 1, id(second): 9}
    assert id(third) not in match.values


def test_equal_atoms_of_different_types_are_told_apart():
    assert not holds("x:a = 1 AND x:a = true", X1)
    assert holds("x:a = 1 OR x:a = true", X1)


def test_many_objects_cost_what_they_differ_by_not_what_they_are():
    objects = [{"type": kind, "a": number % 3, "b": number} for kind in "xyz" for number in range(2000)]
    began = time.perf_counter()
    assert holds("x:a = 1 AND y:a = 2 AND z:a = 0 AND x:b > 1990", *objects)
    assert not holds("x:a = 1 AND y:a = 2 AND z:a = 5", *objects)
    assert time.perf_counter() - began < 20


def test_too_many_ways_to_bind_are_refused_not_tried():
    kinds = [f"k{number}" for number in range(8)]
    objects = [{"type": kind, f"p{number}": 1} for kind in kinds for number in range(8)]
    text = " AND ".join(f"({' OR '.join(f'{kind}:p{number} = 1' for number in range(8))})" for kind in kinds)
    text += " AND " + " AND ".join(f"{kind}:p0 = 2" for kind in kinds)
    with pytest.raises(LimitExceeded, match="ways to bind objects"):
        holds(text, *objects)
