"""Columns of several sources as one ledger: each transaction once, linked to what it spends from, and in time."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import BadInput
from tocsin.ransom.compiled import compiled
from tocsin.ransom.ledger.columns import NOT_KNOWN, Columns
from tocsin.ransom.ledger.payee import united
from tocsin.ransom.ledger.transaction import MOST_SATOSHI

__all__ = ["found_ids", "joined"]

_LAST: Final = np.iinfo(np.int64).max
_COMPILED_FROM: Final = 50_000


def joined(parts: Sequence[Columns]) -> Columns:
    """The transactions of all parts in the ledger's order; of one that is in several the last part's is taken.

    The same in whatever order the parts come, if they have no transaction in common.

    Raises:
        BadInput: two inputs spend one output, an input names an output that its transaction has not, or in another
            amount, more is paid than spent where all amounts are known, or transactions spend in a circle.
    """
    whole = _in_time(_linked(_laid_side_by_side(parts)))
    _check_sums(whole)
    return _numbered_payees(whole)


def _laid_side_by_side(parts: Sequence[Columns]) -> Columns:
    """All parts one after the other, each linked only within itself."""
    table, moved = united([one.table for one in parts])
    outputs = _running(one.outputs for one in parts)
    inputs = _running(len(one.spent) for one in parts)
    outside = _running(len(one.outside_n) for one in parts)
    held, beyond, spent = [], [], []
    for at, (one, numbers) in enumerate(zip(parts, moved, strict=True)):
        payees = np.append(numbers, NOT_KNOWN)[one.payees]
        held.append((one.amounts[: one.outputs], payees[: one.outputs]))
        beyond.append((one.amounts[one.outputs :], payees[one.outputs :]))
        is_held = one.spent < one.outputs
        add = np.where(is_held, outputs[at], outputs[-1] - one.outputs + outside[at])
        spent.append(one.spent + add)
    return Columns(
        txids=np.concatenate([one.txids for one in parts]),
        heights=np.concatenate([one.heights for one in parts]),
        places=np.concatenate([one.places for one in parts]),
        first_input=_chained([one.first_input for one in parts], inputs),
        first_output=_chained([one.first_output for one in parts], outputs),
        spent=np.concatenate(spent).astype(np.int32),
        amounts=np.concatenate([amounts for amounts, _ in [*held, *beyond]]),
        payees=np.concatenate([payees for _, payees in [*held, *beyond]]).astype(np.int32),
        outside_txids=np.concatenate([one.outside_txids for one in parts]),
        outside_n=np.concatenate([one.outside_n for one in parts]),
        table=table,
    )


def _running(sizes: Iterable[int]) -> NDArray[np.int64]:
    return np.array([0, *accumulate(sizes)], np.int64)


def _chained(starts: Sequence[NDArray[np.int32]], before: NDArray[np.int64]) -> NDArray[np.int32]:
    some = [one[:-1] + add for one, add in zip(starts, before[:-1], strict=True)]
    return np.concatenate([*some, before[-1:]]).astype(np.int32)


def _linked(side: Columns) -> Columns:
    """By height, place and id, each once; and each input spends the output that it names, where that is held."""
    order = _sorted_ids(side.txids)
    ids = side.txids[order]
    is_last = np.append((ids[1:] != ids[:-1]).any(axis=1), True) if len(ids) else np.zeros(0, bool)
    kept = order[is_last]
    # As an unsigned number, what is not known comes last. Sorting is stable, so of one place the ids stay in order.
    sequence = np.lexsort([one[kept].astype(np.uint32) for one in (side.places, side.heights)])
    rows = kept[sequence]
    number_of = np.empty(len(kept), np.int64)
    number_of[sequence] = np.arange(len(kept))
    numbers = np.empty(len(order), np.int64)
    numbers[order] = number_of[np.cumsum(is_last) - is_last]
    inputs, first_input = _rows(side.first_input, rows)
    outputs, first_output = _rows(side.first_output, rows)
    shift = first_output[numbers] - side.first_output[:-1]
    points = np.arange(side.outputs) + np.repeat(shift, np.diff(side.first_output))
    spent = side.spent[inputs].astype(np.int64)
    is_held = spent < side.outputs
    spent[is_held] = points[spent[is_held]]
    whole = replace(
        side,
        txids=side.txids[rows],
        heights=side.heights[rows],
        places=side.places[rows],
        first_input=first_input,
        first_output=first_output,
    )
    beyond = np.flatnonzero(~is_held)
    asked = spent[beyond] - side.outputs
    found = _found_points(whole, rows, beyond, side, asked)
    spent[beyond[found >= 0]] = found[found >= 0]
    told = side.payees[side.outputs + asked[found >= 0]]
    left = asked[found < 0]
    spent[beyond[found < 0]] = np.arange(len(left)) + len(outputs)
    held = np.concatenate([outputs, left + side.outputs])
    payees = side.payees[held]
    # Where the transaction's own source does not say whom it pays, who spends it may.
    silent = payees[found[found >= 0]] == NOT_KNOWN
    payees[found[found >= 0][silent]] = told[silent]
    linked = replace(
        whole,
        spent=spent.astype(np.int32),
        amounts=side.amounts[held],
        payees=payees,
        outside_txids=side.outside_txids[left],
        outside_n=side.outside_n[left],
    )
    _check_once(linked)
    return linked


def _found_points(
    whole: Columns,
    rows: NDArray[np.int64],
    inputs: NDArray[np.int64],
    side: Columns,
    asked: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For inputs that spend points outside a part, the point that some other part holds; -1 where none does.

    ``rows`` are the rows of ``side`` that the transactions of ``whole`` come from.
    """
    numbers = found_ids(whole.txids, side.outside_txids[asked])
    inside = np.flatnonzero(numbers >= 0)
    parents, n = numbers[inside], side.outside_n[asked[inside]].astype(np.int64)
    points = whole.first_output[parents] + n
    missing = np.flatnonzero(points >= whole.first_output[parents + 1])
    if len(missing):
        at = inside[missing[0]]
        count = np.diff(whole.first_output)[numbers[at]]
        raise BadInput(
            f"{whole.name(int(whole.transaction_of_input(inputs[at])))} spends "
            f"{side.point_name(int(side.outputs + asked[at]))}, and that has only {count} outputs"
        )
    told = side.amounts[side.outputs + asked[inside]]
    has = side.amounts[side.first_output[rows[parents]] + n]
    wrong = np.flatnonzero((told >= 0) & (told != has))
    if len(wrong):
        at = inside[wrong[0]]
        raise BadInput(
            f"{whole.name(int(whole.transaction_of_input(inputs[at])))} says that "
            f"{side.point_name(int(side.outputs + asked[at]))} has {told[wrong[0]]:,} satoshi; "
            f"it has {has[wrong[0]]:,}"
        )
    found = np.full(len(asked), NOT_KNOWN, np.int64)
    found[inside] = points
    return found


