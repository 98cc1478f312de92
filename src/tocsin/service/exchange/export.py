"""``export``: what this node knows, in a form that other tools take in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Final

from tocsin.detect.exports.blocklist import write_blocklist
from tocsin.detect.exports.csv import write_csv
from tocsin.detect.exports.misp import write_misp
from tocsin.detect.exports.stix import write_stix
from tocsin.detect.warning import WarningTally
from tocsin.errors import NothingToCheck
from tocsin.model.stix import StixObject, read_objects
from tocsin.service.exchange.known_good import is_harmless
from tocsin.service.exchange.known_warnings import visible_objects
from tocsin.service.exchange.node import Node
from tocsin.sharing.derived import PapUse, pap_allows
from tocsin.store import labels

__all__ = ["FORMATS", "export"]

FORMATS: Final = ("stix", "csv", "misp", "blocklist")
_USES: Final[dict[str, PapUse]] = {"blocklist": "own_blocking"}
_NAMESPACE: Final = uuid.UUID("b0a1bd8f-0a4b-5b43-9c0e-d7c6f3b6d0a9")


def export(node: Node, output_format: str, *, person: str) -> tuple[bytes, WarningTally]:
    """Everything that ``person`` may see and that is not withdrawn, as ``output_format``; and what was left out.

    A blocklist holds no value that its source allows only to be looked for (PAP:AMBER and PAP:RED).

    Raises:
        NothingToCheck: there is nothing.
    """
    tally = WarningTally()
    objects = list(_objects(node, person, output_format, tally))
    if not objects:
        raise NothingToCheck("this node knows no warning yet", hint="tocsin sync, or tocsin publish FILE")
    match output_format:
        case "csv":
            return write_csv(objects, tally), tally
        case "misp":
            title = f"Warnings of {node.own.name}"
            return write_misp(
                objects, tally, node.now_text, title, str(uuid.uuid5(_NAMESPACE, node.own.id))
            ), tally
        case "blocklist":
            return write_blocklist(objects, tally, node.now_text, is_harmless=is_harmless), tally
        case _:
            return write_stix(objects, tally), tally


def _objects(node: Node, person: str, output_format: str, tally: WarningTally) -> Iterator[StixObject]:
    use = _USES.get(output_format)
    paps: dict[int, str] = {}
    for one in visible_objects(node, person):
        if one.label not in paps:
            with node.reading() as connection:
                paps[one.label] = labels.label_of(connection, one.label).pap
        if use is not None and one.type == "indicator" and not pap_allows(paps[one.label], use):
            tally.leave_unchecked(f"PAP:{paps[one.label].upper()} does not allow it in a list", one.id)
            continue
        yield from read_objects(one.body).objects
