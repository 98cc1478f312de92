"""One exposure of the inventory: its row, its reason as a tree, what is at stake, and what is being done."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from tocsin.errors import NothingToCheck
from tocsin.inventory.exposure import Exposure
from tocsin.inventory.told.json_rows import row
from tocsin.inventory.told.reason import Reason, reason_of
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.exposure_list import Known, known
from tocsin.service.inventory.treat import Treated, Wish, treat_exposures

__all__ = ["Beside", "ExposureDetail", "beside", "exposure_detail", "treat_by_id"]

Beside = list[tuple[str, tuple[Exposure, ...]]]
"""Exposures by id."""


class ExposureDetail(msgspec.Struct, kw_only=True):
    """One exposure: ``row`` as in the list, ``why`` as a tree, the ``bills`` that list the product, and the stakes."""

    id: str
    row: dict[str, Any]
    why: Reason
    bills: list[str]
    stakes: dict[str, Any]
    treatment: dict[str, Any]


def exposure_detail(held: Known, id: str) -> ExposureDetail:
    """The exposure called ``id``, for machines."""
    several = held.by_id[id]
    one = several[0]
    return ExposureDetail(
        id=id,
        row={"id": id, **row(one, held.deeds)},
        why=reason_of(several),
        bills=[each.bill for each in several],
        stakes=asdict(one.stakes),
        treatment=asdict(one.treatment),
    )


def beside(held: Known, id: str) -> Beside:
    """What else is open of the same product at the same site with the same verdict."""
    one = held.by_id[id][0]
    return [
        (other, several)
        for other, several in held.by_id.items()
        if other != id
        and several[0].is_open
        and (several[0].site, several[0].verdict) == (one.site, one.verdict)
        and several[0].component == one.component
    ]


def treat_by_id(node: Node, id: str, wish: Wish, *, all_beside: bool, by: str) -> list[Treated]:
    """Note what is being done about the exposure ``id``; with ``all_beside`` about all that :func:`beside` gives, too.

    Raises:
        NothingToCheck: there is no such exposure.
        BadInput: the wish is none.
    """
    held = known(node)
    if id not in held.by_id:
        raise NothingToCheck("there is no such exposure any more", hint="Load the list again.")
    chosen = [held.by_id[id][0]]
    if all_beside:
        chosen += [several[0] for _, several in beside(held, id)]
    return treat_exposures(node, chosen, wish, by=by)
