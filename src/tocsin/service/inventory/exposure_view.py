"""One exposure of the inventory: its row, its reason as a tree, what is at stake, and what is being done."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec

from tocsin.errors import NothingToCheck
from tocsin.inventory.exposure import Case
from tocsin.inventory.told.json_rows import row
from tocsin.inventory.told.reason import Reason, reason_of
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.exposure_list import Known, known
from tocsin.service.inventory.exposure_rows import ExposureRows, Row
from tocsin.service.inventory.treat import Treated, Wish, treat_exposures

__all__ = ["ExposureDetail", "beside", "exposure_detail", "treat_by_id"]


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
    several = held.rows.find(id)
    one = several[0]
    return ExposureDetail(
        id=id,
        row={"id": id, **row(one, held.deeds)},
        why=reason_of(several),
        bills=[each.bill for each in several],
        stakes=asdict(one.stakes),
        treatment=asdict(one.treatment),
    )


def beside(held: Known, id: str) -> list[Row]:
    """What else is open of the same product at the same site with the same verdict."""
    one = held.rows.find(id)[0]

    def alike(case: Case) -> bool:
        return case.release is one.case.release and case.is_open and case.verdict is one.verdict

    return [row for row in ExposureRows(held.result.exposures.only(alike, one.site)) if row[0] != id]


def treat_by_id(node: Node, id: str, wish: Wish, *, all_beside: bool, by: str) -> list[Treated]:
    """Note what is being done about the exposure ``id``; with ``all_beside`` about all that :func:`beside` gives, too.

    Raises:
        NothingToCheck: there is no such exposure.
        BadInput: the wish is none.
    """
    held = known(node)
    found = held.rows.find(id)
    if not found:
        raise NothingToCheck("there is no such exposure any more", hint="Load the list again.")
    chosen = [found[0]]
    if all_beside:
        chosen += [several[0] for _, several in beside(held, id)]
    return treat_exposures(node, chosen, wish, by=by)
