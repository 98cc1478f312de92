"""What this node's own incidents are asked to pay, and whether that would pay a criminal who is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from tocsin.incidents.incident import Incident
from tocsin.model.told.escape import one_line
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.sanctions.party import Party
from tocsin.ransom.screening.screening import Match, MatchClass, Screened, Verdict
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.kept import day_of
from tocsin.service.ransom.known_ransoms import unpaid
from tocsin.service.ransom.run import Run
from tocsin.service.ransom.screened_lists import lists_as_of
from tocsin.service.ransom.trace import kept_ledger

__all__ = ["Demand", "demands", "watch"]

_PARTIES: Final = 2
_CHARACTERS: Final = 240


@dataclass(frozen=True, slots=True)
class Demand:
    """An address that an ``incident`` of this node's own is asked to pay to, and has not paid; and what is known of it.

    ``reason`` is the first one, in words that go on from the address ("is listed by ..."); "" where nothing is found.
    ``is_current`` is whether all lists of sanctioned parties are young enough for a clean answer, and there is one.
    """

    incident: Incident
    address: str
    verdict: Verdict
    reason: str
    is_current: bool

    @property
    def is_criminal(self) -> bool:
        """Whether a payment would reach somebody who is listed, or tied to one, or who took or asked other ransoms."""
        return self.verdict in {Verdict.HIT, Verdict.LINKED}


def demands(node: Node, ledger: Callable[[], Ledger] | None = None) -> tuple[Demand, ...]:
    """Each address that an own incident asks to pay to and that is unpaid, screened as of now; the gravest first.

    It is held against the kept lists, labels, the names of its ransom note and the addresses that other incidents name.
    ``ledger`` gives what was loaded, and is asked only where there is a demand; without it nothing is looked up there,
    so that a page can ask at each visit: 30 ms of work for 1,000 incidents of others, 60 the first time.
    """
    asking = unpaid(node)
    if not asking:
        return ()
    held = ledger() if ledger is not None else Ledger.of(())
    with node.reading() as connection:
        lists = lists_as_of(connection, day_of(node.now_us))
        run = Run(node, connection, lists, held)
        is_current = bool(lists) and all(one.is_current for one in lists)
        found = [
            Demand(incident, address, verdict, reason, is_current)
            for incident in asking
            for address, verdict, reason in _screened(run, incident)
        ]
    order = list(Verdict)
    return tuple(sorted(found, key=lambda one: order.index(one.verdict)))


def watch(node: Node) -> Callable[[], tuple[Demand, ...]]:
    """Note how the demands stand; what is returned tells, later, which of them have become a hit or a link since."""
    ledger = cache(lambda: kept_ledger(node))
    before = {(one.incident.id, one.address): one.verdict for one in demands(node, ledger)}

    def became() -> tuple[Demand, ...]:
        return tuple(
            one
            for one in demands(node, ledger)
            if one.is_criminal and before.get((one.incident.id, one.address)) is not one.verdict
        )

    return became


def _screened(run: Run, incident: Incident) -> Iterator[tuple[str, Verdict, str]]:
    ransom = incident.ransom
    if ransom is None:
        return
    addresses = list(dict.fromkeys(one.strip() for one in ransom.wallets if one.strip()))
    screened, problems = run.addresses(addresses, incident.id)
    noted = run.note(ransom.note_names)
    by_note = _by_note(noted[0]) if noted else ""
    for one in screened:
        reason = _reason(one)
        if not one.matches and by_note:
            yield one.given, Verdict.LINKED, by_note
        else:
            yield one.given, one.verdict, reason
    for problem, given in zip(problems, _unread(addresses, screened), strict=True):
        told = problem.what.removeprefix(f"{given}: ")
        yield given, Verdict.LINKED if by_note else Verdict.NOT_SCREENABLE, by_note or told


def _unread(addresses: Sequence[str], screened: Sequence[Screened]) -> list[str]:
    read = {one.given for one in screened}
    return [one for one in addresses if one not in read]


def _reason(one: Screened) -> str:
    match = next((each for each in one.matches if each.kind.verdict is Verdict.HIT), None)
    if match is None and one.matches:
        match = one.matches[0]
    if match is None:
        return one.why
    return one_line(_words(match), _CHARACTERS)


def _words(match: Match) -> str:
    if match.kind.verdict is Verdict.HIT:
        return f"is listed by {match.list} for {_names(match.parties)}"
    ransom = match.ransom
    if match.kind is not MatchClass.INCIDENT or ransom is None or match.how is None:
        return f"leads to {_names(match.parties)}, who is listed by {match.list}: {match.proof}"
    verb = "paid" if match.paid_to in ransom.paid else "was asked to pay"
    if match.how.verdict is Verdict.HIT:
        return f"is the address that {ransom.told} {verb}"
    return f"has one holder with {match.paid_to}, which {ransom.told} {verb}: {match.proof}"


def _by_note(match: Match) -> str:
    return one_line(
        f"is asked for by a note that leads to {_names(match.parties)}, who is listed by {match.list}: {match.proof}",
        _CHARACTERS,
    )


def _names(parties: Sequence[Party]) -> str:
    more = f" and {len(parties) - _PARTIES:,} more" if len(parties) > _PARTIES else ""
    return ", ".join(one.name for one in parties[:_PARTIES]) + more
