"""Screening addresses before a payment: may this payer pay at all, and whom would it pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from importlib.resources import files
from typing import Final, Literal

from sqlalchemy import Connection

from tocsin.errors import BadInput, LimitExceeded, UsageError
from tocsin.limits import SCREENED_ADDRESSES
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.sanctions.party import OFAC_SDN
from tocsin.ransom.screening.alias_table import AliasTable, read_alias_table
from tocsin.ransom.screening.by_actor import ActorScreening, NameScreened
from tocsin.ransom.screening.by_ledger import LedgerScreening
from tocsin.ransom.screening.formerly import Formerly
from tocsin.ransom.screening.next_steps import next_steps
from tocsin.ransom.screening.payment_rules import (
    PaymentAnswer,
    PaymentRules,
    may_pay,
    read_payment_rules,
    ruled_places,
)
from tocsin.ransom.screening.place import Places, read_places
from tocsin.ransom.screening.screening import ListedAddresses, Match, Screened, Verdict
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.kept import day_of
from tocsin.service.ransom.formerly import formerly_listed
from tocsin.service.ransom.labels import labels_of, services_in
from tocsin.service.ransom.sanctions_feed import LISTS
from tocsin.service.ransom.screened_lists import ListUsed, all_parties, lists_as_of
from tocsin.service.ransom.trace import kept_ledger
from tocsin.store.sanctions import KeptList

__all__ = ["Screening", "alias_table", "payment_rules", "place_of", "places", "screen"]

_NO_LIST: Final = "no list of sanctioned parties is kept that had been issued by then"
_NOTHING_ASKED: Final = "name an address, or what the ransom note says: --family NAME, --actor NAME"
_ASK: Final = "Whether you may pay at all is told without an address, too: --payer public --where US-NC."


@dataclass(frozen=True, slots=True)
class Screening:
    """The answers of one day.

    ``lists`` are the versions that were compared, OFAC's first; ``problems`` are addresses that hold a typing error.
    ``names`` are those of the ransom note; ``formerly`` is, by address, what an older version had it as. Labels and the
    ledger are those of ``today``, whatever day was asked for.
    """

    as_of: date
    today: date
    payment: PaymentAnswer
    lists: tuple[ListUsed, ...]
    screened: tuple[Screened, ...]
    names: tuple[NameScreened, ...]
    problems: tuple[BadInput, ...]
    formerly: Mapping[str, tuple[Formerly, ...]]

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
) -> Screening:
    """Screen addresses with the lists that were the newest on ``as_of`` (today), and say whether this payer may pay.

    They are also looked up in the loaded ledger and among labels, both as they are now. ``families`` and ``actors``
    are names that the ransom note gives, ``ledger`` is the loaded one where it was read already. With a ``payer`` there
    need be no address.

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
        services = partial(services_in, connection, ledger)
        run = _Run(connection, lists, LedgerScreening(ledger, [one.addresses for one in lists], services))
        screened, problems = run.addresses(addresses)
        said: list[tuple[str, Literal["family", "actor"]]] = [(name, "family") for name in families]
        formerly = run.formerly(screened)
        names = [run.name(*one) for one in (*said, *((name, "actor") for name in actors))]
    return Screening(
        day,
        today,
        may_pay(payment_rules(), payer, place, day, places()),
        lists,
        tuple(screened),
        tuple(names),
        tuple(problems),
        formerly,
    )


class _Run:
    """One screening, in one transaction."""

    def __init__(self, connection: Connection, lists: tuple[ListUsed, ...], ledger: LedgerScreening) -> None:
        self._connection = connection
        self._lists = lists
        self._ledger = ledger
        self._actors: ActorScreening | None = None

    def addresses(self, given: Sequence[str]) -> tuple[list[Screened], list[BadInput]]:
        compared = [one.addresses for one in self._lists] or [ListedAddresses(())]
        screened: list[Screened] = []
        problems: list[BadInput] = []
        for text in given:
            try:
                found = _compared(compared, text)
            except BadInput as error:
                error.what = f"{text}: {error.what}"
                problems.append(error)
                continue
            if not self._lists:
                found = Screened(text, found.address, Verdict.NOT_SCREENABLE, (), _NO_LIST)
            screened.append(self._labelled(self._ledger.look(found)))
        return screened, problems

    def formerly(self, screened: Sequence[Screened]) -> dict[str, tuple[Formerly, ...]]:
        found: dict[str, tuple[Formerly, ...]] = {}
        for used in self._lists:
            missed = [one.given for one in screened if not _is_hit(one, used.head.list)]
            if not missed:
                continue
            before = formerly_listed(self._connection, used)
            for given in dict.fromkeys(missed):
                found[given] = (*found.get(given, ()), *before.of(given))
        return {given: some for given, some in found.items() if some}

    def name(self, said: str, kind: Literal["family", "actor"]) -> NameScreened:
        if not self._has_ofac:
            return NameScreened(said, kind, Verdict.NOT_SCREENABLE, (), _NO_LIST)
        return self._by_actor.of_name(said, kind)

    def _labelled(self, one: Screened) -> Screened:
        known = self._ledger.known(one)
        own = known or (one.address.text if one.address else one.given.strip())
        found = labels_of(self._connection, [own, *(self._ledger.holders(known) if known else ())])
        labels = tuple(label for some in found.values() for label in some)
        matches = (
            self._by_actor.of_labels(own, found, self._ledger.steps) if self._has_ofac and labels else ()
        )
        return replace(one.with_matches(matches), labels=labels)

    @property
    def _has_ofac(self) -> bool:
        return any(one.head.list == OFAC_SDN for one in self._lists)

    @property
    def _by_actor(self) -> ActorScreening:
        if self._actors is None:
            head = next(one.head for one in self._lists if one.head.list == OFAC_SDN)
            self._actors = ActorScreening(alias_table(), all_parties(self._connection, head))
        return self._actors


def _is_hit(one: Screened, name: str) -> bool:
    return any(match.list == name and match.kind.verdict is Verdict.HIT for match in one.matches)


def _check(addresses: int, names: int, day: date, today: date) -> None:
    if day > today:
        raise BadInput(f"{day} is a day to come: no list of it is known")
    if max(addresses, names) > SCREENED_ADDRESSES:
        raise LimitExceeded(
            f"more than {SCREENED_ADDRESSES:,} addresses at once", hint="Ask in several runs."
        )


def _compared(lists: Sequence[ListedAddresses], text: str) -> Screened:
    """An address compared with each list; one may hold a text that is no address, as the very same text.

    Raises:
        BadInput: it holds a typing error, and no list holds it.
    """
    found: Screened | None = None
    problem: BadInput | None = None
    for each in lists:
        try:
            one = each.screen(text)
        except BadInput as error:
            problem = error
        else:
            found = one if found is None else found.with_matches(one.matches)
    if found is None:
        raise problem or BadInput("there is no list")
    return found


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


@cache
def alias_table() -> AliasTable:
    """The table of actors that ships."""
    path = files("tocsin.data") / "actors" / "ransomware.toml"
    return read_alias_table(path.read_text(encoding="utf-8"), path.name)
