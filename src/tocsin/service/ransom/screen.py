"""Screening addresses before a payment: may this payer pay at all, and whom would it pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, Literal

from tocsin.errors import BadInput, LimitExceeded, UsageError
from tocsin.limits import SCREENED_ADDRESSES
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.sanctions.party import OFAC_SDN
from tocsin.ransom.screening.by_actor import NameScreened
from tocsin.ransom.screening.formerly import Formerly
from tocsin.ransom.screening.known_ransom import KnownRansom
from tocsin.ransom.screening.next_steps import next_steps
from tocsin.ransom.screening.payment_rules import (
    PaymentAnswer,
    PaymentRules,
    may_pay,
    read_payment_rules,
    ruled_places,
)
from tocsin.ransom.screening.place import Places, read_places
from tocsin.ransom.screening.screening import Match, MatchClass, Screened, Verdict
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.kept import day_of
from tocsin.service.ransom.run import Run
from tocsin.service.ransom.sanctions_feed import LISTS
from tocsin.service.ransom.screened_lists import ListUsed, lists_as_of
from tocsin.service.ransom.trace import kept_ledger
from tocsin.store.sanctions import KeptList

__all__ = ["Screening", "payment_rules", "place_of", "places", "screen"]

_NOTHING_ASKED: Final = "name an address, or what the ransom note says: --family NAME, --actor NAME"
_ASK: Final = "Whether you may pay at all is told without an address, too: --payer public --where US-NC."


@dataclass(frozen=True, slots=True)
class Screening:
    """The answers of one day.

    ``lists`` are the versions that were compared, OFAC's first; ``problems`` are addresses that hold a typing error.
    ``names`` are those of the ransom note; ``formerly`` is, by address, what an older version had it as. Labels, the
    ledger and the ``incidents``, so many that name an address, are those of ``today``, whatever day was asked for.
    """

    as_of: date
    today: date
    payment: PaymentAnswer
    lists: tuple[ListUsed, ...]
    screened: tuple[Screened, ...]
    names: tuple[NameScreened, ...]
    problems: tuple[BadInput, ...]
    formerly: Mapping[str, tuple[Formerly, ...]]
    incidents: int = 0

    @property
    def is_asked(self) -> bool:
        """Whether there was an address or a name at all; else only whether the payer may pay was asked."""
        return bool(self.screened or self.names or self.problems)

    @property
    def head(self) -> KeptList | None:
        """The version of the first list that was compared; None if none is kept of that time."""
        return self.lists[0].head if self.lists else None

    @property
    def age_days(self) -> int | None:
        """How long before the question the first list was last known to be the newest."""
        return self.lists[0].age_days if self.lists else None

    @property
    def is_current(self) -> bool:
        """Whether there are lists, and all were young enough on the day of the question."""
        return bool(self.lists) and all(one.is_current for one in self.lists)

    @property
    def not_kept(self) -> tuple[str, ...]:
        """The lists that were not compared, since none of that time is kept."""
        kept = {one.head.list for one in self.lists}
        return tuple(name for name in LISTS.values() if name not in kept)

    @property
    def matches(self) -> tuple[tuple[str, Match], ...]:
        """All matches, each with the address or the name that it is of."""
        found = [(one.given, match) for one in self.screened for match in one.matches]
        return (*found, *((one.given, match) for one in self.names for match in one.matches))

    @property
    def leads_to_party(self) -> bool:
        """Whether a match is of a sanctioned party, and not of another incident alone."""
        return any(match.parties for _, match in self.matches)

    @property
    def ransoms(self) -> tuple[KnownRansom, ...]:
        """The incidents whose ransom was to be paid to one of the addresses, each once."""
        held = (match.ransom for _, match in self.matches if match.kind is MatchClass.INCIDENT)
        return tuple({one.id: one for one in held if one is not None}.values())

    @property
    def verdict(self) -> Verdict | None:
        """The gravest of all; None where no address could be read, or none was given."""
        order = list(Verdict)
        verdicts = [one.verdict for one in self.screened] + [one.verdict for one in self.names]
        return min(verdicts, key=order.index, default=None)

    @property
    def stale_feeds(self) -> tuple[str, ...]:
        """The feeds whose list is missing, or too old, for what was asked; OFAC's where there is no list at all."""
        if not self.is_asked:
            return ()
        old = {one.head.list for one in self.lists if not one.is_current}
        if not self.lists or any(one.verdict is Verdict.NOT_SCREENABLE for one in self.names):
            old.add(OFAC_SDN)
        return tuple(feed for feed, name in LISTS.items() if name in old)

    @property
    def next_steps(self) -> tuple[str, ...]:
        """What to do now."""
        return next_steps(
            self.verdict,
            self.payment.answer,
            is_asked=self.is_asked,
            is_past=self.as_of < self.today,
            unscreenable=bool(self.lists)
            and any(one.verdict is Verdict.NOT_SCREENABLE for one in self.screened),
            misspelt=bool(self.problems),
            stale=self.stale_feeds,
            leads_to_party=self.leads_to_party,
            ransoms=self.ransoms,
        )


