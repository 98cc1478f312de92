"""Canonical JSON against the examples of RFC 8785 and against the definition of ECMAScript's numbers."""

from __future__ import annotations

import json
import struct
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tocsin.errors import BadInput
from tocsin.model.canonical_json import canonical_json, canonical_number

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("bits", "text"),
    [  # RFC 8785 appendix B
        (0x0000000000000000, "0"),
        (0x8000000000000000, "0"),
        (0x0000000000000001, "5e-324"),
        (0x8000000000000001, "-5e-324"),
        (0x7FEFFFFFFFFFFFFF, "1.7976931348623157e+308"),
        (0x4340000000000000, "9007199254740992"),
        (0x4430000000000000, "295147905179352830000"),
        (0x44B52D02C7E14AF5, "9.999999999999997e+22"),
        (0x44B52D02C7E14AF6, "1e+23"),
        (0x44B52D02C7E14AF7, "1.0000000000000001e+23"),
        (0x444B1AE4D6E2EF4E, "999999999999999700000"),
        (0x444B1AE4D6E2EF4F, "999999999999999900000"),
        (0x444B1AE4D6E2EF50, "1e+21"),
        (0x3EB0C6F7A0B5ED8C, "9.999999999999997e-7"),
        (0x3EB0C6F7A0B5ED8D, "0.000001"),
        (0x41B3DE4355555553, "333333333.3333332"),
        (0x41B3DE4355555557, "333333333.33333343"),
        (0xBECBF647612F3696, "-0.0000033333333333333333"),
        (0x43143FF3C1CB0959, "1424953923781206.2"),
    ],
)
def test_numbers_are_written_as_the_rfc_lists_them(bits: int, text: str) -> None:
    assert canonical_number(struct.unpack(">d", struct.pack(">Q", bits))[0]) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_their_value_and_use_an_exponent_only_where_ecmascript_does(number: float) -> None:
    text = canonical_number(number)
    assert float(text) == number
    assert ("e" in text) == (
        number != 0 and not Decimal("1e-6") <= abs(Decimal(repr(number))) < Decimal("1e21")
    )
    digits = repr(abs(number)).partition("e")[0].replace(".", "").strip("0")
    assert text.partition("e")[0].replace(".", "").replace("-", "").strip("0") == digits


def test_members_sort_by_utf_16_units() -> None:  # RFC 8785 section 3.2.3
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert [json.loads(canonical_json(value))[key] for key in json.loads(canonical_json(value))] == [
        2,
        4,
        6,
        7,
        1,
        5,
        3,
    ]


def test_text_is_written_as_the_rfc_does() -> None:  # RFC 8785 section 3.2.2
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical_json(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@given(values)
def test_canonical_text_reads_back_to_an_equal_value(value: Any) -> None:
    # A double may be written as an integer that is nearest to it and not equal to it.
    assert json.loads(canonical_json(value), parse_int=float) == value
    assert canonical_json(json.loads(canonical_json(value))) == canonical_json(value)


@given(values)
def test_each_part_is_written_as_it_is_by_itself(value: Any) -> None:
    # A number with a fraction beside it keeps a value from Python's own writer.
    assert canonical_json([value]) == canonical_json([value, 0.5])[:-5] + b"]"
    assert canonical_json({"a": value, "\u00f6": 1}) == canonical_json({"a": value})[:-1] + ',"ö":1}'.encode()


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 10**400, "\ud800", {"\ud800": 1}])
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(BadInput):
        canonical_json([value])
