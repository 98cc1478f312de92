"""Timing of whole processes: wall time and peak memory, medians of several runs, in turn with what they are held to."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FOLDER", "Figures", "alternate", "machine", "tocsin"]

FOLDER = Path(__file__).parents[2] / "build" / "bench"
"""Where generated inputs are kept between runs; safe to delete."""


@dataclass(frozen=True)
class Figures:
    """Runs of one command: wall seconds, the largest peak memory in MB, and seconds of CPU, which others disturb less."""

    wall_s: tuple[float, ...]
    peak_mb: float
    cpu_s: tuple[float, ...] = ()

    @property
    def median_s(self) -> float:
        """The median wall time."""
        return statistics.median(self.wall_s)

    @property
    def median_cpu_s(self) -> float:
        """The median time of CPU."""
        return statistics.median(self.cpu_s)

    def __str__(self) -> str:
        low, high = min(self.wall_s), max(self.wall_s)
        return f"{self.median_s:.2f} s ({low:.2f} to {high:.2f}), {self.peak_mb:,.0f} MB"


def tocsin(*words: object) -> list[str]:
    """Return the command that runs our program with ``words``."""
    return [str(Path(sys.executable).with_name("tocsin")), *map(str, words)]


def alternate(*commands: Sequence[str], runs: int = 5, accept: Sequence[int] = (0, 1, 7)) -> list[Figures]:
    """Run ``commands`` in turn, once to warm up and ``runs`` times counted; return the figures of each."""
    walls: list[list[float]] = [[] for _ in commands]
    cpus: list[list[float]] = [[] for _ in commands]
    peaks = [0.0] * len(commands)
    for run in range(runs + 1):
        for number, command in enumerate(commands):
            wall, cpu, peak = _once(command, accept)
            if run:
                walls[number].append(wall)
                cpus[number].append(cpu)
                peaks[number] = max(peaks[number], peak)
    return [
        Figures(tuple(wall), peak, tuple(cpu)) for wall, peak, cpu in zip(walls, peaks, cpus, strict=True)
    ]


def _once(command: Sequence[str], accept: Sequence[int]) -> tuple[float, float, float]:
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accept:
        raise SystemExit(f"{' '.join(command)} exited {process.returncode}:\n{complaint.decode()}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def machine() -> str:
    """Return what figures depend on: cores and load."""
    return f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}"
