"""A check's exit code, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from tocsin.cli.exit_code import CLEAN, FOUND, NOTHING, UNCHECKED, check_exit_code
from tocsin.detect.result import SEVERITIES, Totals


def totals(**counts: int) -> Totals:
    whole = {
        "warnings": 3,
        "hit": 0,
        "not_seen": 3,
        "cannot_tell": 0,
        "warnings_skipped": 0,
        "warnings_not_checked": 0,
        "files": 2,
        "files_unread": 0,
        "rows": 10,
        "read": 10,
        "skipped": 0,
        "findings": 0,
    }
    return Totals(**whole | counts)


@pytest.mark.parametrize(
    ("severities", "counts", "fail_on", "allow", "code"),
    [
        ([], {}, "low", False, CLEAN),
        ([], {"warnings_skipped": 4}, "low", False, CLEAN),
        (["low"], {}, "low", False, FOUND),
        (["low"], {}, "medium", False, CLEAN),
        (["medium"], {}, "medium", False, FOUND),
        (["low", "high"], {}, "high", False, FOUND),
        (["high"], {}, "critical", False, CLEAN),
        (["critical"], {}, "critical", False, FOUND),
        (["critical"], {}, "never", False, CLEAN),
        (["critical"], {"cannot_tell": 1}, "never", False, UNCHECKED),
        (["low"], {"cannot_tell": 1}, "low", False, FOUND),
        (["low"], {"files_unread": 1}, "low", True, FOUND),
        (["low"], {"cannot_tell": 1}, "high", False, UNCHECKED),
        ([], {"cannot_tell": 1}, "low", False, UNCHECKED),
        ([], {"warnings_not_checked": 1}, "low", False, UNCHECKED),
        ([], {"files_unread": 1}, "low", False, UNCHECKED),
        ([], {"skipped": 1}, "low", False, UNCHECKED),
        ([], {"cannot_tell": 1}, "low", True, CLEAN),
        ([], {"warnings_not_checked": 1}, "low", True, CLEAN),
        ([], {"files_unread": 1}, "low", True, CLEAN),
        ([], {"skipped": 1}, "low", True, CLEAN),
        ([], {"warnings": 0}, "low", False, NOTHING),
        ([], {"files": 0}, "low", False, NOTHING),
        ([], {"warnings": 0, "warnings_not_checked": 5}, "low", False, UNCHECKED),
        ([], {"warnings": 0, "warnings_not_checked": 5}, "low", True, NOTHING),
        ([], {"files": 2, "files_unread": 2}, "low", False, UNCHECKED),
        ([], {"files": 2, "files_unread": 2}, "low", True, NOTHING),
    ],
)
def test_the_exit_code_is_the_first_of_the_rules_that_holds(severities, counts, fail_on, allow, code):
    assert check_exit_code(severities, totals(**counts), fail_on=fail_on, allow_unchecked=allow) == code


@given(
    severities=st.lists(st.sampled_from(SEVERITIES), max_size=4),
    counts=st.fixed_dictionaries(
        dict.fromkeys(
            ("warnings", "cannot_tell", "warnings_not_checked", "files_unread", "skipped"), st.integers(0, 2)
        )
    ),
    fail_on=st.sampled_from([*SEVERITIES, "never"]),
    allow=st.booleans(),
)
def test_zero_is_never_said_when_something_was_found_or_nothing_was_checked(
    severities, counts, fail_on, allow
):
    counted = totals(**counts)
    code = check_exit_code(severities, counted, fail_on=fail_on, allow_unchecked=allow)
    if code == CLEAN:
        assert fail_on == "never" or all(
            SEVERITIES.index(one) < SEVERITIES.index(fail_on) for one in severities
        )
        assert counted.warnings
        assert counted.files > counted.files_unread
        assert allow or not any(
            (counted.cannot_tell, counted.warnings_not_checked, counted.files_unread, counted.skipped)
        )
