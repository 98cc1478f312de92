"""``wallet links``: which cases lead to the same hands, by what is loaded of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tocsin.errors import BadInput, LimitExceeded, NothingToCheck
from tocsin.limits import LINK_CASES, LINK_SEEDS
from tocsin.ransom.clusters.cluster import Clusters
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.links.case import Case
from tocsin.ransom.links.find import Known, links
from tocsin.ransom.links.link import Link
from tocsin.ransom.links.split import splits_of
from tocsin.ransom.links.way import METHOD, way_of
from tocsin.ransom.taint.ends import Ends
from tocsin.ransom.taint.trace import Trace
from tocsin.service.ransom.trace import trace_of

__all__ = ["Linked", "known_of", "linked", "nothing_linked"]


@dataclass(frozen=True, slots=True)
class Linked:
    """What was found. ``unfollowed`` are cases (ids) of which nothing that is loaded knows a payment.

    ``cut`` are those of which not all could be followed, ``untold`` those of which amounts are not known everywhere,
    ``coinjoins`` how many transactions of the ledger link nobody.
    """

    cases: tuple[Case, ...]
    links: tuple[Link, ...]
    unfollowed: tuple[str, ...]
    cut: tuple[str, ...]
    untold: tuple[str, ...]
    coinjoins: int


def linked(ledger: Ledger, cases: Sequence[Case], services: Mapping[str, str] | None = None) -> Linked:
    """The links among ``cases`` by what is loaded; ``services`` are addresses with the service they are labelled as.

    Raises:
        NothingToCheck: there are fewer than two cases.
        LimitExceeded: there are more than ``LINK_CASES``.
    """
    if len(cases) < 2:
        raise NothingToCheck(
            "two cases are needed to find a link, and there "
            + ("is only one" if cases else "is none with an address or a payment"),
            hint="Name more, or note the addresses in the incidents: tocsin incident edit.",
        )
    if len(cases) > LINK_CASES:
        raise LimitExceeded(
            f"there are {len(cases):,} cases; {LINK_CASES:,} are held against each other at most",
            hint="Name those that it is about.",
        )
    known, cut = known_of(ledger, cases, services)
    return Linked(
        tuple(cases),
        tuple(links(cases, known)),
        tuple(one.id for one in cases if not known.ways[one.id].held),
        tuple(one.id for one in cases if one.id in cut or known.ways[one.id].is_cut),
        tuple(one.id for one in cases if known.ways[one.id].is_untold),
        len(known.coinjoins),
    )


def nothing_linked(cases: Sequence[Case]) -> Linked:
    """What is found among fewer than two cases."""
    return Linked(tuple(cases), (), (), (), (), 0)


def known_of(
    ledger: Ledger, cases: Sequence[Case], services: Mapping[str, str] | None = None
) -> tuple[Known, set[str]]:
    """What the ledger says of ``cases``, and which of them (ids) name more payments than are followed.

    Payments are followed where some are named, else all that was paid to the addresses.
    """
    clusters = Clusters(ledger)
    ends = Ends(ledger, services or {}, at_coinjoins=True)
    ways, splits, cut = {}, {}, set()
    for one in cases:
        asked = [str(point) for point in one.points] or list(one.addresses)
        if len(asked) > LINK_SEEDS:
            cut.add(one.id)
        traces = (trace for text in asked[:LINK_SEEDS] for trace in _traces(ledger, text, ends))
        ways[one.id] = way_of(ledger, traces, services or {})
        splits[one.id] = splits_of(ledger, ways[one.id])
    return Known(ledger, clusters, ways, splits, services or {}), cut


def _traces(ledger: Ledger, asked: str, ends: Ends) -> Iterator[Trace]:
    """The way of an output, or of all that was paid to an address, as one; nothing of what is not loaded."""
    try:
        yield trace_of(ledger, asked, [METHOD], ends)
    except NothingToCheck:
        return
    except BadInput:
        # Of an address one payment may be of unknown amount; the others are followed one by one.
        for point in ledger.paid_to(asked)[:LINK_SEEDS]:
            if ledger.amount_of(point) is not None:
                yield trace_of(ledger, str(point), [METHOD], ends)
