"""How much of what a bill of materials has to say at the least, this one says.

Sources: NTIA, The Minimum Elements For a Software Bill of Materials (12 July 2021), table 1; CISA, 2025 Minimum
Elements for a Software Bill of Materials (draft for comment, August 2025), which adds hash and licence among others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tocsin.inventory.component import BillOfMaterials, Component
from tocsin.inventory.release import shown

__all__ = ["ELEMENTS", "Have", "elements_of"]

_NAMED: Final = 5
ELEMENTS: Final = ("supplier", "name", "version", "identifier", "relationship", "hash", "licence")
"""The elements of a component, by the names that policies use."""


@dataclass(frozen=True, slots=True)
class Have:
    """How many of ``all`` components have an element, and the first that have not."""

    have: int
    all: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share that has it; of nothing it is none."""
        return self.have / self.all if self.all else 0.0


def elements_of(bill: BillOfMaterials) -> Mapping[str, Have]:
    """For each of :data:`ELEMENTS` how many components have it.

    A component has a relationship where the bill says what it depends on, what depends on it, or what it is a part
    of. An identifier is a purl, a CPE, or a model, order or serial number: a name in somebody's register.
    """
    related = {ref for one, others in bill.depends for ref in (one, *others)}
    tests: dict[str, Callable[[Component], bool]] = {
        "supplier": lambda one: bool(one.supplier or one.identity.vendor),
        "name": lambda one: bool(one.identity.name),
        "version": lambda one: bool(one.version),
        "identifier": lambda one: bool(
            one.identity.purls
            or one.identity.cpes
            or one.identity.models
            or one.identity.skus
            or one.identity.serials
        ),
        "relationship": lambda one: bool(one.parent) or (bool(one.ref) and one.ref in related),
        "hash": lambda one: bool(one.identity.hashes),
        "licence": lambda one: bool(one.licences),
    }
    return {name: _have(bill, tests[name]) for name in ELEMENTS}


def _have(bill: BillOfMaterials, test: Callable[[Component], bool]) -> Have:
    missing = [one for one in bill.components if not test(one)]
    return Have(
        len(bill.components) - len(missing),
        len(bill.components),
        tuple(f"{shown(one)} ({one.place})" for one in missing[:_NAMED]),
    )
