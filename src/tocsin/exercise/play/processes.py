"""The processes of an exercise: started, told what to do, heard, and ended."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from tocsin.errors import SourceUnavailable

__all__ = ["Event", "Process", "Processes"]

Event = dict[str, Any]

_ENDS_S: Final = 30.0


class Process:
    """One process, by a name of its own; what it says goes to ``heard``."""

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        log: Path,
        heard: queue.SimpleQueue[tuple[str, Event]],
    ) -> None:
        self.name = name
        self._heard = heard
        self._killed = False
        self._log = log.open("ab")
        self._popen = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def tell(self, do: str, **rest: Any) -> None:
        """Say what it is to do; one that has ended hears nothing."""
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(msgspec.json.encode({"do": do, **rest}) + b"\n")
            self._popen.stdin.flush()
        except (BrokenPipeError, ValueError):
            return

    def kill(self) -> None:
        """End it as a power cut would; that it ended is no news then."""
        self._killed = True
        self._popen.kill()
        self._close()

    def end(self) -> None:
        """Let it end, and wait for it."""
        self.tell("stop")
        try:
            self._popen.wait(_ENDS_S)
        except subprocess.TimeoutExpired:
            self._killed = True
            self._popen.kill()
        self._close()

    def _close(self) -> None:
        self._popen.wait()
        self._reader.join(_ENDS_S)
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        with suppress(BrokenPipeError):
            self._popen.stdin.close()
        self._popen.stdout.close()
        self._log.close()

    def _read(self) -> None:
        assert self._popen.stdout is not None
        for line in self._popen.stdout:
            # One that is killed may be cut off within a line.
            with suppress(msgspec.DecodeError):
                self._heard.put((self.name, msgspec.json.decode(line, type=Event)))
        code = self._popen.wait()
        if not self._killed:
            self._heard.put((self.name, {"kind": "ended", "code": code}))


class Processes:
    """All of them. ``folder`` is where what they write to standard error goes, a file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._heard: queue.SimpleQueue[tuple[str, Event]] = queue.SimpleQueue()
        self.running: dict[str, Process] = {}

    def start(self, name: str, module: str, *arguments: str) -> Process:
        """Start one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        made = Process(name, module, arguments, self._folder / f"{name}.log", self._heard)
        self.running[name] = made
        return made

    def tell(self, names: Mapping[str, Any] | Sequence[str], do: str, **rest: Any) -> None:
        """Tell several the same."""
        for name in names:
            self.running[name].tell(do, **rest)

    def events(self, until_s: float) -> Iterator[tuple[str, Event]]:
        """What is heard, until ``until_s`` (of the clock that never goes back)."""
        while (left := until_s - time.monotonic()) > 0:
            try:
                yield self._heard.get(timeout=left)
            except queue.Empty:
                return

    def wait(
        self,
        done: Callable[[str, Event], bool],
        within_s: float,
        hear: Callable[[str, Event], None],
        what: str,
    ) -> Event:
        """Hear events until one is ``done``, and return it.

        Raises:
            SourceUnavailable: it does not come, or a process ended; with the reason that it told.
        """
        for name, event in self.events(time.monotonic() + within_s):
            hear(name, event)
            if event["kind"] == "failed" or (event["kind"] == "ended" and event["code"] != 0):
                why = f"failed: {event['text']}" if event["kind"] == "failed" else f"ended ({event['code']})"
                raise SourceUnavailable(
                    f"the process {name} of the exercise {why}",
                    hint=f"What it said is in {self._folder / name}.log.",
                )
            if done(name, event):
                return event
        raise SourceUnavailable(
            f"no process of the exercise said {what!r} within {within_s:.0f} s",
            hint="Play it with fewer members, or nothing else running; --keep DIR keeps what they said, in DIR/logs.",
        )

    def end(self) -> list[Event]:
        """End all; returns what each said at its end."""
        for one in self.running.values():
            one.end()
        said = [event for _, event in self.events(time.monotonic() + 0.2) if event["kind"] == "stopped"]
        self.running.clear()
        return said

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.running.values():
            one.kill()
