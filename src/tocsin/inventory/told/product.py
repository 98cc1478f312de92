"""Exposures of one product together, and what is to be done about all of them."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.inventory.exposure import Exposure
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Verdict
from tocsin.inventory.told.advice import deed_for_all

__all__ = ["Deeds", "Product", "product_of"]

Product = tuple[str, str, Verdict, bool]
"""A product at a site: its words, the site, the verdict, and whether it is settled."""


def product_of(one: Exposure) -> Product:
    """What an exposure is shown together with: the same product at the same site, with the same verdict."""
    return shown(one.component), one.site, one.verdict, one.treatment.is_settled


class Deeds:
    """What mends each product, made when it is asked for first."""

    def __init__(self, exposures: Iterable[Exposure]) -> None:
        self._of: dict[Product, dict[str, Exposure]] = {}
        for one in exposures:
            # A product that several bills list is one.
            self._of.setdefault(product_of(one), {}).setdefault(one.judgement.vulnerability, one)
        self._told: dict[Product, str] = {}

    def of(self, one: Exposure) -> str:
        """What to do about all that is told of the product of ``one``; "" where nothing is to be done."""
        if not one.is_to_do:
            return ""
        product = product_of(one)
        if product not in self._told:
            self._told[product] = deed_for_all(list(self._of[product].values()))
        return self._told[product]
