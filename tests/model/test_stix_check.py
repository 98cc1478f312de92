"""What an object refers to, found by looking at each property."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given, strategies as st

from tocsin.model.stix import StixObject
from tocsin.model.stix_check import references_of

ID = re.compile(r"[a-z0-9][a-z0-9-]{1,248}[a-z0-9]--[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
IDS = [f"malware--00000000-0000-4000-8000-00000000000{number}" for number in range(3)]
NAMES = [
    "source_ref", "object_refs", "object_marking_refs", "granular_markings", "marking_ref", "x_marking_ref", "_refs",
    "name", "selectors",
]  # fmt: skip
leaves = st.sampled_from([*IDS, "none", "x_ref", "object_marking_refs", 1])
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)


def named(value: Any, key: str = "") -> list[str]:
    if key in {"object_marking_refs", "granular_markings"}:
        return []
    if key.endswith("_ref"):
        return [value] if isinstance(value, str) else []
    if isinstance(value, list):
        if key.endswith("_refs"):
            return [one for one in value if isinstance(one, str)]
        return [id for one in value for id in named(one)]
    if isinstance(value, dict):
        return [id for name, held in value.items() for id in named(held, name)]
    return []


@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=4), st.booleans())
def test_references_are_what_stands_under_a_references_name_however_it_is_spelled(properties, escaped):
    raw = json.dumps(properties).encode()
    if escaped:
        raw = raw.replace(b"_ref", rb"\u005fref")
    one = StixObject(raw=raw, type="report", id=IDS[0])
    expected = dict.fromkeys(id for id in named(properties) if ID.fullmatch(id))
    assert references_of(one) == tuple(expected)
