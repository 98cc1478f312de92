"""The walk of one label as an amount, in one piece, as machine code wants it: range, haircut, TIHO and poison."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["amount_walk"]


def amount_walk(  # noqa: PLR0915  machine code calls nothing
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
