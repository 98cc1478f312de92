"""Evidence against the names that are given for one role, side by side: a help to read, no verdict.

Source: R. Heuer, "Psychology of Intelligence Analysis" (1999), chapter 8: hypotheses are compared by the evidence that
does not go with them, for most evidence goes with several. The counts are those of independent evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tocsin.ransom.attribution.independence import independent
from tocsin.ransom.attribution.statement import Evidence, Statement, name_key

__all__ = ["Cell", "Matrix", "Row", "matrix_of"]


class Cell(StrEnum):
    """How evidence stands to a name, as persons say."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    NOT_SAID = "not_said"


@dataclass(frozen=True, slots=True)
class Row:
    """Evidence that counts once, and how it stands to each of the matrix's names."""

    evidence: tuple[Evidence, ...]
    cells: tuple[Cell, ...]

    @property
    def tells_apart(self) -> bool:
        """Whether it speaks for one name rather than for another; what goes with all of them tells nothing."""
        return len(set(self.cells)) > 1


@dataclass(frozen=True, slots=True)
class Matrix:
    """``names`` are in the order of the alphabet; ``inconsistent`` counts for each the rows that do not go with it."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    inconsistent: Mapping[str, int]


def matrix_of(statements: Iterable[Statement]) -> Matrix:
    """The matrix of statements that give a name each for one role of one subject; their order does not matter.

    Evidence goes with the name that it was given for, unless it says that it does not. Where one source is cited both
    ways, that counts as not going with the name.
    """
    held = sorted(set(statements), key=lambda one: (name_key(one.named), one.named))
    names = {name_key(one.named): one.named for one in reversed(held)}
    order = sorted(names)
    given = [(each, name_key(one.named)) for one in held for each in one.evidence]
    rows = [
        Row(group, tuple(_cell(group, key, given) for key in order))
        for group in independent(each for each, _ in given)
    ]
    counts = {
        names[key]: sum(row.cells[place] is Cell.INCONSISTENT for row in rows)
        for place, key in enumerate(order)
    }
    return Matrix(tuple(names[key] for key in order), tuple(rows), counts)


def _cell(group: Sequence[Evidence], name: str, given: Sequence[tuple[Evidence, str]]) -> Cell:
    if any(name_key(other) == name for one in group for other in one.inconsistent_with):
        return Cell.INCONSISTENT
    if any(each in group and key == name for each, key in given):
        return Cell.CONSISTENT
    return Cell.NOT_SAID
