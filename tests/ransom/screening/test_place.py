from __future__ import annotations

import pytest

from tocsin.errors import BadInput, UsageError
from tocsin.ransom.screening.place import read_places
from tocsin.service.ransom.screen import place_of, places

STATES = {code for code in places()._names if code.startswith("US-")}
"""50 states, the District of Columbia, six territories."""


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("us-nc", "US-NC"),
        (" US-TX ", "US-TX"),
        ("us", "US"),
        ("GB", "GB"),
        ("uk", "UK"),
        ("GB-LND", "GB-LND"),
        ("DE", "DE"),
        ("FR-NC", "FR-NC"),
        ("de-by", "DE-BY"),
        ("", ""),
    ],
)
def test_a_code_of_a_country_or_a_part_of_one_is_a_place(said, code):
    assert place_of(said) == code


@pytest.mark.parametrize(
    ("said", "what", "hint"),
    [
        ("NC", "NC is New Caledonia", "Did you mean US-NC (North Carolina)? "),
        ("North Carolina", "North Carolina is US-NC", "Say the code."),
        ("north-carolina", "North Carolina is US-NC", "Say the code."),
        ("Georgia", "Georgia is GE or US-GA", "Say the code."),
        ("US-NCX", "'US-NCX' is no place", "Did you mean US-NC (North Carolina)?"),
        ("USNC", "'USNC' is no place", "Did you mean US-NC (North Carolina)?"),
        ("fl", "'fl' is no place", "Did you mean US-FL (Florida)?"),
        ("TX", "'TX' is no place", "Did you mean US-TX (Texas)?"),
        ("Nort Carolina", "'Nort Carolina' is no place", "Did you mean US-NC (North Carolina)?"),
        ("Raleigh, North Carolina, USA", "is no place", "Did you mean US-NC (North Carolina)?"),
        ("USA", "'USA' is no place", "Did you mean US (United States)?"),
        ("XX", "'XX' is no place", "Say a country or a state"),
        ("XX-NC", "'XX-NC' is no place", ""),
        ("US-ZZ", "'US-ZZ' is no place", ""),
        ("-", "'-' is no place", "Say a country or a state"),
    ],
)
def test_what_is_no_place_is_an_error_with_the_nearest(said, what, hint):
    with pytest.raises(UsageError) as error:
        place_of(said)
    assert what in error.value.what
    assert error.value.hint.startswith(hint)


def said_of(letters):
    """What one who types the letters of a state is told."""
    try:
        return places().told(place_of(letters))
    except UsageError as error:
        return error.hint


def test_each_state_is_found_by_its_code_and_its_name_and_its_letters_alone_are_never_silently_another_place():
    assert len(STATES) == 57
    for code in sorted(STATES):
        assert place_of(code) == code
        with pytest.raises(UsageError, match=code):
            place_of(places().name(code))
        assert code in said_of(code[3:])


def test_a_country_that_rules_speak_of_is_no_mistake_for_a_state():
    some = read_places("# x\nUS\tUnited States\nNC\tNew Caledonia\nUS-NC\tNorth Carolina\n")
    assert some.read("NC", ["US-NC", "NC"]) == "NC"
    assert some.read("NC", []) == "NC"
    with pytest.raises(UsageError):
        some.read("NC", ["US-NC"])
    assert (some.name("US-NC"), some.country("US-NC"), some.name("X"), some.told("X")) == (
        "North Carolina", "United States", "X", "X",
    )  # fmt: skip


def test_a_table_that_is_none_is_an_error_with_its_line():
    with pytest.raises(BadInput) as error:
        read_places("US\tUnited States\nnc Carolina\n", "x.tsv")
    assert error.value.where.line == 2
