"""``wallet load``: what this node knows of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import LEDGER_TRANSACTIONS
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.transaction import Transaction
from tocsin.service.exchange.node import Node
from tocsin.service.ransom.ledger_files import FileRead
from tocsin.store.ledger import keep_transactions, kept_transactions

__all__ = ["Loaded", "fitting", "load"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of it: the files, how many transactions are new, known better than before, and as they were.

    ``held`` is how many the node has now; ``missing`` are those without which the amount of an input is unknown.
    """

    files: Sequence[FileRead]
    new: int
    better: int
    same: int
    held: int
    missing: frozenset[str]


def load(node: Node, files: Sequence[FileRead]) -> Loaded:
    """Keep the transactions of files; of a file that contradicts what is known nothing is kept, and that is a fault.

    Raises:
        LimitExceeded: the node would hold more than ``LEDGER_TRANSACTIONS``; nothing is kept.
    """

    def act(connection: Connection) -> Loaded:
        before = {one.txid: one for one in kept_transactions(connection)}
        ledger, read = fitting(before.values(), files)
        changed = [one for txid, one in ledger.transactions.items() if before.get(txid) != one]
        keep_transactions(connection, changed)
        new = len(ledger.transactions) - len(before)
        told = {one.txid for file in read for one in file.transactions}
        return Loaded(
            files=read,
            new=new,
            better=len(changed) - new,
            same=len(told) - len(changed),
            held=len(ledger.transactions),
            missing=frozenset(ledger.missing),
        )

    return node.write(act)


def fitting(before: Iterable[Transaction], files: Sequence[FileRead]) -> tuple[Ledger, list[FileRead]]:
    """The ledger of all that fits together, and the files; one that does not fit has a fault more, and no transactions.

    Raises:
        LimitExceeded: there are more than ``LEDGER_TRANSACTIONS``.
    """
    known = list(before)
    try:
        ledger, read = Ledger([*known, *(one for file in files for one in file.transactions)]), list(files)
    except BadInput:
        ledger, read = _one_by_one(known, files)
    if len(ledger.transactions) > LEDGER_TRANSACTIONS:
        raise LimitExceeded(
            f"a node holds {LEDGER_TRANSACTIONS:,} transactions, and this would make {len(ledger.transactions):,}",
            hint="Load only the blocks and transactions of the case.",
        )
    return ledger, read


def _one_by_one(known: list[Transaction], files: Sequence[FileRead]) -> tuple[Ledger, list[FileRead]]:
    ledger = Ledger(known)
    read = []
    for file in files:
        try:
            ledger = Ledger([*ledger.transactions.values(), *file.transactions])
            read.append(file)
        except BadInput as error:
            error.where = error.where or Place(file=file.name)
            error.hint = error.hint or "Nothing of this file is taken. What was loaded before stays."
            read.append(replace(file, transactions=(), faults=(*file.faults, error)))
    return ledger, read
