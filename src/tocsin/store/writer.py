"""One thread that writes: acts that come at the same time share one durable commit (group commit).

A commit costs a wait for the disk, whatever it holds. Acts are taken as they come; while one group is being
made durable the next gathers. An act that fails takes no other with it: the group is then run again, each
act in a savepoint. So an act may run twice, and must change nothing but the database. It is answered only when the
group is on the disk.
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
from tocsin.store.unwritten import unwritten

__all__ = ["Writer"]

T = TypeVar("T")
_Act = tuple[Callable[[Connection], Any], "Future[Any]"]
_Done = tuple[Any, BaseException | None]


class Writer:
    """Runs acts in the order they came. Close it to end its thread; what was taken is still done."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._acts: queue.Queue[_Act | None] = queue.Queue(WRITES_WAITING)
        self._lock = threading.Lock()
        self._open = True
        self._thread = threading.Thread(target=self._run, name="tocsin-writer", daemon=True)
        self._thread.start()

    def submit(self, act: Callable[[Connection], T]) -> Future[T]:
        """Queue ``act``; its future is done when it is durable.

        Raises:
            SourceUnavailable: too many are waiting already, or the node is closing.
        """
        future: Future[T] = Future()
        with self._lock:
            if not self._open:
                raise SourceUnavailable("the node is closing")
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
        with self._lock:
            was_open, self._open = self._open, False
        if was_open:
            self._acts.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._acts.get()) is not None:
            group = [first]
            while len(group) < WRITES_A_GROUP:
                try:
                    one = self._acts.get_nowait()
                except queue.Empty:
                    break
                if one is None:
                    self._acts.put(None)
                    break
                group.append(one)
            self._commit([one for one in group if one[1].set_running_or_notify_cancel()])

    def _commit(self, group: list[_Act]) -> None:
        done: list[_Done]
        acted = False
        try:
            # Nearly always all acts succeed, and a savepoint each would cost as much as the acts.
            with self._database.writing() as connection:
                done = [(act(connection), None) for act, _ in group]
                unwritten(connection).flush(connection)
                acted = True
        except Exception as error:  # noqa: BLE001  which act it was is found out by running each for itself
            # What failed in the commit itself may be durable all the same, so it is not done again.
            done = [(None, error)] * len(group) if acted else self._apart(group)
        for (_, future), (value, fault) in zip(group, done, strict=True):
            if fault is None:
                future.set_result(value)
            else:
                future.set_exception(fault)

    def _apart(self, group: list[_Act]) -> list[_Done]:
        """Run each act in a savepoint."""
        done: list[_Done] = []
        try:
            with self._database.writing() as connection:
                for act, _ in group:
                    try:
                        done.append((_alone(connection, act), None))
                    except _Lost:
                        raise
                    except Exception as error:  # noqa: BLE001  it belongs to the one who asked
                        done.append((None, as_told(error)))
        except _Lost as error:
            return [(None, error.told)] * len(group)
        except Exception as error:  # noqa: BLE001  none of the group is durable, and each has to hear it
            return [(None, error)] * len(group)
        return done


def _alone(connection: Connection, act: Callable[[Connection], T]) -> T:
    point = connection.begin_nested()
    try:
        value = act(connection)
        unwritten(connection).flush(connection)
    except Exception as error:
        # What it left unwritten must not be written with the next one's.
        unwritten(connection).forget()
        told = as_told(error)
        if told is not error and isinstance(told, SourceUnavailable):
            # The database itself fails: it may have given up the whole transaction, so nobody's act is in it.
            raise _Lost(told) from error
        point.rollback()
        raise
    point.commit()
    return value


class _Lost(Exception):
    """The transaction of a group is lost."""

    def __init__(self, told: SourceUnavailable) -> None:
        super().__init__(told)
        self.told = told
