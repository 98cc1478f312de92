"""The incidents that are known here as cases: with what they were to pay to, and what of them cannot be followed."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.incidents.incident import Incident
from tocsin.model.told.escape import visible
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.links.case import Case
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.kept import short_id
from tocsin.service.incidents.received import known_incidents
from tocsin.service.ransom.cases import case_of, doubts_of

__all__ = ["KnownCase", "known_cases"]


@dataclass(frozen=True, slots=True)
class KnownCase:
    """An incident and its case, None where it has neither an address nor a payment.

    ``doubts`` are what of its payments does not fit what is loaded, or cannot be followed, in words.
    """

    incident: Incident
    case: Case | None
    doubts: tuple[str, ...]

    @property
    def name(self) -> str:
        """What to call it: several may have one name."""
        return f"{visible(self.incident.name)} ({short_id(self.incident)})"


def known_cases(node: Node, ledger: Ledger, *, mine: bool = False) -> list[KnownCase]:
    """All incidents that are known here, or with ``mine`` this node's own alone."""
    with node.reading() as connection:
        known = known_incidents(node, connection, mine=mine)
    return [KnownCase(one, case_of(one, ledger), tuple(doubts_of(one, ledger))) for one in known]
