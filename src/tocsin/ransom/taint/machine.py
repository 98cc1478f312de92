"""The walks of a trace in machine code, for ledgers in which Python would take minutes; what they say is the same.

The rules stand, with their reasons, in :mod:`~tocsin.ransom.taint.follow` and at each convention; the tests hold both
to each other. What a walk notes of points lies in arrays as long as the ledger. They are kept for the next walk, and
each walk leaves them as it found them: to get new ones from the system took ten times as long as to walk.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from tocsin.ransom.clusters.mixing import mixing
from tocsin.ransom.compiled import compiled
from tocsin.ransom.ledger.columns import NOT_KNOWN
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.taint.ends import Ends
from tocsin.ransom.taint.walked import Ranges, Walked

__all__ = ["Queued", "machine_queue", "machine_ranges", "machine_walk"]

_RANGE: Final = 0
_CODES: Final[Mapping[str, int]] = {"haircut": 1, "tiho": 2, "poison": 3}


@dataclass(frozen=True, slots=True, eq=False)
class Queued:
    """What FIFO or LIFO says of many seeds at once.

    Of the point ``points[i]`` runs of ``sizes`` satoshi lie from ``first[i]``, as many as ``counts[i]``, each with its
    label; no runs where it cannot be told. ``seeded``, ``fees`` and ``stopped`` are satoshi by label.
    """

    points: NDArray[np.int64]
    first: NDArray[np.int64]
    counts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    labels: NDArray[np.int64]
    seeded: NDArray[np.int64]
    fees: NDArray[np.int64]
    stopped: NDArray[np.int64]
    stops: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class _Stops:
    """Where a walk ends: payees that are services, transactions that mix, dust, points; and points where it does not.

    Empty arrays and 0 say that there is no such end.
    """

    served: NDArray[np.bool_]
    mixed: NDArray[np.bool_]
    dust: int
    ended: NDArray[np.int64]
    kept: NDArray[np.int64]
    only_kept: bool

    @classmethod
    def at(cls, ledger: Ledger, ends: Ends, *, dust: int, kept: NDArray[np.int64] | None) -> _Stops:
        """The ends of a trace, without those that are found on the way."""
        served = np.zeros(len(ledger.columns.table) if ends.served else 0, np.bool_)
        served[list(ends.served)] = True
        mixed = mixing(ledger) if ends.at_coinjoins else _NOWHERE
        return cls(served, mixed, dust, _NO_POINTS, _NO_POINTS if kept is None else kept, kept is not None)


@dataclass(frozen=True, slots=True, eq=False)
class _Scratch:
    """What a walk notes of points and of transactions; all zero between walks."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    runs: NDArray[np.int32]
    state: NDArray[np.uint8]
    queued: NDArray[np.uint8]


_SCRATCH: Final[WeakKeyDictionary[Ledger, list[_Scratch]]] = WeakKeyDictionary()


def _scratch_for(ledger: Ledger) -> _Scratch:
    """Notes for one walk alone: two threads may walk one ledger at once."""
    try:
        return _SCRATCH.setdefault(ledger, []).pop()
    except IndexError:
        points = len(ledger.columns.amounts)
        return _Scratch(
            np.zeros(points, np.int64),
            np.zeros(points, np.int64),
            np.zeros(points, np.int32),
            np.zeros(points, np.uint8),
            np.zeros(len(ledger), np.uint8),
        )


_NOWHERE: Final = np.zeros(0, np.bool_)
_NO_POINTS: Final = np.zeros(0, np.int64)
_NO_CAP: Final = np.iinfo(np.int64).max


def machine_ranges(
    ledger: Ledger, seeds: Sequence[int], ends: Ends, kept: NDArray[np.int64] | None = None
) -> Ranges:
    """See :func:`~tocsin.ransom.taint.walked.ranges_of`."""
    seeded = sum(ledger.amount(point) or 0 for point in seeds)
    stops = _Stops.at(ledger, ends, dust=0, kept=kept)
    points, least, most, reasons, totals, _ = _amounts(ledger, _RANGE, seeds, stops, min(seeded, _NO_CAP))
    return Ranges(points, least, most, reasons, int(totals[0]))


