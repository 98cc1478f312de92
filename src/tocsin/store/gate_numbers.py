"""The numbers under which the readers of rows are stored, and how they are spelled."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection, insert

from tocsin.store.bulk import insert_rows
from tocsin.store.direct import among, packed, run_ahead
from tocsin.store.gate import Gate, Readers
from tocsin.store.schema import gate, gate_label
from tocsin.store.unwritten import unwritten

__all__ = ["numbers_of", "read"]


def numbers_of(connection: Connection, asked: set[Readers]) -> dict[Readers, int]:
    """The numbers of these readers, given now to those that have none."""
    held = unwritten(connection).gates
    unknown = {_spelt(one): one for one in _with_exceptions(asked) if one not in held}
    if unknown:
        rows = run_ahead(
            connection,
            f"SELECT number, spelling FROM gate WHERE {among(connection, 'spelling', 'asked')}",  # noqa: S608
            {"asked": packed(connection, unknown)},
        )
        for number, spelling in rows:
            held[unknown[spelling]] = number
    for spelling, one in unknown.items():
        if one not in held:
            # Those that make an exception come after what they except, so that its number is known.
            unless = None if one.unless is None else held[Readers(one.unless)]
            made = insert(gate).values(spelling=spelling, unless=unless).returning(gate.c.number)
            held[one] = number = int(connection.execute(made).scalar_one())
            labels = [(place, label) for place, clause in enumerate(_clauses(one.gate)) for label in clause]
            insert_rows(
                connection,
                gate_label,
                [{"gate": number, "clause": place, "label": label} for place, label in labels],
            )
    return {one: held[one] for one in asked}


def _with_exceptions(asked: Iterable[Readers]) -> list[Readers]:
    plain = [one for one in asked if one.unless is None]
    others = [one for one in asked if one.unless is not None]
    return [*plain, *(Readers(one.unless) for one in others if one.unless is not None), *others]


def _clauses(one: Gate) -> list[list[int]]:
    return sorted(sorted(clause) for clause in one)


def _spelt(one: Readers) -> str:
    text = " ".join("|".join(map(str, clause)) for clause in _clauses(one.gate))
    return text if one.unless is None else f"{text} - {_spelt(Readers(one.unless))}"


@lru_cache(maxsize=4096)
def read(spelling: str) -> Readers:
    """The readers that are spelled so."""
    gate, exception, unless = spelling.partition("-")
    return Readers(_read(gate), _read(unless) if exception else None)


def _read(spelling: str) -> Gate:
    return frozenset(frozenset(map(int, clause.split("|"))) for clause in spelling.split())
