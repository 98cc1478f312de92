"""Decision tables of SSVC, as data: what is known of a vulnerability gives what to do about it, and by when.

Source: Stakeholder-Specific Vulnerability Categorization (CERT/CC); the tables themselves are in ``data/decisions``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.errors import BadInput, Place

__all__ = ["Decision", "DecisionTable", "Outcome", "parse_table"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a table says to do.

    ``days`` is how long there is, None where it is at the next upgrade or the table gives no time; ``triage`` asks
    for a look whether the machine is already broken into. ``says`` is what a name means that does not say it itself.
    """

    name: str
    days: int | None = None
    triage: bool = False
    says: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """An outcome, and the points that nobody knows, for which the most urgent value was taken."""

    outcome: Outcome
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A table: ``points`` in order, ``rows`` by their values, ``outcomes`` the most urgent first."""

    name: str
    version: str
    source: str
    binds: str
    points: tuple[str, ...]
    outcomes: tuple[Outcome, ...]
    rows: Mapping[tuple[str, ...], Outcome]
    told: str = ""
    """How an answer says by what it was decided, and whom that binds."""

    def rank(self, decision: Decision) -> int:
        """The place of an outcome among those of the table, 0 the most urgent; 0 for all where the table gives days."""
        timed = any(one.days is not None for one in self.outcomes)
        return 0 if timed else self.outcomes.index(decision.outcome)

    def decide(self, known: Mapping[str, str]) -> Decision:
        """The outcome for what is ``known`` of each point; "" or an absent point is not known.

        Of all rows that what is known leaves open the most urgent counts. A point is assumed where another value
        of it would have given another outcome.
        """
        open_rows = {
            values: outcome
            for values, outcome in self.rows.items()
            if all(
                not known.get(point) or known[point] == value
                for point, value in zip(self.points, values, strict=True)
            )
        }
        urgent = min(open_rows.values(), key=self.outcomes.index, default=self.outcomes[0])
        unknown = [point for point in self.points if not known.get(point)]
        if len(set(open_rows.values())) == 1:
            unknown = []
        return Decision(urgent, tuple(unknown))


def parse_table(data: bytes, name: str) -> DecisionTable:
    """Read a table as ``data/decisions`` has them.

    Raises:
        BadInput: it is no TOML, lacks a part, or its rows are not each combination of values once.
    """
    try:
        held = tomllib.loads(data.decode())
        outcomes = {one["name"]: Outcome(**one) for one in held["outcome"]}
        points = tuple(held["points"])
        rows = {tuple(values.split()): outcomes[outcome] for values, outcome in held["rows"].items()}
        table = DecisionTable(
            held["name"],
            held["version"],
            held["source"],
            held["binds"],
            points,
            tuple(outcomes.values()),
            rows,
            held["told"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"is no decision table: {error}", where=Place(name)) from error
    _require_whole(table, name)
    return table


def _require_whole(table: DecisionTable, name: str) -> None:
    wanted = 1
    for number in range(len(table.points)):
        wanted *= len({values[number] for values in table.rows if len(values) > number})
    lengths: set[Any] = {len(values) for values in table.rows}
    if lengths != {len(table.points)} or len(table.rows) != wanted:
        raise BadInput(
            f"the table has {len(table.rows)} rows for {wanted} combinations of its points", where=Place(name)
        )
