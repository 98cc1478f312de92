"""``wallet load``: what this node knows of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import LEDGER_TRANSACTIONS
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.ledger.together import together
from tocsin.ransom.ledger.transaction import Transaction
from tocsin.service.exchange.node import Node
from tocsin.service.ransom.ledger_files import FileRead
from tocsin.store.ledger import keep_ledger, kept_ledger

__all__ = ["Fitting", "Loaded", "fitting", "load"]


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


def load(node: Node, files: Sequence[FileRead], *, anew: bool = False) -> Loaded:
    """Keep the transactions of files; of a file that contradicts what is known nothing is kept, and that is a fault.

    With ``anew`` what was kept is forgotten, damaged or not, if anything was read.

    Raises:
        LimitExceeded: the node would hold more than ``LEDGER_TRANSACTIONS``; nothing is kept.
    """

    def act(connection: Connection) -> Loaded:
        fit = fitting(None if anew else kept_ledger(connection), files)
        if fit.new or fit.better:
            keep_ledger(connection, fit.ledger)
        told = {one.txid for file in fit.files for one in file.transactions}
        return Loaded(
            files=fit.files,
            new=fit.new,
            better=fit.better,
            same=len(told) - fit.new - fit.better,
            held=len(fit.ledger),
            missing=frozenset(fit.ledger.missing),
        )

    return node.write(act)


@dataclass(frozen=True, slots=True)
class Fitting:
    """The ledger of all that fits together, and the files; one that does not fit has a fault more, and no transactions.

    ``new`` transactions were not known before, of ``better`` ones more is known now.
    """

    ledger: Ledger
    files: Sequence[FileRead]
    new: int
    better: int


def fitting(before: Ledger | None, files: Sequence[FileRead]) -> Fitting:
    """A ledger (None: an empty one), and what files add to it.

    Raises:
        LimitExceeded: there are more than ``LEDGER_TRANSACTIONS``.
    """
    held = before or Ledger.of([])
    try:
        fit = _together(held, files)
    except BadInput:
        fit = _one_by_one(held, files)
    if len(fit.ledger) > LEDGER_TRANSACTIONS:
        raise LimitExceeded(
            f"a node holds {LEDGER_TRANSACTIONS:,} transactions, and this would make {len(fit.ledger):,}",
            hint="Load only the blocks and transactions of the case.",
        )
    return fit


def _together(before: Ledger, files: Sequence[FileRead]) -> Fitting:
    told: dict[str, Transaction] = {}
    for file in files:
        for one in file.transactions:
            known = told.get(one.txid)
            told[one.txid] = one if known is None else together(known, one)
    new, better = [], []
    for one, number in zip(told.values(), before.numbers(told), strict=True):
        if number is None:
            new.append(one)
            continue
        known = before.transaction_at(number)
        both = together(known, one)
        if both != known:
            better.append(both)
    if not new and not better:
        return Fitting(before, list(files), 0, 0)
    return Fitting(before.and_also([*new, *better]), list(files), len(new), len(better))


def _one_by_one(before: Ledger, files: Sequence[FileRead]) -> Fitting:
    whole = Fitting(before, [], 0, 0)
    read = []
    for file in files:
        try:
            fit = _together(whole.ledger, [file])
            whole = Fitting(fit.ledger, [], whole.new + fit.new, whole.better + fit.better)
            read.append(file)
        except BadInput as error:
            error.where = error.where or Place(file=file.name)
            error.hint = error.hint or "Nothing of this file is taken. What was loaded before stays."
            read.append(replace(file, transactions=(), faults=(*file.faults, error)))
    return replace(whole, files=read)
