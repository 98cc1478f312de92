"""The walk of many labels as rows of satoshi, in one piece, as machine code wants it: FIFO and LIFO."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["queue_walk"]


def queue_walk(  # noqa: PLR0915  machine code calls nothing
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
