"""The peer's own cases (stix2-matcher 3.0.0, stix2-patterns) put to this program.

Where the specification's text says otherwise, :mod:`conformance.differences` lists the case with its reason, and a
difference that is none any more fails here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from conformance.case import CASES_FOLDER, Case, read_cases
from conformance.differences import DIFFERENCES, REFUSED
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.errors import PatternError
from tocsin.service.detect.match import match_pattern

pytestmark = pytest.mark.skipif(not CASES_FOLDER.is_dir(), reason=f"the cases are not at {CASES_FOLDER}")

CASES = list(read_cases())


@dataclass(frozen=True)
class Written:
    """A pattern that the peer's validator accepts or refuses."""

    file: str
    line: int
    pattern: str
    version: str
    valid: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def read_written() -> list[Written]:
    found = []
    for file in ("validator-v20.jsonl", "validator-v21.jsonl"):
        path = CASES_FOLDER / file
        for line, text in enumerate(path.read_text("utf-8").splitlines() if path.is_file() else (), start=1):
            case = json.loads(text)
            found.append(Written(file, line, case["pattern"], case["stix_version"], case["valid"]))
    return found


WRITTEN = read_written()


def test_all_cases_are_here():
    assert len(CASES) == 401 + 286
    assert len(WRITTEN) == 49 + 52


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_pattern_is_matched_as_the_specification_says(case: Case):
    try:
        answer = (
            "matched"
            if match_pattern(case.pattern, case.observations, case.version).matched
            else "not matched"
        )
    except PatternError:
        answer = "error"
    assert answer == case.ours


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: f"{one.file}:{one.line}")
def test_each_difference_differs_and_names_its_case(difference):
    (case,) = [one for one in CASES if (one.file, one.line) == (difference.file, difference.line)]
    assert case.pattern == difference.pattern
    assert case.peer != difference.ours
    assert difference.reason.startswith("Section ")


@pytest.mark.parametrize("written", WRITTEN, ids=str)
def test_a_pattern_is_accepted_as_the_specification_says(written: Written):
    expected = written.valid and (written.file, written.line) not in {(one.file, one.line) for one in REFUSED}
    if expected:
        parse_pattern(written.pattern, written.version)
        return
    with pytest.raises(PatternError) as refused:
        parse_pattern(written.pattern, written.version)
    where = refused.value.where
    assert where is not None
    assert where.line == 1
    assert 1 <= (where.column or 0) <= len(written.pattern) + 1


@pytest.mark.parametrize("difference", REFUSED, ids=lambda one: f"{one.file}:{one.line}")
def test_each_refused_pattern_is_one_that_the_peer_takes(difference):
    (written,) = [one for one in WRITTEN if (one.file, one.line) == (difference.file, difference.line)]
    assert (written.pattern, written.valid) == (difference.pattern, True)
