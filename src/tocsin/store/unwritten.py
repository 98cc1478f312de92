"""What a writing transaction has yet to write, so that acts which share a commit share its statements too.

Rows are gathered and written together: before anything is read that is not known here, and before the commit. One
who reads by :func:`tocsin.store.direct.run` or by SQLAlchemy sees all; ``run_ahead`` is for who looks here as well.
"""

from __future__ import annotations

from collections import ChainMap, Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table

from tocsin.sharing.label import Label
from tocsin.store.bulk import insert_rows
from tocsin.store.direct import run_ahead
from tocsin.store.gate import Gate, Readers, either
from tocsin.store.schema import log_leaf, log_node, object_, reference, submission, submitted
from tocsin.store.superseded import supersede
from tocsin.store.tallies import Kind, add_to_tally

__all__ = ["Unwritten", "unwritten"]

_KEPT: Final = 10_000

_ORDER: Final = (object_, reference, submission, submitted, log_leaf, log_node)
"""The tables whose rows wait, each after those that it refers to."""


class Unwritten:
    """Rows that wait, and what is known without asking the database."""

    def __init__(self, known: dict[Readers, int]) -> None:
        """``known`` are numbers of gates that are committed: they never change, so nobody asks for them again."""
        self._known = known
        self.forget()

    def forget(self) -> None:
        """Drop all of it: what led to it is undone."""
        self._clear()
        self.collections: dict[int, tuple[int, int]] = {}
        """The last number and stamp that a collection gave."""
        self.log_size: int | None = None
        self.nodes: dict[tuple[int, int], bytes] = {}
        self.gates: ChainMap[Readers, int] = ChainMap({}, self._known)
        self.labels: dict[Label, int] = {}
        self.scopes: dict[int, str] = {}

    def committed(self) -> None:
        """Keep what is known for the transactions to come."""
        mine = self.gates.maps[0]
        if len(self._known) + len(mine) > _KEPT:
            self._known.clear()
        self._known.update(mine)

    def _clear(self) -> None:
        self.rows: dict[Table, list[Mapping[str, Any]]] = defaultdict(list)
        self.tally: Counter[Kind] = Counter()
        self.ids: dict[str, Gate] = {}
        """Objects that wait, by name: what is asked of who may see some version of them."""
        self.targets: set[str] = set()
        """The names of what objects that wait refer to."""
        self.again: set[str] = set()
        """Ids of which there are several versions, one of them among what waits."""
        self._moved: set[int] = set()
        self._grown = False

    def add(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Let ``rows`` wait."""
        self.rows[table].extend(rows)

    def add_object(self, id: str, gate: Gate, targets: Sequence[str]) -> None:
        """Note that a row of ``object`` waits."""
        held = self.ids.get(id)
        self.ids[id] = gate if held is None else either(held, gate)
        self.targets.update(targets)

    def move(self, collection: int, last_seq: int, last_added_us: int) -> None:
        """Note what a collection gave last."""
        self.collections[collection] = (last_seq, last_added_us)
        self._moved.add(collection)

    def grow(self, size: int) -> None:
        """Note how many leaves the log has."""
        self.log_size = size
        self._grown = True

    def flush(self, connection: Connection) -> None:
        """Write what waits."""
        if not (self.rows or self._moved or self._grown):
            return
        rows, tally, moved, grown, again = self.rows, self.tally, self._moved, self._grown, self.again
        self._clear()
        for table in _ORDER:
            insert_rows(connection, table, rows.get(table, ()))
        add_to_tally(connection, tally)
        if again:
            supersede(connection, again)
        for number in sorted(moved):
            last_seq, last_added_us = self.collections[number]
            run_ahead(
                connection,
                "UPDATE collection SET last_seq = :seq, last_added_us = :us WHERE number = :number",
                {"seq": last_seq, "us": last_added_us, "number": number},
            )
        if grown:
            run_ahead(
                connection,
                "INSERT INTO log_state (one, size) VALUES (1, :size) "
                "ON CONFLICT (one) DO UPDATE SET size = excluded.size",
                {"size": self.log_size},
            )


def unwritten(connection: Connection) -> Unwritten:
    """What waits in this transaction.

    Raises:
        LookupError: it is not one of :meth:`tocsin.store.database.Database.writing`.
    """
    held: Unwritten | None = connection.info.get("unwritten")
    if held is None:
        raise LookupError("only a writing transaction writes")
    return held
