"""Where a serving node has its ledger for a page: one asker at a time, as a question may take much time and memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from tocsin.limits import LEDGER_PAGE_WAIT_S
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.service.exchange.node import Node
from tocsin.store.ledger import kept_ledger, ledger_stamp

__all__ = ["LedgerDesk"]


class LedgerDesk:
    """Gives all that was loaded to one asker at a time. Nobody waits long: the threads of a node are few.

    What was read is kept for the next asker, until something else is loaded.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._stamp = b""
        self._ledger: Ledger | None = None

    @contextmanager
    def ledger(self, node: Node) -> Iterator[Ledger | None]:
        """The ledger while the block runs; None if somebody else has it."""
        if not self._lock.acquire(timeout=LEDGER_PAGE_WAIT_S):
            yield None
            return
        try:
            yield self._current(node)
        finally:
            self._lock.release()

    def _current(self, node: Node) -> Ledger:
        with node.reading() as connection:
            stamp = ledger_stamp(connection)
            if self._ledger is None or not stamp or stamp != self._stamp:
                self._ledger, self._stamp = kept_ledger(connection), stamp
        return self._ledger
