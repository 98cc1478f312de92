"""One thread that writes: acts that come at the same time share one durable commit (group commit).

A commit costs a wait for the disk, whatever it holds. Acts are taken as they come; while one group is being
made durable the next gathers. Each act runs in a savepoint, so that one that fails takes no other with
it; it is answered only when the group is on the disk.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from sqlalchemy import Connection

from tocsin.errors import SourceUnavailable
from tocsin.limits import WRITES_A_GROUP, WRITES_WAITING
from tocsin.store.database import Database, as_told

__all__ = ["Writer"]

T = TypeVar("T")
_Act = tuple[Callable[[Connection], Any], "Future[Any]"]


class Writer:
    """Runs acts in the order they came. Close it to end its thread; what was taken is still done."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._acts: queue.Queue[_Act | None] = queue.Queue(WRITES_WAITING)
        self._thread = threading.Thread(target=self._run, name="tocsin-writer", daemon=True)
        self._thread.start()

    def submit(self, act: Callable[[Connection], T]) -> Future[T]:
        """Queue ``act``; its future is done when it is durable.

        Raises:
            SourceUnavailable: too many are waiting already.
        """
        future: Future[T] = Future()
        try:
            self._acts.put_nowait((act, future))
        except queue.Full:
            raise SourceUnavailable(
                "the node has more to write than it can", hint="Try again in a moment."
            ) from None
        return future

    def write(self, act: Callable[[Connection], T]) -> T:
        """Run ``act`` and return its value once it is durable."""
        return self.submit(act).result()

    def close(self) -> None:
        """Write what was taken, then end."""
        self._acts.put(None)
        self._thread.join()

    def _run(self) -> None:
        open_ = True
        while open_:
            first = self._acts.get()
            group: list[_Act] = []
            one: _Act | None = first
            while one is not None:
                group.append(one)
                if len(group) == WRITES_A_GROUP:
                    break
                try:
                    one = self._acts.get_nowait()
                except queue.Empty:
                    break
            else:
                open_ = False
            if group:
                self._commit(group)

    def _commit(self, group: list[_Act]) -> None:
        values: list[Any] = []
        failed: dict[int, BaseException] = {}
        try:
            with self._database.writing() as connection:
                for number, (act, _) in enumerate(group):
                    try:
                        with connection.begin_nested():
                            values.append(act(connection))
                    except Exception as error:  # noqa: BLE001  it belongs to the one who asked
                        values.append(None)
                        failed[number] = as_told(error)
        except BaseException as error:  # noqa: BLE001  none of the group is durable, and each has to hear it
            for _, future in group:
                future.set_exception(error)
            return
        for number, (_, future) in enumerate(group):
            if number in failed:
                future.set_exception(failed[number])
            else:
                future.set_result(values[number])