def _rows(first: NDArray[np.int32], numbers: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The rows of these transactions one after the other, and where those of each begin among them."""
    sizes = np.diff(first)[numbers]
    start = np.concatenate([[0], np.cumsum(sizes)])
    return np.arange(start[-1]) + np.repeat(first[numbers] - start[:-1], sizes), start.astype(np.int32)


def _words(ids: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Ids as four numbers each, which compare as the ids do."""
    return np.ascontiguousarray(ids).view(">u8").astype(np.uint64)


def _sorted_ids(ids: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The order of ids by their bytes, of equal ones the earlier first."""
    words = _words(ids)
    order = np.argsort(words[:, 0], kind="stable")
    same = words[order[1:], 0] == words[order[:-1], 0]
    if (words[order[1:]][same] != words[order[:-1]][same]).any():  # a made-up beginning: the rest decides
        return np.lexsort(words[:, ::-1].T)
    return order


def found_ids(ids: NDArray[np.uint8], asked: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The place of each id that is asked for among ``ids``, which are all different; -1 where it is not there."""
    found = np.full(len(asked), NOT_KNOWN, np.int64)
    if not len(ids) or not len(asked):
        return found
    order = _sorted_ids(ids)
    keys, wanted = _words(ids)[order, 0], _words(asked)[:, 0]
    at = np.searchsorted(keys, wanted)
    open_ = np.flatnonzero(at < len(keys))
    while len(open_):
        open_ = open_[keys[at[open_]] == wanted[open_]]
        same = (ids[order[at[open_]]] == asked[open_]).all(axis=1)
        found[open_[same]] = order[at[open_[same]]]
        open_ = open_[~same]
        at[open_] += 1
        open_ = open_[at[open_] < len(keys)]
    return found


def _check_once(whole: Columns) -> None:
    """That no two inputs spend one output."""
    inside = whole.spent[whole.spent < whole.outputs]
    twice = np.flatnonzero(np.bincount(inside, minlength=1) > 1)
    points = [int(twice[0])] if len(twice) else _twice_outside(whole)
    if not points:
        return
    inputs = np.flatnonzero(np.isin(whole.spent, points))[:2]
    pair = " and ".join(sorted(whole.name(int(one)) for one in whole.transaction_of_input(inputs)))
    raise BadInput(f"two inputs spend {whole.point_name(points[0])}: of {pair}")


def _twice_outside(whole: Columns) -> list[int]:
    """Two points outside that are one; none if there are none."""
    words = np.column_stack([_words(whole.outside_txids), whole.outside_n.astype(np.uint64)])
    order = np.lexsort(words.T)
    same = np.flatnonzero((words[order[1:]] == words[order[:-1]]).all(axis=1))
    return [int(whole.outputs + order[same[0] + add]) for add in (0, 1)] if len(same) else []


def _check_sums(whole: Columns) -> None:
    """That no transaction pays more than it spends, where that is known, or than there is."""
    spent = whole.amounts[whole.spent]
    paid = _sums(whole.amounts[: whole.outputs], whole.first_output)
    known = _sums(np.maximum(spent, 0), whole.first_input)
    hidden = _sums((spent < 0).astype(np.int64), whole.first_input) > 0
    has_inputs = np.diff(whole.first_input) > 0
    wrong = np.flatnonzero(
        (paid > MOST_SATOSHI) | (known > MOST_SATOSHI) | has_inputs & ~hidden & (paid > known)
    )
    if len(wrong):
        first = int(wrong[0])
        most = max(paid[first], known[first])
        if most > MOST_SATOSHI:
            raise BadInput(f"transaction {whole.name(first)} moves {most:,} satoshi, more than there is")
        raise BadInput(
            f"transaction {whole.name(first)} pays {paid[first]:,} satoshi and spends {known[first]:,}"
        )


def _sums(values: NDArray[np.int64], first: NDArray[np.int32]) -> NDArray[Any]:
    """The sum of each transaction's values, exact up to 2 to the power of 63, and above that ``inf``."""
    if not len(values):
        return np.zeros(len(first) - 1, np.int64)
    # A value more at the end, so that a transaction without values may begin there.
    longer = np.append(values, 0)
    at = first[:-1]
    empty = np.diff(first) == 0
    rough = np.where(empty, 0, np.add.reduceat(longer.astype(np.float64), at))
    if (rough > _LAST / 2).any():
        return np.minimum(rough, np.inf)
    return np.where(empty, 0, np.add.reduceat(longer, at))


def _in_time(whole: Columns) -> Columns:
    """The same transactions, each after all that it spends from; those that need not move stay.

    Raises:
        BadInput: they spend in a circle.
    """
    inputs = np.flatnonzero(whole.spent < whole.outputs)
    parents = whole.transaction_of_point(whole.spent[inputs])
    children = whole.transaction_of_input(inputs)
    if (parents < children).all():
        return whole
    by_parent = np.argsort(parents, kind="stable")
    first_child = np.searchsorted(parents[by_parent], np.arange(whole.transactions + 1))
    waits = np.bincount(children, minlength=whole.transactions)
    sort = compiled(_time_order) if whole.transactions > _COMPILED_FROM else _time_order
    order = sort(first_child, children[by_parent], waits)
    if len(order) != whole.transactions:
        stuck = np.setdiff1d(np.arange(whole.transactions), order)
        first = min(whole.name(int(number)) for number in stuck)
        raise BadInput(
            f"transactions spend from each other in a circle, which no chain can: {first} hangs on it"
        )
    return _moved(whole, order)


def _time_order(
    first_child: NDArray[np.int64], children: NDArray[np.int64], waits: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Of what waits for nothing that is not yet out, the first by number comes out; what is in a circle never does."""
    order = np.empty(len(waits), np.int64)
    left = waits.copy()
    ready: list[Any] = [number for number in range(len(left)) if left[number] == 0]
    heapq.heapify(ready)
    count = 0
    while ready:
        number = heapq.heappop(ready)
        order[count] = number
        count += 1
        for at in range(first_child[number], first_child[number + 1]):
            child = np.int64(children[at])
            left[child] -= 1
            if left[child] == 0:
                heapq.heappush(ready, child)
    return order[:count]


def _moved(whole: Columns, order: NDArray[np.int64]) -> Columns:
    """The transactions in another order."""
    inputs, first_input = _rows(whole.first_input, order)
    outputs, first_output = _rows(whole.first_output, order)
    points = np.concatenate([outputs, np.arange(whole.outputs, len(whole.amounts))])
    place = np.empty(len(points), np.int32)
    place[points] = np.arange(len(points))
    spent = place[whole.spent[inputs]]
    return _outside_in_order(
        Columns(
            txids=whole.txids[order],
            heights=whole.heights[order],
            places=whole.places[order],
            first_input=first_input,
            first_output=first_output,
            spent=spent,
            amounts=whole.amounts[points],
            payees=whole.payees[points],
            outside_txids=whole.outside_txids,
            outside_n=whole.outside_n,
            table=whole.table,
        )
    )


def _outside_in_order(whole: Columns) -> Columns:
    """The points outside in the order of the inputs that spend them."""
    is_outside = whole.spent >= whole.outputs
    points = whole.spent[is_outside]
    spent = whole.spent.copy()
    spent[is_outside] = np.arange(len(points)) + whole.outputs
    kept = np.concatenate([np.arange(whole.outputs), points])
    return replace(
        whole,
        spent=spent,
        amounts=whole.amounts[kept],
        payees=whole.payees[kept],
        outside_txids=whole.outside_txids[points - whole.outputs],
        outside_n=whole.outside_n[points - whole.outputs],
    )


def _numbered_payees(whole: Columns) -> Columns:
    """Payees in the order in which points pay them, and none that nobody pays."""
    first = np.full(len(whole.table), len(whole.payees), np.int64)
    backwards = whole.payees[::-1]
    first[backwards[backwards >= 0]] = np.flatnonzero(whole.payees >= 0)[::-1]
    used = np.flatnonzero(first < len(whole.payees))
    order = used[np.argsort(first[used])]
    number = np.full(len(whole.table) + 1, NOT_KNOWN, np.int32)
    number[order] = np.arange(len(order))
    # The last place is read for payees that are not known, whose number is -1.
    return replace(whole, payees=number[whole.payees], table=whole.table.taken(order))
