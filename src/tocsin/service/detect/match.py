"""One pattern put to observations, by the specification to the letter."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern.sequence import Event, brackets_of, occurrences
from tocsin.model.observed import read_observations

__all__ = ["MatchAnswer", "match_pattern"]


@dataclass(frozen=True, slots=True)
class MatchAnswer:
    """Whether a pattern matches, and the ids of the observations in its occurrences, in the order of the file."""

    matched: bool
    observations: tuple[str, ...]


def match_pattern(pattern: str, data: bytes, version: str = "2.1", name: str = "") -> MatchAnswer:
    """Match ``pattern`` against the observations in ``data``; ``name`` names the data in errors.

    Raises:
        PatternError: the pattern does not compile.
        BadInput: the data holds no observations, or some that cannot be read.
        LimitExceeded: deciding takes more steps than the limit allows.
    """
    expression = parse_pattern(pattern, version).expression
    observations = read_observations(data, name)
    evaluators = [Evaluator(bracket) for bracket in brackets_of(expression)]
    matches = {
        id(evaluator.bracket): [
            Event(observation.first, observation.last, number, observation.number)
            for number, observation in enumerate(observations)
            if evaluator.holds(observation)
        ]
        for evaluator in evaluators
    }
    used = sorted({event.observation for events in occurrences(expression, matches) for event in events})
    return MatchAnswer(bool(used), tuple(observations[number].id for number in used))
