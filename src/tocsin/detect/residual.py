"""The logic that no join can decide: patterns put to the candidate rows, and to time.

``engine`` finds candidate rows; here each is tested exactly, brackets are gathered into events, and at
the end the sweep over time says which patterns occurred. Pure: observations in, hits out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tocsin.detect.pattern.evaluate import Evaluator
from tocsin.detect.pattern.sequence import Event, brackets_of, occurrences, timed_brackets
from tocsin.detect.pattern.syntax import Bracket, ObservationExpression
from tocsin.errors import LimitExceeded
from tocsin.model.observation import Observation

__all__ = ["Residual"]


@dataclass(slots=True)
class _Warning:
    expression: ObservationExpression
    evaluators: list[Evaluator]
    single: bool
    timed: frozenset[int]
    events: dict[int, dict[int, Event]] = field(default_factory=dict)


class Residual:
    """Decides warnings whose pattern needs more than one comparison.

    ``expression`` gives a warning's tree. Observations are numbered by the caller, the same number for the
    same observation, whatever the order in which they come.
    """

    def __init__(self, expression: Callable[[int], ObservationExpression]) -> None:
        self._expression = expression
        self._warnings: dict[int, _Warning] = {}
        self.undecided: dict[int, str] = {}
        self.timeless: set[int] = set()

    def _warning(self, ordinal: int) -> _Warning:
        known = self._warnings.get(ordinal)
        if known is None:
            expression = self._expression(ordinal)
            known = _Warning(
                expression,
                [Evaluator(bracket) for bracket in brackets_of(expression)],
                isinstance(expression, Bracket),
                frozenset(id(bracket) for bracket in timed_brackets(expression)),
            )
            self._warnings[ordinal] = known
        return known

    def put(self, ordinal: int, number: int, observation: Observation, *, has_time: bool) -> bool:
        """Put a warning to one observation; say whether that alone is a hit (the pattern is one bracket).

        Otherwise the brackets that hold are kept as events for :meth:`occurred`. One that is asked when it held is
        not taken to hold of an observation without a time, and the warning is noted in ``timeless``.
        """
        warning = self._warning(ordinal)
        try:
            holding = [evaluator for evaluator in warning.evaluators if evaluator.holds(observation)]
        except LimitExceeded as problem:
            self.undecided[ordinal] = problem.what
            return False
        if not holding:
            return False
        if warning.single:
            return True
        event = Event(observation.first, observation.last, number, observation.number)
        for evaluator in holding:
            if not has_time and id(evaluator.bracket) in warning.timed:
                self.timeless.add(ordinal)
                continue
            warning.events.setdefault(id(evaluator.bracket), {})[number] = event
        return False

    def waiting(self, ordinal: int, number: int) -> bool:
        """Whether the observation ``number`` is an event of the warning."""
        return any(number in events for events in self._warning(ordinal).events.values())

    def occurred(self, ranks: Mapping[int, int] | None = None) -> Iterator[tuple[int, tuple[Event, ...]]]:
        """Yield (warning, events of one occurrence) for all patterns over several observations.

        ``ranks`` says by an observation's number which of several of one moment is to be named, the least first;
        without it the numbers themselves do.
        """
        rank = ranks.__getitem__ if ranks is not None else None
        for ordinal in sorted(self._warnings):
            warning = self._warnings[ordinal]
            if not warning.events:
                continue
            numbers = sorted({number for events in warning.events.values() for number in events}, key=rank)
            place = {number: position for position, number in enumerate(numbers)}
            matches = {
                key: [event._replace(observation=place[number]) for number, event in events.items()]
                for key, events in warning.events.items()
            }
            for events in self._decided(ordinal, warning, matches):
                yield (
                    ordinal,
                    tuple(event._replace(observation=numbers[event.observation]) for event in events),
                )

    def _decided(
        self, ordinal: int, warning: _Warning, matches: dict[int, list[Event]]
    ) -> Iterable[tuple[Event, ...]]:
        try:
            return occurrences(warning.expression, matches)
        except LimitExceeded as problem:
            self.undecided[ordinal] = problem.what
            return ()
