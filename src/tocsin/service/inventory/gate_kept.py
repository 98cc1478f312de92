"""The verdicts of the gate that a node keeps: kept when somebody asks, listed and read again."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import LimitExceeded
from tocsin.inventory.gate.summary import Attestation
from tocsin.inventory.gate.verdict import GateResult, Verdict
from tocsin.limits import GATE_RESULT_BYTES, GATE_RESULTS
from tocsin.model.canonical_json import canonical_json
from tocsin.service.exchange.node import Node, moment
from tocsin.service.inventory.gate import unsigned
from tocsin.service.inventory.gate_node import SIGNED
from tocsin.store import log
from tocsin.store.gate_results import GateRow, gate_answer, gate_rows, keep_gate_result
from tocsin.transparency.entry import Act

__all__ = [
    "GateList",
    "KeptVerdict",
    "ListedVerdict",
    "keep_verdict",
    "kept_verdict",
    "listed_verdicts",
    "part_of",
]

_CHARACTERS: Final = 500


class ListedVerdict(msgspec.Struct, kw_only=True):
    """A verdict that is kept: ``pass``, ``fail`` or ``unknown``, by which policy, and as of when it was judged.

    ``data_age_s`` is how old the oldest data was that it stands on, null where there was none or it did not say;
    ``kept`` and ``by`` are when it was kept and by whom.
    """

    number: int
    product: str
    verdict: str
    policy: str
    as_of: str
    data_age_s: int | None
    signed: bool
    kept: str
    by: str


class GateList(msgspec.Struct, kw_only=True):
    """Verdicts that are kept, the newest first: ``found`` of them; ``next`` leads to the rest."""

    found: int
    verdicts: list[ListedVerdict]
    next: str


@dataclass(frozen=True, slots=True)
class KeptVerdict:
    """A verdict that is kept, as it was told then."""

    listed: ListedVerdict
    result: GateResult
    attestation: Attestation


def keep_verdict(node: Node, result: GateResult, attestation: Attestation, *, by: str) -> tuple[int, int]:
    """Keep a verdict; returns its number, and how many older ones went for it. It is an act in the log.

    Raises:
        LimitExceeded: it is longer than GATE_RESULT_BYTES.
    """
    body = msgspec.json.encode(result)
    if len(body) > GATE_RESULT_BYTES:
        raise LimitExceeded(
            f"the verdict has {len(body):,} bytes; {GATE_RESULT_BYTES:,} are kept at most",
            hint="Keep it as a file: --format json --output FILE.",
        )
    now_us = node.now_us
    row = GateRow(
        product=_text(result.product),
        verdict=result.verdict.value,
        policy=_text(f"{result.policy} {result.policy_version}".strip()),
        as_of=result.as_of,
        data_age_s=result.data_age_s,
        made_us=now_us,
        made_by=by,
    )
    # Whoever has the attestation can show when it was logged; the log tells nobody what it is about.
    subject = {"statement_sha256": sha256(canonical_json(attestation.statement)).hexdigest()}

    def act(connection: Connection) -> tuple[int, int]:
        done = keep_gate_result(connection, row, body, attestation.envelope, most=GATE_RESULTS)
        log.append(connection, [node.salted_for_others(Act.GATE, by, subject, now_us)])
        return done

    return node.write(act)


def _text(told: str) -> str:
    """What a list has room for, of what a database takes; the answer itself has all."""
    return told[:_CHARACTERS].replace("\0", "\ufffd")


def listed_verdicts(node: Node, words: str = "", verdict: str = "") -> list[ListedVerdict]:
    """The verdicts about products in whose names all ``words`` occur, all with "", of the kind ``verdict``."""
    wanted = words.lower().split()
    with node.reading() as connection:
        rows = gate_rows(connection)
    return [
        _listed(number, row, signed=signed)
        for number, row, signed in rows
        if verdict in {"", row.verdict} and all(word in row.product.lower() for word in wanted)
    ]


def part_of(found: Sequence[ListedVerdict], first: int, limit: int) -> GateList:
    """``limit`` of those that were found, from the number ``first`` on."""
    more = first + limit < len(found)
    return GateList(
        found=len(found),
        verdicts=list(found[first : first + limit]),
        next=str(first + limit) if more else "",
    )


def kept_verdict(node: Node, number: int) -> KeptVerdict | None:
    """The verdict with this number; None if none is kept."""
    with node.reading() as connection:
        found = gate_answer(connection, number)
    if found is None:
        return None
    row, body, envelope = found
    result = msgspec.json.decode(body, type=GateResult)
    held = Attestation(_statement(envelope), envelope, SIGNED) if envelope else unsigned(result)
    return KeptVerdict(_listed(number, row, signed=bool(envelope)), result, held)


def _statement(envelope: bytes) -> dict[str, Any]:
    """What was signed: word for word, whatever a later version would say."""
    payload = base64.b64decode(msgspec.json.decode(envelope)["payload"])
    statement: dict[str, Any] = msgspec.json.decode(payload)
    return statement


def _listed(number: int, row: GateRow, *, signed: bool) -> ListedVerdict:
    return ListedVerdict(
        number=number,
        product=row.product,
        verdict=Verdict(row.verdict).value,
        policy=row.policy,
        as_of=row.as_of,
        data_age_s=row.data_age_s,
        signed=signed,
        kept=moment(row.made_us),
        by=row.made_by,
    )
