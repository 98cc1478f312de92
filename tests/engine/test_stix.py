from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from reference.naive import naive_match
from strategies import examples, observations, pattern_text, patterns
from tocsin.detect.mapping import Scope
from tocsin.detect.normalise import normalise_object
from tocsin.detect.pattern.syntax import Pattern
from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.engine.run import Outcome, Run
from tocsin.engine.stix import TITLE, StixEvidence
from tocsin.limits import PATTERN_BYTES
from tocsin.model.observation import Observation

DAY = 86_400 * 10**9


def plan_of(*texts: str) -> Plan:
    tally = WarningTally()
    plan = compile_plan([Warning_(id=f"w{n}", pattern=text) for n, text in enumerate(texts)], tally)
    assert not tally.not_checked, tally.not_checked
    return plan


def outcome_of(plan: Plan, *files: list[Observation]) -> Outcome:
    with (
        tempfile.TemporaryDirectory() as folder,
        Run(plan, threads=1, memory_bytes=256 << 20, temporary=Path(folder)) as run,
    ):
        for number, some in enumerate(files):
            run.add_observations(number, some)
        return run.finish()


def seen(*objects, first: int = 0, last: int | None = None) -> Observation:
    held = {str(number): one for number, one in enumerate(objects)}
    return Observation("observed-data--1", first, first if last is None else last, 1, held, tuple(held))


def hit(plan: Plan, *observed: Observation) -> set[tuple[int, int]]:
    return {
        (group.warning, sample.row)
        for group in outcome_of(plan, list(observed)).hits
        for sample in group.samples
    }


def normalised(one: Observation) -> Observation:
    objects = {key: normalise_object(properties) for key, properties in one.objects.items()}
    return Observation(one.id, one.first, one.last, one.number, objects, one.roots)


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(patterns(), min_size=6, max_size=6), observations())
def test_observations_hit_exactly_when_the_naive_reference_says_so(some, observed):
    plan = plan_of(*map(pattern_text, some))
    observed = [normalised(one) for one in observed]
    expected = {
        number for number in range(len(some)) if naive_match(Pattern("", plan.expression(number)), observed)
    }
    outcome = outcome_of(plan, observed)
    assert {group.warning for group in outcome.hits} == expected
    assert not outcome.undecided


def test_text_numbers_networks_and_needles_are_looked_up_in_lists_and_behind_references():
    plan = plan_of(
        "[x:a = 'v']",
        "[x:n IN (5, 6)]",
        "[x:list[*] = 'w']",
        "[x:list[1].deep = 'u']",
        "[x:y_ref.value ISSUBSET '10.0.0.0/8']",
        "[x:a LIKE '%evil%']",
        "[x:y_refs[*].value = '10.0.0.1']",
    )
    one = seen(
        {"type": "x", "a": "v", "n": 5.0, "list": ["w", {"deep": "u"}], "y_ref": "1", "y_refs": ["9", "1"]},
        {"type": "y", "value": "10.0.0.1"},
        {"type": "x", "a": "an evil one"},
    )
    assert hit(plan, seen({"type": "x"}), one) == {(warning, 2) for warning in range(7)}


def test_values_of_other_types_reach_the_patterns_that_ask_for_them():
    plan = plan_of(
        "[x:b = true]",
        "[x:h_hex = h'c3a9']",
        "[x:t > t'2020-01-01T00:00:00Z']",
        "[EXISTS x:o]",
        "[x:a != 'v']",
    )
    one = seen({"type": "x", "b": True, "h_hex": "c3A9", "t": "2021-01-01T00:00:00Z", "o": {}, "a": None})
    assert hit(plan, one) == {(warning, 1) for warning in range(5)}


def test_what_is_looked_up_is_confirmed_by_the_pattern_itself():
    plan = plan_of("[x:a = 'v' AND x:b = 'w']")
    assert hit(
        plan, seen({"type": "x", "a": "v"}, {"type": "x", "b": "w"}), seen({"type": "x", "a": "v", "b": "w"})
    ) == {(0, 2)}


def test_observations_of_several_files_make_up_one_pattern():
    plan = plan_of("[x:a = 'v'] FOLLOWEDBY [x:a = 'w']")
    outcome = outcome_of(
        plan, [seen({"type": "x", "a": "w"}, first=5_000)], [seen({"type": "x", "a": "v"}, first=3_000)]
    )
    (group,) = outcome.hits
    assert [(sample.file, sample.row, sample.time_us) for sample in group.samples] == [(1, 1, 3), (0, 1, 5)]


def test_times_cover_the_days_that_observations_span():
    plan = plan_of("[x:a = 'v']", "[x:b = 'v']")
    found = list(
        StixEvidence(
            plan, [seen({"type": "x", "a": "q"}, first=DAY, last=2 * DAY), seen({"type": "x"}, first=DAY)]
        ).seen(3)
    )
    assert [(one.file, one.kind, one.scope, one.day, one.rows, one.paths) for one in found] == [
        (3, TITLE, Scope.NETWORK, 1, 2, {"x:a"}),
        (3, TITLE, Scope.NETWORK, 2, 1, {"x:a"}),
    ]


def test_no_observations_and_no_warnings_are_no_hits():
    assert outcome_of(plan_of("[x:a = 'v']"), []).hits == []
    assert outcome_of(plan_of(), [seen({"type": "x"})]).hits == []


@pytest.mark.parametrize("name", ["1a", "it's", "back\\slash", "a b", "", "SHA-256", "\xe9"])
def test_a_property_of_any_name_is_read(name):
    written = "'" + name.replace("\\", "\\\\").replace("'", "\\'") + "'"
    assert hit(
        plan_of(f"[x:{written} = 'v']", f"[x:a.{written} LIKE '%vvvv%']"),
        seen({"type": "x", name: "v", "a": {name: "vvvv"}}),
    ) == {(0, 1), (1, 1)}


def test_a_long_pattern_is_refused_or_runs():
    value = "v" * (PATTERN_BYTES - 20)
    assert hit(plan_of(f"[x:a = '{value}']"), seen({"type": "x", "a": value})) == {(0, 1)}
    tally = WarningTally(read=1)
    compile_plan([Warning_(id="w", pattern=f"[x:a = '{value}{value}']")], tally)
    assert tally.not_checked


def test_text_that_is_no_utf_8_is_put_to_the_patterns_that_need_no_lookup():
    assert hit(
        plan_of("[x:a != 'v']", "[x:a MATCHES 'evil']", "[EXISTS x:a]"),
        seen({"type": "x", "a": "\ud800evil"}),
    ) == {(0, 1), (2, 1)}


def test_names_in_observed_data_are_compared_without_regard_to_case_and_shown_as_they_are():
    plan = plan_of(
        "[file:name = 'EVIL.exe']",
        "[process:command_line LIKE '%STEAL%']",
        "[process:creator_user_ref.account_login IN ('ADMIN')]",
        "[file:name != 'evil.EXE']",
        "[url:value = 'http://EVIL.example/a']",
        "[url:value = 'http://evil.example/A']",
    )
    one = normalised(
        seen(
            {"type": "file", "name": "Evil.exe"},
            {"type": "process", "command_line": "x --Steal", "creator_user_ref": "2"},
            {"type": "user-account", "account_login": "Admin"},
            {"type": "url", "value": "HTTP://Evil.Example/a"},
        )
    )
    assert hit(plan, one) == {(warning, 1) for warning in (0, 1, 2, 4)}
    assert one.objects["0"]["name"] == "Evil.exe"
