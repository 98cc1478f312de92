"""What a document says at a place, whatever is there."""

from __future__ import annotations

import pytest

from tocsin.model import json_view as view

ODD = [None, 1, True, [], {}, [1], "x"]


@pytest.mark.parametrize("held", ODD, ids=repr)
def test_only_what_is_of_the_type_counts(held):
    assert view.text({"a": held}, "a") == (held if isinstance(held, str) else "")
    assert view.texts({"a": [held, "y"]}, "a") == ((held, "y") if isinstance(held, str) else ("y",))
    assert view.mapping(held) == (held if isinstance(held, dict) else {})
    assert view.mappings([held, {"b": 1}]) == ([held, {"b": 1}] if isinstance(held, dict) else [{"b": 1}])


def test_what_is_not_there_is_nothing():
    assert (view.text({}, "a"), view.texts({}, "a"), view.mappings(None)) == ("", (), [])