def machine_walk(ledger: Ledger, method: str, seeds: Sequence[int], ended: NDArray[np.int64]) -> Walked:
    """See :func:`~tocsin.ransom.taint.walked.walk`."""
    return _by(ledger, method, seeds, _Stops(_NOWHERE, _NOWHERE, 0, ended, _NO_POINTS, only_kept=False))


def machine_until_dust(ledger: Ledger, method: str, seeds: Sequence[int], ends: Ends) -> Walked:
    """A method followed by itself, to where it finds dust; ``held_sat`` is only of what is not spent."""
    return _by(ledger, method, seeds, _Stops.at(ledger, ends, dust=ends.dust_sat, kept=None))


def _by(ledger: Ledger, method: str, seeds: Sequence[int], stops: _Stops) -> Walked:
    if method in {"fifo", "lifo"}:
        return _of_queue(ledger, _queued(ledger, dict.fromkeys(seeds, 1), method, stops), stops.ended)
    points, _, amounts, _, totals, stopped = _amounts(ledger, _CODES[method], seeds, stops, _NO_CAP)
    held = _held(ledger, points, amounts, stops.ended)
    seeded, fees, lost = totals.tolist()
    return Walked(points, amounts, seeded, held, fees, lost, tuple(stopped.tolist()))


def machine_queue(ledger: Ledger, seeds: Mapping[int, int], method: str) -> Queued:
    """Follow seeds, each with its label from 1, by ``fifo`` or ``lifo``, to all that is loaded."""
    return _queued(
        ledger, seeds, method, _Stops(_NOWHERE, _NOWHERE, 0, _NO_POINTS, _NO_POINTS, only_kept=False)
    )


def _queued(ledger: Ledger, seeds: Mapping[int, int], method: str, stops: _Stops) -> Queued:
    columns = ledger.columns
    order = sorted(seeds)
    scratch = _scratch_for(ledger)
    found = Queued(
        *compiled(_queue_walk)(
            method == "lifo",
            columns.first_input,
            columns.first_output,
            columns.spent,
            columns.amounts,
            columns.payees,
            ledger.spenders,
            np.array(order, np.int64),
            np.array([seeds[point] for point in order], np.int64),
            stops.served,
            stops.mixed,
            stops.dust,
            stops.ended,
            scratch.low,
            scratch.runs,
            scratch.state,
            scratch.queued,
        )
    )
    _SCRATCH[ledger].append(scratch)
    return found


def _amounts(ledger: Ledger, code: int, seeds: Sequence[int], stops: _Stops, cap: int) -> Any:
    columns = ledger.columns
    scratch = _scratch_for(ledger)
    found = compiled(_amount_walk)(
        code,
        columns.first_input,
        columns.first_output,
        columns.spent,
        columns.amounts,
        columns.payees,
        ledger.spenders,
        np.array(sorted(seeds), np.int64),
        cap,
        stops.served,
        stops.mixed,
        stops.dust,
        stops.ended,
        stops.kept,
        stops.only_kept,
        scratch.low,
        scratch.high,
        scratch.state,
        scratch.queued,
    )
    _SCRATCH[ledger].append(scratch)
    return found


def _held(
    ledger: Ledger, points: NDArray[np.int64], amounts: NDArray[np.int64], ended: NDArray[np.int64]
) -> int:
    rests = (ledger.spenders[points] == NOT_KNOWN) | np.isin(points, ended)
    return int(amounts[rests & (amounts > 0)].sum())


