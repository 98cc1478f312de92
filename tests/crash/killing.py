"""Kill a process that writes, at any moment, and look at what is left: the same database round after round."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from crash.surviving import faults
from tocsin.store.database import Database

__all__ = ["acknowledged", "kill_once", "start_writing"]

_WRITING = Path(__file__).parent / "writing.py"


def acknowledged(path):
    """The pairs that were acknowledged; a line that was cut off was not."""
    held = path.read_bytes() if path.exists() else b""
    return {int(line) for line in held.split(b"\n")[:-1]}


def start_writing(url, path, first, *more, **environment):
    """Start the process; it has begun to acknowledge when this returns."""
    before = path.stat().st_size if path.exists() else 0
    process = subprocess.Popen(
        [
            sys.executable,
            str(_WRITING),
            url.render_as_string(hide_password=False),
            str(path),
            str(first),
            *map(str, more),
        ],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
    )
    until = time.monotonic() + 60
    while not path.exists() or path.stat().st_size == before:
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            raise AssertionError(process.communicate()[1].decode())
        time.sleep(0.005)
    return process


def kill_once(url, path, first, seed):
    """One round; returns what is wrong and how many pairs were acknowledged in all."""
    process = start_writing(url, path, first)
    time.sleep(random.Random(seed).uniform(0.0, 0.4))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    held = acknowledged(path)
    database = Database(url)
    try:
        return faults(database, held), len(held)
    finally:
        database.close()
