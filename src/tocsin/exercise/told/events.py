"""What happened in an exercise, as it happened: ``events.jsonl``, read on as it grows."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import msgspec

__all__ = ["Event", "Events"]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened: ``at`` in seconds since the run began, ``now`` by the nation's clock.

    ``kind`` is making, link, joined, prepared, begins, report, vetted, released, advisory, warned, answer, sighting,
    inject, fault, ends or done; ``answer`` counts the answers of one owner by verdict.
    """

    kind: str
    at: float = 0
    now: str = ""
    attack: str = ""
    node: str = ""
    text: str = ""
    answer: dict[str, int] = {}


class Events:
    """The events of the file ``path``; each call reads on where the last one ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._begin()

    def _begin(self) -> None:
        self._held: list[Event] = []
        self._offset = self._broken = 0

    def read(self) -> tuple[tuple[Event, ...], int]:
        """All events so far, and how many lines could not be read. Of a last line that is being written, nothing."""
        with self._lock:
            try:
                self._read_on()
            except FileNotFoundError:
                self._begin()
            return tuple(self._held), self._broken

    def _read_on(self) -> None:
        with self._path.open("rb") as file:
            if file.seek(0, 2) < self._offset:
                self._begin()
            file.seek(self._offset)
            data = file.read()
        whole = data.rfind(b"\n") + 1
        self._offset += whole
        for line in data[:whole].splitlines():
            try:
                self._held.append(msgspec.json.decode(line, type=Event))
            except (msgspec.DecodeError, UnicodeDecodeError):
                self._broken += 1
