"""One screening, in one transaction: all that an address or a name is held against."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cache, cached_property, lru_cache, partial
from importlib.resources import files
from typing import Final, Literal

from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.sanctions.party import OFAC_SDN
from tocsin.ransom.screening.alias_table import AliasTable, read_alias_table
from tocsin.ransom.screening.by_actor import ActorScreening, NameScreened
from tocsin.ransom.screening.by_incident import IncidentScreening
from tocsin.ransom.screening.by_ledger import LedgerScreening
from tocsin.ransom.screening.formerly import Formerly
from tocsin.ransom.screening.screening import ListedAddresses, Match, Screened, Verdict
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.received import came_back
from tocsin.service.ransom.formerly import formerly_listed
from tocsin.service.ransom.known_ransoms import known_ransoms
from tocsin.service.ransom.labels import labels_of, services_in
from tocsin.service.ransom.sanctions_feed import parties_in
from tocsin.service.ransom.screened_lists import ListUsed
from tocsin.store.sanctions import addressed_of, others_of

__all__ = ["Run", "alias_table"]

_NO_LIST: Final = "no list of sanctioned parties is kept that had been issued by then"
_HELD: Final = 4
"""Versions of OFAC's list whose names stay read: those of one take 70 ms."""


class Run:
    """What is known: ``lists``, labels, the ``ledger``, and unless ``alone`` the incidents that name addresses."""

    def __init__(
        self,
        node: Node,
        connection: Connection,
        lists: tuple[ListUsed, ...],
        ledger: Ledger,
        *,
        alone: bool = False,
    ) -> None:
        self._node = node
        self._connection = connection
        self._lists = lists
        services = partial(services_in, connection, ledger)
        self._ledger = LedgerScreening(ledger, [one.addresses for one in lists], services)
        self._alone = alone

    @cached_property
    def incidents(self) -> IncidentScreening:
        """The incidents that are known here and name an address of their ransom."""
        return IncidentScreening(() if self._alone else known_ransoms(self._connection), self._ledger)

    def addresses(self, given: Sequence[str], of: str = "") -> tuple[list[Screened], list[BadInput]]:
        """What is known of addresses, and those that hold a typing error; ``of`` is the incident that they are of."""
        compared = [one.addresses for one in self._lists] or [ListedAddresses(())]
        screened: list[Screened] = []
        named: list[tuple[Match, ...]] = []
        problems: list[BadInput] = []
        for text in given:
            try:
                found = _compared(compared, text)
            except BadInput as error:
                found = Screened(text, None, Verdict.NOT_SCREENABLE, (), error.what)
                matches = self.incidents.matches(found, of)
                if not matches:
                    error.what = f"{text}: {error.what}"
                    problems.append(error)
                    continue
            else:
                matches = self.incidents.matches(found, of)
                if not self._lists:
                    found = Screened(text, found.address, Verdict.NOT_SCREENABLE, (), _NO_LIST)
                found = self._labelled(self._ledger.look(found))
            screened.append(found)
            named.append(matches)
        own = self._came_back(named)
        return [self._told(one, some, own) for one, some in zip(screened, named, strict=True)], problems

    def formerly(self, screened: Sequence[Screened]) -> dict[str, tuple[Formerly, ...]]:
        """What the versions before had of those addresses that a list has no more."""
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
        """Where a name leads."""
        if not self._has_ofac:
            return NameScreened(said, kind, Verdict.NOT_SCREENABLE, (), _NO_LIST)
        return self._by_actor.of_name(said, kind)

    def note(self, names: Sequence[str]) -> tuple[Match, ...]:
        """Where the names of a ransom note lead, which does not say what each is; nothing of what is like them."""
        if not self._has_ofac:
            return ()
        return tuple(match for name in names for match in self._by_actor.of_either(name))

    def _came_back(self, named: Sequence[tuple[Match, ...]]) -> Collection[str]:
        """What this node itself sent, and a hub gave back under another id."""
        ids = {one.ransom.id for some in named for one in some if one.ransom and one.ransom.is_given}
        return came_back(self._node, self._connection, ids)

    def _told(self, one: Screened, named: Sequence[Match], own: Collection[str]) -> Screened:
        matches = [each for each in named if each.ransom is not None and each.ransom.id not in own]
        ransoms = [each.ransom for each in matches if each.ransom is not None]
        # Only whoever is behind it, and not what is behind that again, is said by an incident.
        led = self._by_actor.of_ransoms(ransoms) if self._has_ofac and ransoms else ()
        return one.with_matches((*matches, *led))

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

    @cached_property
    def _by_actor(self) -> ActorScreening:
        head = next(one.head for one in self._lists if one.head.list == OFAC_SDN)
        return _actors(addressed_of(self._connection, head), others_of(self._connection, head))


@lru_cache(_HELD)
def _actors(addressed: bytes, others: bytes) -> ActorScreening:
    return ActorScreening(alias_table(), (*parties_in(addressed), *parties_in(others)))


@cache
def alias_table() -> AliasTable:
    """The table of actors that ships."""
    path = files("tocsin.data") / "actors" / "ransomware.toml"
    return read_alias_table(path.read_text(encoding="utf-8"), path.name)


def _is_hit(one: Screened, name: str) -> bool:
    return any(match.list == name and match.kind.verdict is Verdict.HIT for match in one.matches)


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
