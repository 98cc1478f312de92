"""Working ahead: what comes next is read, unpacked or sieved in a thread while the consumer works on this."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

__all__ = ["ahead", "in_turn"]

Item = TypeVar("Item")

_FAREWELL_S = 5.0


def ahead(chunks: Iterable[Item], depth: int = 2) -> Generator[Item, None, None]:
    """Yield ``chunks``, at most ``depth`` of them made before they are asked for.

    The thread starts with the first ``next`` and ends with the iteration, also when that is broken off. What
    ``chunks`` raises is raised here, after the blocks before it.
    """
    line = _Line(chunks, max(1, depth))
    line.thread.start()
    try:
        while (block := line.take()) is not None:
            yield block
    finally:
        line.stop()
        # A thread that waits for a pipe cannot be woken; it does not keep the process alive.
        line.thread.join(_FAREWELL_S)
    if line.error is not None:
        raise line.error


def in_turn(iterables: Sequence[Iterable[Item]]) -> Iterator[Item]:
    """Yield one item of each of ``iterables`` in turn until all are at their end; each works ahead in a thread."""
    running = [ahead(one) for one in iterables]
    try:
        while running:
            for one in list(running):
                for item in one:
                    yield item
                    break
                else:
                    running.remove(one)
    finally:
        for one in running:
            one.close()


class _Line(Generic[Item]):
    """Blocks in waiting between the two threads."""

    def __init__(self, chunks: Iterable[Item], depth: int) -> None:
        self._chunks = chunks
        self._depth = depth
        self._waiting: deque[Item] = deque()
        self._changed = threading.Condition()
        self._stopped = False
        self._ended = False
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="tocsin-ahead", daemon=True)

    def take(self) -> Item | None:
        """Return the next block, None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ended)
            block = self._waiting.popleft() if self._waiting else None
            self._changed.notify_all()
            return block

    def stop(self) -> None:
        """Tell the thread that no more is wanted."""
        with self._changed:
            self._stopped = True
            self._waiting.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        blocks = iter(self._chunks)
        try:
            for block in blocks:
                with self._changed:
                    self._changed.wait_for(lambda: self._stopped or len(self._waiting) < self._depth)
                    if self._stopped:
                        break
                    self._waiting.append(block)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - raised in the consumer's thread
            self.error = error
        finally:
            # Files are closed where they were opened, not whenever the garbage is collected.
            if callable(close := getattr(blocks, "close", None)):
                close()
            with self._changed:
                self._ended = True
                self._changed.notify_all()
