from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, given, settings

from reference.naive import naive_match
from strategies import observations, pattern_text, patterns
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.syntax import Pattern
from tocsin.model.observation import Observation


@given(patterns())
def test_the_text_of_a_tree_parses_to_the_same_tree(pattern: Pattern) -> None:
    again = parse_pattern(pattern_text(pattern))
    assert again == pattern
    assert repr(again) == repr(pattern)  # 1, 1.0 and true are equal, but not the same literal


def test_patterns_and_observations_often_match_and_often_do_not() -> None:
    matched: Counter[bool] = Counter()

    @settings(
        max_examples=400,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(patterns(), observations())
    def count(pattern: Pattern, among: list[Observation]) -> None:
        matched[naive_match(pattern, among)] += 1

    count()
    assert 0.25 < matched[True] / matched.total() < 0.75