def screen(
    node: Node,
    addresses: Sequence[str],
    *,
    payer: str = "",
    where: str = "",
    as_of: date | None = None,
    families: Sequence[str] = (),
    actors: Sequence[str] = (),
    ledger: Ledger | None = None,
    alone: bool = False,
) -> Screening:
    """Screen addresses with the lists that were the newest on ``as_of`` (today), and say whether this payer may pay.

    They are also looked up in the loaded ledger, among labels, and among the addresses that incidents name, all as they
    are now. ``families`` and ``actors`` are names that the ransom note gives, ``ledger`` is the loaded one where it was
    read already. With a ``payer`` there need be no address. ``alone`` leaves out what incidents tell: for a text that
    is handed on, where those of others have no place.

    Raises:
        BadInput: ``as_of`` is a day to come.
        LimitExceeded: there are too many addresses.
        UsageError: there is neither an address nor a name nor a payer, or ``where`` is no place.
    """
    today = day_of(node.now_us)
    day = as_of or today
    place = place_of(where)
    if not (addresses or families or actors or payer):
        raise UsageError(_NOTHING_ASKED, hint=_ASK)
    _check(len(addresses), len(families) + len(actors), day, today)
    if ledger is None:
        ledger = kept_ledger(node)
    with node.reading() as connection:
        lists = lists_as_of(connection, day)
        run = Run(node, connection, lists, ledger, alone=alone)
        screened, problems = run.addresses(addresses)
        said: list[tuple[str, Literal["family", "actor"]]] = [(name, "family") for name in families]
        formerly = run.formerly(screened)
        names = [run.name(*one) for one in (*said, *((name, "actor") for name in actors))]
        incidents = run.incidents.incidents if addresses else 0
    return Screening(
        day,
        today,
        may_pay(payment_rules(), payer, place, day, places()),
        lists,
        tuple(screened),
        tuple(names),
        tuple(problems),
        formerly,
        incidents,
    )


def _check(addresses: int, names: int, day: date, today: date) -> None:
    if day > today:
        raise BadInput(f"{day} is a day to come: no list of it is known")
    if max(addresses, names) > SCREENED_ADDRESSES:
        raise LimitExceeded(
            f"more than {SCREENED_ADDRESSES:,} addresses at once", hint="Ask in several runs."
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


@cache
def places() -> Places:
    """The places that ship."""
    path = files("tocsin.data") / "payment-rules" / "places.tsv"
    return read_places(path.read_text(encoding="utf-8"), path.name)


def place_of(said: str) -> str:
    """The code of a place as somebody says it; "" for none.

    Raises:
        UsageError: it is none; with the nearest.
    """
    return places().read(said, ruled_places(payment_rules()))
