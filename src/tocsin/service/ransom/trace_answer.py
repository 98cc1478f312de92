"""A trace for other programs: amounts are whole satoshi, null where they are not known."""

from __future__ import annotations

import msgspec

from tocsin.ransom.taint.trace import Reached, Trace

__all__ = ["TraceAnswer", "trace_answer"]


class Followed(msgspec.Struct, frozen=True):
    """A seed; ``loaded``: whether its own transaction is, and not only what spends it."""

    txid: str
    n: int
    amount_sat: int
    loaded: bool


class Seed(msgspec.Struct, frozen=True):
    """What was asked for, and the outputs that it names."""

    asked: str
    amount_sat: int
    outpoints: list[Followed]


class Row(msgspec.Struct, frozen=True):
    """An output that was reached, by one convention, with the range that needs none.

    ``ended`` says why the trace ends there although the output is spent: service, coinjoin or dust.
    """

    txid: str
    n: int
    address: str
    amount_sat: int | None
    min_sat: int
    max_sat: int
    value_sat: int
    spent_by: str | None
    ended: str | None


class Total(msgspec.Struct, frozen=True):
    """Where what was seeded is by one convention; ``stops`` are transactions with inputs of unknown amount.

    ``seeded_sat`` is what the seeds hold and none of them has from another; the others add up to it, save for poison.
    """

    seeded_sat: int
    unspent_sat: int
    fees_sat: int
    stopped_sat: int
    stops: list[str]


class TraceAnswer(msgspec.Struct, frozen=True):
    """The document; its ``methods`` have a list of rows for each convention.

    ``left_out`` outputs are reached, too: those that can hold least.
    """

    seed: Seed
    methods: dict[str, list[Row]]
    totals: dict[str, Total]
    left_out: int


def trace_answer(asked: str, done: Trace) -> TraceAnswer:
    """The document of a trace."""
    return TraceAnswer(
        seed=Seed(
            asked,
            done.seeded_sat,
            [
                Followed(point.txid, point.n, amount, point not in done.as_spent)
                for point, amount in done.seeds.items()
            ],
        ),
        methods={name: [_row(one, name) for one in done.reached] for name in done.methods},
        totals={
            name: Total(one.seeded_sat, one.held_sat, one.fees_sat, one.stopped_sat, list(one.stops))
            for name, one in done.methods.items()
        },
        left_out=done.left_out,
    )


def _row(one: Reached, method: str) -> Row:
    return Row(
        one.point.txid,
        one.point.n,
        one.address,
        one.amounts_sat[method],
        one.min_sat,
        one.max_sat,
        one.value_sat,
        one.spent_by,
        None if one.ended is None else one.ended.value,
    )
