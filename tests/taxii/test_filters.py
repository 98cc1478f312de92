from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.limits import OBJECTS_A_POST
from tocsin.taxii.errors import Problem
from tocsin.taxii.filters import read_filters

SECOND_US = 1_735_689_600_000_000  # 2025-01-01T00:00:00Z


def status_of(call):
    """The status of the problem that ``call`` ends in; 0 where it ends in none."""
    try:
        call()
    except Problem as problem:
        return problem.status
    return 0


@pytest.mark.parametrize(
    ("text", "us"),
    [
        ("2025-01-01T00:00:00Z", SECOND_US),
        ("2025-01-01T00:00:00.1Z", SECOND_US + 100_000),
        ("2025-01-01T00:00:00.123456Z", SECOND_US + 123_456),
        ("2025-01-01T00:00:00.123456789Z", SECOND_US + 123_456),
        ("2025-01-01T00:00:00.000000999Z", SECOND_US),
        ("2025-01-01T00:00:00%2B00:00", SECOND_US),
        ("2025-01-01T00:00:00+00:00", SECOND_US),
        ("2025-01-01T02:30:00%2B02:30", SECOND_US),
        ("2024-12-31T19:00:00-05:00", SECOND_US),
        ("2025-01-01t00:00:00z", SECOND_US),
        ("0001-01-01T00:00:00%2B23:59", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59-23:59", 253_402_300_799_999_999),
    ],
)
def test_added_after_is_a_timestamp_of_any_precision_and_offset(text, us):
    assert read_filters(f"added_after={text}".encode()).added_after_us == us


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1735689600",
        "2025-01-01",
        "2025-01-01T00:00:00",
        "2025-13-01T00:00:00Z",
        "2025-01-01T00:00:00.Z",
        "2025-01-01T00:00:00%2B24:00",
        "2025-01-01T00:00:00%2B01:60",
        "2025-01-01T00:00:00+1:00",
        "2025-01-01T00:00:00Z,2025-01-01T00:00:00Z",
        "%D9%A2025-01-01T00:00:00Z",
        "2025-01-01T00:00:00Z%00",
        "2025-01-01T00:00:00." + "1" * 5000 + "Z",
    ],
)
def test_added_after_that_is_no_timestamp_is_refused(text):
    with pytest.raises(Problem) as raised:
        read_filters(f"added_after={text}".encode())
    assert raised.value.status == 400


@pytest.mark.parametrize("text", ["0", "-1", "+1", "1.5", "ten", "", "%D9%A3", "00", " 3", "1" * 101])
def test_a_limit_that_is_no_positive_number_is_refused(text):
    with pytest.raises(Problem) as raised:
        read_filters(f"limit={text}".encode())
    assert raised.value.status == 400


def test_a_limit_above_the_most_is_capped():
    assert read_filters(b"limit=99999999999999999999").limit == OBJECTS_A_POST
    assert read_filters(b"limit=7").limit == 7
    assert read_filters(b"").limit == OBJECTS_A_POST


@pytest.mark.parametrize(
    "query",
    [
        "limit=1&limit=2",
        "match[type]=indicator&match%5Btype%5D=malware",
        "match[id]=",
        "match[id]=a,,b",
        "match[version]=bogus",
        "match[version]=2025-01-01",
        "match[version]=all,last",
        "match[version]=Last",
        "match[spec_version]=two",
        "match[type]=indicator%00",
        "match[type]=%FF",
        "match[id]=" + ",".join(map(str, range(1001))),
        "&".join(f"a{n}=1" for n in range(101)),
    ],
)
def test_a_filter_that_is_malformed_is_refused(query):
    with pytest.raises(Problem) as raised:
        read_filters(query.encode())
    assert raised.value.status == 400


def test_what_the_standard_does_not_name_is_ignored():
    assert read_filters(b"match[colour]=red&match[colour]=blue&page=2&%5B%5D=1") == read_filters(b"")


def test_versions_of_one_instant_are_one_however_they_are_spelled():
    one, other = b"match[version]=2025-01-01T00:00:00Z", b"match[version]=2025-01-01T00:00:00.000000Z"
    assert read_filters(one) == read_filters(other)


@given(st.binary(max_size=80))
def test_no_query_string_is_a_fault(query):
    assert status_of(lambda: read_filters(query)) in {0, 400}


@given(
    st.sampled_from(["added_after", "limit", "next", "match[version]", "match[spec_version]"]),
    st.text(alphabet="0123456789TZ:-.+ ,", max_size=40),
)
def test_no_value_is_a_fault(name, value):
    assert status_of(lambda: read_filters(f"{name}={value}".encode())) in {0, 400}
