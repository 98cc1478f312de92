"""Where a serving node reads its ledger for a page: one at a time, as one may take seconds and much memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from tocsin.limits import LEDGER_PAGE_WAIT_S
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.service.exchange.node import Node
from tocsin.service.ransom.trace import kept_ledger

__all__ = ["LedgerDesk"]


class LedgerDesk:
    """Gives all that was loaded to one asker at a time. Nobody waits long: the threads of a node are few."""

    def __init__(self) -> None:
        self._lock = Lock()

    @contextmanager
    def ledger(self, node: Node) -> Iterator[Ledger | None]:
        """The ledger while the block runs; None if somebody else has it."""
        if not self._lock.acquire(timeout=LEDGER_PAGE_WAIT_S):
            yield None
            return
        try:
            yield kept_ledger(node)
        finally:
            self._lock.release()