def _of_queue(ledger: Ledger, found: Queued, ended: NDArray[np.int64]) -> Walked:
    before = np.concatenate([[0], np.cumsum(np.where(found.labels > 0, found.sizes, 0))])
    amounts = before[found.first + found.counts] - before[found.first]
    amounts = np.where(found.counts > 0, amounts, NOT_KNOWN)
    order = np.argsort(found.points)
    points, amounts = found.points[order], amounts[order]
    held = _held(ledger, points, amounts, ended)
    seeded, fees, lost = (int(one[1]) for one in (found.seeded, found.fees, found.stopped))
    return Walked(points, amounts, seeded, held, fees, lost, tuple(found.stops.tolist()))


def _amount_walk(  # noqa: PLR0915  machine code calls nothing
    code: int,
    first_input: NDArray[np.int32],
    first_output: NDArray[np.int32],
    spent: NDArray[np.int32],
    amounts: NDArray[np.int64],
    payees: NDArray[np.int32],
    spenders: NDArray[np.int32],
    seeds: NDArray[np.int64],
    cap: int,
    served: NDArray[np.bool_],
    mixed: NDArray[np.bool_],
    dust: int,
    ended: NDArray[np.int64],
    kept: NDArray[np.int64],
    only_kept: bool,  # noqa: FBT001
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    state: NDArray[np.uint8],
    queued: NDArray[np.uint8],
) -> Any:
    """One label by one rule: 0 the range, 1 haircut, 2 TIHO, 3 poison.

    ``state`` of a point: 1 reached, 2 cannot be told; 4, 8, 16 the trace ends there at a service, a CoinJoin or dust;
    32 it is kept from being dust; 64 the trace was to end there; 128 it is a seed.
    """
    outputs = first_output[-1]
    reached: list[Any] = [0]
    reached.clear()
    stops: list[Any] = [0]
    stops.clear()
    waiting: list[Any] = [0]
    waiting.clear()
    done: list[Any] = [0]
    done.clear()
    seeded = fees = stopped = 0
    for point in ended:
        state[point] = 64
    for point in kept:
        state[point] |= 32
    is_seed = 128
    for point in seeds:
        state[point] |= is_seed
    next_seed = 0
    # Seeds outside come last by number, and first in time: nothing that is held pays them.
    for at in range(len(seeds)):
        point = seeds[at]
        if point < outputs:
            number = np.int64(np.searchsorted(first_output, point, side="right") - 1)
            if not queued[number]:
                queued[number] = 1
                heapq.heappush(waiting, number)
            continue
        if amounts[point] > 0:
            low[point] = high[point] = amounts[point]
            state[point] |= 1
            seeded += amounts[point]
            reached.append(point)
            number = np.int64(spenders[point])
            if number >= 0 and len(mixed) and mixed[number]:
                state[point] |= 8
            if number >= 0 and not state[point] & 72 and not queued[number]:
                queued[number] = 1
                heapq.heappush(waiting, number)
    while len(waiting) > 0:
        number = heapq.heappop(waiting)
        done.append(number)
        begin, end = first_output[number], first_output[number + 1]
        # What it spends.
        traced_low = traced = total = 0
        known = True
        told = True
        is_reached = False
        for at in range(first_input[number], first_input[number + 1]):
            point = spent[at]
            if amounts[point] < 0:
                known = False
            else:
                total += amounts[point]
            now = state[point]
            if now & 3 and not now & 92:
                is_reached = True
                if now & 3 == 2:
                    told = False
                else:
                    traced_low += low[point]
                    traced += high[point]
        if is_reached:
            if code == 0:
                traced_low, traced = min(traced_low, cap), min(traced, cap)
            stops_here = (code != 0 and not told) or (code == 1 and not known)
            paid = 0
            for point in range(begin, end):
                paid += amounts[point]
            if stops_here:
                stops.append(number)
                for at in range(first_input[number], first_input[number + 1]):
                    point = spent[at]
                    if state[point] & 3 == 1 and not state[point] & 92:
                        stopped += high[point]
                for point in range(begin, end):
                    if amounts[point] > 0:
                        state[point] |= 2
                        high[point] = -1
            elif code == 0:
                for point in range(begin, end):
                    if amounts[point] > 0 and traced > 0:
                        high[point] = min(amounts[point], traced)
                        low[point] = max(0, traced_low - (total - amounts[point])) if known else 0
                        state[point] |= 1
            elif code == 1:
                given = 0
                left_total = total
                if total > 0:
                    # traced * amount needs 102 bits: the quotient by floating point is wrong by 2 at most, and the
                    # remainder, modulo 2 to the power of 64, says by how much.
                    count = end - begin + 1
                    parts = np.empty(count, np.int64)
                    rests = np.empty(count, np.int64)
                    for at in range(count):
                        size = amounts[begin + at] if at < count - 1 else total - paid
                        part: Any = np.int64(np.float64(traced) * np.float64(size) / np.float64(left_total))
                        rest = traced * size - part * left_total
                        while rest < 0:
                            part -= 1
                            rest += left_total
                        while rest >= left_total:
                            part += 1
                            rest -= left_total
                        parts[at], rests[at] = part, rest
                        given += part
                    order = np.argsort(-rests, kind="mergesort")
                    for at in range(traced - given):
                        parts[order[at]] += 1
                    for at in range(count - 1):
                        if parts[at] > 0:
                            high[begin + at] = parts[at]
                            state[begin + at] |= 1
                    fees += parts[count - 1]
            elif code == 2:
                sizes = amounts[begin:end].copy()
                order = np.argsort(-sizes, kind="mergesort")
                left = traced
                for at in range(len(order)):
                    part = min(left, sizes[order[at]])
                    if part > 0:
                        left -= part
                        high[begin + order[at]] = part
                        state[begin + order[at]] |= 1
                fees += left
            elif traced > 0:
                for point in range(begin, end):
                    if amounts[point] > 0:
                        high[point] = amounts[point]
                        state[point] |= 1
                fees += max(0, (total if known else 0) - paid)
        # What of it is a seed.
        while next_seed < len(seeds) and seeds[next_seed] < begin:
            next_seed += 1
        while next_seed < len(seeds) and seeds[next_seed] < end:
            point = seeds[next_seed]
            if amounts[point] > 0:
                before = high[point] if state[point] & 3 == 1 else 0
                seeded += amounts[point] - before
                low[point] = high[point] = amounts[point]
                state[point] = (state[point] & 64) | is_seed | 1
            next_seed += 1
        for point in range(begin, end):
            if not state[point] & 3:
                continue
            reached.append(point)
            child = np.int64(spenders[point])
            if child < 0:
                continue
            if state[point] & 64:
                continue
            payee = payees[point]
            if not state[point] & is_seed and len(served) and payee >= 0 and served[payee]:
                state[point] |= 4
                continue
            if len(mixed) and mixed[child]:
                state[point] |= 8
                continue
            is_dust = (only_kept and not state[point] & 32) or 0 <= high[point] < dust
            if is_dust and not state[point] & is_seed:
                state[point] |= 16
                continue
            if not queued[child]:
                queued[child] = 1
                heapq.heappush(waiting, child)
    points = np.array(reached, dtype=np.int64)
    points.sort()
    reasons = np.zeros(len(points), np.uint8)
    for at in range(len(points)):
        why = state[points[at]]
        reasons[at] = 1 if why & 4 else 2 if why & 8 else 3 if why & 16 else 0
    result = (
        points,
        low[points],
        high[points],
        reasons,
        np.array([seeded, fees, stopped], dtype=np.int64),
        np.array(stops, dtype=np.int64),
    )
    for some in (points, ended, kept, seeds):
        for point in some:
            low[point] = high[point] = state[point] = 0
    for number in done:
        queued[number] = 0
    return result


