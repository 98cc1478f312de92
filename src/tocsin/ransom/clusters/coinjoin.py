"""Whether a transaction looks like a CoinJoin: several persons spend together, so its inputs say nothing of one holder.

In doubt it counts as one: a join that is missed leaves a cluster too small, a false one makes one wallet of strangers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from tocsin.ransom.ledger.ledger import Ledger

__all__ = ["DUST", "EQUAL", "MANY", "is_coinjoin", "mixes"]

EQUAL: Final = 3
"""Two equal outputs are a common payment, too: the sum that is sent and a change that happens to be the same."""

DUST: Final = 5_000
"""Smaller outputs carry data or a token; no CoinJoin mixes them."""

MANY: Final = 20
"""Rounds of Wasabi have some fifty inputs and more; those of its later coordinators began with fewer."""


def is_coinjoin(payers: int, amounts: Iterable[int]) -> bool:
    """Whether outputs of these satoshi, from so many different addresses, look like a CoinJoin.

    It does by either of two rules, whose numbers are ours; the shapes are those of JoinMarket, Wasabi and Whirlpool as
    H. Schnoering and M. Vazirgiannis describe them ("Heuristics for Detecting CoinJoin Transactions on the Bitcoin
    Blockchain", arXiv 2311.12491, 2023):

    - three or more outputs are of one amount, as many addresses pay, and beside the equal outputs there are no more
      than one change for each and one fee. So look JoinMarket, the base amount of Wasabi 1, and Whirlpool, of five
      inputs and five equal outputs;
    - twenty or more addresses pay, and at least half of the outputs share their amount with another. So look Wasabi 2
      and the upper levels of Wasabi 1.

    Not seen are two persons' joins and PayJoin, which look like common payments.
    """
    known = list(amounts)
    counts = Counter(amount for amount in known if amount >= DUST)
    if payers >= MANY and 2 * sum(count for count in counts.values() if count > 1) >= len(known):
        return True
    return any(EQUAL <= count <= payers and len(known) <= 2 * count + 1 for count in counts.values())


def mixes(ledger: Ledger, number: int) -> bool:
    """Whether a transaction, by its number, looks like a CoinJoin; a payer that is not known counts as one more."""
    paid = ledger.points_paid(number)
    spent = ledger.points_spent(number)
    if len(spent) < EQUAL or len(paid) < 2:
        return False
    payees = ledger.columns.payees[spent]
    holders = ledger.columns.table.holders[payees[payees >= 0]].tolist()
    payers = len(set(holders) - {-1}) + holders.count(-1) + int((payees < 0).sum())
    return is_coinjoin(payers, ledger.columns.amounts[paid.start : paid.stop].tolist())
