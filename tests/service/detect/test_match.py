from __future__ import annotations

import json

import pytest

from tocsin.detect.pattern import sequence
from tocsin.errors import BadInput, LimitExceeded, PatternError
from tocsin.service.detect.match import MatchAnswer, match_pattern


def observed(*objects: dict, id: str = "observed-data--1", second: int = 0, number: int = 1) -> dict:
    when = f"2021-03-02T08:15:{second:02d}Z"
    return {
        "type": "observed-data", "id": id, "first_observed": when, "last_observed": when, "number_observed": number,
        "objects": {str(key): one for key, one in enumerate(objects)},
    }  # fmt: skip


def match(pattern: str, *some: dict, version: str = "2.1") -> MatchAnswer:
    return match_pattern(pattern, json.dumps(some).encode(), version, "some.json")


ONE = observed({"type": "x", "a": 1}, id="observed-data--a", second=1)
TWO = observed({"type": "x", "a": 2}, id="observed-data--b", second=2)


def test_an_answer_names_the_observations_that_matched_in_the_order_of_the_file():
    assert match("[x:a = 1]", ONE, TWO) == MatchAnswer(matched=True, observations=("observed-data--a",))
    assert match("[x:a > 0]", TWO, ONE).observations == ("observed-data--b", "observed-data--a")
    assert match("[x:a = 1] FOLLOWEDBY [x:a = 2]", TWO, ONE).observations == (
        "observed-data--b",
        "observed-data--a",
    )


def test_no_match_names_none():
    assert match("[x:a = 2] FOLLOWEDBY [x:a = 1]", ONE, TWO) == MatchAnswer(matched=False, observations=())
    assert match("[x:a = 1]") == MatchAnswer(matched=False, observations=())


def test_an_observation_without_an_id_is_named_by_its_index():
    without = {name: value for name, value in TWO.items() if name != "id"}
    assert match("[x:a = 2]", ONE, without).observations == ("1",)


def test_the_specification_is_followed_to_the_letter_without_normalising():
    one = observed({"type": "file", "hashes": {"MD5": "ab"}}, {"type": "ipv4-addr", "value": "10.0.0.1"})
    assert not match("[file:hashes.MD5 = 'AB']", one).matched
    assert match("[file:hashes.MD5 = 'ab']", one).matched
    assert not match("[ipv4-addr:value = '10.0.0.0/8']", one).matched


def test_number_observed_counts():
    assert match("[x:a = 1] REPEATS 3 TIMES", observed({"type": "x", "a": 1}, number=3)).matched
    assert not match("[x:a = 1] REPEATS 3 TIMES", observed({"type": "x", "a": 1}, number=2)).matched


def test_the_version_is_that_of_the_pattern():
    assert match(
        "[x:a = 1] START '2021-01-01T00:00:00Z' STOP '2022-01-01T00:00:00Z'", ONE, version="2.0"
    ).matched
    with pytest.raises(PatternError):
        match("[x:a = 1] START '2021-01-01T00:00:00Z' STOP '2022-01-01T00:00:00Z'", ONE)


def test_a_pattern_that_does_not_compile_is_refused_before_the_data_is_read():
    with pytest.raises(PatternError) as refused:
        match_pattern("[x:a = ]", b"no JSON")
    assert (refused.value.where.line, refused.value.where.column) == (1, 8)


def test_data_that_cannot_be_read_is_refused_with_its_name():
    with pytest.raises(BadInput, match=r"some\.json"):
        match_pattern("[x:a = 1]", b"no JSON", name="some.json")


def test_what_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(sequence, "SEQUENCE_STEPS", 10)
    some = [
        observed({"type": "x", "a": number % 2}, id=f"observed-data--{number}", second=59 - number)
        for number in range(60)
    ]
    with pytest.raises(LimitExceeded):
        match("([x:a = 0] FOLLOWEDBY [x:a = 1]) REPEATS 30 TIMES", *some)
