"""Exposures of one product together, and what is to be done about all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin.inventory.exposure import Case, Exposure, Exposures
from tocsin.inventory.held import HeldBill
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Verdict
from tocsin.inventory.told.advice import deed_for_all

__all__ = ["Deeds", "Entry", "Product", "entries", "first_products", "number_of_products", "product_of"]

Product = tuple[str, str, Verdict, bool]
"""A product at a site: its words, the site, the verdict, and whether it is settled."""


def product_of(one: Exposure) -> Product:
    """What an exposure is shown together with: the same product at the same site, with the same verdict."""
    return shown(one.component), one.site, one.verdict, one.case.is_settled


@dataclass(frozen=True, slots=True)
class Entry:
    """A product as one line of a list: at all the ``sites`` where the same is to be said of it.

    ``several`` are its vulnerabilities, each once, what is to be done first at the beginning; by one of its bills.
    """

    sites: tuple[str, ...]
    several: tuple[Exposure, ...]


def entries(exposures: Exposures) -> list[Entry]:
    """Products with all that is to be said of them, in the order of what is to be done first.

    A product that is at several sites is one entry where its vulnerabilities, their days, what is being done and the
    owner are the same, and otherwise several.
    """
    by_product: dict[str, list[Case]] = {}
    for case in exposures.cases:
        by_product.setdefault(shown(case.component), []).append(case)
    place = {id(case): number for number, case in enumerate(exposures.cases)}
    found = [one for cases in by_product.values() for one in _entries(cases)]
    return sorted(found, key=lambda one: place[id(one.several[0].case)])


def _entries(cases: list[Case]) -> Iterator[Entry]:
    """The entries of one product."""
    # Sites are many and differ in little: they are put together by numbers first, and by what is said only then.
    there: dict[str, tuple[list[int], HeldBill]] = {}
    for number, case in enumerate(cases):
        for bill in case.at:
            numbers, _ = there.setdefault(bill.site, ([], bill))
            if not numbers or numbers[-1] != number:
                numbers.append(number)
    groups: dict[tuple[tuple[int, ...], str], tuple[HeldBill, list[str]]] = {}
    for site, (numbers, bill) in there.items():
        groups.setdefault((tuple(numbers), bill.owner), (bill, []))[1].append(site)
    alike: dict[tuple[object, ...], tuple[tuple[Exposure, ...], list[str]]] = {}
    for (told, _), (bill, sites) in groups.items():
        # A product that several bills list is one.
        by_name: dict[str, Exposure] = {}
        for case in (cases[number] for number in told):
            here = bill if bill in case.at else next(each for each in case.at if each.site == bill.site)
            by_name.setdefault(case.judgement.vulnerability, Exposure(case, here))
        several = tuple(by_name.values())
        alike.setdefault(tuple(map(_said, several)), (several, []))[1].extend(sites)
    for several, sites in alike.values():
        yield Entry(tuple(sorted(sites)), several)


def _said(one: Exposure) -> tuple[object, ...]:
    """What an entry says of one vulnerability and its site."""
    return one.judgement.vulnerability, one.rule, one.decision, one.due, one.exposed, one.treatment


def number_of_products(exposures: Exposures) -> int:
    """How many products they are (:func:`product_of`)."""
    sites: dict[tuple[str, Verdict, bool], set[str]] = {}
    for one in exposures.cases:
        sites.setdefault(_anywhere(one), set()).update(one.sites())
    return sum(map(len, sites.values()))


def first_products(exposures: Exposures, most: int) -> list[list[Exposure]]:
    """The exposures of each of the first ``most`` products together, in the order of what is to be done first."""
    groups: dict[Product, list[Exposure]] = {}
    for one in exposures:
        if len(groups) == most:
            break
        groups.setdefault(product_of(one), [])
    wanted = {(name, verdict, settled) for name, _, verdict, settled in groups}
    for case in exposures.cases:
        if _anywhere(case) in wanted:
            for one in (Exposure(case, bill) for bill in case.at):
                if product_of(one) in groups:
                    groups[product_of(one)].append(one)
    return list(groups.values())


def _anywhere(case: Case) -> tuple[str, Verdict, bool]:
    return shown(case.component), case.verdict, case.is_settled


class Deeds:
    """What mends each product, made when it is asked for first."""

    def __init__(self, exposures: Exposures) -> None:
        self._of: dict[tuple[str, Verdict, bool], list[tuple[Case, set[str]]]] = {}
        for case in exposures.cases:
            if case.is_to_do:
                self._of.setdefault(_anywhere(case), []).append((case, set()))
        self._told: dict[tuple[int, ...], str] = {}

    def of(self, one: Exposure) -> str:
        """What to do about all that is told of the product of ``one``; "" where nothing is to be done."""
        if not one.is_to_do:
            return ""
        name, site, verdict, settled = product_of(one)
        there: dict[str, Exposure] = {}
        for case, sites in self._of[name, verdict, settled]:
            if not sites:
                sites.update(case.sites())
            # A product that several bills list is one.
            if site in sites:
                there.setdefault(case.judgement.vulnerability, Exposure(case, case.at[0]))
        key = tuple(id(each.case) for each in there.values())
        if key not in self._told:
            self._told[key] = deed_for_all(list(there.values()))
        return self._told[key]
