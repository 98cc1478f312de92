"""Screening addresses before a payment: may this payer pay at all, and whom would it pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

from sqlalchemy import Connection

from tocsin.errors import BadInput, LimitExceeded
from tocsin.limits import SANCTIONS_STALE_DAYS, SCREENED_ADDRESSES
from tocsin.ransom.next_steps import next_steps
from tocsin.ransom.payment_rules import PaymentAnswer, PaymentRules, may_pay, read_payment_rules
from tocsin.ransom.sanctions.party import OFAC_SDN
from tocsin.ransom.screening import ListedAddresses, Screened, Verdict
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.feed_list import OFAC, read_state
from tocsin.service.inventory.kept import day_of
from tocsin.service.ransom.sanctions_feed import parties_in
from tocsin.store.advisories import feeds
from tocsin.store.sanctions import KeptList, addressed_of, kept_lists, list_as_of

__all__ = ["Screening", "payment_rules", "screen"]

_NO_LIST: Final = "no list of sanctioned parties is kept that had been issued by then"


@dataclass(frozen=True, slots=True)
class Screening:
    """The answers of one day.

    ``head`` is the version of the list that was compared (None: none is kept of that time), ``age_days`` how long
    before ``as_of`` it was last known to be the newest. ``problems`` are addresses that hold a typing error.
    """

    as_of: date
    payment: PaymentAnswer
    head: KeptList | None
    age_days: int | None
    screened: tuple[Screened, ...]
    problems: tuple[BadInput, ...]

    @property
    def is_current(self) -> bool:
        """Whether the list was young enough on the day of the question."""
        return self.age_days is not None and self.age_days <= SANCTIONS_STALE_DAYS

    @property
    def verdict(self) -> Verdict | None:
        """The gravest of all; None where no address could be read."""
        order = list(Verdict)
        return min((one.verdict for one in self.screened), key=order.index, default=None)

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What to do now."""
        return next_steps(
            self.verdict or Verdict.NOT_SCREENABLE, self.payment.answer, current=self.is_current
        )


def screen(
    node: Node, addresses: Sequence[str], *, payer: str = "", where: str = "", as_of: date | None = None
) -> Screening:
    """Screen addresses with the list that was the newest on ``as_of`` (today), and say whether this payer may pay.

    Raises:
        BadInput: ``as_of`` is a day to come.
        LimitExceeded: there are too many addresses.
    """
    today = day_of(node.now_us)
    day = as_of or today
    if day > today:
        raise BadInput(f"{day} is a day to come: no list of it is known")
    if len(addresses) > SCREENED_ADDRESSES:
        raise LimitExceeded(
            f"more than {SCREENED_ADDRESSES:,} addresses at once", hint="Ask in several runs."
        )
    with node.reading() as connection:
        head = list_as_of(connection, OFAC_SDN, day.isoformat())
        listed = ListedAddresses(parties_in(addressed_of(connection, head)) if head else ())
        age_days = None if head is None else (day - _last_known(connection, head, day)).days
    screened, problems = [], []
    for text in addresses:
        try:
            found = listed.screen(text)
        except BadInput as error:
            error.what = f"{text}: {error.what}"
            problems.append(error)
            continue
        if head is None:
            found = Screened(text, found.address, Verdict.NOT_SCREENABLE, (), _NO_LIST)
        screened.append(found)
    return Screening(
        day,
        may_pay(payment_rules(), payer, where.upper(), day),
        head,
        age_days,
        tuple(screened),
        tuple(problems),
    )


@cache
def payment_rules() -> tuple[PaymentRules, ...]:
    """The rules that ship, a file a family."""
    folder = files("tocsin.data") / "payment-rules"
    return tuple(
        read_payment_rules(one.read_text(encoding="utf-8"), one.name)
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(".toml")
    )


def _last_known(connection: Connection, head: KeptList, day: date) -> date:
    """The last day, up to ``day``, on which this version was known to be the newest: OFAC itself had no newer one."""
    issued = date.fromisoformat(head.issued)
    feed = next((one for one in feeds(connection) if one.name == OFAC), None)
    if feed is None or not read_state(feed.cursor).validators or kept_lists(connection, head.list)[0] != head:
        return min(issued, day)
    return min(max(issued, day_of(feed.read_us)), day)
