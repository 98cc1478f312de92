"""What of the inventory needs somebody: products that are due, advisories that nobody read, failures at the gate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tocsin.detect.told.period import day
from tocsin.inventory.exposure import Exposure
from tocsin.inventory.release import shown
from tocsin.inventory.told.product import number_of_products
from tocsin.limits import GATE_FAILURE_SHOWN_S, NEEDS_SHOWN
from tocsin.model.told.escape import one_line
from tocsin.model.told.number import number
from tocsin.service.exchange.node import moment
from tocsin.service.home.home import Item, Need
from tocsin.service.home.need import BAD, CALM, NAME, OVER, SECOND_US, SHORT, need, part
from tocsin.service.inventory.exposure_rows import exposure_id

if TYPE_CHECKING:
    from tocsin.inventory.exposure import Case, Exposures
    from tocsin.inventory.rule import Verdict
    from tocsin.service.inventory.advisory_list import AdvisoryRow
    from tocsin.service.inventory.gate_kept import ListedVerdict

__all__ = ["Due", "DueProduct", "advisories", "due_products", "exposures", "gate_failures"]


@dataclass(frozen=True, slots=True)
class DueProduct:
    """A product at a site, as the list of exposures counts it, with the first day by which something is due.

    ``first`` is what is due then, ``several`` how many vulnerabilities are due by any day.
    """

    words: str
    first: Exposure
    several: int
    exploited: bool

    @property
    def due(self) -> str:
        """The day."""
        return self.first.due

    @property
    def site(self) -> str:
        """Where it is."""
        return self.first.site

    @property
    def verdict(self) -> Verdict:
        """Whether it is affected, or may be."""
        return self.first.verdict


@dataclass(frozen=True, slots=True)
class Due:
    """What of an inventory is due: ``count`` products, of which the first are ``products``, ``overdue`` are late."""

    products: tuple[DueProduct, ...]
    count: int
    overdue: int


def due_products(due: Exposures, today: str) -> Due:
    """The products of exposures that are all open and due by a day; the first day first, then what is affected."""
    groups: dict[tuple[str, Verdict], list[Case]] = {}
    late: dict[tuple[str, Verdict], set[str]] = {}
    for case in due.cases:
        key = shown(case.component), case.verdict
        groups.setdefault(key, []).append(case)
        if case.due < today:
            late.setdefault(key, set()).update(case.sites())
    first = sorted(groups, key=lambda key: (min(one.due for one in groups[key]), key[1].order, key[0]))
    # Each product is at one site at least: what comes after the first few is not told.
    found = [one for key in first[:NEEDS_SHOWN] for one in _at_sites(key[0], groups[key])]
    found.sort(key=lambda one: (one.due, one.verdict.order, not one.exploited, one.words, one.site))
    return Due(tuple(found[:NEEDS_SHOWN]), number_of_products(due), sum(map(len, late.values())))


def _at_sites(words: str, cases: Sequence[Case]) -> list[DueProduct]:
    there: dict[str, list[Case]] = {}
    for case in cases:
        for site in case.sites():
            there.setdefault(site, []).append(case)
    found = []
    for site, several in there.items():
        first = min(several, key=lambda one: (one.due, one.stakes.exploited is None))
        bill = next(one for one in first.at if one.site == site)
        names = {one.judgement.vulnerability for one in several}
        used = any(one.stakes.exploited is not None for one in several)
        found.append(DueProduct(words, Exposure(first, bill), len(names), used))
    return found


def exposures(due: Due, today: str) -> Need:
    """Products that are to be mended by a day."""
    soon = any(one.exploited for one in due.products)
    late = f", {due.overdue:,} of them overdue" if due.overdue else ""
    return need(
        "exposures",
        f"{number(due.count, 'product is', 'products are')} to be mended by a day{late}",
        BAD if due.overdue else OVER if soon else CALM,
        [_due(one, today) for one in due.products],
        due.count,
        link="/exposures?due=yes",
        verb="tocsin check --inventory",
    )


def _due(one: DueProduct, today: str) -> Item:
    vulnerability = one_line(one.first.judgement.vulnerability, SHORT)
    more = f" and {one.several - 1:,} more" if one.several > 1 else ""
    of = f"{one_line(one.words, NAME)}: {vulnerability}{more}"
    return Item(
        words=of,
        link=f"/exposures/{exposure_id(one.first)}",
        mark=one.verdict.value,
        due=f"overdue since {one.due}" if one.due < today else f"due by {one.due}",
        about=(one_line(one.site, SHORT) or "no site") + (", known to be exploited" if one.exploited else ""),
    )


def advisories(unread: Sequence[AdvisoryRow], found: int) -> Need:
    """Advisories that nobody read and that concern something here."""
    return need(
        "advisories",
        f"{number(found, 'unread advisory concerns', 'unread advisories concern')} something here",
        CALM,
        [
            Item(
                words=one_line(f"{one.id} {one.title}", NAME),
                link=f"/advisory/{part(one.id)}",
                mark="affected" if one.affected else "unknown",
                about=number((one.affected or 0) + (one.unknown or 0), "product here", "products here"),
            )
            for one in unread[:NEEDS_SHOWN]
        ],
        found,
        link="/advisories?unread=yes&affecting=yes",
        verb="tocsin advisory list --unread --affecting",
    )


def gate_failures(verdicts: Iterable[ListedVerdict], now_us: int) -> Need:
    """Products that failed at the gate not long ago; ``verdicts`` are all that failed, the newest first."""
    since = moment(now_us - GATE_FAILURE_SHOWN_S * SECOND_US)
    failed = [one for one in verdicts if one.kept >= since]
    days = GATE_FAILURE_SHOWN_S // 86_400
    return need(
        "gate",
        f"{number(len(failed), 'product')} must not come in, by the gate in the last {days} days",
        CALM,
        [
            Item(
                words=one_line(one.product, NAME) or "A product without a name",
                link=f"/gate/{one.number}",
                mark="fail",
                about=f"judged {day(one.as_of)}, kept by {one_line(one.by, SHORT)}",
            )
            for one in failed[:NEEDS_SHOWN]
        ],
        len(failed),
        link="/gate?verdict=fail",
        verb="tocsin gate --kept",
    )