def _queue_walk(  # noqa: PLR0915  machine code calls nothing
    is_lifo: bool,  # noqa: FBT001
    first_input: NDArray[np.int32],
    first_output: NDArray[np.int32],
    spent: NDArray[np.int32],
    amounts: NDArray[np.int64],
    payees: NDArray[np.int32],
    spenders: NDArray[np.int32],
    seeds: NDArray[np.int64],
    seed_labels: NDArray[np.int64],
    served: NDArray[np.bool_],
    mixed: NDArray[np.bool_],
    dust: int,
    ended: NDArray[np.int64],
    first_run: NDArray[np.int64],
    runs_of: NDArray[np.int32],
    state: NDArray[np.uint8],
    queued: NDArray[np.uint8],
) -> Any:
    """Many labels by FIFO or LIFO.

    Runs lie one after the other in a pool that grows; ``runs_of`` a point is their number, 0 where nothing reaches it
    and -1 where it cannot be told. ``state`` of a point: 1 the trace ends there, 2 it is a seed.
    """
    outputs = first_output[-1]
    labels = seed_labels.max() + 1 if len(seed_labels) else 1
    several = False
    for at in range(1, len(seed_labels)):
        if seed_labels[at] != seed_labels[0]:
            several = True
    seeded = np.zeros(labels + 1, np.int64)
    fees = np.zeros(labels + 1, np.int64)
    stopped = np.zeros(labels + 1, np.int64)
    sizes = np.empty(1024, np.int64)
    marks = np.empty(1024, np.int64)
    used = 0
    row_sizes = np.empty(256, np.int64)
    row_marks = np.empty(256, np.int64)
    reached: list[Any] = [0]
    reached.clear()
    stops: list[Any] = [0]
    stops.clear()
    waiting: list[Any] = [0]
    waiting.clear()
    done: list[Any] = [0]
    done.clear()
    for point in ended:
        state[point] |= 1
    for point in seeds:
        state[point] |= 2
    next_seed = 0
    for at in range(len(seeds)):
        point = seeds[at]
        if point < outputs:
            number = np.int64(np.searchsorted(first_output, point, side="right") - 1)
            if not queued[number]:
                queued[number] = 1
                heapq.heappush(waiting, number)
            continue
        if amounts[point] > 0:
            if used + 1 >= len(sizes):
                sizes = np.concatenate((sizes, np.empty_like(sizes)))
                marks = np.concatenate((marks, np.empty_like(marks)))
            sizes[used], marks[used] = amounts[point], seed_labels[at]
            first_run[point], runs_of[point] = used, 1
            used += 1
            seeded[seed_labels[at]] += amounts[point]
            reached.append(point)
            number = np.int64(spenders[point])
            if number >= 0 and len(mixed) and mixed[number]:
                state[point] |= 1
            if number >= 0 and not state[point] & 1 and not queued[number]:
                queued[number] = 1
                heapq.heappush(waiting, number)
    while len(waiting) > 0:
        number = heapq.heappop(waiting)
        done.append(number)
        begin, end = first_output[number], first_output[number + 1]
        count = first_input[number + 1] - first_input[number]
        rows = 0
        hidden = is_reached = False
        told = True
        for step in range(count):
            at = first_input[number + 1] - 1 - step if is_lifo else first_input[number] + step
            point = spent[at]
            runs = runs_of[point]
            if state[point] & 1:
                runs = 0
            if runs != 0:
                is_reached = True
                if runs < 0 or hidden:
                    told = False
            if amounts[point] < 0:
                hidden = True
            elif not hidden:
                need = rows + max(1, runs)
                while need >= len(row_sizes):
                    row_sizes = np.concatenate((row_sizes, np.empty_like(row_sizes)))
                    row_marks = np.concatenate((row_marks, np.empty_like(row_marks)))
                if runs > 0:
                    for run in range(first_run[point], first_run[point] + runs):
                        row_sizes[rows], row_marks[rows] = sizes[run], marks[run]
                        rows += 1
                else:
                    row_sizes[rows], row_marks[rows] = amounts[point], 0
                    rows += 1
        if is_reached and not told:
            stops.append(number)
            for at in range(first_input[number], first_input[number + 1]):
                point = spent[at]
                if runs_of[point] > 0 and not state[point] & 1:
                    for run in range(first_run[point], first_run[point] + runs_of[point]):
                        stopped[marks[run]] += sizes[run]
            for point in range(begin, end):
                if amounts[point] > 0:
                    runs_of[point] = -1
        elif is_reached:
            row = 0
            for point in range(begin, end):
                left = amounts[point]
                start = used
                traced = False
                while left > 0:
                    if row >= rows:
                        size, mark = left, 0
                    else:
                        size, mark = min(left, row_sizes[row]), row_marks[row]
                        row_sizes[row] -= size
                        if row_sizes[row] == 0:
                            row += 1
                    if size > 0:
                        left -= size
                        if mark != 0:
                            traced = True
                        if used > start and marks[used - 1] == mark:
                            sizes[used - 1] += size
                        else:
                            if used + 1 >= len(sizes):
                                sizes = np.concatenate((sizes, np.empty_like(sizes)))
                                marks = np.concatenate((marks, np.empty_like(marks)))
                            sizes[used], marks[used] = size, mark
                            used += 1
                if traced:
                    first_run[point], runs_of[point] = start, used - start
                else:
                    used = start
            while row < rows:
                fees[row_marks[row]] += row_sizes[row]
                row += 1
        while next_seed < len(seeds) and seeds[next_seed] < begin:
            next_seed += 1
        while next_seed < len(seeds) and seeds[next_seed] < end:
            point = seeds[next_seed]
            label = seed_labels[next_seed]
            next_seed += 1
            if amounts[point] <= 0 or (runs_of[point] < 0 and several):
                continue
            if runs_of[point] <= 0:
                if used + 1 >= len(sizes):
                    sizes = np.concatenate((sizes, np.empty_like(sizes)))
                    marks = np.concatenate((marks, np.empty_like(marks)))
                sizes[used], marks[used] = amounts[point], label
                first_run[point], runs_of[point] = used, 1
                used += 1
                seeded[label] += amounts[point]
                continue
            # What another label holds stays that label's; runs of one label that now touch become one.
            begin_run = first_run[point]
            kept = begin_run
            for run in range(begin_run, begin_run + runs_of[point]):
                mark = marks[run]
                if mark == 0:
                    mark = label
                    seeded[label] += sizes[run]
                if kept > begin_run and marks[kept - 1] == mark:
                    sizes[kept - 1] += sizes[run]
                else:
                    sizes[kept], marks[kept] = sizes[run], mark
                    kept += 1
            runs_of[point] = kept - begin_run
        for point in range(begin, end):
            if runs_of[point] == 0:
                continue
            reached.append(point)
            child = np.int64(spenders[point])
            if child < 0:
                continue
            payee = payees[point]
            is_served = len(served) and payee >= 0 and served[payee] and not state[point] & 2
            if is_served or (len(mixed) and mixed[child]):
                state[point] |= 1
            if dust and runs_of[point] > 0 and not state[point] & 2:
                traced_here = 0
                for run in range(first_run[point], first_run[point] + runs_of[point]):
                    if marks[run] != 0:
                        traced_here += sizes[run]
                if traced_here < dust:
                    state[point] |= 1
            if not state[point] & 1 and not queued[child]:
                queued[child] = 1
                heapq.heappush(waiting, child)
    points = np.array(reached, dtype=np.int64)
    counts = np.empty(len(points), np.int64)
    firsts = np.empty(len(points), np.int64)
    for at in range(len(points)):
        counts[at] = max(0, runs_of[points[at]])
        firsts[at] = first_run[points[at]] if counts[at] else used
    fees[0] = stopped[0] = 0
    for some in (points, ended, seeds):
        for point in some:
            first_run[point] = runs_of[point] = state[point] = 0
    for number in done:
        queued[number] = 0
    return (
        points,
        firsts,
        counts,
        sizes[:used],
        marks[:used],
        seeded,
        fees,
        stopped,
        np.array(stops, dtype=np.int64),
    )
