"""``--format vex``: what is known of an inventory as OpenVEX 0.2.0, for other tools and for who is asked about it.

Source: the OpenVEX specification 0.2.0. *Unknown* is ``under_investigation``: a product of which nothing can be told
is never left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import msgspec

from tocsin.inventory.exposure import Exposure, InventoryResult
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Rule, Verdict
from tocsin.inventory.told.advice import basis, compensating, deed
from tocsin.model.told.escape import one_line

__all__ = ["render"]

_STATUS: Final = {
    Verdict.AFFECTED: "affected",
    Verdict.UNKNOWN: "under_investigation",
    Verdict.FIXED: "fixed",
    Verdict.NOT_AFFECTED: "not_affected",
}
_CONTEXT: Final = "https://openvex.dev/ns/v0.2.0"


def render(result: InventoryResult) -> Iterator[str]:
    """Write one document: a statement a vulnerability and verdict, with the products that it holds for."""
    statements: dict[tuple[str, Verdict, Rule], list[Exposure]] = {}
    for one in result.exposures.once():
        statements.setdefault((one.judgement.vulnerability, one.verdict, one.rule), []).append(one)
    told = [_statement(name, several) for (name, _, _), several in sorted(statements.items(), key=_by_name)]
    digest = sha256(msgspec.json.encode(told)).hexdigest()
    document = {
        "@context": _CONTEXT,
        "@id": f"https://openvex.dev/docs/public/vex-{digest}",
        "author": "tocsin",
        "timestamp": result.made,
        "version": 1,
        "tooling": f"tocsin {result.tocsin}",
        "statements": told,
    }
    yield msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def _by_name(item: tuple[tuple[str, Verdict, Rule], list[Exposure]]) -> tuple[str, str, str]:
    (name, verdict, rule), _ = item
    return name, verdict.value, rule.value


def _statement(name: str, several: list[Exposure]) -> dict[str, Any]:
    first = several[0]
    statement: dict[str, Any] = {
        "vulnerability": {"name": name},
        "products": [_product(one) for one in {shown(one.component): one for one in several}.values()],
        "status": _STATUS[first.verdict],
        "status_notes": f"{first.rule.words} {basis(first)}",
    }
    if first.verdict is Verdict.AFFECTED:
        meanwhile = compensating(first)
        statement["action_statement"] = deed(first) + (f"; {meanwhile}" if meanwhile else "")
    if first.verdict is Verdict.NOT_AFFECTED:
        # The specification wants a justification or a statement of the impact.
        why = one_line(first.judgement.match.claim.why)
        statement["impact_statement"] = why or first.rule.words
        if first.rule is Rule.ANOTHER_PRODUCT:
            statement["justification"] = "component_not_present"
    return statement


def _product(one: Exposure) -> dict[str, Any]:
    identity = one.component.identity
    product: dict[str, Any] = {"@id": identity.purls[0] if identity.purls else f"urn:tocsin:{_urn(one)}"}
    identifiers = {}
    if identity.purls:
        identifiers["purl"] = identity.purls[0]
    if identity.cpes:
        identifiers["cpe23" if identity.cpes[0].startswith("cpe:2.3") else "cpe22"] = identity.cpes[0]
    return {**product, "identifiers": identifiers} if identifiers else product


def _urn(one: Exposure) -> str:
    return sha256(shown(one.component).encode()).hexdigest()[:32]
