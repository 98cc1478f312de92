"""What the gate answered about products, the newest answers of each node."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select

from tocsin.store.schema import gate_result

__all__ = ["GateRow", "gate_answer", "gate_rows", "keep_gate_result"]


_SHOWN: Final = tuple(
    gate_result.c[name]
    for name in ("product", "verdict", "policy", "as_of", "data_age_s", "made_us", "made_by")
)


@dataclass(frozen=True, slots=True)
class GateRow:
    """What a list shows of an answer: ``verdict`` is a word of the gate, ``as_of`` a time (RFC 3339).

    ``data_age_s`` is how old the oldest data was that it stands on, None where there was none or it did not say.
    """

    product: str
    verdict: str
    policy: str
    as_of: str
    data_age_s: int | None
    made_us: int
    made_by: str


def keep_gate_result(
    connection: Connection, row: GateRow, body: bytes, attestation: bytes | None, *, most: int
) -> tuple[int, int]:
    """Keep an answer and no more than the newest ``most``; returns its number and how many went for it."""
    table = gate_result
    number = (connection.scalar(select(func.max(table.c.number))) or 0) + 1
    connection.execute(
        insert(table).values(
            number=number,
            product=row.product,
            verdict=row.verdict,
            policy=row.policy,
            as_of=row.as_of,
            data_age_s=row.data_age_s,
            made_us=row.made_us,
            made_by=row.made_by,
            body=zlib.compress(body),
            attestation=attestation,
        )
    )
    return number, connection.execute(delete(table).where(table.c.number <= number - most)).rowcount


def gate_rows(connection: Connection) -> list[tuple[int, GateRow, bool]]:
    """Each answer's number, what a list shows of it, and whether it is signed; the newest first."""
    table = gate_result
    rows = connection.execute(
        select(table.c.number, table.c.attestation.is_not(None), *_SHOWN).order_by(table.c.number.desc())
    )
    return [(number, GateRow(*values), bool(signed)) for number, signed, *values in rows]


def gate_answer(connection: Connection, number: int) -> tuple[GateRow, bytes, bytes | None] | None:
    """What a list shows of the answer with this number, the answer, and its attestation; None if there is none."""
    table = gate_result
    found = connection.execute(
        select(table.c.body, table.c.attestation, *_SHOWN).where(table.c.number == number)
    ).first()
    if found is None:
        return None
    body, attestation, *values = found
    return GateRow(*values), zlib.decompress(bytes(body)), None if attestation is None else bytes(attestation)
